"""A letter as a mail message (RFC 5322, MIME): plain text first, the same in HTML beside it."""

from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from notification.domain.case import Letter


def mime(letter: Letter, *, message_id: UUID, sender: str, sender_name: str, now: datetime) -> bytes:
    """The bytes to send. The Message-ID follows from our own id, so a repetition is seen as one."""
    ascii_only = letter.to.isascii()
    message = EmailMessage(policy=policy.SMTP if ascii_only else policy.SMTPUTF8)
    local, _, domain = sender.rpartition("@")
    message["From"] = Address(display_name=sender_name, username=local, domain=domain)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply is wanted
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    message["Content-Language"] = letter.language.value  # last: setting contents takes it away
    return message.as_bytes()
