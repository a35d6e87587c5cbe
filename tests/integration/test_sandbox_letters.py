"""The sandbox's mail server, SMS gateway and issuer keep what they take and fail as real ones do."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio import to_thread
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, KeySet

from sandbox.server import Sandbox, Settings, running

TO = "ulgi@example.kz"
PHONE = "+77010000000"
WAIT_SECONDS = 5


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture
async def sandbox(keys: Path) -> AsyncIterator[Sandbox]:
    async with running(Settings(folder=keys)) as parts:
        yield parts


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=sandbox.http, timeout=10) as client:
        yield client


def letter(subject: str = "Өтінішіңіз қабылданды", to: str = TO) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = subject, to, "qonys@example.kz"
    message["Message-ID"] = "<m-1@qonys>"
    message.set_content("Құрметті отбасы!\nКуәлік дайын.")
    message.add_alternative("<p>Құрметті отбасы!</p>", subtype="html")
    return message


async def send(sandbox: Sandbox, message: EmailMessage, *, timeout_seconds: float = 5) -> None:
    def deliver() -> None:
        with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, timeout=timeout_seconds) as smtp:
            smtp.send_message(message)

    await to_thread.run_sync(deliver)


async def receipted(http: httpx2.AsyncClient) -> dict[str, Any]:
    """The one SMS, once its receipt was taken."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            [taken] = (await http.get("/sandbox/sms")).json()
            if taken["receipts"]:
                kept: dict[str, Any] = taken
                return kept


@dataclass
class Callback:
    """A sender's receipts route: a bare HTTP server that answers with the statuses it was given."""

    statuses: list[int] = field(default_factory=list)
    heard: list[httpx2.Request] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        self.heard.append(httpx2.Request("POST", self.url, headers=headers, content=body))
        status = self.statuses.pop(0) if self.statuses else 204
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def callback() -> AsyncIterator[Callback]:
    receiver = Callback()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/receipts"
    yield receiver
    server.close()
    await server.wait_closed()


async def test_a_letter_is_kept_as_files_and_in_the_readable_mailbox(
    sandbox: Sandbox, http: httpx2.AsyncClient, keys: Path
) -> None:
    await send(sandbox, letter())
    [kept] = (await http.get("/sandbox/mail", params={"to": TO})).json()
    assert kept["subject"] == "Өтінішіңіз қабылданды"
    assert kept["text"].startswith("Құрметті отбасы!\n")
    assert kept["message_id"] == "<m-1@qonys>"
    stem = keys / "mail" / f"{kept['number']:04}"
    assert "Куәлік дайын." in stem.with_suffix(".txt").read_text(encoding="utf-8")
    assert b"multipart/alternative" in stem.with_suffix(".eml").read_bytes()
    assert (await http.get("/sandbox/mail", params={"to": "other@example.kz"})).json() == []


@pytest.mark.parametrize(("behaviour", "code"), [("reject", 550), ("defer", 451)])
async def test_told_to_refuse_an_address_it_refuses_that_one_only(
    sandbox: Sandbox, http: httpx2.AsyncClient, behaviour: str, code: int
) -> None:
    await http.put("/sandbox/mail/behaviour", json={"behaviour": behaviour, "to": [TO]})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await send(sandbox, letter())
    assert refused.value.recipients[TO][0] == code
    await send(sandbox, letter(to="other@example.kz"))
    assert [kept.to for kept in sandbox.mailbox.letters] == [("other@example.kz",)]


async def test_told_to_time_out_it_has_the_letter_and_the_sender_does_not_know(
    sandbox: Sandbox, http: httpx2.AsyncClient
) -> None:
    await http.put("/sandbox/mail/behaviour", json={"behaviour": "accept-then-timeout", "times": 1})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await send(sandbox, letter(), timeout_seconds=0.3)
    assert len(sandbox.mailbox.letters) == 1
    await send(sandbox, letter())
    assert len(sandbox.mailbox.letters) == 2


def sms(**changed: Any) -> dict[str, Any]:
    return {"id": "s-1", "to": PHONE, "text": "Куәлік дайын."} | changed


