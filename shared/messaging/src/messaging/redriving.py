"""A family's parked messages driven on: the queue is tried again from its head, as far as it goes.

Invariants, each held by the test named:
- the queue keeps its order: test_redriving_a_family_keeps_its_order
- a message is settled once, by whoever is first: test_a_message_is_redriven_once_by_two_people
- what is decided is the body that is parked then: test_a_mend_during_a_redrive_is_what_is_decided
- that the family goes on is told with its last message: test_a_family_goes_on_with_the_last_of_its_queue
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec.structs import replace

from messaging import store
from messaging.arrival import Arrival, Edge, Fate, Outcome
from messaging.cycle import Claim, Claims, Cycle, lock_number
from messaging.folding import without_nul
from messaging.kinds import Connection, Message
from messaging.reading import read_again
from messaging.store import OutboxRow
from messaging.telling import told

# A message without a family is a queue of its own.
HEAD = """
SELECT * FROM parked WHERE subject = $1 OR (subject IS NULL AND seq = $2) ORDER BY seq LIMIT 1
"""
LEFT = "SELECT count(*) FROM parked WHERE subject = $1 OR (subject IS NULL AND seq = $2)"
# Only what was read: a message that was mended meanwhile is read again.
TAKE_AWAY = "DELETE FROM parked WHERE seq = $1 AND body = $2"
FAILED_AGAIN = """
UPDATE parked SET state = 'failed', attempts = attempts + 1, error = $3, traceback = $4
WHERE seq = $1 AND body = $2
"""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """What came of trying a family's parked messages again."""

    settled: int
    left: int
    error: str | None = None
    told: Sequence[str] = ()  # topics, each once; said of a dry run only


async def drive(conn: Connection, cycle: Cycle, row: asyncpg.Record, *, by: str) -> Redriven:
    """Settles the queue that a parked row is in, each message in a transaction: one of its own, or a part of
    the caller's."""
    queue = row["subject"], row["seq"]
    settled, error, topics = 0, None, dict[str, None]()
    while error is None and (head := await conn.fetchrow(HEAD, *queue)) is not None:
        async with conn.transaction():
            outcome, events = await _try(conn, cycle, head, by=by)
            if outcome.error is None and outcome.fate is not Fate.LOST:
                settled += 1
                events = [*events, *await tell_resumed(conn, cycle, head)]
        error = _said(outcome.error)
        topics |= dict.fromkeys(event.topic for event in events)
    left: int = await conn.fetchval(LEFT, *queue)
    return Redriven(settled=settled, left=left, error=error, told=list(topics))


async def hold(conn: Connection, family: UUID | None) -> datetime:
    """Nobody else decides, parks or discards for this family until the transaction ends; its time."""
    return await store.lock(conn, [lock_number(family)] if family is not None else [])


async def tell_resumed(conn: Connection, cycle: Cycle, row: asyncpg.Record) -> list[OutboxRow]:
    """In the transaction that took this row away: tells that none of its family is parked any more, if so."""
    family, notices = row["subject"], cycle.service.notices
    if family is None or notices is None:
        return []
    now = await hold(conn, family)  # it may have been mended into an event of another family
    if await store.parked_families(conn, {family}):
        return []
    notice = told(
        cycle.service,
        notices.resumed(),
        subject=family,
        now=now,
        correlation_id=row["correlation_id"],
        causation_id=str(row["id"]),
        traceparent=row["traceparent"],
    )
    await store.tell(conn, [notice])
    return [notice]


async def record(
    conn: Connection,
    row: asyncpg.Record,
    *,
    act: str,
    by: str,
    reason: str | None = None,
    after: bytes | None = None,
) -> None:
    """Keeps what somebody did about a parked row, with the body that it had before and has after."""
    await conn.execute(RECORD, row["seq"], row["id"], row["subject"], act, by, reason, row["body"], after)


async def _try(
    conn: Connection, cycle: Cycle, row: asyncpg.Record, *, by: str
) -> tuple[Outcome, Sequence[OutboxRow]]:
    """What became of one message, and what was told of it."""
    if row["edge"] == Edge.ASK:
        return await _ask_again(conn, row, by=by), ()
    outcome, draft = await cycle.settle_one(conn, _arrival(row, cycle), _claim(row, by=by))
    if outcome.error is not None:
        trace = "".join(traceback.format_exception(outcome.error))
        error = without_nul(_said(outcome.error))
        await conn.execute(FAILED_AGAIN, row["seq"], row["body"], error, without_nul(trace))
    return outcome, draft.told


async def _ask_again(conn: Connection, row: asyncpg.Record, *, by: str) -> Outcome:
    await hold(conn, row["subject"])
    if not await _take_away(conn, row, by=by):
        return Outcome(Fate.LOST)
    target = row["origin"].removeprefix("due/")
    await conn.execute(
        ASK_AGAIN, row["id"], target, row["name"], row["subject"], row["body"], row["correlation_id"],
        row["causation_id"] or "", row["traceparent"], ASK_AGAIN_ATTEMPTS,
    )  # fmt: skip
    return Outcome(Fate.DECIDED)


def _claim(row: asyncpg.Record, *, by: str) -> Claim:
    async def claim(conn: Connection, arrivals: Sequence[Arrival]) -> Claims:
        ours = await _take_away(conn, row, by=by)
        return {a.id: None if ours else Outcome(Fate.LOST) for a in arrivals}

    return claim


async def _take_away(conn: Connection, row: asyncpg.Record, *, by: str) -> bool:
    """False when somebody else was quicker: settled it, or mended it."""
    ours: bool = await conn.execute(TAKE_AWAY, row["seq"], row["body"]) == "DELETE 1"
    if ours:
        await record(conn, row, act="redriven", by=by)
    return ours


def _arrival(row: asyncpg.Record, cycle: Cycle) -> Arrival:
    """A parked row on its way in again; an event is read anew, since it may have been mended."""
    if row["edge"] == Edge.EVENT:
        arrival = read_again(row["body"], origin=row["origin"], subject=row["subject"])
        return replace(arrival, id=row["id"], attempts=row["attempts"] + 1, redriven=True)
    body, fault = _body(row, cycle)
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


def _body(row: asyncpg.Record, cycle: Cycle) -> tuple[object, Exception | None]:
    try:
        return cycle.bodies.decode(row["name"], row["body"]), None
    except (ValueError, LookupError) as fault:
        return None, fault


def _said(error: Exception | None) -> str | None:
    return f"{type(error).__name__}: {error}" if error is not None else None
