"""A mail server that keeps every letter as files and in a readable mailbox, and fails when told to."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter

from sandbox.faults import Faults, MailBehaviour, Order

_LETTERS_IN_MEMORY = 5_000
_SIZE_LIMIT_BYTES = 25 << 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as its reader sees it; `number` is also its files' name."""

    number: int
    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    message_id: str
    time: datetime


class Mailbox:
    """All letters, whoever they are for; the hooks that aiosmtpd calls are its `handle_…` methods."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._last = max((int(p.stem) for p in folder.glob("[0-9]*.eml")), default=0)
        self.letters: deque[Letter] = deque(maxlen=_LETTERS_IN_MEMORY)
        self.faults = Faults(MailBehaviour.NORMAL)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refusals come where real servers give them: at RCPT, before the letter is sent."""
        order = self.faults.current()
        if order.behaviour in (MailBehaviour.REJECT, MailBehaviour.DEFER):
            order = self.faults.take(address)
        if order.behaviour is MailBehaviour.REJECT:
            return "550 5.1.1 No such mailbox"
        if order.behaviour is MailBehaviour.DEFER:
            return "451 4.2.1 Mailbox busy, try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keeps the letter; when told to time out, it is kept and the sender never hears of it."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = self._keep(content, tuple(envelope.rcpt_tos), envelope.mail_from or "")
        if self.faults.take(letter.to[0]).behaviour is MailBehaviour.TIMEOUT:
            await asyncio.Event().wait()  # ends when the connection is lost
        return f"250 2.0.0 Kept as {letter.number:04}"

    def _keep(self, content: bytes, to: tuple[str, ...], sender: str) -> Letter:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain", "html"))
        self._last += 1
        letter = Letter(
            number=self._last,
            to=to,
            sender=sender,
            subject=str(message["Subject"] or ""),
            text=body.get_content().replace("\r\n", "\n") if body else "",
            message_id=str(message["Message-ID"] or ""),
            time=datetime.now(UTC),
        )
        (self._folder / f"{letter.number:04}.eml").write_bytes(content)
        (self._folder / f"{letter.number:04}.txt").write_text(_readable(letter), encoding="utf-8")
        self.letters.append(letter)
        return letter


class MailServer:
    """SMTP on a port of the running loop."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._connections: set[SMTP] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens; returns the port, which the system chose when 0 was asked for."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Stops listening and hangs up."""
        if self._server:
            self._server.close()
            for connection in self._connections:
                if connection.transport:
                    connection.transport.close()
            await self._server.wait_closed()

    def _connection(self) -> SMTP:
        smtp: Any = SMTP(
            self._mailbox,
            hostname="sandbox.qonys.test",
            ident="Qonys sandbox",
            enable_SMTPUTF8=True,
            data_size_limit=_SIZE_LIMIT_BYTES,
            loop=asyncio.get_running_loop(),
        )
        self._connections = {c for c in self._connections if c.transport} | {smtp}
        connection: SMTP = smtp
        return connection


def mail_routes(mailbox: Mailbox) -> APIRouter:
    """`/sandbox/mail`: the letters, and how the server behaves."""
    router = APIRouter(prefix="/sandbox/mail")

    @router.get("")
    async def letters(to: str | None = None) -> list[Letter]:
        return [letter for letter in mailbox.letters if to is None or to in letter.to]

    @router.delete("", status_code=204)
    async def forget() -> None:
        mailbox.letters.clear()

    @router.get("/behaviour")
    async def show() -> Order[MailBehaviour]:
        return mailbox.faults.current()

    @router.put("/behaviour", status_code=204)
    async def tell(order: Order[MailBehaviour]) -> None:
        mailbox.faults.tell(order)

    return router


def _readable(letter: Letter) -> str:
    head = f"To: {', '.join(letter.to)}\nSubject: {letter.subject}\nDate: {letter.time.isoformat()}\n"
    return f"{head}\n{letter.text}"
