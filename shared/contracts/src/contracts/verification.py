"""What verification tells: what is true (checks) and what is decided (decisions)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.event import event
from contracts.words import Category, Code, Kato, People, Reason, Register, Tenge

CHECKS = "verification.checks.v1"
DECISIONS = "verification.decisions.v1"


class Verdict(StrEnum):
    CLEAR = "clear"
    BLOCKED = "blocked"


@event("kz.qonys.check.confirmed.v1", topic=CHECKS)
class CheckConfirmed:
    """A register confirmed what the family said of one member."""

    register: Register
    member_id: UUID


@event("kz.qonys.check.contradicted.v1", topic=CHECKS)
class CheckContradicted:
    """A register says otherwise."""

    register: Register
    member_id: UUID
    reason: Reason


@event("kz.qonys.check.silent.v1", topic=CHECKS)
class CheckSilent:
    """A register did not answer; silence is never a contradiction, the case waits and is asked again."""

    register: Register
    member_id: UUID
    cause: Code
    times: int
    since: datetime
    asked_again_at: datetime


@event("kz.qonys.verification.completed.v1", topic=DECISIONS)
class VerificationCompleted:
    """All checks of the family have answers, and this follows from them."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


@event("kz.qonys.eligibility.decided.v1", topic=DECISIONS)
class EligibilityDecided:
    """Whether the family may take part, and by which rule."""

    eligible: bool
    rule_set: str  # the dated rule set in force on the day of submission
    reasons: tuple[Reason, ...]


@event("kz.qonys.quota.reserved.v1", topic=DECISIONS)
class QuotaReserved:
    """The family is counted into the region's quota, in people."""

    year: int
    region: Kato
    category: Category
    people: People


@event("kz.qonys.quota.waitlisted.v1", topic=DECISIONS)
class QuotaWaitlisted:
    """The quota is full; `position` counts from 1."""

    year: int
    region: Kato
    category: Category
    people: People
    position: int


@event("kz.qonys.quota.released.v1", topic=DECISIONS)
class QuotaReleased:
    """The family's place went back to the region's quota, or it left the waiting list."""

    year: int
    region: Kato
    category: Category
    people: People


@event("kz.qonys.certificate.issued.v1", topic=DECISIONS)
class CertificateIssued:
    """The economic mobility certificate, one for a family, valid in the region of arrival only."""

    number: str
    cap_tenge: Tenge
    people: People
    region: Kato
    category: Category
    issued_on: date
    jws: str  # ES256, RFC 7515; holds no name


@event("kz.qonys.certificate.refused.v1", topic=DECISIONS)
class CertificateRefused:
    """The family gets no certificate, and why."""

    reasons: tuple[Reason, ...]


@event("kz.qonys.certificate.revoked.v1", topic=DECISIONS)
class CertificateRevoked:
    """A certificate that was issued is valid no more, and why."""

    number: str
    reasons: tuple[Reason, ...]


@event("kz.qonys.payment.authorised.v1", topic=DECISIONS)
class PaymentAuthorised:
    """The certificate pays `min(price, cap)`; the rest is the mortgage. Never a cash remainder."""

    certificate_number: str
    price_tenge: Tenge
    amount_tenge: Tenge
    mortgage_tenge: Tenge


@event("kz.qonys.payment.refused.v1", topic=DECISIONS)
class PaymentRefused:
    """The certificate does not pay for this home, and why."""

    reasons: tuple[Reason, ...]


@event("kz.qonys.verification.parked.v1", topic=DECISIONS)
class VerificationParked:
    """A message about the family waits in verification for an operator, and later ones behind it."""

    since: datetime


@event("kz.qonys.verification.resumed.v1", topic=DECISIONS)
class VerificationResumed:
    """No message about the family waits in verification for an operator any more."""
