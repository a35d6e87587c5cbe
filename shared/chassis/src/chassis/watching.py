"""Looks now and then whether a process has all it needs, and says it once when not, with what mends it.

What `/health/ready` asks for is said as `not_ready` and `ready_again`; what does not stop the service now, as
`attention_needed` and `attention_over`. Both are metrics too, for alarms.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import structlog
from prometheus_client import Gauge

from chassis.health import Check, found_by
from chassis.remedies import TroubleError, remedy_for, remedy_of, said

log = structlog.get_logger()

READY = Gauge("qonys_ready", "1 while this need of the process is met", ["service", "check"])
ATTENTION = Gauge("qonys_attention", "1 while a person should look at this", ["service", "check"])


class Watch:
    """The checks of one process by name; `needs` are those of readiness."""

    def __init__(self, service: str, *, needs: Mapping[str, Check], cares: Mapping[str, Check]) -> None:
        self._service = service
        self._needs = needs
        self._cares = cares
        self._found: dict[str, str | None] = {}  # by check, what was wrong at the last look

    async def look(self) -> None:
        """All checks once. A thing is said again only when it has changed."""
        checks = {**self._needs, **self._cares}
        found = await asyncio.gather(*map(found_by, checks.values()))
        for name, error in zip(checks, found, strict=True):
            if name in self._needs:
                READY.labels(self._service, name).set(error is None)
            elif error is None or isinstance(error, TroubleError):
                ATTENTION.labels(self._service, name).set(error is not None)
            else:  # it could not be asked, which is the matter of a need
                continue
            self._tell(name, error)

    def _tell(self, name: str, error: Exception | None) -> None:
        before, now = self._found.get(name), said(error) if error else None
        self._found[name] = now
        if error is not None and now != before:
            self._complain(name, error)
        elif error is None and before is not None:
            log.info("ready_again" if name in self._needs else "attention_over", check=name)

    def _complain(self, name: str, error: Exception) -> None:
        known = remedy_of(error) or remedy_for("not_there")
        log.warning(
            "not_ready" if name in self._needs else "attention_needed",
            check=name,
            found=said(error),
            reason=known.reason,
            remedy=known.remedy,
        )


@asynccontextmanager
async def watching(watch: Watch, *, every_seconds: float) -> AsyncIterator[None]:
    """Looks at once, and then every so often. At the end a look under way is finished, never cancelled: a
    client of Kafka that is cancelled leaves its connection open, and may keep the cancellation to itself."""
    ended = asyncio.Event()

    async def go_on() -> None:
        while not ended.is_set():
            await watch.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(every_seconds):
                    await ended.wait()

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        ended.set()
        await task
