"""Answers on their way back: those of all targets of this process are settled together."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import structlog

from messaging.arrival import Arrival, Outcome
from messaging.cycle import Cycle
from messaging.due import claim_leased
from messaging.errors import is_infrastructure
from messaging.gather import Gather
from messaging.loops import GROUND_GONE_SECONDS

log = structlog.get_logger("messaging")

LINGER_SECONDS = 0.025  # as after a small poll: nobody stands at a door and waits for an answer


class Answers:
    """A family's answers come from several registers at once: one batch spares them each other's locks.

    `worker` holds the leases of the calls; only its answers count.
    """

    def __init__(self, cycle: Cycle) -> None:
        self.worker = uuid4()
        self.stopping = False
        self._cycle = cycle
        self._gather: Gather[Arrival, Outcome] = Gather(self._settle, linger_seconds=LINGER_SECONDS)

    async def settle(self, arrival: Arrival) -> Outcome:
        return await self._gather.put(arrival)

    async def _settle(self, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        """Answers are in hand, so a missing database is waited for; the leases are renewed meanwhile. When we
        are to stop, the leases are left to run out instead: the calls are made again elsewhere."""
        while True:
            try:
                return await self._cycle.settle(arrivals, claim_leased(self.worker))
            except Exception as error:
                if not is_infrastructure(error) or self.stopping:
                    raise
                log.warning("answers_wait", answers=len(arrivals), error=type(error).__name__)
                await asyncio.sleep(GROUND_GONE_SECONDS)
