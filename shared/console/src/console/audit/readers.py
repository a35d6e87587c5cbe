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
    IntegrationParked,
    IntegrationResumed,
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralAnswered,
    ReferralDeclined,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
)
from contracts.notification import (
    ContactRequested,
    MessageDelivered,
    MessageFailed,
    MessageSent,
    NotificationParked,
    NotificationResumed,
)
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
    VerificationParked,
    VerificationResumed,
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

#: That something about a family waits for an operator → that it goes on.
RESUMED: Mapping[type, type] = {
    VerificationParked: VerificationResumed,
    NotificationParked: NotificationResumed,
    IntegrationParked: IntegrationResumed,
}

#: Events of which citizens are told.
NEWS = frozenset({ApplicationSubmitted, ApplicationWithdrawn, CheckSilent, *_DECISIONS, *_PLANS})
HEARD: Mapping[str, frozenset[type]] = {
    "intake": frozenset(
        {CheckConfirmed, CheckContradicted, CheckSilent, *_DECISIONS, *_PLANS}
        | {MessageSent, MessageDelivered, MessageFailed, ContactRequested}
        | {ReferralSent, ReferralAccepted, ReferralDeclined, ReferralDone, ReferralOverdue}
        | {*RESUMED, *RESUMED.values()}
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
