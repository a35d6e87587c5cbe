"""Nobody without a token gets anything from any service but its health and its numbers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

import contracts
import intake.app
import integration_support.app
import notification.app
import verification.app
from chassis.auth import OPEN_PATHS, unprotected_routes
from chassis.service import Blueprint, started
from console.broker import Broker, create_topics
from console.environment import make_keys, own_variables
from console.layout import BrokerKind, Pace, plan

BLUEPRINTS: tuple[Blueprint[Any], ...] = (
    intake.app.BLUEPRINT,
    verification.app.BLUEPRINT,
    notification.app.BLUEPRINT,
    integration_support.app.BLUEPRINT,
)


@pytest.fixture(params=BLUEPRINTS, ids=lambda blueprint: blueprint.name)
async def app(
    request: pytest.FixtureRequest, database: str, broker: Broker, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[FastAPI]:
    """Each service, started."""
    blueprint: Blueprint[Any] = request.param
    await create_topics(broker.servers, [topic_prefix + topic for topic in contracts.topics()])
    stack = plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace())
    make_keys(stack)
    own = own_variables(stack, blueprint.name)
    settings = blueprint.settings(
        **{name.removeprefix("QONYS_").lower(): value for name, value in own.items()},
        database_dsn=database,
        kafka_servers=broker.servers,
        kafka_fetch_max_wait_ms=broker.fetch_max_wait_ms,
        kafka_session_ms=broker.session_ms,
        kafka_topic_prefix=topic_prefix,
        oidc_issuer="http://127.0.0.1:9",
        oidc_jwks_url="http://127.0.0.1:9/jwks.json",
    )
    async with started(blueprint, settings) as running:
        yield running


async def test_every_route_but_health_and_numbers_asks_for_a_token(app: FastAPI) -> None:
    assert unprotected_routes(app) == []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as http:
        answers = {
            f"{method} {path}": (await http.request(method, path)).status_code
            for method, path in _protected(app)
        }
        open_ones = [(await http.get(path)).status_code for path in sorted(OPEN_PATHS)]
    assert answers
    assert set(answers.values()) == {401}, answers
    assert 401 not in open_ones


def _protected(app: FastAPI) -> list[tuple[str, str]]:
    return [
        (method, _filled(str(route.path)))
        for route in iter_route_contexts(app.routes)
        if route.path not in OPEN_PATHS
        for method in route.methods or ()
    ]


def _filled(path: str) -> str:
    """Any number where a number stands, any id elsewhere."""
    for name in ("{seq}", "{number}"):
        path = path.replace(name, "1")
    parts = [str(uuid4()) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)
