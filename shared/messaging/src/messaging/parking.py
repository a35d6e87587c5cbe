"""The parking place as people use it: look, mend, try without consequences, drive on, discard with a reason.

A family's parked messages are a queue: its head is tried again first, those behind it follow in their order
(test_redriving_a_family_keeps_its_order). Bodies hold personal data and stay in this database.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from msgspec.structs import replace

from messaging.arrival import Arrival, Edge, Fate, Outcome
from messaging.cycle import Claim, Claims, Cycle
from messaging.folding import without_nul
from messaging.kinds import Connection, Message
from messaging.reading import read_again

log = structlog.get_logger("messaging")

LIST = """
SELECT seq, id, subject, state, edge, name, origin, attempts, error, parked_at FROM parked
WHERE $1::uuid IS NULL OR subject = $1 ORDER BY seq LIMIT $2
"""
SHOW = "SELECT * FROM parked WHERE seq = $1"
ACTS = "SELECT act, by, reason, acted_at FROM parked_acts WHERE parked_seq = $1 ORDER BY seq"
# The head of a family's queue; a message without a family is a queue of its own.
HEAD = "SELECT * FROM parked WHERE subject = $1 ORDER BY seq LIMIT 1"
FAILED_AGAIN = """
UPDATE parked SET state = 'failed', attempts = attempts + 1, error = $2, traceback = $3 WHERE seq = $1
"""
MEND = "UPDATE parked SET body = $2 WHERE seq = $1"
REMOVE = "DELETE FROM parked WHERE seq = $1"
RECORD = """
INSERT INTO parked_acts (parked_seq, message_id, subject, act, by, reason, body_before, body_after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# A call that could not be made goes back among the due ones, as if it were new.
ASK_AGAIN = """
INSERT INTO due (id, kind, target, name, subject, body, correlation_id, causation_id, traceparent, due_at,
  attempts_allowed)
VALUES ($1, 'ask', $2, $3, $4, $5, $6, $7, $8, now(), $9)
"""
ASK_AGAIN_ATTEMPTS = 5


class NotParkedError(LookupError):
    """There is no parked message of that number (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """What came of trying a family's parked messages again."""

    settled: int
    left: int
    error: str | None = None
    told: Sequence[str] = ()  # topics, in a dry run: where something would be told


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
        row = await self._row(seq)
        acts = await self._pool.fetch(ACTS, seq)
        return {**dict(row), "acts": [dict(act) for act in acts]}

    async def mend(self, seq: int, body: bytes, *, by: str, reason: str) -> None:
        """Gives the message another body; the one before is kept in the record of acts."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await self._row(seq, conn)
            await conn.execute(MEND, seq, body)
            await _record(conn, row, act="mended", by=by, reason=reason, after=body)

    async def discard(self, seq: int, *, by: str, reason: str) -> Redriven:
        """Takes the message away for good, then drives on those that waited behind it."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await self._row(seq, conn)
            await conn.execute(REMOVE, seq)
            await _record(conn, row, act="discarded", by=by, reason=reason)
        log.info("parked_discarded", message_id=str(row["id"]), application_id=str(row["subject"]))
        if row["subject"] is None:
            return Redriven(settled=0, left=0)
        return await self._drive(row["subject"], by=by)

    async def dry_run(self, seq: int) -> Redriven:
        """What deciding this message now would do; nothing is kept."""
        row = await self._row(seq)
        if row["edge"] == Edge.ASK:  # it would be asked again, and only the outside knows what comes of that
            return Redriven(settled=1, left=0)
        outcome, draft = await self._cycle.rehearse(self._arrival(row), _claim_parked(row, by=""), keep=False)
        error = None if outcome.error is None else f"{type(outcome.error).__name__}: {outcome.error}"
        settled = int(outcome.fate is Fate.DECIDED)
        return Redriven(
            settled=settled, left=1 - settled, error=error, told=[told.topic for told in draft.told]
        )

    async def redrive(self, seq: int, *, by: str) -> Redriven:
        """Tries the message's family again from the head of its queue, as far as it goes."""
        row = await self._row(seq)
        if row["subject"] is not None:
            return await self._drive(row["subject"], by=by)
        error = await self._try(row, by=by)
        return Redriven(settled=int(error is None), left=int(error is not None), error=error)

    async def _drive(self, subject: UUID, *, by: str) -> Redriven:
        settled, error = 0, None
        while error is None and (row := await self._pool.fetchrow(HEAD, subject)) is not None:
            error = await self._try(row, by=by)
            settled += error is None
        left = len(await self.list(subject=subject, limit=1_000_000))
        log.info("parked_redriven", application_id=str(subject), settled=settled, left=left)
        return Redriven(settled=settled, left=left, error=error)

    async def _try(self, row: asyncpg.Record, *, by: str) -> str | None:
        """None when the message is settled, else why it stays."""
        if row["edge"] == Edge.ASK:
            await self._ask_again(row, by=by)
            return None
        outcome, _ = await self._cycle.rehearse(self._arrival(row), _claim_parked(row, by=by), keep=True)
        if outcome.error is None:
            return None
        error = f"{type(outcome.error).__name__}: {outcome.error}"
        told = "".join(traceback.format_exception(outcome.error))
        await self._pool.execute(FAILED_AGAIN, row["seq"], without_nul(error), without_nul(told))
        return error

    async def _ask_again(self, row: asyncpg.Record, *, by: str) -> None:
        target = row["origin"].removeprefix("due/")
        async with self._pool.acquire() as conn, conn.transaction():
            await _take_away(conn, row, by=by)
            await conn.execute(
                ASK_AGAIN, row["id"], target, row["name"], row["subject"], row["body"], row["correlation_id"],
                row["causation_id"] or "", row["traceparent"], ASK_AGAIN_ATTEMPTS,
            )  # fmt: skip

    def _arrival(self, row: asyncpg.Record) -> Arrival:
        """A parked row on its way in again; an event is read anew, since it may have been mended."""
        if row["edge"] == Edge.EVENT:
            arrival = read_again(row["body"], origin=row["origin"], subject=row["subject"])
            return replace(arrival, id=row["id"], attempts=row["attempts"] + 1, redriven=True)
        body, fault = self._body(row)
        message = Message(
            id=row["id"],
            subject=row["subject"],
            body=body,
            time=row["said_at"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            traceparent=row["traceparent"],
        )
        return Arrival(
            edge=Edge(row["edge"]),
            id=row["id"],
            subject=row["subject"],
            name=row["name"],
            body=row["body"],
            origin=row["origin"],
            message=None if fault else message,
            fault=fault,
            attempts=row["attempts"] + 1,
            redriven=True,
        )

    def _body(self, row: asyncpg.Record) -> tuple[object, Exception | None]:
        try:
            return self._cycle.bodies.decode(row["name"], row["body"]), None
        except (ValueError, LookupError) as fault:
            return None, fault

    async def _row(self, seq: int, conn: Connection | None = None) -> asyncpg.Record:
        row = await (conn or self._pool).fetchrow(SHOW, seq)
        if row is None:
            raise NotParkedError(f"no parked message has the number {seq}")
        return row


def _claim_parked(row: asyncpg.Record, *, by: str) -> Claim:
    async def claim(conn: Connection, arrivals: Sequence[Arrival]) -> Claims:
        gone = await _take_away(conn, row, by=by)
        return {a.id: None if gone else Outcome(Fate.LOST) for a in arrivals}

    return claim


async def _take_away(conn: Connection, row: asyncpg.Record, *, by: str) -> bool:
    """False when somebody else was quicker."""
    gone: bool = await conn.execute(REMOVE, row["seq"]) == "DELETE 1"
    if gone:
        await _record(conn, row, act="redriven", by=by)
    return gone


async def _record(
    conn: Connection,
    row: asyncpg.Record,
    *,
    act: str,
    by: str,
    reason: str | None = None,
    after: bytes | None = None,
) -> None:
    await conn.execute(RECORD, row["seq"], row["id"], row["subject"], act, by, reason, row["body"], after)
