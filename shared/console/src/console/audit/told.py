"""An event that a service told, and what is looked at of its body: of a few types, all of it."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from aiokafka.record.util import calc_crc32c

from console.audit.sources import UnreadableSourceError
from contracts import EVENTS, spec_of
from contracts.integration import PlanOpened
from contracts.notification import ContactRequested
from contracts.verification import (
    CertificateIssued,
    EligibilityDecided,
    PaymentAuthorised,
    VerificationCompleted,
)
from messaging.ids import quick

ID_BYTES = 16
_CHECKSUM_BYTES = 8
SAID_BYTES = ID_BYTES + _CHECKSUM_BYTES


def named(*classes: type) -> frozenset[str]:
    """The types that envelopes carry for these event classes."""
    return frozenset(spec_of(cls).type for cls in classes)


#: Those that judges look at with all their fields (`Told.fact`).
STUDIED = named(
    CertificateIssued,
    ContactRequested,
    EligibilityDecided,
    PaymentAuthorised,
    PlanOpened,
    VerificationCompleted,
)


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What an event's data say about which check, message or referral it is; most events are about none."""

    register: str | None = None
    member_id: str | None = None
    times: int | None = None
    message_id: str | None = None
    cause: str | None = None
    referral_id: str | None = None


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`said`: its id and the checksum of its body (see `gathering.OUTBOX`). `cause`: id of the message on
    which it was decided."""

    said: bytes
    type: str = ""
    cause: str | None = None
    mark: Mark = Mark()
    body: bytes | None = None

    @property
    def octets(self) -> bytes:
        """Of its id."""
        return self.said[:ID_BYTES]

    @property
    def id(self) -> UUID:
        return quick(self.said[:ID_BYTES])

    @property
    def fact(self) -> Any:
        """The event class with all its fields, of a type in `STUDIED`."""
        assert self.body is not None, f"{self.type} is not studied"
        return _facts(self.type).decode(self.body).data


def said(event: bytes, body: bytes) -> bytes:
    """What an outbox and a topic must say alike."""
    checksum: int = calc_crc32c(body)
    return event + checksum.to_bytes(_CHECKSUM_BYTES)


def unlike(event: bytes) -> bytes:
    """The same of an event that no outbox can say: a checksum has four octets."""
    return event + b"\xff" * _CHECKSUM_BYTES


def of_type(events: Iterable[Told], names: Collection[str]) -> list[Told]:
    return [event for event in events if event.type in names]


@cache
def _facts(name: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("_Fact", [("data", EVENTS[name])]))


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Who told an event, and about whom."""

    id: str
    source: str
    subject: str


class Head(Sender, frozen=True, gc=False):
    """The same, and what it was, of an event of ours."""

    type: str
    data: Mark
    causationid: str | None = None


sender_of = msgspec.json.Decoder(Sender).decode
head_of = msgspec.json.Decoder(Head).decode


def told(teller: str, said: bytes, body: bytes) -> Told:
    """A row of an outbox. Raises UnreadableSourceError: what stands there was written by us."""
    try:
        head = head_of(body)
    except msgspec.DecodeError as error:
        identity = quick(said[:ID_BYTES])
        raise UnreadableSourceError(
            f"event {identity} in the outbox of {teller} is no event ({error})", remedy="who has changed it?"
        ) from error
    return Told(said, head.type, head.causationid, head.data, body)
