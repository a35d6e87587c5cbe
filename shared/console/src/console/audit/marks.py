"""What is looked at of an event's body; of a few types, all of it."""

import msgspec

from contracts import spec_of
from contracts.integration import PlanOpened
from contracts.notification import ContactRequested
from contracts.verification import (
    CertificateIssued,
    EligibilityDecided,
    PaymentAuthorised,
    VerificationCompleted,
)


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
