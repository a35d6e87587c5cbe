"""docs/runbook.md names only routes, numbers and places that exist."""

import re

import pytest
from starlette.routing import Route

from architecture.measured import asked_for, metrics
from architecture.pages import anchors, page
from chassis.health import health_routes
from chassis.ops import router

RUNBOOK = page("runbook.md")
ENTRIES = [part.partition("\n## ")[0] for part in re.split(r"^### ", RUNBOOK, flags=re.MULTILINE)[1:]]


def _routes() -> set[str]:
    routes = [*router.routes, *health_routes({}, {})]
    return {route.path for route in routes if isinstance(route, Route)}


def test_every_route_on_the_page_is_a_route_of_every_service() -> None:
    named = {path.replace("/12", "/{seq}") for path in re.findall(r'\$SERVICE(/[^"?]*)', RUNBOOK)}
    assert named
    assert named <= _routes()


def test_every_number_on_the_page_is_measured() -> None:
    named = asked_for(RUNBOOK)
    assert named
    assert named <= {metric.name for metric in metrics()}


def test_every_link_within_the_page_arrives() -> None:
    assert set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOK)) <= anchors(RUNBOOK)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.partition("\n")[0])
def test_every_error_says_what_it_means_what_to_do_and_when_it_is_over(entry: str) -> None:
    assert [word for word in ("**Means.**", "**Do.**", "**Over**") if word not in entry] == []
