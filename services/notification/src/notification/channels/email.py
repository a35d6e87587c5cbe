"""Hands letters to a mail server (SMTP, RFC 5321).

Invariant: once the server may have taken a letter, it is not handed over again: without the server's answer
the handover is `unknown`, not a failure to repeat. Should this process die just there, the kernel asks again,
and the same Message-ID lets the mailbox see one letter.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.errors import SMTPDataError, SMTPRecipientRefused

from messaging import TransientError
from notification.channels.mime import mime
from notification.domain.case import Letter
from notification.domain.delivery import Handed, Handover, Send

log = structlog.get_logger()

MAILBOX_REFUSED = "mailbox_refused"
LETTER_REFUSED = "letter_refused"

#: Replies that concern this letter alone; any other refusal is about us and is tried again.
_ABOUT_THE_LETTER = {SMTPRecipientRefused: MAILBOX_REFUSED, SMTPDataError: LETTER_REFUSED}

ReadLetter = Callable[[UUID], Awaitable[Letter]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """How to reach it; `seconds` is for the whole handover of one letter."""

    host: str
    port: int
    tls: bool
    start_tls: bool
    ca_file: Path | None
    username: str | None
    password: str | None
    sender: str
    sender_name: str
    seconds: float

    def connection(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            start_tls=self.start_tls,
            username=self.username,
            password=self.password,
            timeout=self.seconds,
            cert_bundle=str(self.ca_file) if self.ca_file else None,
        )


class EmailChannel:
    """The target `email`."""

    def __init__(self, server: MailServer, read: ReadLetter) -> None:
        self._server = server
        self._read = read

    async def send(self, call: Send) -> Handed:
        """`TransientError` while it is certain that the server has not taken the letter."""
        handover = _Handover(self._server, await self._read(call.message_id), call.message_id)
        try:
            async with asyncio.timeout(self._server.seconds):
                await handover.carry_out()
        except (SMTPException, OSError, TimeoutError) as error:
            return handover.failed(error)
        log.info("email_taken", message_id=str(call.message_id))
        return Handed(message_id=call.message_id, handover=Handover.TAKEN)


class _Handover:
    """One letter on its way to the server; knows how far it came."""

    def __init__(self, server: MailServer, letter: Letter, message_id: UUID) -> None:
        self._server = server
        self._letter = letter
        self._message_id = message_id
        self._handing = False
        self._taken = False

    async def carry_out(self) -> None:
        smtp = self._server.connection()
        try:
            await smtp.connect()
            options = await self._address_options(smtp)
            await smtp.mail(self._server.sender, options=options, encoding="utf-8")
            await smtp.rcpt(self._letter.to, encoding="utf-8")
            self._handing = True
            await smtp.data(self._bytes())
            self._taken = True
            await smtp.quit()
        finally:
            smtp.close()  # at once: a goodbye to a server that hangs would outlast our time

    def failed(self, error: Exception) -> Handed:
        """What the error means, by how far the letter came."""
        if self._taken:  # only the goodbye went wrong
            return self._handed(Handover.TAKEN)
        if isinstance(error, SMTPResponseException):
            return self._refused(error)
        if self._handing:
            log.warning("email_unconfirmed", message_id=str(self._message_id), error=type(error).__name__)
            return self._handed(Handover.UNKNOWN)
        raise TransientError(f"the mail server was not reached: {type(error).__name__}") from error

    def _refused(self, error: SMTPResponseException) -> Handed:
        cause = _ABOUT_THE_LETTER.get(type(error))
        if cause is None or error.code < 500:
            raise TransientError(f"the mail server says {error.code}") from error
        log.warning("email_refused", message_id=str(self._message_id), cause=cause, code=error.code)
        return self._handed(Handover.REFUSED, cause)

    async def _address_options(self, smtp: SMTP) -> list[str]:
        """An address beyond ASCII needs a server that takes such (RFC 6531)."""
        if self._letter.to.isascii():
            return []
        await smtp.ehlo()
        if not smtp.supports_extension("smtputf8"):
            raise SMTPRecipientRefused(553, "no SMTPUTF8", self._letter.to)
        return ["SMTPUTF8"]

    def _bytes(self) -> bytes:
        return mime(
            self._letter,
            message_id=self._message_id,
            sender=self._server.sender,
            sender_name=self._server.sender_name,
            now=datetime.now(UTC),
        )

    def _handed(self, handover: Handover, cause: str | None = None) -> Handed:
        return Handed(message_id=self._message_id, handover=handover, cause=cause)
