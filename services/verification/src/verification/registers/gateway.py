"""One question to one register through the gateway: signed, limited in time and size, its reply checked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import structlog
from cryptography import x509
from lxml import etree
from prometheus_client import Counter, Gauge

from messaging import TransientError
from verification.domain.answers import Cause, Evidence
from verification.registers.envelope import CONTENT_TYPE, payload, request
from verification.registers.record import Record
from verification.registers.signatures import RequestSigner, verified
from verification.registers.silence import SilenceError

log = structlog.get_logger("verification")

SILENT = Gauge("qonys_register_silent", "1 from a silence to the next reply", ["service_id"])
SILENCES = Counter("qonys_register_silences_total", "Questions not answered", ["service_id", "cause"])

REPLY_LIMIT_BYTES = 1 << 20
_HEADERS = {"Content-Type": CONTENT_TYPE, "SOAPAction": '""'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a register answered, and the bytes that prove it."""

    record: Record
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The synchronous channel. `certificate`: the register's; without one its signature is not checked."""

    http: httpx2.AsyncClient
    url: str
    sender: str
    signer: RequestSigner
    certificate: x509.Certificate | None
    timeout_seconds: float

    async def ask(
        self, question: etree._Element, *, service_id: str, properties: Mapping[str, str] | None = None
    ) -> Reply:
        """The signed record. Raises `SilenceError` for whatever is no answer, and `TransientError` when the
        gateway could not be reached at all."""
        message_id = str(uuid4())
        envelope = request(
            question,
            service_id=service_id,
            message_id=message_id,
            sender=self.sender,
            sent_at=datetime.now(UTC),
            properties=properties or {},
        )
        try:
            status, raw = await self._exchanged(await self.signer.signed(envelope))
            reply = self._reply(raw, status, service_id=service_id, message_id=message_id)
        except SilenceError as silence:
            SILENT.labels(service_id).set(1)
            SILENCES.labels(service_id, silence.cause).inc()
            log.warning("register_silent", service_id=service_id, cause=silence.cause, request_id=message_id)
            raise
        SILENT.labels(service_id).set(0)
        return reply

    async def _exchanged(self, content: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self._posted(content)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise SilenceError(Cause.SLOW) from error
        except httpx2.TransportError as error:
            raise TransientError(type(error).__name__) from error
        except httpx2.HTTPError as error:  # a reply that HTTP itself cannot read
            raise SilenceError(Cause.UNEXPECTED) from error

    async def _posted(self, content: bytes) -> tuple[int, bytes]:
        async with self.http.stream(
            "POST", self.url, content=content, headers=_HEADERS, timeout=self.timeout_seconds
        ) as response:
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > REPLY_LIMIT_BYTES:
                    raise SilenceError(Cause.OVERSIZED)
            return response.status_code, bytes(raw)

    def _reply(self, raw: bytes, status: int, *, service_id: str, message_id: str) -> Reply:
        content = payload(raw, http_status=status, answers=message_id)
        if self.certificate is not None:
            content = verified(content, self.certificate)
        kept = Evidence(service_id=service_id, request_id=message_id, received_at=datetime.now(UTC), body=raw)
        return Reply(record=Record(content), evidence=(kept,))
