"""What notification knows of one family: whom to write to, what was written, what waits to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from contracts.intake import ApplicationSubmitted, Kinship, PersonName
from contracts.notification import Channel
from contracts.words import Language


class State(StrEnum):
    """A message's way: `created → sending → delivered | failed`.

    `sending`: the channel took it over and a receipt is awaited. `sent`: a mail server took it over, and
    there a letter ends, for bounces are not read. `unconfirmed`: the mail server may have taken it, its
    answer was lost; it is not sent again, for two letters about one decision do more harm than one that a
    person asks after.
    """

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenMessage:
    """One message on one channel; its text lies apart, with the personal data."""

    message_id: UUID
    channel: Channel
    about: str
    created_at: datetime
    place: int = 0  # in the order written; `Case.with_message` gives it
    state: State = State.CREATED
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is said and to which address. An SMS has neither subject nor HTML."""

    to: str
    text: str
    language: Language
    subject: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The applicant, as the application names them."""

    name: PersonName
    email: str
    phone: str
    language: Language
    region: str  # KATO of the region of arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An event that came before the application it is about: topics have no common order."""

    message_id: UUID
    event: object
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTask:
    """The career centre of the region of arrival shall contact the family by this day.

    `referral_id`, `service_no`: the late referral that it is about; None for the task after verification.
    """

    task_id: UUID
    region: str
    due_on: date
    requested_at: datetime
    referral_id: UUID | None = None
    service_no: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What this batch added to a case or changed, and `save` has to write."""

    recipient: bool = False
    messages: frozenset[UUID] = frozenset()
    contacts: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`messages` are in the order written, but of the old ones only those that a decision may be about: they
    wait for their channel, are named by what is decided, or are not to be said twice. `letters` holds the
    texts of those written since the case was loaded: old texts are not read again to decide."""

    application_id: UUID
    recipient: Recipient | None = None
    held: tuple[Held, ...] = ()
    messages: Mapping[UUID, CitizenMessage] = field(default_factory=dict)
    letters: Mapping[UUID, Letter] = field(default_factory=dict)
    contacts: Mapping[UUID, ContactTask] = field(default_factory=dict)  # by the task's id
    written: int = 0  # messages so far, with those that were not loaded
    fresh: Fresh = Fresh()

    def was_told(self, about: str) -> bool:
        return any(message.about == about for message in self.messages.values())

    def head(self, channel: Channel) -> UUID | None:
        """The message that this channel is to take over now: the oldest that it has not answered for."""
        waiting = (one for one in self.messages.values() if one.channel is channel)
        return next((one.message_id for one in waiting if one.state is State.CREATED), None)

    def begun(self, recipient: Recipient) -> "Case":
        """The case once there is somebody to write to; nothing is held any more."""
        return replace(self, recipient=recipient, held=(), fresh=replace(self.fresh, recipient=True))

    def with_contact(self, task: ContactTask) -> "Case":
        contacts = MappingProxyType({**self.contacts, task.task_id: task})
        fresh = replace(self.fresh, contacts=self.fresh.contacts | {task.task_id})
        return replace(self, contacts=contacts, fresh=fresh)

    def with_message(self, message: CitizenMessage, letter: Letter) -> "Case":
        """The case with one message more."""
        letters = MappingProxyType({**self.letters, message.message_id: letter})
        case = replace(self, letters=letters, written=self.written + 1)
        return case.with_changed(replace(message, place=self.written))

    def with_changed(self, message: CitizenMessage) -> "Case":
        messages = MappingProxyType({**self.messages, message.message_id: message})
        fresh = replace(self.fresh, messages=self.fresh.messages | {message.message_id})
        return replace(self, messages=messages, fresh=fresh)


def message_key(message_id: UUID) -> tuple[str, UUID]:
    """Has `load` bring this message of its family, whatever became of it."""
    return ("message", message_id)


def recipient_of(application: ApplicationSubmitted) -> Recipient:
    applicant = next(one for one in application.members if one.kinship is Kinship.APPLICANT)
    return Recipient(
        name=applicant.name,
        email=application.contact.email,
        phone=application.contact.phone,
        language=application.language,
        region=application.region_to,
    )
