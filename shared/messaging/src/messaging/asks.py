"""The worker behind `Ask`: leases due calls of one target, makes them outside any transaction, settles what
comes back.

Invariants, each held by the test named:
- a call leaves only in the transaction that decides its answer: test_an_ask_whose_worker_dies_is_asked_again
- an answer after the lease was lost changes nothing: test_an_answer_after_its_lease_was_lost_changes_nothing
- no connection is held during a call: test_no_connection_is_held_while_the_outside_is_asked
"""

import asyncio
import random
import time
from contextlib import AbstractContextManager
from uuid import UUID

import structlog
from opentelemetry.trace import Span, SpanKind
from structlog.contextvars import bind_contextvars

from messaging import metrics
from messaging.answers import Answers
from messaging.arrival import Arrival, Edge
from messaging.breaker import Breaker
from messaging.cycle import Cycle
from messaging.due import arrival_of, failed_arrival, pause_before
from messaging.errors import is_infrastructure
from messaging.kinds import PermanentError, Target, TransientError, Unanswered
from messaging.leases import Leased, Leases
from messaging.loops import Loop
from messaging.tracing import child_span

log = structlog.get_logger("messaging")

LEASE_SPARE_SECONDS = 20.0  # beyond the slowest call: settling its answer, a slow database
BUSY_PAUSE_SECONDS = 1.0
IN_HAND = 8  # for each call that may be under way: with the answers that wait for their transaction


class Asks:
    """All calls to one target from this process."""

    def __init__(self, cycle: Cycle, target: Target, answers: Answers) -> None:
        self._cycle = cycle
        self._target = target
        self._lease_seconds = target.timeout_seconds + LEASE_SPARE_SECONDS
        self._leases = Leases(
            cycle.pool, worker=answers.worker, kind="ask", target=target.name, seconds=self._lease_seconds
        )
        self._breaker = Breaker(after=target.breaker_after, seconds=target.breaker_seconds)
        self._calls: dict[UUID, asyncio.Task[None]] = {}  # in hand, until the answer is settled
        self._outside: set[UUID] = set()  # of these, the ones that have not come back yet
        self._full = False
        self._answers = answers
        self.loop = Loop(self._turn, name=f"ask {target.name}")
        metrics.ASKS.labels(
            cycle.service.name, target.name, "failed"
        )  # 0 from the start, so that one is seen
        metrics.BREAKER.labels(cycle.service.name, target.name).set(0)

    @property
    def target(self) -> str:
        return self._target.name

    async def run(self) -> None:
        """Until the loop is stopped; then calls under way end and what is left goes back to others."""
        renewing = asyncio.create_task(self._renew())
        try:
            await self.loop.run()
            await asyncio.gather(*self._calls.values())
            await self._leases.give_back()
        finally:
            renewing.cancel()

    async def _turn(self) -> float:
        parallel = self._target.parallel
        passes = self._breaker.passes(parallel, under_way=len(self._outside))
        free = min(passes, IN_HAND * parallel - len(self._calls))
        self._full = free <= 0
        if self._full:
            return BUSY_PAUSE_SECONDS  # a finished call wakes the loop
        rows = await self._leases.take(free)
        for row in rows:
            if row.id not in self._calls:  # else its lease had run out under our own call, and is renewed now
                self._outside.add(row.id)
                self._calls[row.id] = asyncio.create_task(self._ask(row))
        return 0 if len(rows) == free else await pause_before(self._leases)

    async def _renew(self) -> None:
        """Keeps the leases of calls under way: slow is not dead."""
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                await self._leases.renew(self._calls)
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("lease_not_renewed", target=self._target.name, error=type(error).__name__)

    async def _ask(self, row: Leased) -> None:
        # In this task's own context: whatever is said during the call names its case.
        bind_contextvars(application_id=str(row.subject), correlation_id=row.correlation_id)
        began = time.perf_counter()
        try:
            arrival = await self._call(row)
            self._back(row)  # the target may be asked again while the answer is settled
            if arrival is not None:
                await self._answers.settle(arrival)
        except Exception as error:
            if not is_infrastructure(error):
                raise
            # The row could not be postponed: its lease runs out and it is asked again.
            log.warning("ask_left_to_its_lease", target=self._target.name, error=type(error).__name__)
        finally:
            metrics.ASK_SECONDS.labels(self._cycle.service.name, self._target.name).observe(
                time.perf_counter() - began
            )
            del self._calls[row.id]
            self._back(row)

    def _back(self, row: Leased) -> None:
        self._outside.discard(row.id)
        if self._full:
            self.loop.wake()

    async def _call(self, row: Leased) -> Arrival | None:
        """Makes the call: its answer, its failure to be parked, or None when it is to be tried again."""
        try:
            call = self._cycle.bodies.decode(row.name, row.body)
            with self._span(row):
                async with asyncio.timeout(self._target.timeout_seconds):
                    answer = await self._target.perform(call)
            arrival = arrival_of(row, self._cycle.bodies, edge=Edge.ANSWER, body=answer)
        except Exception as error:
            return await self._failed(row, error)
        self._count("answered")
        if self._breaker.is_open:
            log.info("breaker_closed", target=self._target.name)
        self._breaker.succeeded()
        metrics.BREAKER.labels(self._cycle.service.name, self._target.name).set(0)
        return arrival

    def _span(self, row: Leased) -> AbstractContextManager[Span]:
        """The call in the trace of the request that it follows from."""
        return child_span(
            self._cycle.tracer,
            f"ask {row.target}",
            SpanKind.CLIENT,
            row.traceparent,
            {"qonys.application_id": str(row.subject), "qonys.attempt": row.attempts + 1},
        )

    async def _failed(self, row: Leased, error: Exception) -> Arrival | None:
        foreseen = isinstance(error, TransientError) or is_infrastructure(error)
        if foreseen:
            self._count_failure()
        if row.attempts + 1 < row.attempts_allowed and not isinstance(error, PermanentError):
            await self._try_later(row, error)
            return None
        self._count("unanswered" if foreseen else "failed")
        if not foreseen:  # a bug, or something that only a person can mend
            return failed_arrival(row, edge=Edge.ASK, fault=error)
        call = self._cycle.bodies.decode(row.name, row.body)
        unanswered = Unanswered(
            target=row.target, call=call, error=type(error).__name__, attempts=row.attempts + 1
        )
        return arrival_of(row, self._cycle.bodies, edge=Edge.ANSWER, body=unanswered)

    async def _try_later(self, row: Leased, error: Exception) -> None:
        self._count("again")
        doubled = self._target.backoff_seconds * 2**row.attempts
        seconds = min(doubled, self._target.backoff_limit_seconds) * random.uniform(0.75, 1.25)  # noqa: S311
        log.warning(
            "ask_tried_again",
            target=row.target,
            message_id=str(row.id),
            attempts=row.attempts + 1,
            error=type(error).__name__,
            in_seconds=round(seconds, 1),
        )
        await self._leases.postpone(row, seconds=seconds, error=f"{type(error).__name__}: {error}"[:500])

    def _count(self, outcome: str) -> None:
        metrics.ASKS.labels(self._cycle.service.name, self._target.name, outcome).inc()

    def _count_failure(self) -> None:
        if self._breaker.failed():
            log.warning("breaker_opened", target=self._target.name, for_seconds=self._target.breaker_seconds)
        metrics.BREAKER.labels(self._cycle.service.name, self._target.name).set(self._breaker.is_open)
