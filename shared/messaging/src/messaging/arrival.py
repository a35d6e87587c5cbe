"""One message on its way through the kernel: where it came from, and what became of it."""

import hashlib
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import Struct

from messaging.ids import quick
from messaging.kinds import Message


class Edge(StrEnum):
    """The four ways in."""

    EVENT = "event"
    REQUEST = "request"
    ANSWER = "answer"
    REMINDER = "reminder"
    ASK = "ask"  # no way in, but a call that nobody could make: it is only ever parked


class Fate(StrEnum):
    """What became of an arrival."""

    DECIDED = "decided"
    REPEATED = "repeated"  # settled before; nothing was done
    REFUSED = "refused"  # a foreseen refusal; nothing was written
    PARKED = "parked"  # a person must look
    WAITS = "waits"  # behind a parked message of the same family
    LOST = "lost"  # not ours any more: another instance has the lease
    FAILED = "failed"  # a request that ran into a bug; its caller is told
    CONFLICT = "conflict"  # same idempotency key, other content


class Arrival(Struct, frozen=True, kw_only=True):
    """A message with its bytes. `message` is None when the bytes could not be read; `fault` says why."""

    edge: Edge
    id: UUID
    subject: UUID | None
    name: str  # event type or class name, for people who look at parked rows
    body: bytes
    origin: str  # topic/partition/offset, or the due row's target
    message: Message | None
    fault: Exception | None = None
    digest: bytes | None = None  # of a request with an idempotency key
    attempts: int = 1
    redriven: bool = False  # the head of its family's parked messages, tried again: it waits behind nobody


class Outcome(Struct, frozen=True):
    """What became of an arrival, with the reply or the error when there is one."""

    fate: Fate
    reply: object | None = None
    error: Exception | None = None


def request_id(scope: str, key: str) -> UUID:
    """The inbox identity of an HTTP request: one idempotency key of one caller."""
    return uuid5(NAMESPACE_URL, f"qonys:request:{scope}:{key}")


def event_id(source: str, identifier: str, *, ours: bool) -> UUID:
    """A CloudEvent's identity is (source, id). Those from a topic of ours are UUIDs; others become one
    by both, so that nobody takes an id of ours away, whatever he says of himself."""
    if ours:
        try:
            return quick(identifier)
        except ValueError:
            pass
    return uuid5(NAMESPACE_URL, f"qonys:event:{source}:{identifier}")


def unreadable_id(subject: UUID | None, body: bytes) -> UUID:
    """Identity of bytes that have none: the same bytes about one family are parked once."""
    key = subject.bytes if subject else b""
    return UUID(bytes=hashlib.blake2b(body, key=key, digest_size=16).digest())


def digest_of(command: object) -> bytes:
    """Fingerprint of a request's content, so that a key cannot be used again for something else."""
    return hashlib.sha256(type(command).__name__.encode() + msgspec.json.encode(command)).digest()
