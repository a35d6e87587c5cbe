"""Whether the service lives and is ready, and its numbers: `/health/live`, `/health/ready`, `/metrics`.

Liveness says "restart me", so it watches only what a restart mends: the event loop and the age of the last
successful poll (the Kafka client is known to stall silently), which it tells as a number too. Readiness
names each thing it needs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.remedies import said

CHECK_SECONDS = 3.0

#: Returns when all is well; raises what is wrong.
Check = Callable[[], Awaitable[None]]


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


def health_routes(live: Mapping[str, Pulse], ready: Mapping[str, Check]) -> list[Route]:
    """The three open routes; the composition root names the checks."""

    async def is_alive(_: Request) -> Response:
        ages = {name: round(pulse.age_seconds(), 2) for name, pulse in live.items()}
        return _report({name: pulse.missed() for name, pulse in live.items()}, seconds_since=ages)

    async def is_ready(_: Request) -> Response:
        found = await asyncio.gather(*map(found_by, ready.values()))
        return _report(
            {name: said(error) if error else None for name, error in zip(ready, found, strict=True)}
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    answers = {"/health/live": is_alive, "/health/ready": is_ready, "/metrics": metrics}
    return [Route(path, answer) for path, answer in answers.items()]


async def found_by(check: Check) -> Exception | None:
    """What is wrong by this check, in `CHECK_SECONDS` at most; whatever it raises is an answer."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception as error:
        return error
    return None


def _report(found: Mapping[str, str | None], **more: Mapping[str, float]) -> Response:
    well = not any(found.values())
    body = {"ok": well, "checks": {name: wrong or "ok" for name, wrong in found.items()}, **more}
    return Response(orjson.dumps(body), 200 if well else 503, media_type="application/json")
