"""A whole service as a process of its own: start, health, requests, stop."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from chassis.auth import unprotected_routes
from console.broker import Broker, create_topics
from support.issuing import bearer, issuing
from support.probe import until
from support.running import TESTS, TOPICS, environment_of, listening, running
from support.tiny.app import BLUEPRINT


@pytest.fixture
async def environment(database: str, broker: Broker, topic_prefix: str) -> AsyncIterator[dict[str, str]]:
    async with issuing() as jwks_url:
        yield environment_of(database, broker, topic_prefix) | {"QONYS_OIDC_JWKS_URL": jwks_url}


@pytest.fixture
async def topics(broker: Broker, topic_prefix: str) -> None:
    await create_topics(broker.servers, [topic_prefix + name for name in TOPICS])


@pytest.mark.usefixtures("topics")
async def test_a_service_starts_serves_and_stops(environment: dict[str, str]) -> None:
    async with listening("serve", environment) as service:
        async with httpx2.AsyncClient(base_url=service.url) as client:
            alive = (await client.get("/health/live")).json()
            assert 0 <= alive.pop("seconds_since")["poll"] < 30
            assert alive == {"ok": True, "checks": {"poll": "ok"}}
            ready = await client.get("/health/ready")
            assert ready.json() == {
                "ok": True,
                "checks": {"database": "ok", "migrations": "ok", "broker": "ok"},
            }
            assert "qonys_http_request_seconds" in (await client.get("/metrics")).text
            note = f"/v1/notes/{uuid4()}?text=hello"
            assert (await client.post(note)).status_code == 401
            assert (await client.post(note, headers=bearer())).json() == {"place": 1}
            refused = await client.post(f"/v1/notes/{uuid4()}?text=refuse", headers=bearer())
            assert (refused.status_code, refused.json()["code"]) == (409, "not_now")
            broken = await client.post(f"/v1/notes/{uuid4()}?text=bug", headers=bearer())
            assert (broken.status_code, broken.json()["code"]) == (500, "internal")
        assert await service.stop() == 0
    said = [line["event"] for line in service.lines]
    assert said.index("migration_applied") < said.index("kernel_started") < said.index("http_listens")
    assert "http_request_failed" in said
    assert said[-1] == "kernel_stopped"
    assert "Traceback" not in str(service.lines)


async def test_a_missing_topic_is_named_by_readiness(environment: dict[str, str], broker: Broker) -> None:
    prefix = environment["QONYS_KAFKA_TOPIC_PREFIX"]
    await create_topics(broker.servers, [prefix + name for name in TOPICS[:-1]])
    async with listening("serve", environment) as service, httpx2.AsyncClient(base_url=service.url) as client:
        ready = await client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"]["broker"] == f"missing: {prefix}verification.decisions.v1"


async def test_a_consumer_without_partitions_is_not_alive_for_ever(
    environment: dict[str, str], broker: Broker
) -> None:
    """Two share one partition. Given by the last line of `LastPoll.__call__`."""
    prefix = environment["QONYS_KAFKA_TOPIC_PREFIX"]
    await create_topics(broker.servers, [prefix + name for name in TOPICS], partitions=1)
    told = {**environment, "QONYS_POLL_AGE_LIMIT_SECONDS": "2"}
    async with (
        listening("serve", told) as one,
        listening("serve", told) as other,
        httpx2.AsyncClient() as client,
    ):
        answers: list[httpx2.Response] = []

        async def differ() -> bool:
            answers[:] = [await client.get(f"{service.url}/health/live") for service in (one, other)]
            return {answer.status_code for answer in answers} == {200, 503}

        await until(differ, seconds=60)
    ages = sorted(answer.json()["seconds_since"]["poll"] for answer in answers)
    assert ages[0] < 2 < ages[1]


@pytest.mark.usefixtures("topics")
async def test_the_relay_tells_what_a_request_left_and_has_health_of_its_own(
    environment: dict[str, str],
) -> None:
    async with listening("serve", environment) as service, listening("relay", environment) as relay:
        async with httpx2.AsyncClient() as client:
            await client.post(f"{service.url}/v1/notes/{uuid4()}?text=hello", headers=bearer())
            assert (await relay.until("events_told"))["events"] == 1
            alive = (await client.get(f"{relay.url}/health/live")).json()
            assert (alive["checks"], alive["seconds_since"]["relay"] < 30) == ({"relay": "ok"}, True)
            assert (await client.get(f"{relay.url}/health/ready")).status_code == 200
        assert await relay.stop() == 0


async def test_migrations_alone_can_be_run(environment: dict[str, str], database: str) -> None:
    async with running("migrate", environment) as service:
        done = await service.until("migrations_done")
        assert await service.process.wait() == 0
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM schema_migrations") == done["applied"]
    await connection.close()


async def test_a_database_that_does_not_fit_is_refused_in_one_line(
    environment: dict[str, str], database: str
) -> None:
    async with running("migrate", environment) as service:
        assert await service.until("migrations_done")
    connection = await asyncpg.connect(database)
    await connection.execute("UPDATE schema_migrations SET sha256 = 'other'")
    await connection.close()
    async with running("migrate", environment) as service:
        refused = await service.until("start_refused", reason="migration_changed")
        assert "was changed after it had been applied" in refused["found"]
        assert await service.process.wait() == 1


async def test_wrong_settings_end_the_start_with_code_2(environment: dict[str, str]) -> None:
    async with running("serve", {**environment, "QONYS_HTTP_PORT": "many"}) as service:
        out, err = await service.process.communicate()
    assert (service.process.returncode, out) == (2, b"")
    assert b"QONYS_HTTP_PORT: " in err
    assert b"Traceback" not in err


async def test_the_settings_are_printed_without_any_environment() -> None:
    async with running("settings", {"PYTHONPATH": str(TESTS)}) as service:
        out, _ = await service.process.communicate()
    assert b"| `QONYS_DATABASE_DSN` | secret | **required** |" in out


def test_the_tiny_service_is_protected_like_any_other() -> None:
    from fastapi import FastAPI

    app = FastAPI(openapi_url=None)
    for router in BLUEPRINT.routes:
        app.include_router(router)
    assert unprotected_routes(app) == []
