"""The parking place as people use it: look, mend, try without consequences, drive on, discard with a reason.

A family's parked messages are a queue (`redriving`). Bodies hold personal data and stay in this database.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from opentelemetry.trace import SpanKind

from messaging.cycle import Cycle
from messaging.kinds import Connection
from messaging.redriving import Redriven, drive, hold, record, tell_resumed
from messaging.tracing import batch_span

log = structlog.get_logger("messaging")

LIST = """
SELECT seq, id, subject, state, edge, name, origin, attempts, error, parked_at FROM parked
WHERE $1::uuid IS NULL OR subject = $1 ORDER BY seq LIMIT $2
"""
SHOW = "SELECT * FROM parked WHERE seq = $1"
# To change it: whoever settles it meanwhile is waited for.
HOLD = "SELECT * FROM parked WHERE seq = $1 FOR UPDATE"
ACTS = "SELECT act, by, reason, acted_at FROM parked_acts WHERE parked_seq = $1 ORDER BY seq"
MEND = "UPDATE parked SET body = $2 WHERE seq = $1"
REMOVE = "DELETE FROM parked WHERE seq = $1"


class NotParkedError(LookupError):
    """There is no parked message of that number (any more)."""


class Parking:
    """The parking place of one service."""

    def __init__(self, cycle: Cycle) -> None:
        self._cycle = cycle
        self._pool: asyncpg.Pool = cycle.pool

    async def list(self, *, subject: UUID | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """The oldest parked messages, without their bodies."""
        return [dict(row) for row in await self._pool.fetch(LIST, subject, limit)]

    async def show(self, seq: int) -> dict[str, Any]:
        """One message whole: body, error, traceback, and what people did about it."""
        async with self._pool.acquire() as conn:
            row = await _row(conn, SHOW, seq)
            return {**dict(row), "acts": [dict(act) for act in await conn.fetch(ACTS, seq)]}

    async def mend(self, seq: int, body: bytes, *, by: str, reason: str) -> None:
        """Gives the message another body; its identity stays, and the body before is kept in the record
        of acts."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await _row(conn, HOLD, seq)
            await conn.execute(MEND, seq, body)
            await record(conn, row, act="mended", by=by, reason=reason, after=body)

    async def discard(self, seq: int, *, by: str, reason: str) -> Redriven:
        """Takes the message away for good, then drives on those that waited behind it."""
        async with self._pool.acquire() as conn:
            async with conn.transaction():
                queued = await _row(conn, SHOW, seq)
                await hold(conn, queued["subject"])  # before its row, as a redrive does
                row = await _row(conn, HOLD, seq)
                await conn.execute(REMOVE, seq)
                await record(conn, row, act="discarded", by=by, reason=reason)
                await tell_resumed(conn, self._cycle, row)
            log.info("parked_discarded", message_id=str(row["id"]), application_id=_family(row))
            return await self._redrive(conn, row, by=by)

    async def dry_run(self, seq: int) -> Redriven:
        """What `redrive` would do now: it is done in one transaction, and undone. A call that would be made
        again counts as settled, since only the outside knows its answer."""
        async with self._pool.acquire() as conn:
            row = await _row(conn, SHOW, seq)
            trial = conn.transaction()
            await trial.start()
            try:
                return await drive(conn, self._cycle, row, by="")
            finally:
                await trial.rollback()

    async def redrive(self, seq: int, *, by: str) -> Redriven:
        """Tries the message's family again from the head of its queue, as far as it goes."""
        async with self._pool.acquire() as conn:
            return await self._redrive(conn, await _row(conn, SHOW, seq), by=by)

    async def _redrive(self, conn: Connection, row: asyncpg.Record, *, by: str) -> Redriven:
        with batch_span(self._cycle.tracer, "redrive", SpanKind.INTERNAL, [row["traceparent"]], {}):
            ended = await drive(conn, self._cycle, row, by=by)
        log.info("parked_redriven", application_id=_family(row), settled=ended.settled, left=ended.left)
        return replace(ended, told=())  # it is in the outbox


async def _row(conn: Connection, statement: str, seq: int) -> asyncpg.Record:
    row = await conn.fetchrow(statement, seq)
    if row is None:
        raise NotParkedError(f"no parked message has the number {seq}")
    return row


def _family(row: asyncpg.Record) -> str | None:
    return str(row["subject"]) if row["subject"] is not None else None
