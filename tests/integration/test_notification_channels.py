"""The channels alone, against real servers that behave as badly as real ones do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from contracts.words import Language
from messaging import TransientError
from notification.channels.email import EmailChannel, MailServer
from notification.channels.sms import SmsChannel, SmsGateway
from notification.domain.case import Letter
from notification.domain.delivery import Handed, Handover, Send
from sandbox.faults import MailBehaviour, Order
from sandbox.mail import Mailbox
from sandbox.mail import MailServer as Postman

LETTER = Letter(
    to="ulgi@example.kz",
    language=Language.KAZAKH,
    subject="Өтінішіңіз қабылданды",
    text="Құрметті Нұрлан!\n.\nБір нүкте — хаттың соңы емес.\n",
    html="<p>Құрметті Нұрлан!</p>",
)


async def read(_: UUID) -> Letter:
    return LETTER


def server(port: int, seconds: float = 2) -> MailServer:
    return MailServer(
        host="127.0.0.1",
        port=port,
        tls=False,
        start_tls=False,
        username=None,
        password=None,
        sender="no-reply@qonys.kz",
        sender_name="Qonys",
        seconds=seconds,
    )


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


@pytest.fixture
async def port(mailbox: Mailbox) -> AsyncIterator[int]:
    postman = Postman(mailbox)
    yield await postman.start("127.0.0.1", 0)
    await postman.stop()


async def test_a_letter_arrives_whole_under_an_id_that_never_changes(mailbox: Mailbox, port: int) -> None:
    call = Send(message_id=uuid4())
    channel = EmailChannel(server(port), read)
    assert (await channel.send(call)).handover is Handover.TAKEN
    await channel.send(call)
    first, second = mailbox.letters
    assert (first.subject, first.text.replace("\r\n", "\n")) == (LETTER.subject, LETTER.text)
    assert first.message_id == second.message_id == f"<{call.message_id}@qonys.kz>"


async def test_a_refused_mailbox_is_refused_for_good(mailbox: Mailbox, port: int) -> None:
    mailbox.faults.tell(Order(behaviour=MailBehaviour.REJECT))
    call = Send(message_id=uuid4())
    assert await EmailChannel(server(port), read).send(call) == Handed(
        message_id=call.message_id, handover=Handover.REFUSED, cause="mailbox_refused"
    )


async def test_a_busy_mailbox_is_for_later(mailbox: Mailbox, port: int) -> None:
    mailbox.faults.tell(Order(behaviour=MailBehaviour.DEFER))
    with pytest.raises(TransientError, match="451"):
        await EmailChannel(server(port), read).send(Send(message_id=uuid4()))


async def test_an_acceptance_that_was_not_heard_is_unknown_within_the_time_given(
    mailbox: Mailbox, port: int
) -> None:
    mailbox.faults.tell(Order(behaviour=MailBehaviour.TIMEOUT))
    began = asyncio.get_running_loop().time()
    handed = await EmailChannel(server(port, seconds=0.5), read).send(Send(message_id=uuid4()))
    assert handed.handover is Handover.UNKNOWN
    assert len(mailbox.letters) == 1
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_mail_server_that_is_not_there_is_for_later() -> None:
    with pytest.raises(TransientError, match="not reached"):
        await EmailChannel(server(1), read).send(Send(message_id=uuid4()))


async def test_a_mail_server_that_says_nothing_is_for_later() -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    ended = asyncio.Event()
    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    with pytest.raises(TransientError, match="not reached"):
        await EmailChannel(server(listener.sockets[0].getsockname()[1], seconds=0.3), read).send(
            Send(message_id=uuid4())
        )
    ended.set()
    listener.close()
    await listener.wait_closed()


async def test_an_address_beyond_ascii_reaches_a_server_that_takes_it(mailbox: Mailbox, port: int) -> None:
    async def kazakh(_: UUID) -> Letter:
        return Letter(
            to="үлгі@example.kz", language=Language.KAZAKH, subject="С", text="Т\n", html="<p>Т</p>"
        )

    handed = await EmailChannel(server(port), kazakh).send(Send(message_id=uuid4()))
    assert (handed.handover, mailbox.letters[0].to) == (Handover.TAKEN, ("үлгі@example.kz",))


def channel_to(url: str, http: httpx2.AsyncClient) -> SmsChannel:
    gateway = SmsGateway(url=url, token="t", callback="http://127.0.0.1/v1/receipts", seconds=2)
    return SmsChannel(gateway, http, read)


@asynccontextmanager
async def sms_gateway(status: int) -> AsyncIterator[SmsChannel]:
    """A gateway that gives every SMS the same answer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with httpx2.AsyncClient() as http:
        yield channel_to(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/sms", http)
    listener.close()
    await listener.wait_closed()


@pytest.mark.parametrize(
    ("status", "handover"),
    [(202, Handover.TAKEN), (200, Handover.TAKEN), (409, Handover.REFUSED), (422, Handover.REFUSED)],
)
async def test_what_the_sms_gateway_answers_is_what_became_of_it(status: int, handover: Handover) -> None:
    async with sms_gateway(status) as channel:
        assert (await channel.send(Send(message_id=uuid4()))).handover is handover


@pytest.mark.parametrize("status", [302, 401, 403, 404, 408, 429, 500, 503])
async def test_a_gateway_in_trouble_is_for_later(status: int) -> None:
    async with sms_gateway(status) as channel:
        with pytest.raises(TransientError, match=str(status)):
            await channel.send(Send(message_id=uuid4()))


async def test_a_gateway_that_is_not_there_is_for_later() -> None:
    async with httpx2.AsyncClient() as http:
        with pytest.raises(TransientError, match="not reached"):
            await channel_to("http://127.0.0.1:1/sms", http).send(Send(message_id=uuid4()))
