"""What each event means to a citizen: the template that tells it, and the facts that go into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.intake import ApplicationSubmitted, ApplicationWithdrawn
from contracts.integration import PlanCompleted, PlanOpened
from contracts.verification import (
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
)
from contracts.words import Reason


@dataclass(frozen=True, slots=True)
class Money:
    tenge: int


@dataclass(frozen=True, slots=True)
class Place:
    kato: str


#: A fact is written in the reader's language; `str` as it is, `int` as a number that words agree with.
Fact = str | int | date | Money | Place


@dataclass(frozen=True, slots=True)
class News:
    """`about` names the template; `reasons` are told in the words that the event itself carries."""

    about: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()


CHECK_WAITS = "check_waits"
VERIFICATION_CLEAR = "verification_clear"


def news_of(event: object, *, contact_by: date) -> News:
    """`contact_by`: until when the career centre calls, should this event ask it to."""
    if isinstance(event, VerificationCompleted) and event.verdict is Verdict.CLEAR:
        return News(VERIFICATION_CLEAR, {"contact_by": contact_by})
    return NEWS[type(event)](event)


def _received(event: ApplicationSubmitted) -> News:
    return News("application_received", {"people": len(event.members), "region": Place(event.region_to)})


def _eligibility(event: EligibilityDecided) -> News:
    # What speaks for a family needs no defence: only a refusal is explained.
    return News("eligible") if event.eligible else News("not_eligible", reasons=event.reasons)


def _place(event: QuotaReserved | QuotaReleased | QuotaWaitlisted) -> dict[str, Fact]:
    return {"people": event.people, "region": Place(event.region), "year": str(event.year)}


def _certificate(event: CertificateIssued) -> News:
    facts: dict[str, Fact] = {
        "number": event.number,
        "cap": Money(event.cap_tenge),
        "region": Place(event.region),
    }
    return News("certificate_issued", facts)


def _payment(event: PaymentAuthorised) -> News:
    return News(
        "payment_authorised",
        {
            "price": Money(event.price_tenge),
            "amount": Money(event.amount_tenge),
            "mortgage": Money(event.mortgage_tenge),
            "has_mortgage": "yes" if event.mortgage_tenge else "no",
        },
    )


#: Every event that a citizen hears of. A plain mapping, so that a new one is one line.
NEWS: Mapping[type, Callable[[Any], News]] = {
    ApplicationSubmitted: _received,
    ApplicationWithdrawn: lambda _: News("application_withdrawn"),
    CheckSilent: lambda e: News(CHECK_WAITS, {"register": e.register.value}),
    VerificationCompleted: lambda e: News("verification_blocked", reasons=e.reasons),
    EligibilityDecided: _eligibility,
    QuotaReserved: lambda e: News("quota_reserved", _place(e)),
    QuotaWaitlisted: lambda e: News("quota_waitlisted", {**_place(e), "position": e.position}),
    QuotaReleased: lambda e: News("quota_released", _place(e)),
    CertificateIssued: _certificate,
    CertificateRefused: lambda e: News("certificate_refused", reasons=e.reasons),
    CertificateRevoked: lambda e: News("certificate_revoked", {"number": e.number}, e.reasons),
    PaymentAuthorised: _payment,
    PaymentRefused: lambda e: News("payment_refused", reasons=e.reasons),
    PlanOpened: lambda e: News(
        "plan_opened", {"referrals": e.referrals, "not_needed": len(e.not_applicable)}
    ),
    PlanCompleted: lambda e: News("plan_completed", {"done": e.done, "declined": e.declined}),
}
