"""Whose case it is, read once: an owner never changes, and each request of a family asks after it."""

from uuid import UUID

from chassis.database import Pool
from intake.store.reading import Owner, owner

MOST_KNOWN = 10_000


class Owners:
    """Owners of the cases that were asked after last."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[UUID, Owner] = {}  # the oldest first

    async def of(self, application_id: UUID) -> Owner | None:
        """None for a case that is not there, which may be made the next moment."""
        known = self._known.get(application_id)
        if known is None:
            async with self._pool.acquire() as conn:
                known = await owner(conn, application_id)
            if known is not None:
                self._keep(application_id, known)
        return known

    def _keep(self, application_id: UUID, known: Owner) -> None:
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[application_id] = known
