"""Liveness, readiness, and a service whose worker has failed."""

import asyncio
import signal
from collections.abc import Iterator, Mapping

import httpx2
import pytest
from starlette.applications import Starlette

from chassis.conditions import MissingTopicError
from chassis.health import Check, LastPoll, Pulse, health_routes
from chassis.serving import serve_http
from chassis.settings import ServiceSettings


async def well() -> None:
    return None


async def missing() -> None:
    raise MissingTopicError("missing: intake.applications.v1")


async def broken() -> None:
    raise ConnectionRefusedError("postgresql://user:hunter2@db")


async def hanging() -> None:
    await asyncio.Event().wait()


async def asked(
    path: str, *, live: Mapping[str, Pulse] | None = None, ready: Mapping[str, Check] | None = None
) -> httpx2.Response:
    app = Starlette(routes=health_routes(live or {}, ready or {}))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        return await client.get(path)


async def test_readiness_names_each_thing_and_what_is_wrong_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.health.CHECK_SECONDS", 0.05)
    reply = await asked(
        "/health/ready", ready={"database": broken, "migrations": well, "broker": missing, "slow": hanging}
    )
    assert reply.status_code == 503
    assert reply.json() == {
        "ok": False,
        "checks": {
            "database": "ConnectionRefusedError",
            "migrations": "ok",
            "broker": "missing: intake.applications.v1",
            "slow": "TimeoutError",
        },
    }


async def test_a_service_that_has_not_polled_for_long_is_not_alive() -> None:
    reply = await asked("/health/live", live={"poll": Pulse(age_seconds=lambda: 61.25, limit_seconds=60)})
    assert reply.status_code == 503
    assert reply.json() == {
        "ok": False,
        "checks": {"poll": "nothing for 61 s"},
        "seconds_since": {"poll": 61.25},
    }


async def test_a_service_that_polls_is_alive_and_tells_when_it_last_did() -> None:
    reply = await asked("/health/live", live={"poll": Pulse(age_seconds=lambda: 60.0, limit_seconds=60)})
    assert reply.status_code == 200
    assert reply.json() == {"ok": True, "checks": {"poll": "ok"}, "seconds_since": {"poll": 60.0}}


async def test_a_service_whose_ground_is_gone_is_alive() -> None:
    waits = Pulse(age_seconds=lambda: 61.0, limit_seconds=60, excused=lambda: True)
    assert (await asked("/health/live", live={"poll": waits})).status_code == 200


def test_a_consumer_without_partitions_grows_old_too() -> None:
    polls = [None, 0.5, None, None]  # none yet, some, and then they are taken away
    clock = iter([1000.0, 1007.0, 1007.0, 1007.0, 1068.0, 1069.0])
    age = LastPoll(lambda: polls.pop(0), clock=lambda: next(clock))
    assert [age(), age(), age(), age()] == [7.0, 0.5, 61.5, 62.5]


@pytest.fixture
def signals() -> Iterator[None]:
    kept = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in kept.items():
        signal.signal(one, handler)


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings.model_validate(
        {
            "database_dsn": "postgresql://nowhere",
            "kafka_servers": "127.0.0.1:1",
            "oidc_issuer": "https://id.example",
            "oidc_jwks_url": "https://id.example/jwks.json",
            "http_port": 0,
        }
    )


@pytest.mark.usefixtures("signals")
async def test_a_worker_that_fails_ends_the_service(settings: ServiceSettings) -> None:
    async with asyncio.timeout(10):
        assert not await serve_http(Starlette(), settings, failures=lambda: [ZeroDivisionError()])
