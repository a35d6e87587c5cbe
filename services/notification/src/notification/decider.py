"""Who decides in notification: one decider for news, channels' answers and receipts of a family."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from messaging import Connection, Decision, Key, Message, Refusal, Unanswered
from notification.domain.case import Case, Held, message_key
from notification.domain.delivery import (
    Handed,
    Receipt,
    ReceiptOverdue,
    Send,
    asks,
    handed_over,
    receipted,
    unanswered,
    without_receipt,
)
from notification.domain.telling import HEARD, Office, Step, hear
from notification.store import cases


class Cases:
    """`receipt_within`: how long a gateway has to say that an SMS was delivered; `attempts`: how often a
    channel is asked to take one message."""

    name = "cases"

    def __init__(self, office: Office, *, receipt_within: timedelta, attempts: int) -> None:
        self._office = office
        self._receipt_within = receipt_within
        self._attempts = attempts

    def keys(self, message: Message) -> Collection[Key]:
        return (message.subject, *map(message_key, _named(message.body)))

    async def load(self, conn: Connection, keys: Collection[Key]) -> Mapping[Key, Case]:
        return await cases.load(conn, keys)

    async def save(self, conn: Connection, states: Mapping[Key, Case]) -> None:
        await cases.save(conn, states.values())

    def decide(self, states: Mapping[Key, Any], message: Message, now: datetime) -> Decision:
        before: Case = states.get(message.subject) or Case(application_id=message.subject)
        if isinstance(message.body, Receipt) and message.body.message_id not in before.messages:
            return Decision(reply=Refusal("not_found"))
        after, effects = self._step(before, message, now)
        changed = {} if after is before else {message.subject: after}
        asked = asks(before, after, attempts=self._attempts)
        return Decision(states=changed, effects=[*effects, *asked], reply=_reply(after, message.body))

    def _step(self, case: Case, message: Message, now: datetime) -> Step:
        match message.body:
            case Handed() as answer:
                return handed_over(case, answer, now=now, receipt_within=self._receipt_within)
            case Unanswered() as silence:
                return unanswered(case, silence.call.message_id)
            case Receipt() as receipt:
                return receipted(case, receipt)
            case ReceiptOverdue() as overdue:
                return without_receipt(case, overdue)
            case event if type(event) in HEARD:
                news = Held(message_id=message.id, event=event, time=message.time)
                return hear(case, news, office=self._office, now=now)
        raise TypeError(f"{type(message.body).__name__} cannot be decided here")


def _named(body: object) -> Collection[UUID]:
    """The message that an answer, a receipt or a reminder is about; news is about none."""
    match body:
        case Handed(message_id=one) | Receipt(message_id=one) | ReceiptOverdue(message_id=one):
            return (one,)
        case Unanswered(call=Send(message_id=one)):
            return (one,)
    return ()


def _reply(case: Case, body: object) -> object | None:
    """A receipt is answered with what is known of its message."""
    if not isinstance(body, Receipt):
        return None
    return {"id": str(body.message_id), "status": case.messages[body.message_id].state}
