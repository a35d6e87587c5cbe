"""All of the kernel's SQL for settling a batch: each statement serves any number of rows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from messaging.kinds import Connection

# Locks the keys in the order given (sorted, so that two batches cannot deadlock) until the transaction ends,
# and tells the database's clock: the only one by which anything is due.
LOCK = """
SELECT now() AS now, count(locked.done) FROM (
  SELECT pg_advisory_xact_lock(key)::text AS done FROM unnest($1::bigint[]) AS key
) AS locked
"""

# Ids that were not settled before; a second batch with the same id waits here for the first one's end.
CLAIM_INBOX = """
INSERT INTO inbox (id) SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id
ON CONFLICT (id) DO NOTHING RETURNING id
"""

# Due rows that are still leased to this worker: taking them away claims them.
CLAIM_DUE = "DELETE FROM due WHERE id = ANY($1::uuid[]) AND leased_by = $2 RETURNING id"

KNOWN_REQUESTS = "SELECT id, digest, reply FROM requests WHERE id = ANY($1::uuid[])"
KEEP_REQUESTS = """
INSERT INTO requests (id, digest, reply) SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[])
"""

ANYTHING_PARKED = "SELECT EXISTS (SELECT FROM parked)"
PARKED_FAMILIES = "SELECT DISTINCT subject FROM parked WHERE subject = ANY($1::uuid[])"

# Outbox rows keep the order decided; the batch's number is drawn under the families' locks, so that a later
# batch of a family has a higher one. One notification wakes the relay.
TELL = """
WITH listed AS (
  INSERT INTO untold (events) VALUES (cardinality($1::uuid[])) RETURNING batch
), told AS (
  INSERT INTO outbox (batch, place, id, topic, subject, body)
  SELECT batch, place, id, topic, subject, body
  FROM listed, unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) WITH ORDINALITY
    AS t (id, topic, subject, body, place)
)
SELECT pg_notify('untold', '')
"""

MAKE_DUE = """
INSERT INTO due (id, kind, target, name, subject, body, correlation_id, causation_id, traceparent, due_at,
  attempts_allowed)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bytea[], $7::text[],
  $8::text[], $9::text[], $10::timestamptz[], $11::int[])
"""

PARK = """
INSERT INTO parked (id, subject, state, edge, name, body, origin, correlation_id, causation_id, traceparent,
  said_at, attempts, error, traceback)
SELECT id, subject, state, edge, name, body, origin, correlation_id, causation_id, traceparent, said_at,
  attempts, error, traceback
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[],
  $9::text[], $10::text[], $11::timestamptz[], $12::int[], $13::text[], $14::text[]) WITH ORDINALITY
  AS t (id, subject, state, edge, name, body, origin, correlation_id, causation_id, traceparent, said_at,
    attempts, error, traceback, place)
ORDER BY place
"""

# Takes a partition over: whoever held it before has an older epoch from now on.
TAKE_OVER = """
INSERT INTO ownership (topic, partition, epoch)
SELECT topic, partition, 1 FROM unnest($1::text[], $2::int[]) AS t (topic, partition) ORDER BY 1, 2
ON CONFLICT (topic, partition) DO UPDATE SET epoch = ownership.epoch + 1
RETURNING topic, partition, epoch
"""

KNOWN_PARTITIONS = """
SELECT topic, partition FROM ownership JOIN unnest($1::text[], $2::int[]) AS t (topic, partition)
  USING (topic, partition)
"""

# Which of these partitions still belong to this epoch; held until the transaction ends.
STILL_OWNED = """
SELECT o.topic, o.partition FROM ownership AS o
JOIN unnest($1::text[], $2::int[], $3::bigint[]) AS mine (topic, partition, epoch)
  USING (topic, partition, epoch)
ORDER BY 1, 2 FOR SHARE OF o
"""


class OutboxRow(Struct, frozen=True):
    id: UUID
    topic: str
    subject: UUID
    body: bytes


class DueRow(Struct, frozen=True):
    id: UUID
    kind: str
    target: str
    name: str
    subject: UUID
    body: bytes
    correlation_id: str
    causation_id: str
    traceparent: str | None
    due_at: datetime
    attempts_allowed: int


class ParkedRow(Struct, frozen=True):
    id: UUID
    subject: UUID | None
    state: str
    edge: str
    name: str
    body: bytes
    origin: str
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    said_at: datetime
    attempts: int
    error: str | None
    traceback: str | None


Row = OutboxRow | DueRow | ParkedRow


def _columns(rows: Sequence[Row]) -> list[list[object]]:
    """Rows as one array for each column, in the order that the statements name them."""
    return [[getattr(row, name) for row in rows] for name in type(rows[0]).__struct_fields__]


async def lock(conn: Connection, keys: Collection[int]) -> datetime:
    row = await conn.fetchrow(LOCK, sorted(keys))
    assert row is not None
    now: datetime = row["now"]
    return now


async def claim_inbox(conn: Connection, ids: Sequence[UUID]) -> set[UUID]:
    return {row["id"] for row in await conn.fetch(CLAIM_INBOX, ids)} if ids else set()


async def claim_due(conn: Connection, ids: Sequence[UUID], worker: UUID) -> set[UUID]:
    return {row["id"] for row in await conn.fetch(CLAIM_DUE, ids, worker)} if ids else set()


async def known_requests(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, bytes]]:
    """Request id → (digest, reply) of those answered before."""
    if not ids:
        return {}
    rows = await conn.fetch(KNOWN_REQUESTS, ids)
    return {row["id"]: (row["digest"], row["reply"]) for row in rows}


async def keep_requests(conn: Connection, kept: Sequence[tuple[UUID, bytes, bytes]]) -> None:
    if kept:
        await conn.execute(KEEP_REQUESTS, *map(list, zip(*kept, strict=True)))


async def parked_families(conn: Connection, subjects: Collection[UUID]) -> set[UUID]:
    """Those of the families that have a parked message; mostly nobody has one, which is quick to see."""
    if not subjects or not await conn.fetchval(ANYTHING_PARKED):
        return set()
    return {row["subject"] for row in await conn.fetch(PARKED_FAMILIES, subjects)}


async def tell(conn: Connection, rows: Sequence[OutboxRow]) -> None:
    if rows:
        await conn.execute(TELL, *_columns(rows))


async def make_due(conn: Connection, rows: Sequence[DueRow]) -> None:
    if rows:
        await conn.execute(MAKE_DUE, *_columns(rows))


async def park(conn: Connection, rows: Sequence[ParkedRow]) -> None:
    if rows:
        await conn.execute(PARK, *_columns(rows))


async def take_over(conn: Connection, partitions: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    rows = await conn.fetch(TAKE_OVER, [t for t, _ in partitions], [p for _, p in partitions])
    return {(row["topic"], row["partition"]): row["epoch"] for row in rows}


async def known_partitions(conn: Connection, partitions: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
    rows = await conn.fetch(KNOWN_PARTITIONS, [t for t, _ in partitions], [p for _, p in partitions])
    return {(row["topic"], row["partition"]) for row in rows}


async def disown(conn: Connection) -> None:
    await conn.execute("DELETE FROM ownership")


async def still_owned(conn: Connection, epochs: dict[tuple[str, int], int]) -> set[tuple[str, int]]:
    rows = await conn.fetch(
        STILL_OWNED, [t for t, _ in epochs], [p for _, p in epochs], list(epochs.values())
    )
    return {(row["topic"], row["partition"]) for row in rows}
