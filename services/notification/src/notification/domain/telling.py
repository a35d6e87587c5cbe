"""One event, one letter and one SMS; and the career centre is asked to call once all is clear.

Nothing is sent here: a message is written as `created`, and `delivery` hands it to its channel in its turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chassis.workdays import Calendar, add_working_days
from contracts.intake import ApplicationSubmitted
from contracts.integration import ReferralOverdue
from contracts.notification import Channel, ContactRequested
from messaging import Effect, Tell
from notification.domain.case import Case, CitizenMessage, ContactTask, Held, Recipient, recipient_of
from notification.domain.news import CHECK_WAITS, NEWS, VERIFICATION_CLEAR, News, news_of
from notification.domain.writing import Scribe

Step = tuple[Case, Sequence[Effect]]

#: What is heard of a family: news for it, and what only concerns those who help it.
HEARD = (*NEWS, ReferralOverdue)
#: From so many reminders on a late provider is the career centre's matter: reminding alone did not help.
ESCALATED_FROM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What telling needs beside the case: who writes, how the days are counted."""

    scribe: Scribe
    zone: ZoneInfo
    calendar: Calendar
    contact_days: int  # working days that a career centre has to contact a family


def hear(case: Case, news: Held, *, office: Office, now: datetime) -> Step:
    """Tells the citizen, or keeps the news until the application itself is heard."""
    if isinstance(news.event, ApplicationSubmitted):
        return _begin(case, news, office=office, now=now)
    if case.recipient is None:
        return replace(case, held=(*case.held, news)), ()
    return _tell(case, case.recipient, news, office=office, now=now)


def _begin(case: Case, news: Held, *, office: Office, now: datetime) -> Step:
    """The application is heard: from now on there is somebody to write to."""
    if case.recipient is not None or not isinstance(news.event, ApplicationSubmitted):
        return case, ()
    recipient = recipient_of(news.event)
    waiting = sorted(case.held, key=lambda held: held.time)
    case = case.begun(recipient)
    effects: list[Effect] = []
    for each in (news, *waiting):
        case, told = _tell(case, recipient, each, office=office, now=now)
        effects += told
    return case, effects


def _tell(case: Case, recipient: Recipient, news: Held, *, office: Office, now: datetime) -> Step:
    if isinstance(news.event, ReferralOverdue):
        return _escalate(case, recipient, news.event, office=office, now=now)
    contact_by = _contact_by(office, now)
    said = news_of(news.event, contact_by=contact_by)
    if said.about == CHECK_WAITS and case.was_told(CHECK_WAITS):
        return case, ()  # once is kind, each repetition would only worry
    case = _write(case, recipient, said, news_id=news.message_id, office=office, now=now)
    if said.about != VERIFICATION_CLEAR:
        return case, ()
    task = ContactTask(
        task_id=uuid5(case.application_id, "contact"),
        region=recipient.region,
        due_on=contact_by,
        requested_at=now,
    )
    return _request_contact(case, task)


def _escalate(
    case: Case, recipient: Recipient, late: ReferralOverdue, *, office: Office, now: datetime
) -> Step:
    """A provider late for the second time needs somebody to act: one task for each referral."""
    if late.times < ESCALATED_FROM:
        return case, ()
    task = ContactTask(
        task_id=uuid5(late.referral_id, "contact"),
        region=recipient.region,
        due_on=_contact_by(office, now),
        requested_at=now,
        referral_id=late.referral_id,
        service_no=late.service_no,
    )
    return _request_contact(case, task)


def _write(
    case: Case, recipient: Recipient, news: News, *, news_id: UUID, office: Office, now: datetime
) -> Case:
    scribe, number = office.scribe, case.application_id
    written = {
        Channel.EMAIL: scribe.letter(news, recipient, application_id=number),
        Channel.SMS: scribe.sms(news, recipient, application_id=number),
    }
    for channel, letter in written.items():
        # Drawn from the event's id: the same event can never become a second message.
        message_id = uuid5(news_id, channel)
        message = CitizenMessage(message_id=message_id, channel=channel, about=news.about, created_at=now)
        case = case.with_message(message, letter)
    return case


def _request_contact(case: Case, task: ContactTask) -> Step:
    """Once for each task, however often its cause is told."""
    if task.task_id in case.contacts:
        return case, ()
    told = ContactRequested(
        task_id=task.task_id,
        region=task.region,
        due_on=task.due_on,
        referral_id=task.referral_id,
        service_no=task.service_no,
    )
    return case.with_contact(task), [Tell(told)]


def _contact_by(office: Office, now: datetime) -> date:
    today = now.astimezone(office.zone).date()
    return add_working_days(today, office.contact_days, office.calendar)
