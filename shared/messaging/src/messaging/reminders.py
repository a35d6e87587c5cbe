"""The worker behind `Remind`: what is due comes back to its decider."""

from collections.abc import Sequence
from uuid import uuid4

from messaging.arrival import Arrival, Edge
from messaging.cycle import Cycle
from messaging.due import arrival_of, claim_leased, failed_arrival, pause_before
from messaging.leases import Leased, Leases
from messaging.loops import Loop

REMINDERS = ""  # the target of due rows that ask nobody
MOST_AT_ONCE = 500
LEASE_SECONDS = 60.0


class Reminders:
    """Settles due reminders, many in one transaction."""

    def __init__(self, cycle: Cycle) -> None:
        self._cycle = cycle
        self._leases = Leases(
            cycle.pool, worker=uuid4(), kind="remind", target=REMINDERS, seconds=LEASE_SECONDS
        )
        self._rows: Sequence[Leased] = ()  # in hand when the database went: settled first
        self.loop = Loop(self._turn, name="reminders")

    async def run(self) -> None:
        await self.loop.run()
        await self._leases.give_back()

    async def _turn(self) -> float:
        self._rows = self._rows or await self._leases.take(MOST_AT_ONCE)
        if not self._rows:
            return await pause_before(self._leases)
        arrivals = [self._arrival(row) for row in self._rows]
        await self._cycle.settle(arrivals, claim_leased(self._leases.worker))
        self._rows = ()
        return 0

    def _arrival(self, row: Leased) -> Arrival:
        try:
            body = self._cycle.bodies.decode(row.name, row.body)
        except (ValueError, LookupError) as fault:
            return failed_arrival(row, edge=Edge.REMINDER, fault=fault)
        return arrival_of(row, self._cycle.bodies, edge=Edge.REMINDER, body=body)
