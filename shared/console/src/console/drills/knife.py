"""Cuts a process off in the middle: at the n-th await of a chosen part of the kernel it dies by SIGKILL."""

import functools
import os
import signal
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from messaging.answers import Answers
from messaging.asks import Asks
from messaging.consumer import Consumer
from messaging.ownership import Ownership
from messaging.relay import Relay
from messaging.reminders import Reminders
from messaging.requests import Requests

Way = Callable[..., Awaitable[Any]]


class Edge(StrEnum):
    """Where the kernel meets the world, and what runs there."""

    POLL = "poll"
    OWN = "own"
    RELAY = "relay"
    ASK = "ask"
    REMIND = "remind"
    HTTP = "http"


#: What runs there, for a person.
SAYS: Mapping[Edge, str] = {
    Edge.POLL: "poll, transaction, commit, offsets",
    Edge.OWN: "partitions taken over, and read anew",
    Edge.RELAY: "lead, select, publish, mark",
    Edge.ASK: "lease, call, answer",
    Edge.REMIND: "lease, transaction",
    Edge.HTTP: "request, transaction, reply",
}
WAYS: dict[Edge, Sequence[tuple[type, str]]] = {
    Edge.POLL: [(Consumer, "_take")],
    Edge.OWN: [(Ownership, "take_over"), (Ownership, "rewind")],
    Edge.RELAY: [(Relay, "_turn")],
    Edge.ASK: [(Asks, "_turn"), (Asks, "_call"), (Answers, "_settle")],
    Edge.REMIND: [(Reminders, "_turn")],
    Edge.HTTP: [(Requests, "_settle"), (Requests, "request")],
}


class Knife:
    """Counts the awaits of one edge and ends this process at the one it is set to."""

    def __init__(self, cut_at: int | None) -> None:
        self.passed = 0
        self._cut_at = cut_at

    def hang_over(self, edge: Edge) -> None:
        """From now on every await of the edge counts, in this process."""
        for owner, name in WAYS[edge]:
            setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, way: Way) -> Way:
        @functools.wraps(way)
        async def walked(*words: Any, **named: Any) -> Any:
            return await _Steps(way(*words, **named), self._step)

        return walked

    def _step(self) -> None:
        self.passed += 1
        if self.passed == self._cut_at:
            os.kill(os.getpid(), signal.SIGKILL)


class _Steps:
    """An awaitable that tells of each time it hands control back: what was begun is under way then, and
    nobody knows yet how it ends."""

    def __init__(self, inner: Awaitable[Any], step: Callable[[], None]) -> None:
        self._inner = inner
        self._step = step

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._inner.__await__()
        sent: Any = None
        failed: BaseException | None = None
        while True:
            try:
                waited = inner.throw(failed) if failed is not None else inner.send(sent)
            except StopIteration as end:
                return end.value
            self._step()
            sent = failed = None
            try:
                sent = yield waited
            except BaseException as error:  # what is thrown in belongs to the inner one
                failed = error
