"""A message goes one way, whatever order answers and receipts come in."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.notification import Channel, MessageDelivered, MessageFailed, MessageSent
from messaging import Decision, Message, Refusal, Remind, Tell, Unanswered
from notification.decider import Cases
from notification.domain.case import Case, CitizenMessage, State
from notification.domain.delivery import (
    Handed,
    Handover,
    Receipt,
    ReceiptOverdue,
    ReceiptStatus,
    Send,
)
from unit.notification.families import FAMILY, NOW, OFFICE

CASES = Cases(OFFICE, receipt_within=timedelta(hours=48), attempts=60)
ONE = UUID(int=1)
TAKEN = Handed(message_id=ONE, handover=Handover.TAKEN)
REFUSED = Handed(message_id=ONE, handover=Handover.REFUSED, cause="mailbox_refused")
UNKNOWN = Handed(message_id=ONE, handover=Handover.UNKNOWN)
DELIVERED = Receipt(message_id=ONE, status=ReceiptStatus.DELIVERED, at=NOW)
NOT_DELIVERED = Receipt(message_id=ONE, status=ReceiptStatus.FAILED, at=NOW)
UNANSWERED = Unanswered(target="sms", call=Send(message_id=ONE), error="TransientError", attempts=60)
OVERDUE = ReceiptOverdue(message_id=ONE)
#: A message never moves to the left in this order.
ORDER = list(State)


def written(channel: Channel) -> Case:
    message = CitizenMessage(message_id=ONE, channel=channel, about="eligible", created_at=NOW)
    return Case(application_id=FAMILY).with_changed(message)


def decide(case: Case, body: object) -> Decision:
    message = Message(id=uuid4(), subject=FAMILY, body=body, time=NOW, correlation_id="c")
    return CASES.decide({FAMILY: case}, message, NOW)


def after(case: Case, *bodies: object) -> tuple[CitizenMessage, list[object]]:
    told: list[object] = []
    for body in bodies:
        decision = decide(case, body)
        case = decision.states.get(FAMILY, case)
        told += [effect.event for effect in decision.effects if isinstance(effect, Tell)]
    return case.messages[ONE], told


def sent(channel: Channel) -> MessageSent:
    return MessageSent(message_id=ONE, channel=channel, about="eligible")


def delivered(channel: Channel) -> MessageDelivered:
    return MessageDelivered(message_id=ONE, channel=channel, about="eligible")


def failed(channel: Channel, cause: str) -> MessageFailed:
    return MessageFailed(message_id=ONE, channel=channel, about="eligible", cause=cause)


def test_a_letter_that_the_mail_server_took_is_sent() -> None:
    message, told = after(written(Channel.EMAIL), TAKEN)
    assert (message.state, told) == (State.SENT, [sent(Channel.EMAIL)])


def test_an_sms_that_the_gateway_took_waits_for_its_receipt_and_then_is_delivered() -> None:
    decision = decide(written(Channel.SMS), TAKEN)
    assert [one for one in decision.effects if isinstance(one, Remind)] == [
        Remind(NOW + timedelta(hours=48), OVERDUE)
    ]
    message, told = after(written(Channel.SMS), TAKEN, DELIVERED)
    assert (message.state, told) == (State.DELIVERED, [sent(Channel.SMS), delivered(Channel.SMS)])


def test_a_receipt_faster_than_the_gateways_answer_is_believed() -> None:
    message, told = after(written(Channel.SMS), DELIVERED, TAKEN)
    assert (message.state, told) == (State.DELIVERED, [sent(Channel.SMS), delivered(Channel.SMS)])


def test_a_receipt_that_comes_twice_is_told_once() -> None:
    _, told = after(written(Channel.SMS), TAKEN, DELIVERED, DELIVERED)
    assert told == [sent(Channel.SMS), delivered(Channel.SMS)]


def test_a_refused_letter_has_failed_with_its_cause() -> None:
    message, told = after(written(Channel.EMAIL), REFUSED)
    assert (message.state, message.cause) == (State.FAILED, "mailbox_refused")
    assert told == [failed(Channel.EMAIL, "mailbox_refused")]


def test_a_letter_without_the_servers_answer_is_unconfirmed_and_not_asked_again() -> None:
    decision = decide(written(Channel.EMAIL), UNKNOWN)
    assert [type(one) for one in decision.effects] == [Tell]
    message, told = after(written(Channel.EMAIL), UNKNOWN)
    assert (message.state, told) == (State.UNCONFIRMED, [failed(Channel.EMAIL, "unconfirmed")])


def test_a_channel_that_never_answers_is_a_failure_that_is_told() -> None:
    message, told = after(written(Channel.SMS), UNANSWERED)
    assert (message.cause, told) == ("channel_unreachable", [failed(Channel.SMS, "channel_unreachable")])


def test_a_receipt_may_say_that_an_sms_failed() -> None:
    message, told = after(written(Channel.SMS), TAKEN, NOT_DELIVERED, NOT_DELIVERED)
    assert (message.state, told) == (State.FAILED, [sent(Channel.SMS), failed(Channel.SMS, "not_delivered")])


def test_an_sms_without_a_receipt_counts_as_failed_until_one_comes() -> None:
    message, told = after(written(Channel.SMS), TAKEN, OVERDUE)
    assert (message.state, message.cause) == (State.FAILED, "no_receipt")
    message, told = after(written(Channel.SMS), TAKEN, OVERDUE, DELIVERED)
    assert (message.state, told[-1]) == (State.DELIVERED, delivered(Channel.SMS))


def test_an_overdue_receipt_that_came_meanwhile_changes_nothing() -> None:
    _, told = after(written(Channel.SMS), TAKEN, DELIVERED, OVERDUE)
    assert told == [sent(Channel.SMS), delivered(Channel.SMS)]


def test_a_receipt_for_a_message_that_was_never_made_is_refused() -> None:
    assert decide(Case(application_id=FAMILY), DELIVERED) == Decision(reply=Refusal("not_found"))


def test_a_receipt_is_answered_with_what_is_known() -> None:
    assert decide(written(Channel.SMS), DELIVERED).reply == {"id": str(ONE), "status": "delivered"}


@given(
    st.sampled_from(Channel),
    st.lists(
        st.sampled_from([TAKEN, REFUSED, UNKNOWN, DELIVERED, NOT_DELIVERED, UNANSWERED, OVERDUE]), max_size=8
    ),
)
def test_a_message_never_goes_back(channel: Channel, bodies: list[object]) -> None:
    case = written(channel)
    for body in bodies:
        before = case.messages[ONE].state
        case = decide(case, body).states.get(FAMILY, case)
        assert ORDER.index(case.messages[ONE].state) >= ORDER.index(before)


@pytest.mark.parametrize("channel", Channel)
@given(bodies=st.lists(st.sampled_from([TAKEN, DELIVERED, NOT_DELIVERED, OVERDUE, UNANSWERED]), max_size=8))
def test_sent_and_delivered_are_told_at_most_once(channel: Channel, bodies: list[object]) -> None:
    _, told = after(written(channel), *bodies)
    assert told.count(sent(channel)) <= 1
    assert told.count(delivered(channel)) <= 1
