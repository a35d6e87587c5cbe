"""What notification tells: what people were told."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.event import event
from contracts.words import Code, Kato

TOPIC = "notification.messages.v1"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


@event("kz.qonys.message.sent.v1", topic=TOPIC)
class MessageSent:
    """A channel took the message over; `about` is the template's name."""

    message_id: UUID
    channel: Channel
    about: Code


@event("kz.qonys.message.delivered.v1", topic=TOPIC)
class MessageDelivered:
    """A real receipt came back."""

    message_id: UUID
    channel: Channel
    about: Code


@event("kz.qonys.message.failed.v1", topic=TOPIC)
class MessageFailed:
    """No channel could bring the message, after all attempts."""

    message_id: UUID
    channel: Channel
    about: Code
    cause: Code


@event("kz.qonys.contact.requested.v1", topic=TOPIC)
class ContactRequested:
    """A career centre shall contact the family by `due_on` (one working day).

    With a referral the task is about its provider, who is late; without one the family was just verified.
    """

    task_id: UUID
    region: Kato
    due_on: date
    referral_id: UUID | None = None
    service_no: int | None = None


@event("kz.qonys.notification.parked.v1", topic=TOPIC)
class NotificationParked:
    """A message about the family waits in notification for an operator, and later ones behind it."""

    since: datetime


@event("kz.qonys.notification.resumed.v1", topic=TOPIC)
class NotificationResumed:
    """No message about the family waits in notification for an operator any more."""
