"""What asks and reminders have in common: a due row as an arrival, and the claim that its lease gives."""

from collections.abc import Sequence
from uuid import UUID

from messaging import store
from messaging.arrival import Arrival, Edge, Fate, Outcome
from messaging.bodies import Bodies
from messaging.cycle import Claim, Claims
from messaging.kinds import Connection, Message
from messaging.leases import Leased, Leases

POLL_SECONDS = 1.0
SHORTEST_PAUSE_SECONDS = 0.005


def claim_leased(worker: UUID) -> Claim:
    """Rows that this worker still holds are its own; the others went to somebody else meanwhile."""

    async def claim(conn: Connection, arrivals: Sequence[Arrival]) -> Claims:
        held = await store.claim_due(conn, [arrival.id for arrival in arrivals], worker)
        return {a.id: None if a.id in held else Outcome(Fate.LOST) for a in arrivals}

    return claim


def arrival_of(row: Leased, bodies: Bodies, *, edge: Edge, body: object) -> Arrival:
    """A due row with what came of it: an answer, `Unanswered`, or the reminder itself."""
    name, raw = bodies.encode(body)
    message = Message(
        id=row.id,
        subject=row.subject,
        body=body,
        time=row.due_at,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
    )
    return Arrival(
        edge=edge,
        id=row.id,
        subject=row.subject,
        name=name,
        body=raw,
        origin=f"due/{row.target or 'reminder'}",
        message=message,
        attempts=row.attempts + 1,
    )


def failed_arrival(row: Leased, *, edge: Edge, fault: Exception) -> Arrival:
    """A due row that cannot be acted on: it will be parked as it is."""
    return Arrival(
        edge=edge,
        id=row.id,
        subject=row.subject,
        name=row.name,
        body=row.body,
        origin=f"due/{row.target or 'reminder'}",
        message=None,
        fault=fault,
        attempts=row.attempts + 1,
    )


async def pause_before(leases: Leases) -> float:
    """Seconds until the next row is due, but never longer than the poll: another instance may make one."""
    seconds = await leases.seconds_to_next()
    return POLL_SECONDS if seconds is None else min(POLL_SECONDS, max(seconds, SHORTEST_PAUSE_SECONDS))
