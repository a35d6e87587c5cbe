"""Whether the service lives and is ready, and its numbers: `/health/live`, `/health/ready`, `/metrics`.

Liveness says "restart me", so it watches only what a restart mends: the event loop and the age of the last
successful poll (the Kafka client is known to stall silently). Readiness names each thing it needs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import orjson
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.responses import Response

from chassis.database import Pool
from chassis.kafka import topics_of
from chassis.migrations import Migration, MigrationError, pending
from chassis.settings import ServiceSettings

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


def poll_is_recent(age_seconds: Callable[[], float | None], limit_seconds: float) -> Live:
    """A check of liveness; an age of None says that there is nothing to be polled now."""

    def check() -> str | None:
        age = age_seconds() or 0.0
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
        missing = set(topics) - await topics_of(settings)
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