async def test_an_sms_is_accepted_then_its_receipt_comes_with_a_partners_token(
    sandbox: Sandbox, http: httpx2.AsyncClient, callback: Callback
) -> None:
    answer = await http.post("/sms", json=sms(callback=callback.url))
    assert answer.status_code == 202
    assert (await receipted(http))["status"] == "delivered"
    receipt = callback.heard[0]
    assert httpx2.Response(200, content=receipt.content).json()["status"] == "delivered"
    token = jwt.decode(receipt.headers["authorization"].removeprefix("Bearer "), await keyset(http))
    assert token.claims["scope"] == "partner"


async def test_a_receipt_that_the_sender_refuses_is_posted_again(
    http: httpx2.AsyncClient, callback: Callback
) -> None:
    callback.statuses = [500, 404]
    await http.post("/sms", json=sms(callback=callback.url))
    assert (await receipted(http))["receipts"] == 1
    assert len(callback.heard) == 3


async def test_the_same_id_twice_is_one_sms_and_another_text_under_it_a_conflict(
    sandbox: Sandbox, http: httpx2.AsyncClient
) -> None:
    first, second = [(await http.post("/sms", json=sms())).json() for _ in range(2)]
    assert first == second
    assert len(sandbox.sms.taken) == 1
    assert (await http.post("/sms", json=sms(text="Басқа"))).status_code == 409


async def test_an_sms_told_to_be_undelivered_is_accepted_and_its_receipt_says_failed(
    sandbox: Sandbox, http: httpx2.AsyncClient, callback: Callback
) -> None:
    await http.put("/sandbox/sms/behaviour", json={"behaviour": "undelivered"})
    assert (await http.post("/sms", json=sms(callback=callback.url))).status_code == 202
    assert (await receipted(http))["status"] == "failed"
    assert b'"failed"' in callback.heard[0].content.replace(b" ", b"")


async def test_an_sms_that_times_out_is_delivered_once_however_often_it_is_tried(
    sandbox: Sandbox, http: httpx2.AsyncClient
) -> None:
    await http.put("/sandbox/sms/behaviour", json={"behaviour": "accept-then-timeout", "times": 1})
    with pytest.raises(httpx2.ReadTimeout):
        await http.post("/sms", json=sms(), timeout=0.2)
    assert (await http.post("/sms", json=sms())).status_code == 202
    assert list(sandbox.sms.taken) == ["s-1"]


async def test_a_slow_sms_gateway_takes_its_time_and_the_sms(
    sandbox: Sandbox, http: httpx2.AsyncClient
) -> None:
    await http.put("/sandbox/sms/behaviour", json={"behaviour": "slow", "seconds": 0.2})
    answer = await http.post("/sms", json=sms())
    assert answer.elapsed.total_seconds() >= 0.2
    assert list(sandbox.sms.taken) == ["s-1"]


async def test_an_sms_gateway_in_error_keeps_nothing(sandbox: Sandbox, http: httpx2.AsyncClient) -> None:
    await http.put("/sandbox/sms/behaviour", json={"behaviour": "error", "times": 1})
    assert (await http.post("/sms", json=sms())).status_code == 500
    assert sandbox.sms.taken == {}
    assert (await http.post("/sms", json=sms(to="12"))).status_code == 422


async def keyset(http: httpx2.AsyncClient) -> KeySet:
    configuration = (await http.get("/.well-known/openid-configuration")).json()
    return KeySet.import_key_set((await http.get(configuration["jwks_uri"])).json())


@pytest.mark.parametrize("form", ["json", "urlencoded"])
async def test_the_issuer_gives_any_token_signed_by_its_published_key(
    sandbox: Sandbox, http: httpx2.AsyncClient, form: str
) -> None:
    asked = {"sub": "citizen-1", "scope": "citizen", "iin": "900101100014"}
    posted = http.post("/token", json=asked) if form == "json" else http.post("/token", data=asked)
    granted = (await posted).json()
    token = jwt.decode(granted["access_token"], await keyset(http), algorithms=["ES256"])
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (sandbox.http, "qonys", "citizen-1")
    assert (claims["scope"], claims["iin"]) == ("citizen", "900101100014")
    assert claims["exp"] - claims["iat"] == granted["expires_in"] == 3600


async def test_a_token_verifies_by_no_other_key(http: httpx2.AsyncClient) -> None:
    granted = (await http.post("/token", json={"sub": "x"})).json()
    with pytest.raises(BadSignatureError):
        jwt.decode(granted["access_token"], ECKey.generate_key("P-256"), algorithms=["ES256"])


async def test_a_token_for_nobody_is_refused(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/token", json={"scope": "ops"})).status_code == 400
