"""The kernel's cycle: settle a batch of arrivals in one transaction.

Invariants, each held by the test named:
- effects happen once however often a message arrives: test_a_redelivered_event_changes_nothing
- no input is acknowledged before its commit: test_no_input_is_acknowledged_before_its_commit
- one key is never decided by two at once: test_two_instances_never_decide_for_one_family_at_once
- one bad message is parked alone, the others go on: test_one_bad_event_in_500_parks_alone
- when the ground is gone nothing is parked and nothing is lost: test_a_database_that_goes_away_parks_nothing
- later messages wait behind a parked one of their family: test_later_events_wait_behind_a_parked_one
"""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from uuid import UUID

import asyncpg
from msgspec.structs import replace
from opentelemetry.trace import Span, SpanKind, Tracer

from messaging import store
from messaging.arrival import Arrival, Edge, Fate, Outcome
from messaging.bodies import Bodies
from messaging.errors import is_infrastructure
from messaging.folding import Draft, Fold
from messaging.kinds import Connection, Decider, Key, Service, State
from messaging.report import report
from messaging.tracing import OFF, batch_span

#: For each arrival id: None when it is ours to settle, else what became of it already.
Claims = Mapping[UUID, Outcome | None]
Claim = Callable[[Connection, Sequence[Arrival]], Awaitable[Claims]]

TRIES_BEFORE_PARKING = 3


def lock_number(key: Key) -> int:
    """A key as a number for an advisory lock; UUIDs of ours have 62 random low bits."""
    if isinstance(key, UUID):
        return (key.int & 0xFFFF_FFFF_FFFF_FFFF) - (1 << 63)
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest(), "big", signed=True)


async def claim_in_inbox(conn: Connection, arrivals: Sequence[Arrival]) -> Claims:
    """Events: whatever is in the inbox already was settled."""
    fresh = await store.claim_inbox(conn, [arrival.id for arrival in arrivals])
    return {a.id: None if a.id in fresh else Outcome(Fate.REPEATED) for a in arrivals}


def _tell_nobody(targets: set[str]) -> None:
    del targets


class _NotKeptError(Exception):
    """Undoes what was written of a message that failed."""


