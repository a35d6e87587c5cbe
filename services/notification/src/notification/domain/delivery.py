"""What becomes of a message after it was written: taken over, refused, confirmed by a receipt.

Invariants: a message never goes back; a receipt that overtakes the gateway's own answer is believed; messages
to one family leave one after another on each channel, so they are read in the order of the decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.notification import Channel, MessageDelivered, MessageFailed, MessageSent
from messaging import Ask, Effect, Remind, Tell
from notification.domain.case import Case, CitizenMessage, State

NO_ANSWER = "unconfirmed"
NO_RECEIPT = "no_receipt"
NOT_DELIVERED = "not_delivered"
UNREACHABLE = "channel_unreachable"

_AWAITED = frozenset({State.CREATED, State.SENDING, State.SENT, State.UNCONFIRMED})

Step = tuple[Case, Sequence[Effect]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Asks a channel to take a message over. The text is read when it is sent: no copy lies in a queue."""

    message_id: UUID


class Handover(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"  # for good: asking again would be refused again
    UNKNOWN = "unknown"  # it may have been taken; asking again might send it twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What a channel answered."""

    message_id: UUID
    handover: Handover
    cause: str | None = None


class ReceiptStatus(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A channel's word on what became of a message."""

    message_id: UUID
    status: ReceiptStatus
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOverdue:
    """The reminder that comes when a receipt should have been there."""

    message_id: UUID


def asks(before: Case, after: Case, *, attempts: int) -> list[Ask]:
    """Each channel is asked for the next message once it has none of this family in hand."""
    heads = {channel: after.head(channel) for channel in Channel}
    return [
        Ask(channel.value, Send(message_id=head), attempts=attempts)
        for channel, head in heads.items()
        if head is not None and head != before.head(channel)
    ]


def handed_over(case: Case, answer: Handed, *, now: datetime, receipt_within: timedelta) -> Step:
    """A channel answered. Nothing to do when a receipt was faster."""
    message = case.messages[answer.message_id]
    if message.state is not State.CREATED:
        return case, ()
    match answer.handover:
        case Handover.REFUSED:
            return _failed(case, message, answer.cause or "refused")
        case Handover.UNKNOWN:
            return _changed(case, message, State.UNCONFIRMED, NO_ANSWER), [_tell_failed(message, NO_ANSWER)]
        case Handover.TAKEN if message.channel is Channel.EMAIL:
            return _changed(case, message, State.SENT), [_tell_sent(message)]
    awaited = Remind(now + receipt_within, ReceiptOverdue(message_id=message.message_id))
    return _changed(case, message, State.SENDING), [_tell_sent(message), awaited]


def unanswered(case: Case, message_id: UUID) -> Step:
    """The channel could not be reached in all attempts."""
    message = case.messages[message_id]
    return _failed(case, message, UNREACHABLE) if message.state is State.CREATED else (case, ())


def receipted(case: Case, receipt: Receipt) -> Step:
    """A receipt came; one that says the same again, or less than is known, changes nothing."""
    message = case.messages[receipt.message_id]
    sent = [_tell_sent(message)] if message.state is State.CREATED else []
    if receipt.status is ReceiptStatus.DELIVERED and message.state is not State.DELIVERED:
        return _changed(case, message, State.DELIVERED), [*sent, _tell_delivered(message)]
    if receipt.status is ReceiptStatus.FAILED and message.state in _AWAITED:
        case, told = _failed(case, message, NOT_DELIVERED)
        return case, [*sent, *told]
    return case, ()


def without_receipt(case: Case, overdue: ReceiptOverdue) -> Step:
    """No receipt came in time: the message counts as failed until one comes after all."""
    message = case.messages[overdue.message_id]
    return _failed(case, message, NO_RECEIPT) if message.state is State.SENDING else (case, ())


def _failed(case: Case, message: CitizenMessage, cause: str) -> Step:
    return _changed(case, message, State.FAILED, cause), [_tell_failed(message, cause)]


def _changed(case: Case, message: CitizenMessage, state: State, cause: str | None = None) -> Case:
    return case.with_changed(replace(message, state=state, cause=cause))


def _tell_sent(message: CitizenMessage) -> Tell:
    return Tell(MessageSent(message_id=message.message_id, channel=message.channel, about=message.about))


def _tell_delivered(message: CitizenMessage) -> Tell:
    return Tell(MessageDelivered(message_id=message.message_id, channel=message.channel, about=message.about))


def _tell_failed(message: CitizenMessage, cause: str) -> Tell:
    return Tell(
        MessageFailed(
            message_id=message.message_id, channel=message.channel, about=message.about, cause=cause
        )
    )
