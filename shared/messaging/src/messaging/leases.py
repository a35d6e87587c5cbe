"""Due rows: who takes them, for how long, and how they come back. All the SQL of the due workers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

# The longest due rows that nobody holds. SKIP LOCKED: two workers never wait for each other. An array,
# because the planner would join a subquery with the whole table, and most of that is not due for months.
LEASE = """
UPDATE due SET leased_by = $1, lease_until = now() + make_interval(secs => $2)
WHERE id = ANY(ARRAY(
  SELECT id FROM due
  WHERE kind = $3 AND target = $4 AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())
  ORDER BY due_at, id LIMIT $5 FOR UPDATE SKIP LOCKED
))
RETURNING id, target, name, subject, body, correlation_id, causation_id, traceparent, due_at, attempts,
  attempts_allowed, made_at
"""
RENEW = """
UPDATE due SET lease_until = now() + make_interval(secs => $3) WHERE id = ANY($1::uuid[]) AND leased_by = $2
"""
# A failed call: counted, and due again later. Only its holder may say so.
POSTPONE = """
UPDATE due SET attempts = attempts + 1, due_at = now() + make_interval(secs => $3), last_error = $4,
  leased_by = NULL, lease_until = NULL
WHERE id = $1 AND leased_by = $2
"""
GIVE_BACK = """
UPDATE due SET leased_by = NULL, lease_until = NULL WHERE leased_by = $1 AND kind = $2 AND target = $3
"""
# Two looks into the index: at what is due (somebody holds it, or more is due than was taken), and at the
# first that is not.
NEXT_DUE = """
SELECT extract(epoch FROM least(
  (SELECT min(greatest(due_at, lease_until)) FROM (
    SELECT due_at, lease_until FROM due WHERE kind = $1 AND target = $2 AND due_at <= now()
    ORDER BY due_at LIMIT 1000
  ) AS longest_due),
  (SELECT min(due_at) FROM due WHERE kind = $1 AND target = $2 AND due_at > now())
) - now())::float8
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A due row in our hands."""

    id: UUID
    target: str
    name: str
    subject: UUID
    body: bytes
    correlation_id: str
    causation_id: str
    traceparent: str | None
    due_at: datetime
    attempts: int
    attempts_allowed: int
    made_at: datetime


class Leases:
    """One worker's hold on due rows of one kind and target."""

    def __init__(self, pool: asyncpg.Pool, *, worker: UUID, kind: str, target: str, seconds: float) -> None:
        self._pool = pool
        self._kind = kind
        self._target = target
        self._seconds = seconds
        self.worker = worker

    async def take(self, most: int) -> Sequence[Leased]:
        """Up to `most` due rows, the longest due first."""
        rows = await self._pool.fetch(LEASE, self.worker, self._seconds, self._kind, self._target, most)
        return sorted((Leased(*row) for row in rows), key=lambda row: (row.due_at, row.id))

    async def renew(self, ids: Collection[UUID]) -> None:
        await self._pool.execute(RENEW, list(ids), self.worker, self._seconds)

    async def postpone(self, row: Leased, *, seconds: float, error: str) -> None:
        await self._pool.execute(POSTPONE, row.id, self.worker, seconds, error)

    async def give_back(self) -> None:
        await self._pool.execute(GIVE_BACK, self.worker, self._kind, self._target)

    async def seconds_to_next(self) -> float | None:
        """Until the next row may be taken; None when there is none."""
        seconds: float | None = await self._pool.fetchval(NEXT_DUE, self._kind, self._target)
        return seconds