class Cycle:
    """Settles batches for one service on one pool."""

    def __init__(self, service: Service, pool: asyncpg.Pool, tracer: Tracer = OFF) -> None:
        self.service = service
        self.pool = pool
        self.tracer = tracer
        self.bodies = Bodies(service)
        # Told for which targets something became due, so that this process need not wait for its next look.
        self.on_due: Callable[[set[str]], None] = _tell_nobody

    async def settle(self, arrivals: Sequence[Arrival], claim: Claim) -> list[Outcome]:
        """What became of each, in their order. Raises only when the ground is gone (`is_infrastructure`).

        An error that no single decision raised (a broken CHECK, a bug in load or save) concerns an unknown
        one of the batch: halves are tried until the culprit is alone, then it is parked.
        """
        if not arrivals:
            return []
        try:
            return await self._transact(arrivals, claim)
        except Exception as error:
            if is_infrastructure(error):
                raise
            if len(arrivals) == 1:
                return [await self._alone(arrivals[0], claim, error)]
        middle = len(arrivals) // 2
        return await self.settle(arrivals[:middle], claim) + await self.settle(arrivals[middle:], claim)

    async def _alone(self, arrival: Arrival, claim: Claim, error: Exception) -> Outcome:
        """One message that the database refuses: tried again, then parked with its last error."""
        for _ in range(TRIES_BEFORE_PARKING - 1):
            try:
                return (await self._transact([arrival], claim))[0]
            except Exception as again:
                if is_infrastructure(again):
                    raise
                error = again
        hopeless = replace(arrival, fault=error, attempts=TRIES_BEFORE_PARKING)
        return (await self._transact([hopeless], claim))[0]

    async def settle_one(self, conn: Connection, arrival: Arrival, claim: Claim) -> tuple[Outcome, Draft]:
        """Settles one arrival within the caller's transaction; of one that fails nothing is written. Raises
        only when the ground is gone."""
        try:
            async with conn.transaction():
                (outcome,), draft = await self._in_transaction(conn, [arrival], claim)
                if outcome.error is not None:
                    raise _NotKeptError
        except _NotKeptError:
            return outcome, Draft()
        except Exception as error:
            if is_infrastructure(error):
                raise
            return Outcome(Fate.PARKED, error=error), Draft()
        return outcome, draft

    async def _transact(self, arrivals: Sequence[Arrival], claim: Claim) -> list[Outcome]:
        began = time.perf_counter()
        with _span(self.tracer, arrivals) as span:
            async with self.pool.acquire() as conn, conn.transaction():
                outcomes, draft = await self._in_transaction(conn, arrivals, claim)
            span.set_attributes({"qonys.told": len(draft.told), "qonys.parked": len(draft.parked)})
        if draft.due:
            self.on_due({row.target for row in draft.due})
        report(self.service.name, arrivals, outcomes, draft, seconds=time.perf_counter() - began)
        return outcomes

    async def _in_transaction(
        self, conn: Connection, arrivals: Sequence[Arrival], claim: Claim
    ) -> tuple[list[Outcome], Draft]:
        needs, arrivals = self._needs(arrivals)
        now = await store.lock(conn, _lock_numbers(needs, arrivals))
        claims = await claim(conn, arrivals)
        subjects = {a.subject for a in arrivals if a.subject is not None and claims.get(a.id) is None}
        fold = Fold(
            self.service,
            self.bodies,
            blocked=await store.parked_families(conn, subjects),
            states=await self._load(conn, needs, arrivals, claims),
            now=now,
        )
        outcomes = [_settled(fold, arrival, claims) for arrival in arrivals]
        await self._write(conn, fold.draft)
        return outcomes, fold.draft

    def _needs(self, arrivals: Sequence[Arrival]) -> tuple[dict[UUID, tuple[Key, ...]], list[Arrival]]:
        """The keys of each message; one whose decider cannot even name them goes on with its fault."""
        needs: dict[UUID, tuple[Key, ...]] = {}
        checked: list[Arrival] = []
        for arrival in arrivals:
            message = arrival.message
            if message is not None and arrival.fault is None:
                try:
                    needs[arrival.id] = tuple(self.service.hears[type(message.body)].keys(message))
                except Exception as fault:  # a bug about this message alone
                    arrival = replace(arrival, fault=fault)
            checked.append(arrival)
        return needs, checked

    async def _load(
        self,
        conn: Connection,
        needs: Mapping[UUID, tuple[Key, ...]],
        arrivals: Sequence[Arrival],
        claims: Claims,
    ) -> dict[str, Mapping[Key, State]]:
        deciders: dict[str, Decider] = {}
        wanted: dict[str, dict[Key, None]] = defaultdict(dict)
        for arrival in arrivals:
            if arrival.message is not None and arrival.id in needs and claims.get(arrival.id) is None:
                decider = self.service.hears[type(arrival.message.body)]
                deciders[decider.name] = decider
                wanted[decider.name].update(dict.fromkeys(needs[arrival.id]))
        return {name: await deciders[name].load(conn, list(keys)) for name, keys in wanted.items()}

    async def _write(self, conn: Connection, draft: Draft) -> None:
        deciders = {decider.name: decider for decider in self.service.hears.values()}
        for name, states in draft.changed.items():
            await deciders[name].save(conn, states)
        await store.make_due(conn, draft.due)
        await store.park(conn, draft.parked)
        await store.keep_requests(conn, draft.requests)
        await store.tell(conn, draft.told)


def _span(tracer: Tracer, arrivals: Sequence[Arrival]) -> AbstractContextManager[Span]:
    """One transaction, caused by each of its messages."""
    edge = arrivals[0].edge
    return batch_span(
        tracer,
        f"settle {edge}",
        SpanKind.CONSUMER if edge is Edge.EVENT else SpanKind.INTERNAL,
        (arrival.message.traceparent for arrival in arrivals if arrival.message is not None),
        {"messaging.batch.message_count": len(arrivals)},
    )


def _lock_numbers(needs: Mapping[UUID, tuple[Key, ...]], arrivals: Sequence[Arrival]) -> set[int]:
    numbers = {lock_number(key) for keys in needs.values() for key in keys}
    numbers.update(lock_number(a.subject) for a in arrivals if a.subject is not None)
    numbers.update(lock_number(a.id) for a in arrivals if a.edge is Edge.REQUEST)
    return numbers


def _settled(fold: Fold, arrival: Arrival, claims: Claims) -> Outcome:
    known = fold.draft.outcomes.get(arrival.id)  # the same message twice in one batch
    if known is not None:
        return Outcome(Fate.REPEATED, reply=known.reply)
    outcome = claims.get(arrival.id) or fold.take(arrival)
    fold.draft.outcomes[arrival.id] = outcome
    return outcome
