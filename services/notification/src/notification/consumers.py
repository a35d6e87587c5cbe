"""What notification hears, who decides about it, and the two channels that it asks."""

from functools import partial

from chassis.service import Parts
from contracts.notification import NotificationParked, NotificationResumed
from messaging import Notices, Service, Target, Unanswered
from notification.channels.email import EmailChannel
from notification.channels.sms import SmsChannel
from notification.decider import Cases
from notification.domain import telling
from notification.domain.delivery import Handed, Receipt, ReceiptOverdue, Send
from notification.settings import NotificationSettings
from notification.store.letters import read_letter

HEARD = (*telling.HEARD, Handed, Unanswered, Receipt, ReceiptOverdue)

#: A channel limits its own time; the kernel's limit only catches one that cannot stop by itself.
_SPARE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 1_800.0


def notification_service(parts: Parts[NotificationSettings]) -> Service:
    settings = parts.settings
    cases = Cases(
        settings.office(parts.words),
        receipt_within=settings.receipt_within,
        attempts=settings.channel_attempts,
    )
    return Service(
        name="notification",
        hears=dict.fromkeys(HEARD, cases),
        targets=(_email(parts), _sms(parts)),
        notices=Notices(parked=NotificationParked, resumed=NotificationResumed),
    )


def _email(parts: Parts[NotificationSettings]) -> Target:
    settings = parts.settings
    return Target(
        name="email",
        call=Send,
        answer=Handed,
        perform=EmailChannel(settings.mail_server, partial(read_letter, parts.pool)).send,
        timeout_seconds=settings.smtp_seconds + _SPARE_SECONDS,
        parallel=settings.smtp_parallel,
        backoff_seconds=_FIRST_PAUSE_SECONDS,
        backoff_limit_seconds=_LONGEST_PAUSE_SECONDS,
    )


def _sms(parts: Parts[NotificationSettings]) -> Target:
    settings = parts.settings
    return Target(
        name="sms",
        call=Send,
        answer=Handed,
        perform=SmsChannel(settings.sms_gateway, parts.http, partial(read_letter, parts.pool)).send,
        timeout_seconds=settings.sms_seconds + _SPARE_SECONDS,
        parallel=settings.sms_parallel,
        backoff_seconds=_FIRST_PAUSE_SECONDS,
        backoff_limit_seconds=_LONGEST_PAUSE_SECONDS,
    )
