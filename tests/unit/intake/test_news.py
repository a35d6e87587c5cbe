"""What other services told: how it moves a case, in whichever order topics are heard."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.integration import (
    NotApplicable,
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
)
from contracts.notification import Channel, ContactRequested, MessageDelivered, MessageFailed, MessageSent
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
    Verdict,
    VerificationCompleted,
)
from contracts.words import Category, Language, Reason, Register, Words
from intake.domain.acts import FillQuestionnaire, Moment
from intake.domain.case import Case, State
from intake.domain.journey import fill_questionnaire
from intake.domain.news import NEWS
from intake.domain.waiting import NextStep, Waiting, next_step, waiting
from unit.intake.families import CASE, FAMILY, NOW, case_in

MEMBER = FAMILY[0].member_id
PLACE: dict[str, Any] = {"year": 2026, "region": "590000000", "category": Category.RESETTLER, "people": 3}
REASON = Reason(
    code="diploma_not_known",
    act="Order 234 of 22.06.2023",
    says=Words(kk="қ", ru="р", en="e"),
    act_words=Words(kk="№ 234 бұйрық", ru="приказ № 234", en="Order 234"),
)
CONFIRMED = CheckConfirmed(register=Register.PERSONS, member_id=MEMBER)
SILENT = CheckSilent(
    register=Register.EDUCATION,
    member_id=MEMBER,
    cause="timeout",
    times=1,
    since=NOW,
    asked_again_at=NOW + timedelta(minutes=5),
)
CLEAR = VerificationCompleted(verdict=Verdict.CLEAR)
BLOCKED = VerificationCompleted(verdict=Verdict.BLOCKED, reasons=(REASON,))
NOT_ELIGIBLE = EligibilityDecided(eligible=False, rule_set="2026-01", reasons=(REASON,))
ELIGIBLE = EligibilityDecided(eligible=True, rule_set="2026-01", reasons=())
RESERVED = QuotaReserved(**PLACE)
WAITLISTED = QuotaWaitlisted(**PLACE, position=4)
ISSUED = CertificateIssued(
    **{k: v for k, v in PLACE.items() if k != "year"},
    number="KZ-59-2026-000001",
    cap_tenge=7_028_125,
    issued_on=date(2026, 3, 5),
    jws="e30.e30.e30",
)
PAID = PaymentAuthorised(
    certificate_number="KZ-59-2026-000001",
    price_tenge=9_000_000,
    amount_tenge=7_028_125,
    mortgage_tenge=1_971_875,
)
PLAN = PlanOpened(
    plan_id=uuid4(),
    people=3,
    region="590000000",
    referrals=2,
    not_applicable=(NotApplicable(service_no=25, because="schooled_in_kazakhstan"),),
)
REFERRAL = ReferralSent(
    referral_id=uuid4(),
    service_no=7,
    provider="school",
    region="590000000",
    category=Category.RESETTLER,
    language=Language.KAZAKH,
    people=3,
    due_on=date(2026, 5, 1),
)

WISHES = FillQuestionnaire(housing_intent="purchase", wants_work=True, wants_training=False)


def heard(case: Case, *events: object) -> Case:
    for event in events:
        case = NEWS[type(event)](case, event, NOW)
    return case


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([CONFIRMED], State.CHECKING),
        ([CONFIRMED, BLOCKED], State.BLOCKED),
        ([CLEAR, NOT_ELIGIBLE], State.REFUSED),
        ([CLEAR, ELIGIBLE, WAITLISTED], State.WAITLISTED),
        ([CLEAR, ELIGIBLE, WAITLISTED, RESERVED], State.PLACE_RESERVED),
        ([CLEAR, ELIGIBLE, RESERVED, ISSUED], State.CERTIFICATE_ISSUED),
        ([CLEAR, ELIGIBLE, RESERVED, ISSUED, PAID], State.PAYMENT_AUTHORISED),
        ([BLOCKED, CLEAR], State.CHECKING),
    ],
)
def test_decisions_lead_from_submission_to_payment(events: list[object], state: State) -> None:
    assert heard(case_in(State.SUBMITTED), *events).state is state


def test_a_late_check_does_not_take_back_a_decision() -> None:
    assert heard(case_in(State.SUBMITTED), CLEAR, RESERVED, CONFIRMED).state is State.PLACE_RESERVED


def test_a_withdrawn_case_stays_withdrawn() -> None:
    events = (CLEAR, RESERVED, ISSUED, QuotaReleased(**PLACE), PAID, PLAN)
    assert heard(case_in(State.WITHDRAWN), *events).state is State.WITHDRAWN


def test_a_payment_after_the_move_is_written_down_without_turning_back() -> None:
    case = heard(case_in(State.ARRIVED), PAID)
    assert case.state is State.ARRIVED
    assert case.facts.payment is not None
    assert case.facts.payment.mortgage_tenge == 1_971_875


def test_a_silent_register_is_waited_for_by_name_and_until_a_time() -> None:
    case = heard(case_in(State.SUBMITTED), SILENT)
    awaited = waiting(case, papers_missing=0)
    assert awaited is not None
    assert awaited.awaited == "register_education"
    assert (awaited.since, awaited.by) == (NOW, NOW + timedelta(minutes=5))
    assert next_step(case, papers_missing=0) is NextStep.WAIT


def test_a_register_that_answers_at_last_is_no_longer_waited_for() -> None:
    answer = CheckConfirmed(register=Register.EDUCATION, member_id=MEMBER)
    awaited = waiting(heard(case_in(State.SUBMITTED), SILENT, answer), papers_missing=0)
    assert awaited is not None
    assert awaited.awaited == "registers"


def test_a_clear_verdict_waits_for_the_decision_on_the_place() -> None:
    awaited = waiting(heard(case_in(State.CHECKING), CLEAR), papers_missing=0)
    assert awaited is not None
    assert awaited.awaited == "decision"


def test_a_blocked_case_keeps_its_reasons_and_says_mend() -> None:
    case = heard(case_in(State.CHECKING), BLOCKED)
    assert case.facts.reasons == (REASON,)
    assert next_step(case, papers_missing=0) is NextStep.MEND
    assert _debt(case) == ("mending", "family", NOW)


def test_after_a_refused_payment_another_home_may_be_chosen() -> None:
    case = heard(case_in(State.CHECKING), RESERVED, ISSUED, PaymentRefused(reasons=(REASON,)))
    assert case.facts.home is None
    assert next_step(case, papers_missing=0) is NextStep.CHOOSE_OTHER_HOUSING


def test_referrals_are_counted_whichever_of_plan_and_referral_is_heard_first() -> None:
    done = ReferralDone(referral_id=REFERRAL.referral_id, service_no=7)
    accepted = ReferralAccepted(referral_id=REFERRAL.referral_id, service_no=7)
    for events in ([PLAN, REFERRAL, accepted, done], [REFERRAL, accepted, done, PLAN]):
        case = heard(case_in(State.ARRIVED), *events)
        assert case.state is State.SETTLING
        assert (case.facts.referrals_total, case.facts.referrals) == (2, {7: "done"})


def _debt(case: Case) -> tuple[str, str, datetime]:
    awaited = waiting(case, papers_missing=0)
    assert awaited is not None
    return awaited.awaited, awaited.owed_by, awaited.since


def test_since_when_something_is_owed_is_when_its_debtors_turn_came() -> None:
    """Given by `turned_at`: the state is the same, and another has to act."""
    later = NOW + timedelta(days=3)
    case = NEWS[type(CLEAR)](heard(case_in(State.SUBMITTED), CONFIRMED), CLEAR, later)
    assert _debt(case) == ("decision", "verification", later)
    moment = Moment(now=later, today=later.date())
    filled = fill_questionnaire(case_in(State.PLACE_RESERVED), WISHES, moment).states[CASE]
    assert _debt(filled) == ("certificate", "verification", later)
    issued = NEWS[type(ISSUED)](filled, ISSUED, later + timedelta(days=1))
    assert _debt(issued) == ("housing", "family", later + timedelta(days=1))


def test_of_open_referrals_the_one_that_is_due_first_is_owed_by_its_provider() -> None:
    sooner = replace(REFERRAL, service_no=9, provider="akimat", due_on=date(2026, 4, 20))
    overdue = ReferralOverdue(
        referral_id=REFERRAL.referral_id, service_no=9, provider="akimat", due_on=date(2026, 4, 20), times=1
    )
    case = heard(case_in(State.ARRIVED), REFERRAL, PLAN, sooner)
    awaited = waiting(case, papers_missing=0)
    assert awaited == Waiting(
        awaited="services",
        since=NOW,
        provider="akimat",
        due_on=date(2026, 4, 20),
        args={"closed": 0, "total": 2, "service": 9, "day": "2026-04-20"},
    )
    late = waiting(heard(case, overdue), papers_missing=0)
    assert late == replace(awaited, late=True)
    done = ReferralDone(referral_id=REFERRAL.referral_id, service_no=9)
    left = waiting(heard(case, overdue, done), papers_missing=0)
    assert left is not None
    assert (left.provider, left.args["closed"]) == ("school", 1)


def test_a_provider_that_is_late_again_has_the_career_centre_step_in() -> None:
    overdue = ReferralOverdue(
        referral_id=REFERRAL.referral_id, service_no=7, provider="school", due_on=REFERRAL.due_on, times=2
    )
    awaited = waiting(heard(case_in(State.ARRIVED), REFERRAL, PLAN, overdue, LATE), papers_missing=0)
    assert awaited is not None
    assert (awaited.owed_by, awaited.late, awaited.centre_by) == ("providers", True, LATE.due_on)


def test_a_referral_that_was_heard_before_its_provider_was_kept_is_counted_all_the_same() -> None:
    case = case_in(State.SETTLING, referrals={7: "sent", 8: "done"}, referrals_total=2)
    awaited = waiting(case, papers_missing=0)
    assert awaited == Waiting(awaited="services", since=case.state_since, args={"closed": 1, "total": 2})


def test_a_completed_plan_settles_the_family() -> None:
    case = heard(case_in(State.ARRIVED), PLAN, PLAN_DONE)
    assert case.state is State.SETTLED
    assert next_step(case, papers_missing=0) is NextStep.NOTHING


def test_the_career_centres_day_is_known() -> None:
    event = ContactRequested(task_id=uuid4(), region="610000000", due_on=date(2026, 3, 3))
    assert heard(case_in(State.CHECKING), event).facts.contact_by == date(2026, 3, 3)


def test_a_contact_about_a_late_service_names_it() -> None:
    case = heard(case_in(State.SETTLING), LATE)
    (line,) = case.fresh.entries
    assert (line.code, line.args) == ("contact_about_service", {"day": "2026-05-06", "service": 7})
    assert case.facts.contact_by == date(2026, 5, 6)


MESSAGE: dict[str, Any] = {"message_id": uuid4(), "channel": Channel.SMS, "about": "application_received"}
ANSWERED: dict[str, Any] = {"referral_id": REFERRAL.referral_id, "service_no": 7}
DELIVERED = MessageDelivered(**MESSAGE)
PLAN_DONE = PlanCompleted(plan_id=PLAN.plan_id, done=2, declined=0)
LATE = ContactRequested(
    task_id=uuid4(),
    region="590000000",
    due_on=date(2026, 5, 6),
    referral_id=REFERRAL.referral_id,
    service_no=7,
)
#: One of each event that intake hears.
EVENTS = (
    CONFIRMED,
    CheckContradicted(register=Register.LABOUR, member_id=MEMBER, reason=REASON),
    SILENT,
    CLEAR,
    ELIGIBLE,
    WAITLISTED,
    RESERVED,
    QuotaReleased(**PLACE),
    ISSUED,
    CertificateRefused(reasons=(REASON,)),
    CertificateRevoked(number="KZ-59-2026-000001", reasons=(REASON,)),
    PAID,
    PaymentRefused(reasons=(REASON,)),
    MessageSent(**MESSAGE),
    DELIVERED,
    MessageFailed(**MESSAGE, cause="mailbox_unknown"),
    ContactRequested(task_id=uuid4(), region="610000000", due_on=date(2026, 3, 3)),
    PLAN,
    PLAN_DONE,
    REFERRAL,
    ReferralAccepted(**ANSWERED),
    ReferralDeclined(**ANSWERED, because="no_place"),
    ReferralDone(**ANSWERED),
    ReferralOverdue(**ANSWERED, provider="school", due_on=date(2026, 5, 1), times=1),
)


@given(
    st.lists(st.sampled_from((*EVENTS, BLOCKED, NOT_ELIGIBLE)), max_size=20),
    st.sampled_from(sorted(set(State) - {State.DRAFT})),
)
def test_every_event_writes_exactly_one_line_in_any_order(events: list[object], state: State) -> None:
    begun = case_in(state)
    case = heard(begun, *events)
    assert [entry.number - begun.entries for entry in case.fresh.entries] == [
        place + 1 for place in range(len(events))
    ]
    waiting(case, papers_missing=0)
    next_step(case, papers_missing=0)
