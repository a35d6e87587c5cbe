"""What is measured from the tables every few seconds, and the alarms that follow from it."""

from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import structlog

from messaging import metrics
from messaging.loops import Loop

log = structlog.get_logger("messaging")

EVERY_SECONDS = 5.0

OUTBOX = """
SELECT coalesce(sum(events), 0)::bigint AS depth,
  coalesce(extract(epoch FROM now() - min(outbox.told_at)), 0)::float8 AS age
FROM untold LEFT JOIN outbox ON outbox.batch = untold.batch AND outbox.place = 1
"""
PARKED = """
SELECT state, count(*) AS messages, extract(epoch FROM now() - min(parked_at))::float8 AS age
FROM parked GROUP BY state
"""
DUE = """
SELECT kind, target, count(*) AS rows,
  greatest(0, extract(epoch FROM now() - min(due_at)))::float8 AS late
FROM due GROUP BY kind, target
"""


class Gauges:
    """Measures outbox, parking place and due rows; says so when something parked is older than allowed."""

    def __init__(
        self,
        *,
        service: str,
        pool: asyncpg.Pool,
        lags: Callable[[], Awaitable[Mapping[tuple[str, int], int]]],
        parked_alarm_seconds: float,
    ) -> None:
        self._lags = lags
        self._service = service
        self._pool = pool
        self._parked_alarm_seconds = parked_alarm_seconds
        self.loop = Loop(self._turn, name="gauges")

    async def _turn(self) -> float:
        async with self._pool.acquire() as conn:
            outbox = await conn.fetchrow(OUTBOX)
            parked = await conn.fetch(PARKED)
            due = await conn.fetch(DUE)
        if outbox is not None:
            metrics.OUTBOX_DEPTH.labels(self._service).set(outbox["depth"])
            metrics.OUTBOX_AGE.labels(self._service).set(outbox["age"])
        lags = await self._lags()
        for gauge in (metrics.DUE, metrics.DUE_LATE, metrics.LAG):
            gauge.clear()  # what is not due, or not ours, any more must not stay as it was
        for row in due:
            metrics.DUE.labels(self._service, row["kind"], row["target"]).set(row["rows"])
            metrics.DUE_LATE.labels(self._service, row["kind"], row["target"]).set(row["late"])
        for (topic, partition), lag in lags.items():
            metrics.LAG.labels(self._service, topic, partition).set(lag)
        self._parked({row["state"]: (row["messages"], row["age"]) for row in parked})
        return EVERY_SECONDS

    def _parked(self, parked: dict[str, tuple[int, float]]) -> None:
        for state in ("failed", "waits"):
            metrics.PARKED.labels(self._service, state).set(parked.get(state, (0, 0.0))[0])
        oldest = max((age for _, age in parked.values()), default=0.0)
        metrics.PARKED_AGE.labels(self._service).set(oldest)
        if oldest > self._parked_alarm_seconds:
            messages = sum(count for count, _ in parked.values())
            log.error("parked_too_long", messages=messages, oldest_seconds=round(oldest))
