"""The HTTP edge: a command goes through the same cycle as any event, many at a time under load."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from messaging import store
from messaging.arrival import Arrival, Edge, Fate, Outcome, digest_of, request_id
from messaging.cycle import Claims, Cycle
from messaging.gather import Gather
from messaging.kinds import Connection, IdempotencyConflict, Message, Refusal
from messaging.pressure import Pressure


async def claim_requests(conn: Connection, arrivals: Sequence[Arrival]) -> Claims:
    """Requests: a known key gives the kept reply, or a conflict when the content differs."""
    known = await store.known_requests(conn, [a.id for a in arrivals if a.digest is not None])
    return {a.id: _kept(a, *known[a.id]) if a.id in known else None for a in arrivals}


def _kept(arrival: Arrival, digest: bytes, reply: bytes) -> Outcome:
    if digest != arrival.digest:
        return Outcome(Fate.CONFLICT)
    return Outcome(Fate.REPEATED, reply=msgspec.json.decode(reply))


class Requests:
    """Takes commands from HTTP handlers."""

    def __init__(self, cycle: Cycle, pressure: Pressure) -> None:
        self._cycle = cycle
        self._pressure = pressure
        self._gather: Gather[Arrival, Outcome] = Gather(self._settle)

    async def request(
        self,
        command: object,
        *,
        subject: UUID,
        key: str | None = None,
        scope: str = "",
        correlation_id: str | None = None,
        traceparent: str | None = None,
    ) -> Any:
        """The decision's reply as plain JSON values, or its `Refusal`.

        `key` is the caller's idempotency key, valid within `scope` (who calls, and what). Raises
        `IdempotencyConflict`; `Overloaded`; whatever bug the decider had; an infrastructure error when the
        ground is gone.
        """
        message_id = request_id(scope, key) if key is not None else uuid4()
        message = Message(
            id=message_id,
            subject=subject,
            body=command,
            time=datetime.now(UTC),
            correlation_id=correlation_id or str(message_id),
            traceparent=traceparent,
        )
        arrival = Arrival(
            edge=Edge.REQUEST,
            id=message_id,
            subject=subject,
            name=type(command).__name__,
            body=b"",
            origin="http",
            message=message,
            digest=digest_of(command) if key is not None else None,
        )
        with self._pressure.admitted():
            return _reply(await self._gather.put(arrival))

    async def drain(self) -> None:
        await self._gather.drain()

    async def _settle(self, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        """One key twice in one batch would be answered by the first's reply whatever the second asks, so only
        the first of each goes in; the others are asked again once its reply is kept."""
        first: dict[UUID, Arrival] = {}
        for arrival in arrivals:
            first.setdefault(arrival.id, arrival)
        settled = await self._cycle.settle(list(first.values()), claim_requests)
        outcomes = dict(zip(first, settled, strict=True))
        return [
            outcomes[a.id] if first[a.id] is a else (await self._cycle.settle([a], claim_requests))[0]
            for a in arrivals
        ]


def _reply(outcome: Outcome) -> Any:
    if outcome.fate is Fate.CONFLICT:
        raise IdempotencyConflict
    if outcome.error is not None:
        raise outcome.error
    if isinstance(outcome.reply, Refusal):
        return outcome.reply
    return msgspec.to_builtins(outcome.reply)
