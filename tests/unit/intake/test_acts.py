"""What citizens do: when each act is allowed, what it tells, and what a refusal is called."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from contracts.intake import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ArrivalReported,
    HousingChosen,
    PaperKind,
    QuestionnaireCompleted,
)
from contracts.notification import ContactRequested
from contracts.words import Category
from intake.decider import Cases
from intake.domain.acts import (
    AddPaper,
    ChooseHousing,
    FillQuestionnaire,
    ReportArrival,
    Submit,
    Withdraw,
)
from intake.domain.case import (
    Case,
    Certificate,
    FiledPaper,
    Home,
    LivingCase,
    Questionnaire,
    State,
    person_key,
)
from intake.domain.journey import choose_housing, fill_questionnaire, report_arrival
from intake.domain.submission import WITHDRAWAL_STATES, add_paper, make_draft, submit, withdraw
from messaging import Decision, Message, PermanentError, Refusal, Tell
from unit.intake.families import CASE, FAMILY, IIN, MOMENT, case_in, draft, draft_act, with_papers

CERTIFICATE = Certificate(number="KZ-59-2026-000001", cap_tenge=7_028_125, issued_on=date(2026, 3, 5))
ANSWERS = FillQuestionnaire(housing_intent="purchase", wants_work=True, wants_training=False)
HOUSE = ChooseHousing(
    cadastral_number="15:234:005:128", price_tenge=6_500_000, kato="591010000", contract_number="Ш-1"
)
ARRIVAL = ReportArrival(arrived_on=date(2026, 3, 1), kato="591010000")
SUBMIT = Submit(applicant_iin=IIN)


def told(decision: Decision) -> list[object]:
    return [effect.event for effect in decision.effects if isinstance(effect, Tell)]


def refusal(decision: Decision) -> str:
    assert isinstance(decision.reply, Refusal)
    assert not decision.states
    assert not decision.effects
    return decision.reply.code


def reply(decision: Decision) -> dict[str, Any]:
    assert isinstance(decision.reply, dict)
    return decision.reply


def after(decision: Decision) -> Case:
    case: Case = decision.states[CASE]
    return case


def test_a_draft_is_told_to_nobody() -> None:
    decision = make_draft(None, CASE, draft_act(), MOMENT)
    assert told(decision) == []
    assert after(decision).state is State.DRAFT


def test_a_draft_answers_with_its_members_and_the_papers_they_need() -> None:
    answer = reply(make_draft(None, CASE, draft_act(), MOMENT))
    assert [one["member_id"] for one in answer["members"]] == [str(one.member_id) for one in FAMILY]
    assert {need["kind"] for need in answer["papers_required"]} == {
        "identity_card",
        "birth_certificate",
        "education",
    }


def test_an_iin_that_disagrees_with_the_birth_date_is_only_a_warning() -> None:
    other = replace(FAMILY[0], birth_date=date(1991, 1, 1))
    answer = reply(make_draft(None, CASE, draft_act(members=(other, *FAMILY[1:])), MOMENT))
    assert answer["warnings"] == [{"pointer": "#/members/0/iin", "code": "iin_other_birth_date"}]


def test_the_same_draft_made_again_is_the_same_draft() -> None:
    again = make_draft(draft(), CASE, draft_act(), MOMENT)
    assert reply(again) == reply(make_draft(None, CASE, draft_act(), MOMENT))
    assert after(again).entries == 1


def test_another_draft_under_a_forgotten_key_is_a_conflict() -> None:
    decision = make_draft(draft(), CASE, draft_act(region_to="110000000"), MOMENT)
    assert refusal(decision) == "idempotency_conflict"


def test_a_submission_tells_the_whole_application() -> None:
    decision = submit(with_papers(draft()), None, SUBMIT, MOMENT)
    (event,) = told(decision)
    assert isinstance(event, ApplicationSubmitted)
    assert event.members == FAMILY
    assert len(event.papers) == 4
    assert event.submitted_on == MOMENT.today
    assert after(decision).state is State.SUBMITTED


def test_a_submission_without_papers_is_refused_with_their_list() -> None:
    decision = submit(draft(), None, SUBMIT, MOMENT)
    assert refusal(decision) == "papers_missing"
    assert isinstance(decision.reply, Refusal)
    assert len(decision.reply.details["missing"]) == 4


def test_submitting_again_answers_the_same_and_tells_nothing() -> None:
    first = submit(with_papers(draft()), None, SUBMIT, MOMENT)
    again = submit(after(first), None, SUBMIT, replace(MOMENT, now=MOMENT.now + timedelta(days=1)))
    assert reply(again) == reply(first)
    assert told(again) == []


@pytest.mark.parametrize(("citizen", "named"), [("citizen-1", True), ("citizen-2", False)])
def test_one_person_has_one_living_application(citizen: str, named: bool) -> None:
    """The other case is named to its own citizen only."""
    living = LivingCase(application_id=uuid4(), citizen=citizen)
    decision = submit(with_papers(draft()), living, SUBMIT, MOMENT)
    assert refusal(decision) == "already_applied"
    assert isinstance(decision.reply, Refusal)
    assert ("application_id" in decision.reply.details) is named


def test_a_submission_is_seen_by_the_next_one_of_the_same_batch() -> None:
    decision = submit(with_papers(draft()), None, SUBMIT, MOMENT)
    assert decision.states[person_key(IIN)] == LivingCase(application_id=CASE, citizen="citizen-1")


def test_a_submission_locks_its_person_beside_its_case() -> None:
    """Two instances never decide two submissions of one person at once; held by `Cases.keys`."""
    message = Message(id=uuid4(), subject=CASE, body=SUBMIT, time=MOMENT.now, correlation_id="c")
    assert set(Cases(ZoneInfo("Asia/Almaty")).keys(message)) == {CASE, person_key(IIN)}


def test_the_day_of_submission_is_kazakhstans() -> None:
    """Late on 31 December in UTC it is the new year in Almaty, with its own rules."""
    late = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    message = Message(id=uuid4(), subject=CASE, body=SUBMIT, time=late, correlation_id="c")
    decision = Cases(ZoneInfo("Asia/Almaty")).decide({CASE: with_papers(draft())}, message, late)
    (event,) = told(decision)
    assert isinstance(event, ApplicationSubmitted)
    assert event.submitted_on == date(2027, 1, 1)


def test_an_event_about_an_unknown_case_is_for_a_person_to_look_at() -> None:
    event = ContactRequested(task_id=uuid4(), region="610000000", due_on=date(2026, 3, 3))
    message = Message(id=uuid4(), subject=CASE, body=event, time=MOMENT.now, correlation_id="c")
    with pytest.raises(PermanentError):
        Cases(ZoneInfo("Asia/Almaty")).decide({}, message, MOMENT.now)


def _paper(sha256: str = "1" * 64) -> FiledPaper:
    return FiledPaper(
        paper_id=uuid4(),
        member_id=FAMILY[0].member_id,
        kind=PaperKind.EDUCATION,
        sha256=sha256,
        media_type="application/pdf",
        size_bytes=9,
    )


def test_a_paper_put_again_replaces_the_one_before() -> None:
    first = after(add_paper(draft(), AddPaper(paper=_paper()), MOMENT))
    second = after(add_paper(first, AddPaper(paper=_paper("2" * 64)), MOMENT))
    assert [paper.sha256 for paper in second.papers] == ["2" * 64]


def test_a_paper_of_a_stranger_is_not_taken() -> None:
    stranger = replace(_paper(), member_id=uuid4())
    assert refusal(add_paper(draft(), AddPaper(paper=stranger), MOMENT)) == "not_found"


def test_papers_of_a_submitted_application_do_not_change() -> None:
    decision = add_paper(case_in(State.SUBMITTED), AddPaper(paper=_paper()), MOMENT)
    assert refusal(decision) == "already_submitted"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.CHECKING, State.WAITLISTED, State.PLACE_RESERVED])
def test_the_questionnaire_is_filled_between_submission_and_certificate(state: State) -> None:
    decision = fill_questionnaire(case_in(state), ANSWERS, MOMENT)
    assert told(decision) == [
        QuestionnaireCompleted(housing_intent="purchase", wants_work=True, wants_training=False)
    ]
    assert reply(decision)["state"] == state.value


def test_the_questionnaire_is_filled_once() -> None:
    filled = after(fill_questionnaire(case_in(State.CHECKING), ANSWERS, MOMENT))
    assert refusal(fill_questionnaire(filled, ANSWERS, MOMENT)) == "questionnaire_already_filled"


@pytest.mark.parametrize("state", [State.DRAFT, State.BLOCKED, State.REFUSED, State.WITHDRAWN])
def test_no_questionnaire_otherwise(state: State) -> None:
    assert refusal(fill_questionnaire(case_in(state), ANSWERS, MOMENT)) == "questionnaire_not_now"


def test_a_home_is_chosen_with_a_certificate() -> None:
    case = case_in(State.CERTIFICATE_ISSUED, certificate=CERTIFICATE)
    decision = choose_housing(case, HOUSE, MOMENT)
    (event,) = told(decision)
    assert isinstance(event, HousingChosen)
    assert after(decision).facts.home == Home(price_tenge=6_500_000, kato="591010000")
    assert refusal(choose_housing(after(decision), HOUSE, MOMENT)) == "housing_already_chosen"


def test_no_home_is_chosen_without_a_certificate() -> None:
    assert refusal(choose_housing(case_in(State.PLACE_RESERVED), HOUSE, MOMENT)) == "housing_not_now"


def test_an_arrival_tells_ages_and_wishes_but_no_names() -> None:
    wishes = Questionnaire(housing_intent="purchase", wants_work=True, wants_training=False)
    case = case_in(State.PAYMENT_AUTHORISED, questionnaire=wishes)
    (event,) = told(report_arrival(case, ARRIVAL, MOMENT))
    assert isinstance(event, ArrivalReported)
    assert event.ages == (36, 33, 10)
    assert (event.wants_work, event.wants_training, event.people) == (True, False, 3)
    assert "Сейтқазыұлы" not in repr(event)


@pytest.mark.parametrize(("category", "foreign"), [(Category.KANDAS, True), (Category.RESETTLER, False)])
def test_a_kandas_with_a_diploma_was_educated_abroad(category: Category, foreign: bool) -> None:
    case = replace(draft(category), state=State.PAYMENT_AUTHORISED, submitted_at=MOMENT.now)
    (event,) = told(report_arrival(case, ARRIVAL, MOMENT))
    assert isinstance(event, ArrivalReported)
    assert event.foreign_education is foreign


@pytest.mark.parametrize(
    ("state", "act", "code"),
    [
        (State.CHECKING, ARRIVAL, "arrival_not_now"),
        (State.ARRIVED, ARRIVAL, "arrival_not_now"),
        (State.CERTIFICATE_ISSUED, replace(ARRIVAL, kato="751110000"), "arrival_other_region"),
        (State.CERTIFICATE_ISSUED, replace(ARRIVAL, arrived_on=date(2026, 3, 3)), "arrival_in_future"),
    ],
)
def test_an_arrival_that_cannot_be_is_refused(state: State, act: ReportArrival, code: str) -> None:
    assert refusal(report_arrival(case_in(state), act, MOMENT)) == code


@pytest.mark.parametrize("state", sorted(WITHDRAWAL_STATES - {State.DRAFT}))
def test_a_withdrawal_is_told(state: State) -> None:
    decision = withdraw(case_in(state), Withdraw(reason=None), MOMENT)
    assert told(decision) == [ApplicationWithdrawn()]
    assert after(decision).state is State.WITHDRAWN


def test_a_withdrawn_draft_is_told_to_nobody() -> None:
    assert told(withdraw(draft(), Withdraw(), MOMENT)) == []


@pytest.mark.parametrize("state", sorted(set(State) - WITHDRAWAL_STATES))
def test_no_withdrawal_once_the_money_is_on_its_way(state: State) -> None:
    assert refusal(withdraw(case_in(state), Withdraw(), MOMENT)) == "withdrawal_not_now"


def test_what_was_withdrawn_is_not_submitted() -> None:
    case = after(withdraw(with_papers(draft()), Withdraw(), MOMENT))
    assert refusal(submit(case, None, SUBMIT, MOMENT)) == "withdrawn_already"
