"""Which service hears which events; a test compares this with the services' own tables."""

from collections.abc import Mapping, Sequence

from contracts import spec_of
from contracts.intake import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ArrivalReported,
    HousingChosen,
    QuestionnaireCompleted,
)
from contracts.integration import (
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralAnswered,
    ReferralDeclined,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
)
from contracts.notification import ContactRequested, MessageDelivered, MessageFailed, MessageSent
from contracts.verification import (
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    CheckConfirmed,
    CheckContradicted,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    VerificationCompleted,
)

_DECISIONS = (
    VerificationCompleted,
    EligibilityDecided,
    QuotaReserved,
    QuotaWaitlisted,
    QuotaReleased,
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    PaymentAuthorised,
    PaymentRefused,
)
_PLANS = (PlanOpened, PlanCompleted)

#: Events of which citizens are told.
NEWS = frozenset({ApplicationSubmitted, ApplicationWithdrawn, CheckSilent, *_DECISIONS, *_PLANS})
HEARD: Mapping[str, frozenset[type]] = {
    "intake": frozenset(
        {CheckConfirmed, CheckContradicted, CheckSilent, *_DECISIONS, *_PLANS}
        | {MessageSent, MessageDelivered, MessageFailed, ContactRequested}
        | {ReferralSent, ReferralAccepted, ReferralDeclined, ReferralDone, ReferralOverdue}
    ),
    "verification": frozenset(
        {ApplicationSubmitted, ApplicationWithdrawn, QuestionnaireCompleted, HousingChosen}
    ),
    "notification": NEWS | {ReferralOverdue},
    "integration-support": frozenset({ArrivalReported, ReferralAnswered}),
}
#: The same by the types that envelopes carry: who hears each.
READERS: Mapping[str, Sequence[str]] = {
    spec_of(cls).type: [reader for reader, heard in HEARD.items() if cls in heard]
    for cls in frozenset().union(*HEARD.values())
}
