"""Whether the service lives and is ready, and its numbers: `/health/live`, `/health/ready`, `/metrics`.

Liveness says "restart me", so it watches only what a restart mends: the event loop and the age of the last
successful poll (the Kafka client is known to stall silently). Readiness names each thing it needs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import orjson
from aiokafka.admin import AIOKafkaAdminClient
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.responses import Response

from chassis.database import Pool
from chassis.migrations import Migration, MigrationError, pending
from chassis.settings import ServiceSettings
from chassis.tls import kafka_client

CHECK_SECONDS = 3.0

#: None when all is well, otherwise what is wrong.
Live = Callable[[], str | None]
Ready = Callable[[], Awaitable[str | None]]


def health_routes(live: Mapping[str, Live], ready: Mapping[str, Ready]) -> APIRouter:
    """The three open routes; the composition root names the checks."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def is_alive() -> Response:
        return _report({name: check() for name, check in live.items()})

    @router.get("/health/ready")
    async def is_ready() -> Response:
        found = await asyncio.gather(*map(_within_time, ready.values()))
        return _report(dict(zip(ready, found, strict=True)))

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router


def poll_is_recent(
    last_poll: Callable[[], float], limit_seconds: float, *, clock: Callable[[], float] = time.monotonic
) -> Live:
    """A check of liveness: `last_poll` tells when, by the same clock, the last poll succeeded."""

    def check() -> str | None:
        age = clock() - last_poll()
        return f"the last successful poll was {age:.0f} s ago" if age > limit_seconds else None

    return check


def database_answers(pool: Pool) -> Ready:
    async def check() -> str | None:
        await pool.fetchval("SELECT 1")
        return None

    return check


def migrations_applied(pool: Pool, migrations: Sequence[Migration]) -> Ready:
    async def check() -> str | None:
        async with pool.acquire() as connection:
            try:
                missing = await pending(connection, migrations)
            except MigrationError as error:
                return str(error)
        return f"not applied: {', '.join(map(str, missing))}" if missing else None

    return check


def topics_exist(settings: ServiceSettings, topics: Collection[str]) -> Ready:
    """A check of the broker and of the topics that this service hears and tells on."""

    async def check() -> str | None:
        client = AIOKafkaAdminClient(**kafka_client(settings), request_timeout_ms=2_000)
        try:
            await client.start()
            missing = set(topics) - set(await client.list_topics())
        finally:
            await client.close()
        return f"missing: {', '.join(sorted(missing))}" if missing else None

    return check


async def _within_time(check: Ready) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception as error:  # a check that fails is an answer: whatever went wrong, we are not ready
        return f"{type(error).__name__}"


def _report(found: Mapping[str, str | None]) -> Response:
    well = not any(found.values())
    body = {"ok": well, "checks": {name: wrong or "ok" for name, wrong in found.items()}}
    return Response(orjson.dumps(body), 200 if well else 503, media_type="application/json")
