"""The audit's table of who hears what is what the services hear."""

from importlib import import_module

import pytest

from architecture.workspace import SERVICES, Package
from console.audit.readers import HEARD, NEWS
from contracts import is_event
from notification.domain import news


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_the_audit_knows_what_each_service_hears(service: Package) -> None:
    heard = import_module(f"{service.source.name}.consumers").HEARD
    assert HEARD[service.name] == {cls for cls in heard if is_event(cls)}


def test_the_audit_knows_of_what_citizens_are_told() -> None:
    assert set(news.NEWS) == NEWS
