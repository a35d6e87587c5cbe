"""What integration-support tells: the family's plan, its referrals, and what providers reply."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.event import event, fact
from contracts.words import Category, Code, Kato, Language, People

PLANS = "integration.plans.v1"
REFERRALS = "integration.referrals.v1"
REPLIES = "providers.replies.v1"


class ReplyKind(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"


@fact
class NotApplicable:
    """A service of the catalogue that this family does not need, and why."""

    service_no: int
    because: Code


@event("kz.qonys.plan.opened.v1", topic=PLANS)
class PlanOpened:
    """The individual adaptation and integration plan (Order 331-Ө-М, edition of 30.05.2024)."""

    plan_id: UUID
    people: People
    region: Kato
    referrals: int
    not_applicable: tuple[NotApplicable, ...]


@event("kz.qonys.plan.completed.v1", topic=PLANS)
class PlanCompleted:
    """Every referral of the plan is done or declined."""

    plan_id: UUID
    done: int
    declined: int


@event("kz.qonys.referral.sent.v1", topic=REFERRALS)
class ReferralSent:
    """One service of the plan is asked of its provider."""

    referral_id: UUID
    service_no: int
    provider: str
    region: Kato
    category: Category
    language: Language
    people: People
    due_on: date


@event("kz.qonys.referral.accepted.v1", topic=REFERRALS)
class ReferralAccepted:
    """The provider took the family on."""

    referral_id: UUID
    service_no: int


@event("kz.qonys.referral.declined.v1", topic=REFERRALS)
class ReferralDeclined:
    """The provider will not serve the family, and says why."""

    referral_id: UUID
    service_no: int
    because: str


@event("kz.qonys.referral.done.v1", topic=REFERRALS)
class ReferralDone:
    """The provider has given its service."""

    referral_id: UUID
    service_no: int


@event("kz.qonys.referral.overdue.v1", topic=REFERRALS)
class ReferralOverdue:
    """The provider did not answer or finish in time; `times` counts how often this was said."""

    referral_id: UUID
    service_no: int
    provider: str
    due_on: date
    times: int


@event("kz.qonys.referral.answered.v1", topic=REPLIES)
class ReferralAnswered:
    """Inbound, told by a provider: its reply to one referral."""

    referral_id: UUID
    reply: ReplyKind
    because: Annotated[str, Field(max_length=500)] | None = None


@event("kz.qonys.integration.parked.v1", topic=PLANS)
class IntegrationParked:
    """A message about the family waits in integration-support for an operator, and later ones behind it."""

    since: datetime


@event("kz.qonys.integration.resumed.v1", topic=PLANS)
class IntegrationResumed:
    """No message about the family waits in integration-support for an operator any more."""
