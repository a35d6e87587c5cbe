"""A plan is opened once, its referrals only go forward, and it is completed when all have ended."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.integration import (
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralAnswered,
    ReferralDeclined,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
    ReplyKind,
)
from integration_support.decider import Plans
from integration_support.domain.plan import Deadline, Plan
from integration_support.domain.referral import ENDS, State
from messaging import Decision, Effect, Message, PermanentError, Remind, Tell
from unit.integration_support.families import CATALOGUE, FAMILY, NOW, TERMS, THREE_GENERATIONS, arrival

PLANS = Plans(CATALOGUE, TERMS)
ORDER = [State.SENT, State.ACCEPTED, State.DECLINED, State.DONE]


def decide(plan: Plan | None, body: object, *, now: datetime = NOW, family: UUID = FAMILY) -> Decision:
    message = Message(id=uuid4(), subject=family, body=body, time=now, correlation_id="c")
    return PLANS.decide({family: plan} if plan else {}, message, now)


def after(plan: Plan, body: object, *, now: datetime = NOW) -> Plan:
    changed: Plan = decide(plan, body, now=now).states.get(FAMILY, plan)
    return changed


def opened() -> Plan:
    plan: Plan = decide(None, THREE_GENERATIONS).states[FAMILY]
    return plan


def told(effects: object, kind: type) -> list[object]:
    assert isinstance(effects, (list, tuple))
    return [one.event for one in effects if isinstance(one, Tell) and isinstance(one.event, kind)]


def reminders(effects: object) -> list[Remind]:
    assert isinstance(effects, (list, tuple))
    return [one for one in effects if isinstance(one, Remind)]


def reply(plan: Plan, service_no: int, kind: ReplyKind, because: str | None = None) -> ReferralAnswered:
    found = next(one for one in plan.referrals.values() if one.service_no == service_no)
    return ReferralAnswered(referral_id=found.referral_id, reply=kind, because=because)


def test_arrival_opens_a_plan_and_tells_a_referral_for_each_service_that_applies() -> None:
    effects = decide(None, THREE_GENERATIONS).effects
    (plan,) = told(effects, PlanOpened)
    assert isinstance(plan, PlanOpened)
    assert (plan.referrals, len(plan.not_applicable)) == (22, 3)
    assert len(told(effects, ReferralSent)) == len(reminders(effects)) == 22


def test_the_plan_is_told_before_its_referrals() -> None:
    first: Effect = decide(None, THREE_GENERATIONS).effects[0]
    assert isinstance(first, Tell)
    assert isinstance(first.event, PlanOpened)


def test_an_arrival_reported_twice_opens_one_plan() -> None:
    assert decide(opened(), THREE_GENERATIONS) == Decision()


def test_terms_are_counted_in_working_days_over_the_holidays() -> None:
    due = {one.service_no: one.due_on for one in opened().referrals.values()}
    assert due[21] == date(2026, 3, 3)
    # Six working days from 2 March: 8 March is a Sunday in 2026, so Monday the 9th is a day of rest.
    assert due[11] == date(2026, 3, 11)


def test_the_deadline_comes_with_the_working_day_after_the_last_of_the_term() -> None:
    friday = datetime(2026, 4, 2, 4, 0, tzinfo=UTC)  # a Thursday: a term of one day ends on Friday
    effects = decide(None, THREE_GENERATIONS, now=friday).effects
    first = min(one.at for one in reminders(effects))
    assert first.astimezone(UTC) == datetime(2026, 4, 6, 4, 0, tzinfo=UTC)


def test_late_in_the_evening_utc_it_is_the_next_day_in_kazakhstan() -> None:
    plan: Plan = decide(None, THREE_GENERATIONS, now=datetime(2026, 3, 2, 20, 0, tzinfo=UTC)).states[FAMILY]
    assert plan.opened_on == date(2026, 3, 3)


def test_accepted_then_done_are_told_once_each() -> None:
    plan = opened()
    accepted = decide(plan, reply(plan, 1, ReplyKind.ACCEPTED))
    assert len(told(accepted.effects, ReferralAccepted)) == 1
    plan = accepted.states[FAMILY]
    done = decide(plan, reply(plan, 1, ReplyKind.DONE))
    assert len(told(done.effects, ReferralDone)) == 1
    plan = done.states[FAMILY]
    for late in ReplyKind:
        assert decide(plan, reply(plan, 1, late)) == Decision()


def test_a_decline_carries_the_providers_words() -> None:
    plan = opened()
    (event,) = told(decide(plan, reply(plan, 24, ReplyKind.DECLINED, "no places")).effects, ReferralDeclined)
    assert isinstance(event, ReferralDeclined)
    assert event.because == "no places"


def test_a_decline_without_words_says_so() -> None:
    plan = opened()
    (event,) = told(decide(plan, reply(plan, 24, ReplyKind.DECLINED)).effects, ReferralDeclined)
    assert isinstance(event, ReferralDeclined)
    assert event.because == "no reason given"


@pytest.mark.parametrize("plan", [None, opened()])
def test_a_reply_about_a_referral_that_this_family_does_not_have_is_for_a_person(plan: Plan | None) -> None:
    with pytest.raises(PermanentError, match="no referral"):
        decide(plan, ReferralAnswered(referral_id=uuid4(), reply=ReplyKind.DONE))


def test_a_reply_about_another_familys_referral_is_for_a_person() -> None:
    other = UUID(int=7)
    foreign: Plan = decide(None, arrival(), family=other).states[other]
    with pytest.raises(PermanentError):
        decide(opened(), reply(foreign, 1, ReplyKind.DONE))


def test_a_plan_is_completed_with_its_last_referral() -> None:
    plan = opened()
    services = [one.service_no for one in plan.referrals.values()]
    for service_no in services[:-1]:
        decision = decide(plan, reply(plan, service_no, ReplyKind.DONE))
        assert told(decision.effects, PlanCompleted) == []
        plan = decision.states[FAMILY]
    last = decide(plan, reply(plan, services[-1], ReplyKind.DECLINED))
    assert told(last.effects, PlanCompleted) == [PlanCompleted(plan_id=plan.plan_id, done=21, declined=1)]


def test_an_overdue_referral_is_told_and_again_every_few_working_days() -> None:
    plan = opened()
    deadline = Deadline(referral_id=reply(plan, 21, ReplyKind.DONE).referral_id)
    first = decide(plan, deadline, now=datetime(2026, 3, 4, 4, 0, tzinfo=UTC))
    (event,) = told(first.effects, ReferralOverdue)
    assert isinstance(event, ReferralOverdue)
    assert (event.service_no, event.times, event.due_on) == (21, 1, date(2026, 3, 3))
    # Three working days after Wednesday the 4th: 5, 6, 10 (the 9th is a day of rest).
    assert [one.at.date() for one in reminders(first.effects)] == [date(2026, 3, 10)]
    second = decide(first.states[FAMILY], deadline, now=datetime(2026, 3, 10, 4, 0, tzinfo=UTC))
    (event,) = told(second.effects, ReferralOverdue)
    assert isinstance(event, ReferralOverdue)
    assert event.times == 2


def test_an_accepted_referral_that_is_not_done_in_time_is_overdue_too() -> None:
    plan = opened()
    plan = after(plan, reply(plan, 21, ReplyKind.ACCEPTED))
    deadline = Deadline(referral_id=reply(plan, 21, ReplyKind.DONE).referral_id)
    assert len(told(decide(plan, deadline).effects, ReferralOverdue)) == 1


def test_a_deadline_after_the_end_says_nothing() -> None:
    plan = opened()
    plan = after(plan, reply(plan, 21, ReplyKind.DONE))
    deadline = Deadline(referral_id=reply(plan, 21, ReplyKind.DONE).referral_id)
    assert decide(plan, deadline) == Decision()


@given(st.lists(st.tuples(st.sampled_from(ReplyKind), st.booleans()), max_size=12))
def test_a_referral_never_goes_back_whatever_comes(steps: list[tuple[ReplyKind, bool]]) -> None:
    plan = opened()
    for number, (kind, deadline) in enumerate(steps):
        answered = reply(plan, 21, kind)
        before = plan.referrals[answered.referral_id].state
        now = NOW + timedelta(days=number)
        plan = after(plan, Deadline(referral_id=answered.referral_id) if deadline else answered, now=now)
        state = plan.referrals[answered.referral_id].state
        assert state == before or (before not in ENDS and ORDER.index(state) > ORDER.index(before))
