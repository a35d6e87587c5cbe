"""On each decision one letter and one SMS, whatever comes first; and the career centre is asked to call."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4, uuid5

import pytest

from contracts.integration import ReferralOverdue
from contracts.notification import Channel, ContactRequested
from messaging import Ask, Decision, Message, Tell
from notification.decider import Cases
from notification.domain.case import Case, State
from notification.domain.delivery import Handed, Handover, Send
from unit.notification.families import CLEAR, EVENTS, FAMILY, NORTH, NOW, OFFICE, SILENT, SUBMITTED

CASES = Cases(OFFICE, receipt_within=timedelta(hours=48), attempts=60)


def heard(body: object, *, minutes: int = 0, message_id: UUID | None = None) -> Message:
    said = NOW + timedelta(minutes=minutes)
    return Message(id=message_id or uuid4(), subject=FAMILY, body=body, time=said, correlation_id="c")


def decide(case: Case | None, message: Message, *, now: datetime = NOW) -> Decision:
    return CASES.decide({FAMILY: case} if case else {}, message, now)


def all_of(*messages: Message) -> tuple[Case, list[Decision]]:
    case, decisions = Case(application_id=FAMILY), []
    for message in messages:
        decision = decide(case, message)
        case = decision.states.get(FAMILY, case)
        decisions.append(decision)
    return case, decisions


def abouts(case: Case) -> list[str]:
    return [one.about for one in case.messages.values() if one.channel is Channel.EMAIL]


@pytest.mark.parametrize("about", EVENTS)
def test_each_event_becomes_one_letter_and_one_sms(about: str) -> None:
    case, _ = all_of(heard(SUBMITTED), heard(EVENTS[about]))
    told = [one for one in case.messages.values() if one.about == about]
    assert sorted(one.channel for one in told) == [Channel.EMAIL, Channel.SMS]
    assert {one.state for one in told} == {State.CREATED}
    assert all(case.letters[one.message_id].text for one in told)


def test_each_message_is_asked_of_its_channel_by_its_id_alone() -> None:
    message = heard(SUBMITTED)
    effects = decide(None, message).effects
    assert effects == [
        Ask("email", Send(message_id=uuid5(message.id, "email")), attempts=60),
        Ask("sms", Send(message_id=uuid5(message.id, "sms")), attempts=60),
    ]


def test_messages_leave_one_after_another_on_each_channel() -> None:
    first, second = heard(SUBMITTED), heard(CLEAR)
    case, decisions = all_of(first, second)
    assert [one for one in decisions[1].effects if isinstance(one, Ask)] == []
    taken = Handed(message_id=uuid5(first.id, "email"), handover=Handover.TAKEN)
    asked = [one for one in decide(case, heard(taken)).effects if isinstance(one, Ask)]
    assert asked == [Ask("email", Send(message_id=uuid5(second.id, "email")), attempts=60)]


def test_letters_are_the_same_in_whichever_order_topics_are_read() -> None:
    messages = [
        heard(SUBMITTED),
        heard(CLEAR, minutes=1),
        heard(EVENTS["eligible"], minutes=2),
        heard(EVENTS["quota_reserved"], minutes=3),
    ]
    ends = [all_of(*order)[0] for order in permutations(messages)]
    assert all(set(end.messages) == set(ends[0].messages) for end in ends)
    assert all(dict(end.letters) == dict(ends[0].letters) for end in ends)
    assert all(end.held == () and end.contacts == ends[0].contacts for end in ends)


def test_news_that_came_before_the_application_is_told_in_the_order_it_was_said() -> None:
    case, _ = all_of(heard(EVENTS["eligible"], minutes=2), heard(CLEAR, minutes=1), heard(SUBMITTED))
    assert abouts(case) == ["application_received", "verification_clear", "eligible"]


def test_while_nobody_knows_whom_to_write_to_nothing_is_asked() -> None:
    case, (decision,) = all_of(heard(CLEAR))
    assert (decision.effects, case.messages, len(case.held)) == ([], {}, 1)


def test_an_application_told_twice_is_received_once() -> None:
    case, _ = all_of(heard(SUBMITTED), heard(SUBMITTED))
    assert abouts(case) == ["application_received"]


def test_only_the_first_silence_is_told() -> None:
    case, _ = all_of(heard(SUBMITTED), heard(SILENT), heard(replace(SILENT, times=2)))
    assert abouts(case) == ["application_received", "check_waits"]


def test_once_all_is_clear_the_career_centre_of_the_region_of_arrival_has_one_working_day() -> None:
    case, decisions = all_of(heard(SUBMITTED), heard(CLEAR))
    told = [one.event for one in decisions[1].effects if isinstance(one, Tell)]
    (task,) = case.contacts.values()
    assert told == [ContactRequested(task_id=task.task_id, region=NORTH, due_on=date(2026, 3, 3))]
    assert (task.region, task.due_on) == (NORTH, date(2026, 3, 3))


def test_the_term_of_a_friday_evening_ends_on_monday() -> None:
    friday = datetime(2026, 2, 27, 15, 0, tzinfo=UTC)
    case, _ = all_of(heard(SUBMITTED))
    (task,) = decide(case, heard(CLEAR), now=friday).states[FAMILY].contacts.values()
    assert task.due_on == date(2026, 3, 2)


def test_the_career_centre_is_asked_once_even_if_all_is_clear_twice() -> None:
    _, decisions = all_of(heard(SUBMITTED), heard(CLEAR), heard(CLEAR))
    assert [one for one in decisions[2].effects if isinstance(one, Tell)] == []


def test_a_blocked_case_is_not_sent_to_the_career_centre() -> None:
    case, _ = all_of(heard(SUBMITTED), heard(EVENTS["verification_blocked"]))
    assert case.contacts == {}


def late(times: int, service_no: int = 21) -> ReferralOverdue:
    return ReferralOverdue(
        referral_id=UUID(int=service_no),
        service_no=service_no,
        provider="PHC organisation",
        due_on=date(2026, 2, 27),
        times=times,
    )


def test_a_provider_that_stays_late_though_reminded_is_the_career_centres_matter() -> None:
    case, decisions = all_of(heard(SUBMITTED), heard(late(1)), heard(late(2)))
    assert decisions[1].effects == []
    (task,) = case.contacts.values()
    asked = ContactRequested(
        task_id=task.task_id,
        region=NORTH,
        due_on=date(2026, 3, 3),
        referral_id=UUID(int=21),
        service_no=21,
    )
    assert decisions[2].effects == [Tell(asked)]


def test_a_late_referral_has_one_task_however_late_it_is_and_another_has_its_own() -> None:
    late_ones = (late(2), late(3), late(2, 24), late(5))
    case, decisions = all_of(heard(SUBMITTED), heard(CLEAR), *map(heard, late_ones))
    assert [task.service_no for task in case.contacts.values()] == [None, 21, 24]
    assert [len(one.effects) for one in decisions[2:]] == [1, 0, 1, 0]


def test_lateness_heard_before_the_application_waits_for_it_and_is_no_letter() -> None:
    case, decisions = all_of(heard(late(2)), heard(SUBMITTED))
    assert (decisions[0].effects, abouts(case)) == ([], ["application_received"])
    assert [task.service_no for task in case.contacts.values()] == [21]
