"""A message about the case that waits for an operator in another service: said as long as it lasts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.integration import IntegrationParked, IntegrationResumed
from contracts.notification import NotificationParked, NotificationResumed
from contracts.verification import VerificationParked, VerificationResumed
from intake.domain import news, parked
from intake.domain.case import Case, State
from intake.domain.waiting import NextStep, Waiting, next_step, waiting
from intake.http.view import case_in_words
from unit.intake.families import MOMENT, NOW, case_in
from unit.intake.test_words import EVERY_LANGUAGE, voice

LATER = NOW + timedelta(hours=1)
EVENTS = (
    VerificationParked(since=LATER),
    VerificationResumed(),
    NotificationParked(since=NOW),
    NotificationResumed(),
    IntegrationParked(since=LATER),
    IntegrationResumed(),
)


def heard(case: Case, *events: object) -> Case:
    for event in events:
        case = parked.HEARD[type(event)](case, event)
    return case


def test_an_operator_is_awaited_where_a_message_has_waited_longest() -> None:
    case = heard(case_in(State.CHECKING), *EVENTS[::2])
    assert waiting(case, papers_missing=0) == Waiting(
        awaited="operator", since=NOW, parked_in=("notification", "integration-support", "verification")
    )


def test_what_is_parked_here_stands_in_the_same_row() -> None:
    case = heard(case_in(State.CHECKING), VerificationParked(since=LATER))
    awaited = waiting(case, papers_missing=0, parked_at=NOW)
    assert awaited is not None
    assert (awaited.since, awaited.parked_in) == (NOW, ("intake", "verification"))


def test_a_case_that_goes_on_everywhere_waits_for_what_it_waited_for_before() -> None:
    case = case_in(State.PLACE_RESERVED)
    left = heard(case, VerificationParked(since=LATER), NotificationParked(since=NOW), NotificationResumed())
    awaited = waiting(left, papers_missing=0)
    assert awaited is not None
    assert (awaited.since, awaited.parked_in) == (LATER, ("verification",))
    assert waiting(heard(left, VerificationResumed()), papers_missing=0) == waiting(case, papers_missing=0)


def test_the_citizen_need_not_wait_for_the_operator() -> None:
    case = heard(case_in(State.PLACE_RESERVED), VerificationParked(since=NOW))
    assert next_step(case, papers_missing=0) is NextStep.FILL_QUESTIONNAIRE


@given(st.lists(st.sampled_from(EVENTS), max_size=12), st.sampled_from(sorted(set(State))))
def test_it_moves_no_case_and_leaves_no_line(events: list[object], state: State) -> None:
    begun = case_in(state)
    assert heard(begun, *events).knowing(parked={}) == begun


def test_it_is_heard_apart_from_what_is_news_to_the_family() -> None:
    assert {type(event) for event in EVENTS} == set(parked.HEARD)
    assert not set(parked.HEARD) & set(news.NEWS)


@EVERY_LANGUAGE
@pytest.mark.parametrize("event", EVENTS[::2], ids=lambda event: type(event).__name__)
def test_an_officer_reads_where_it_waits_and_the_citizen_that_it_does(event: object, language: str) -> None:
    case = heard(case_in(State.CHECKING), event)
    service = next(iter(case.facts.parked))
    said = {
        for_officer: case_in_words(
            case, (), voice=voice(language), today=MOMENT.today, for_officer=for_officer
        )["waiting"]
        for for_officer in (True, False)
    }
    where = voice(language).say(f"service-{service}")
    assert {said[reader]["parked_in"] for reader in said} == {(service,)}
    assert where in said[True]["sentence"]
    assert where not in said[False]["sentence"]
    hour = "10:15" if service != "notification" else "09:15"
    assert all(hour in one["sentence"] for one in said.values())


def test_the_two_sentences() -> None:
    case = heard(case_in(State.CHECKING), VerificationParked(since=NOW))
    officer, citizen = (
        case_in_words(case, (), voice=voice("en"), today=MOMENT.today, for_officer=who)["waiting"]["sentence"]
        for who in (True, False)
    )
    assert officer == (
        "An operator owes a decision on a message about this case (since 2 March 2026, 09:15). It waits in: "
        "verification. Until then what is shown here may be incomplete."
    )
    assert citizen == (
        "A message about your case waits for one of our staff (since 2 March 2026, 09:15). Until then what "
        "is shown here may be incomplete."
    )
