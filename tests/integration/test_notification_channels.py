"""The channels alone, against real servers that behave as badly as real ones do."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

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
        ca_file=None,
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


async def test_a_server_that_takes_the_letter_and_then_hangs_has_taken_it_and_is_left() -> None:
    left = asyncio.Event()

    async def server_without_goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        for answer in (b"250 hello\r\n", b"250 from\r\n", b"250 to\r\n", b"354 go on\r\n"):
            await reader.readline()
            writer.write(answer)
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 taken\r\n")
        while await reader.read(1000):
            pass  # QUIT is never answered
        left.set()
        writer.close()

    listener = await asyncio.start_server(server_without_goodbye, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    handed = await EmailChannel(server(port, seconds=0.5), read).send(Send(message_id=uuid4()))
    assert handed.handover is Handover.TAKEN
    async with asyncio.timeout(2):
        await left.wait()
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


async def test_a_letter_goes_encrypted_when_the_settings_say_so(mailbox: Mailbox, tls: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls / "certificate.pem", tls / "key.pem")
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(mailbox, hostname="localhost", tls_context=context, require_starttls=True, loop=loop)

    listener = await loop.create_server(connection, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    trusting = replace(server(port), host="localhost", start_tls=True, ca_file=tls / "certificate.pem")
    call = Send(message_id=uuid4())
    assert (await EmailChannel(trusting, read).send(call)).handover is Handover.TAKEN
    with pytest.raises(TransientError):  # a server that nobody vouches for hears nothing of the citizen
        await EmailChannel(replace(trusting, ca_file=None), read).send(call)
    assert len(mailbox.letters) == 1
    listener.close()


@pytest.fixture
def tls(tmp_path: Path) -> Path:
    """A key and a certificate of its own for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tmp_path


async def test_no_address_and_no_text_reaches_the_log(mailbox: Mailbox, port: int) -> None:
    with capture_logs() as lines:
        for behaviour in (MailBehaviour.NORMAL, MailBehaviour.REJECT, MailBehaviour.TIMEOUT):
            mailbox.faults.tell(Order(behaviour=behaviour))
            await EmailChannel(server(port, seconds=0.5), read).send(Send(message_id=uuid4()))
        for status in (202, 422):
            async with sms_gateway(status) as channel:
                await channel.send(Send(message_id=uuid4()))
    assert [line["event"] for line in lines] == [
        "email_taken",
        "email_refused",
        "email_unconfirmed",
        "sms_taken",
        "sms_refused",
    ]
    assert not any(secret in str(lines) for secret in ("ulgi", "example.kz", "Нұрлан", "Өтінішіңіз"))
