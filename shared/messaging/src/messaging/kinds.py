"""The kernel's vocabulary: what arrives, what is decided, what follows, and who decides.

A decider is a pure function with two database functions beside it. `decide` sees one message at a time, in
order for each key; `load` and `save` serve a whole batch. That is all a service's author writes.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from msgspec import Struct, field

# A pooled connection; named once so that nobody else needs asyncpg's generic spelling.
if TYPE_CHECKING:
    Connection: TypeAlias = PoolConnectionProxy[asyncpg.Record]
else:
    Connection = PoolConnectionProxy
#: What is locked and loaded together: a UUID for a family, any hashable with a stable `str` for the shared.
Key: TypeAlias = Any
State: TypeAlias = Any


class TransientError(Exception):
    """Later it may work: the kernel tries again with back-off."""


class PermanentError(Exception):
    """It will not work by itself: a person must look, so the message is parked."""


class IdempotencyConflict(Exception):  # noqa: N818 - a foreseen answer to the caller, not a failure of ours
    """The same idempotency key came with other content; nothing was done."""


class Message(Struct, frozen=True, kw_only=True):
    """Whatever arrives, from any of the four edges. A msgspec struct, since one is made for every event."""

    id: UUID  # identity for the inbox
    subject: UUID  # application id
    body: object  # an event, a command, an ask's answer, `Unanswered`, or a reminder
    time: datetime  # when it was said, aware
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


class Tell(Struct, frozen=True):
    """Say an event on its topic; about this family unless another `subject` is named."""

    event: object
    subject: UUID | None = None


class Ask(Struct, frozen=True):
    """Call the outside world through a `Target`; the answer comes back as a message to the same family."""

    target: str
    call: object
    at: datetime | None = None  # not before; None is now
    attempts: int = 5


class Remind(Struct, frozen=True):
    """Come back at a time: `what` returns as a message's body."""

    at: datetime
    what: object


Effect: TypeAlias = Tell | Ask | Remind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """An ask that got no answer in all its attempts."""

    target: str
    call: Any
    error: str
    attempts: int


class Refusal(Struct, frozen=True):
    """A refusal that the rules foresee. As a reply it means: nothing is written, the key stays free."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Decision(Struct, frozen=True):
    """What follows from one message."""

    states: Mapping[Key, State] = field(default_factory=dict)
    effects: Sequence[Effect] = ()
    reply: object | None = None


class Decider(Protocol):
    """Who decides: see the module's text. `decide` must be pure; its exceptions park the one message."""

    @property
    def name(self) -> str: ...

    def keys(self, message: Message) -> Collection[Key]: ...

    async def load(self, conn: Connection, keys: Collection[Key]) -> Mapping[Key, State]: ...

    def decide(self, states: Mapping[Key, State], message: Message, now: datetime) -> Decision: ...

    async def save(self, conn: Connection, states: Mapping[Key, State]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something outside that can be asked. `perform` holds no transaction; it raises `TransientError` to be
    tried again and `PermanentError` when a person must look."""

    name: str
    call: type
    answer: type
    perform: Callable[[Any], Awaitable[object]]
    timeout_seconds: float = 10.0  # of one call; the lease outlives it
    parallel: int = 8
    breaker_after: int = 5  # failures in a row that open the breaker
    breaker_seconds: float = 10.0  # how long it stays open before one probe
    backoff_seconds: float = 1.0  # first wait; doubles, with jitter, up to `backoff_limit_seconds`
    backoff_limit_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Event classes by which a service tells that a family waits for a person in it, and that it goes on."""

    parked: type  # with `since`: told with the first message of a family that is parked
    resumed: type  # without fields: told when none of the family's messages is parked any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as the kernel sees it: which bodies it hears, whom it may ask, and whether the others are
    told what is parked in it."""

    name: str
    hears: Mapping[type, Decider]  # body class → decider; topics follow from the event classes
    targets: Sequence[Target] = ()
    notices: Notices | None = None
