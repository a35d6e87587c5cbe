"""Whether the service lives and is ready, and its numbers: `/health/live`, `/health/ready`, `/metrics`.

Liveness says "restart me", so it watches only what a restart mends: the event loop and the age of the last
successful poll (the Kafka client is known to stall silently), which it tells as a number too. Readiness
names each thing it needs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

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
Ready = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What must happen again and again. `excused`: it cannot happen now, which a restart would not mend."""

    age_seconds: Callable[[], float]  # since it last did
    limit_seconds: float
    excused: Callable[[], bool] = lambda: False

    def missed(self) -> str | None:
        """None while it beats."""
        age = self.age_seconds()
        dead = age > self.limit_seconds and not self.excused()
        return f"nothing for {age:.0f} s" if dead else None


class LastPoll:
    """Age of a consumer's last successful poll. One without partitions polls nothing: then since it last had
    some, or from its start, for a consumer that never gets any back is no better than one that stalls."""

    def __init__(
        self, seconds_since_poll: Callable[[], float | None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._known = seconds_since_poll
        self._clock = clock
        self._last = clock()

    def __call__(self) -> float:
        known = self._known()
        if known is not None:
            self._last = self._clock() - known
        return self._clock() - self._last


def health_routes(live: Mapping[str, Pulse], ready: Mapping[str, Ready]) -> APIRouter:
    """The three open routes; the composition root names the checks."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def is_alive() -> Response:
        ages = {name: round(pulse.age_seconds(), 2) for name, pulse in live.items()}
        return _report({name: pulse.missed() for name, pulse in live.items()}, seconds_since=ages)

    @router.get("/health/ready")
    async def is_ready() -> Response:
        found = await asyncio.gather(*map(_within_time, ready.values()))
        return _report(dict(zip(ready, found, strict=True)))

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router


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


def _report(found: Mapping[str, str | None], **more: Mapping[str, float]) -> Response:
    well = not any(found.values())
    body = {"ok": well, "checks": {name: wrong or "ok" for name, wrong in found.items()}, **more}
    return Response(orjson.dumps(body), 200 if well else 503, media_type="application/json")
