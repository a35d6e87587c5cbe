"""A family whose turn it is may not know it when nothing has reached it: the career centre owes it a call."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.notification import Channel, MessageDelivered, MessageFailed, MessageSent
from intake.domain.case import Case, State
from intake.domain.news import NEWS
from intake.domain.waiting import NextStep, Waiting, next_step, waiting
from intake.http.view import case_in_words
from unit.intake.families import MOMENT, NOW, case_in
from unit.intake.test_words import EVERY_LANGUAGE, voice

LATER = NOW + timedelta(hours=1)
Event = MessageSent | MessageDelivered | MessageFailed


def sent(channel: Channel) -> MessageSent:
    return MessageSent(message_id=uuid4(), channel=channel, about="eligible")


def delivered(channel: Channel) -> MessageDelivered:
    return MessageDelivered(message_id=uuid4(), channel=channel, about="eligible")


def failed(channel: Channel) -> MessageFailed:
    return MessageFailed(message_id=uuid4(), channel=channel, about="eligible", cause="no_receipt")


LETTER, SMS = failed(Channel.EMAIL), failed(Channel.SMS)


def heard(case: Case, *events: Event) -> Case:
    """An hour lies between one and the next."""
    for hours, event in enumerate(events):
        case = NEWS[type(event)](case, event, NOW + timedelta(hours=hours))
    return case


def test_whom_neither_letter_nor_sms_has_reached_is_owed_a_call() -> None:
    case = heard(case_in(State.PLACE_RESERVED), LETTER, SMS)
    awaited = waiting(case, papers_missing=0)
    assert awaited == Waiting(awaited="call", since=LATER)
    assert awaited.owed_by == "career-centre"
    assert next_step(case, papers_missing=0) is NextStep.FILL_QUESTIONNAIRE


@pytest.mark.parametrize("reached", [sent(Channel.EMAIL), delivered(Channel.SMS)], ids=["letter", "sms"])
@pytest.mark.parametrize("after", [(LETTER, SMS), (SMS, LETTER)])
def test_one_channel_that_reaches_it_is_enough(reached: Event, after: tuple[Event, ...]) -> None:
    case = heard(case_in(State.PLACE_RESERVED), *after, reached)
    assert waiting(case, papers_missing=0) == waiting(case_in(State.PLACE_RESERVED), papers_missing=0)


def test_an_sms_that_was_only_taken_over_has_reached_nobody() -> None:
    case = heard(case_in(State.PLACE_RESERVED), LETTER, SMS, sent(Channel.SMS))
    assert waiting(case, papers_missing=0) == Waiting(awaited="call", since=LATER)


@pytest.mark.parametrize("state", [State.CHECKING, State.WAITLISTED, State.SETTLING, State.SETTLED])
def test_while_others_owe_the_next_thing_no_call_is_owed(state: State) -> None:
    case = case_in(state)
    assert waiting(heard(case, LETTER, SMS), papers_missing=0) == waiting(case, papers_missing=0)


@given(st.lists(st.sampled_from([m(c) for m in (sent, delivered, failed) for c in Channel]), max_size=8))
def test_it_is_the_last_word_on_each_channel_that_counts(events: list[Event]) -> None:
    last = {e.channel: e for e in events if not (isinstance(e, MessageSent) and e.channel is Channel.SMS)}
    lost = {channel for channel, event in last.items() if isinstance(event, MessageFailed)}
    awaited = waiting(heard(case_in(State.PLACE_RESERVED), *events), papers_missing=0)
    assert awaited is not None
    assert (awaited.awaited == "call") == (lost == set(Channel))


@EVERY_LANGUAGE
def test_the_officer_reads_of_the_call_and_the_citizen_what_to_mend(language: str) -> None:
    case = heard(case_in(State.PLACE_RESERVED), LETTER, SMS)
    officer, citizen = (
        case_in_words(case, (), voice=voice(language), today=MOMENT.today, for_officer=who)["waiting"]
        for who in (True, False)
    )
    assert officer["sentence"] != citizen["sentence"]
    assert all(one["owed_by"] == "career-centre" and "10:15" in one["sentence"] for one in (officer, citizen))
