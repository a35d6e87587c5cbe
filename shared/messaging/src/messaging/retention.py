"""Drops by night what was told, settled or answered so long ago that nobody comes back for it.

Invariants, each held by the test named:
- nothing is dropped before the relay has told it: test_what_is_old_but_untold_stays
- whoever was redelivered in time is still known: test_a_redelivery_in_time_is_still_known
- a sweep that was cut goes on with the next one: test_a_sweep_that_was_cut_goes_on

It walks a table in the order of its pages, a few at a time: no index is kept for it on the way that every
event takes, and no statement of it is long (decision 17).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import structlog

from messaging import metrics
from messaging.loops import Loop

log = structlog.get_logger("messaging")

PAGES_AT_ONCE = 256  # 2 MB: at most some 25,000 rows
PAUSE_SECONDS = 0.05  # between two statements, so that others come first

PAGES = "SELECT pg_relation_size($1::text::regclass) / current_setting('block_size')::bigint"

#: For each table: the rows of these pages whose time is over.
SWEEP = {
    "outbox": """
DELETE FROM outbox WHERE ctid >= $1 AND ctid < $2 AND told_at < now() - make_interval(days => $3)
  AND NOT EXISTS (SELECT FROM untold WHERE untold.batch = outbox.batch)
""",
    "inbox": """
DELETE FROM inbox WHERE ctid >= $1 AND ctid < $2 AND settled_at < now() - make_interval(days => $3)
""",
    "requests": """
DELETE FROM requests WHERE ctid >= $1 AND ctid < $2 AND answered_at < now() - make_interval(days => $3)
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how many days each is kept. A reader must know an event for longer than its teller can tell it
    again and a topic can bring it: inbox ≥ outbox + the topics' own time."""

    outbox_days: int
    inbox_days: int
    requests_days: int

    def days(self) -> dict[str, int]:
        return {"outbox": self.outbox_days, "inbox": self.inbox_days, "requests": self.requests_days}


class Retention:
    """Sweeps one service's tables each night. It lives beside the relay, of which one leads: one sweeps."""

    def __init__(
        self,
        *,
        service: str,
        pool: asyncpg.Pool,
        keep: Keep,
        leads: Callable[[], bool],
        seconds_to_night: Callable[[], float],
    ) -> None:
        self._service = service
        self._pool = pool
        self._keep = keep
        self._leads = leads
        self._seconds_to_night = seconds_to_night
        self._night = False  # the first turn only waits for it
        self.loop = Loop(self._turn, name="retention")

    async def _turn(self) -> float:
        if self._night and self._leads():
            await self.sweep()
        self._night = True
        return self._seconds_to_night()

    async def sweep(self) -> dict[str, int]:
        """Once through all tables; how many rows of each were dropped."""
        return {table: await self._sweep(table, days) for table, days in self._keep.days().items()}

    async def _sweep(self, table: str, days: int) -> int:
        dropped, pages = 0, await self._pool.fetchval(PAGES, table)
        for first in range(0, pages, PAGES_AT_ONCE):
            if self.loop.stopping:
                break
            ended = await self._pool.execute(SWEEP[table], (first, 0), (first + PAGES_AT_ONCE, 0), days)
            rows = int(ended.split()[-1])  # as in: DELETE 12
            metrics.SWEPT.labels(self._service, table).inc(rows)
            dropped += rows
            await asyncio.sleep(PAUSE_SECONDS)
        log.info("rows_dropped", table=table, rows=dropped, older_than_days=days)
        return dropped


def seconds_to_hour(now: datetime, hour: int) -> float:
    """From now to the next time that a clock on this wall shows the hour; more than 0."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    following = today if today > now else today + timedelta(days=1)
    return following.timestamp() - now.timestamp()
