"""The providers of the 25 services: hear referrals, accept and later finish them, decline or stay silent.

Every start hears all referrals again, from the first, and keeps no offsets: the ids of replies are drawn from
the referral's id, so a reply said twice is one reply to whoever dedupes by id.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from fastapi import APIRouter

from contracts.envelope import KAFKA_HEADERS, Envelope, UnreadableError, open_event, read_envelope, seal
from contracts.integration import REFERRALS, REPLIES, ReferralAnswered, ReferralSent, ReplyKind
from sandbox.faults import Faults, Order, ProviderBehaviour

_RETRY_SECONDS = 1.0
#: A consumer that looked while a broker had lost its topics would otherwise hear nothing for five minutes.
_METADATA_MAX_AGE_MS = 10_000
_LOG_LENGTH = 10_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Said:
    """One line of what providers have replied."""

    referral_id: UUID
    service_no: int
    reply: ReplyKind
    time: datetime


@dataclass(frozen=True, slots=True)
class User:
    """Who the providers are at a broker that asks (SCRAM-SHA-512)."""

    name: str
    password: str = field(repr=False)

    @property
    def sasl(self) -> dict[str, str]:
        """Keyword arguments for aiokafka's clients."""
        return {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.name,
            "sasl_plain_password": self.password,
        }


@dataclass(frozen=True, order=True)
class _Due:
    at: float  # the loop's clock
    number: int
    reply: ReplyKind = field(compare=False)
    referral: ReferralSent = field(compare=False)
    envelope: Envelope = field(compare=False)


class Providers:
    """All 25 in one: `run` until cancelled."""

    def __init__(
        self, servers: str, *, accept_seconds: float, done_seconds: float, user: User | None = None
    ) -> None:
        self._client = {
            "bootstrap_servers": servers,
            "metadata_max_age_ms": _METADATA_MAX_AGE_MS,
            **(user.sasl if user else {}),
        }
        self._accept_seconds = accept_seconds
        self._done_seconds = done_seconds
        self._due: list[_Due] = []
        self._more = asyncio.Event()
        self._count = 0
        self.said: deque[Said] = deque(maxlen=_LOG_LENGTH)
        self.faults = Faults(ProviderBehaviour.NORMAL)

    async def run(self) -> None:
        """Hears and replies; while the broker or the topics are not there yet, tries again."""
        while True:
            try:
                await self._run()
            except KafkaError as error:
                log.warning("providers_wait_for_broker", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _run(self) -> None:
        consumer = AIOKafkaConsumer(
            REFERRALS,
            **self._client,
            group_id=None,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=60,
        )
        producer = AIOKafkaProducer(**self._client, acks="all")
        self._due.clear()  # every referral is heard again
        try:
            await producer.start()
            await consumer.start()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear(consumer))
                group.create_task(self._reply(producer))
        except* KafkaError as errors:
            raise errors.exceptions[0] from None
        finally:
            await consumer.stop()
            await producer.stop()

    async def _hear(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            try:
                envelope = read_envelope(record.value or b"")
                referral = open_event(envelope)
            except UnreadableError as error:
                log.error(
                    "referral_unreadable", offset=record.offset, partition=record.partition, error=str(error)
                )
                continue
            if isinstance(referral, ReferralSent):
                self.receive(referral, envelope)

    def receive(self, referral: ReferralSent, envelope: Envelope) -> None:
        """Plans the replies to one referral."""
        now = asyncio.get_running_loop().time()
        for reply, seconds in self._plan(str(referral.service_no)):
            self._count += 1
            heapq.heappush(self._due, _Due(now + seconds, self._count, reply, referral, envelope))
        self._more.set()

    def _plan(self, service: str) -> Iterable[tuple[ReplyKind, float]]:
        match self.faults.take(service).behaviour:
            case ProviderBehaviour.SILENT:
                return ()
            case ProviderBehaviour.DECLINE:
                return ((ReplyKind.DECLINED, self._accept_seconds),)
            case _:
                done = self._accept_seconds + self._done_seconds
                return ((ReplyKind.ACCEPTED, self._accept_seconds), (ReplyKind.DONE, done))

    async def _reply(self, producer: AIOKafkaProducer) -> None:
        while True:
            batch = await self._next_due()
            sent = [await _say(producer, due) for due in batch]
            await asyncio.gather(*sent)
            now = datetime.now(UTC)
            self.said.extend(Said(d.referral.referral_id, d.referral.service_no, d.reply, now) for d in batch)

    async def _next_due(self) -> list[_Due]:
        """All replies whose time has come, in order; waits for the first."""
        clock = asyncio.get_running_loop().time
        while not self._due or self._due[0].at > clock():
            self._more.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._more.wait(), self._due[0].at - clock() if self._due else None)
        batch = []
        while self._due and self._due[0].at <= clock():
            batch.append(heapq.heappop(self._due))
        return batch


def provider_routes(providers: Providers) -> APIRouter:
    """`/sandbox/providers`: what was replied, and how the services behave."""
    router = APIRouter(prefix="/sandbox/providers")

    @router.get("")
    async def said() -> list[Said]:
        return list(providers.said)

    @router.get("/behaviour")
    async def show() -> Order[ProviderBehaviour]:
        return providers.faults.current()

    @router.put("/behaviour", status_code=204)
    async def tell(order: Order[ProviderBehaviour]) -> None:
        providers.faults.tell(order)

    return router


async def _say(producer: AIOKafkaProducer, due: _Due) -> asyncio.Future[Any]:
    """Hands one reply to the producer; the future ends when the broker has it."""
    key = str(due.envelope.subject).encode()
    acknowledged: asyncio.Future[Any] = await producer.send(
        REPLIES, _sealed(due), key=key, headers=KAFKA_HEADERS
    )
    return acknowledged


def _sealed(due: _Due) -> bytes:
    because = "the provider has no capacity" if due.reply is ReplyKind.DECLINED else None
    return seal(
        ReferralAnswered(referral_id=due.referral.referral_id, reply=due.reply, because=because),
        event_id=uuid5(due.referral.referral_id, due.reply),
        source=f"urn:qonys:provider:{due.referral.service_no}",
        subject=due.envelope.subject,
        time=datetime.now(UTC),
        correlation_id=due.envelope.correlationid,
        causation_id=due.envelope.id,
        traceparent=due.envelope.traceparent,
    )
