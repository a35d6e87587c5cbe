"""A family's plan and its referrals: how they are opened, answered, overdue and completed.

Invariant: a referral never goes back, so replies may come twice, late or in the wrong order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID, uuid5

from contracts.intake import ArrivalReported
from contracts.integration import (
    NotApplicable,
    PlanCompleted,
    PlanOpened,
    ReferralAnswered,
    ReferralOverdue,
    ReferralSent,
    ReplyKind,
)
from contracts.words import Category, Language
from integration_support.domain.catalogue import Catalogue, Service
from integration_support.domain.referral import ENDS, TOLD, Referral, State
from integration_support.domain.terms import Terms
from messaging import Effect, PermanentError, Remind, Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The individual adaptation and integration plan (Order 331-Ө-М, edition of 30.05.2024)."""

    application_id: UUID
    plan_id: UUID
    category: Category
    language: Language
    people: int
    region: str
    opened_on: date
    referrals: Mapping[UUID, Referral]
    not_applicable: tuple[NotApplicable, ...]

    @property
    def completed(self) -> bool:
        return all(referral.state in ENDS for referral in self.referrals.values())

    def count(self, state: State) -> int:
        return sum(referral.state is state for referral in self.referrals.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The reminder that comes when a referral's term is over."""

    referral_id: UUID


Step = tuple[Plan, Sequence[Effect]]


def open_plan(
    application_id: UUID, family: ArrivalReported, *, catalogue: Catalogue, terms: Terms, now: datetime
) -> Step:
    """A referral for each service that applies, told to its provider; a reason for each that does not."""
    today = terms.day_of(now)
    plan_id = uuid5(application_id, "plan")  # the same arrival opens the same plan
    needed, explained = catalogue.for_family(family)
    referrals = [_referral(plan_id, service, terms=terms, today=today) for service in needed]
    plan = Plan(
        application_id=application_id,
        plan_id=plan_id,
        category=family.category,
        language=family.language,
        people=family.people,
        region=family.kato,
        opened_on=today,
        referrals=MappingProxyType({one.referral_id: one for one in referrals}),
        not_applicable=tuple(explained),
    )
    sent = [effect for one in referrals for effect in _sent(plan, one, terms)]
    return plan, [_opened(plan), *sent, *_completion(plan)]


def answer(plan: Plan | None, reply: ReferralAnswered) -> Step:
    """What a provider replied. `PermanentError` when this family has no such referral."""
    if plan is None or reply.referral_id not in plan.referrals:
        raise PermanentError(
            f"no referral {reply.referral_id} was sent for this family: look at the provider"
        )
    referral = plan.referrals[reply.referral_id]
    if referral.state in ENDS or referral.state == reply.reply.value:
        return plan, ()
    told = TOLD[reply.reply](referral, reply)
    because = reply.because if reply.reply is ReplyKind.DECLINED else None
    answered = replace(referral, state=State(reply.reply.value), because=because)
    after = _with(plan, answered)
    return after, [Tell(told), *_completion(after)]


def look_at(plan: Plan, deadline: Deadline, *, terms: Terms, now: datetime) -> Step:
    """The term is over: unless the referral has ended, say so, and come back in some working days."""
    referral = plan.referrals[deadline.referral_id]
    if referral.state in ENDS:
        return plan, ()
    late = replace(referral, overdue_times=referral.overdue_times + 1)
    told = ReferralOverdue(
        referral_id=late.referral_id,
        service_no=late.service_no,
        provider=late.provider,
        due_on=late.due_on,
        times=late.overdue_times,
    )
    again = Remind(terms.looked_at_again(terms.day_of(now)), deadline)
    return _with(plan, late), [Tell(told), again]


def _referral(plan_id: UUID, service: Service, *, terms: Terms, today: date) -> Referral:
    return Referral(
        referral_id=uuid5(plan_id, str(service.no)),
        service_no=service.no,
        provider=service.provider,
        due_on=terms.due_on(today, service.term_working_days),
    )


def _opened(plan: Plan) -> Tell:
    return Tell(
        PlanOpened(
            plan_id=plan.plan_id,
            people=plan.people,
            region=plan.region,
            referrals=len(plan.referrals),
            not_applicable=plan.not_applicable,
        )
    )


def _sent(plan: Plan, referral: Referral, terms: Terms) -> tuple[Effect, Effect]:
    told = ReferralSent(
        referral_id=referral.referral_id,
        service_no=referral.service_no,
        provider=referral.provider,
        region=plan.region,
        category=plan.category,
        language=plan.language,
        people=plan.people,
        due_on=referral.due_on,
    )
    return Tell(told), Remind(terms.looked_at(referral.due_on), Deadline(referral_id=referral.referral_id))


def _completion(plan: Plan) -> list[Effect]:
    """Said once: only a step that ends the last referral, or opens a plan without any, asks."""
    if not plan.completed:
        return []
    done, declined = plan.count(State.DONE), plan.count(State.DECLINED)
    return [Tell(PlanCompleted(plan_id=plan.plan_id, done=done, declined=declined))]


def _with(plan: Plan, referral: Referral) -> Plan:
    return replace(plan, referrals=MappingProxyType({**plan.referrals, referral.referral_id: referral}))
