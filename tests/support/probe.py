"""A smallest service for tests of the kernel: it remembers what each family said, in order.

It hears `ApplicationWithdrawn` (its `reason` is an instruction to the probe) and tells `QuotaReleased`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker

from console.broker import Broker, create_topics
from contracts import seal
from contracts.intake import ApplicationWithdrawn
from contracts.verification import DECISIONS, QuotaReleased
from contracts.words import Category
from messaging import (
    Ask,
    Connection,
    Decision,
    Kernel,
    Message,
    PermanentError,
    Refusal,
    Relay,
    Remind,
    Service,
    Target,
    Tell,
    Unanswered,
)

IN_TOPIC = "intake.applications.v1"
OUT_TOPIC = DECISIONS

SEEN = "CREATE TABLE seen (subject uuid PRIMARY KEY, said text[] NOT NULL CHECK (NOT 'break' = ANY(said)))"
LOAD = "SELECT subject, said FROM seen WHERE subject = ANY($1::uuid[])"
SAVE = """
INSERT INTO seen (subject, said)
SELECT subject, ARRAY(SELECT jsonb_array_elements_text(said::jsonb))
FROM unnest($1::uuid[], $2::text[]) AS t (subject, said)
ON CONFLICT (subject) DO UPDATE SET said = EXCLUDED.said
"""


@dataclass(frozen=True)
class Note:
    """A command from HTTP."""

    text: str


@dataclass(frozen=True)
class Question:
    text: str


@dataclass(frozen=True)
class Reply:
    text: str


@dataclass(frozen=True)
class Bell:
    text: str


class Remembering:
    """The decider. Instructions: `bug`, `hopeless`, `break` (a CHECK), `ask …`, `remind …`, anything else."""

    name = "remembering"

    def keys(self, message: Message) -> Collection[UUID]:
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[UUID]) -> Mapping[UUID, tuple[str, ...]]:
        return {row["subject"]: tuple(row["said"]) for row in await conn.fetch(LOAD, keys)}

    def decide(self, states: Mapping[UUID, tuple[str, ...]], message: Message, now: datetime) -> Decision:
        said = text_of(message.body)
        if said == "bug":
            raise ZeroDivisionError("a bug in a decider")
        if said == "hopeless":
            raise PermanentError("only a person can mend this")
        if said == "refuse":
            return Decision(reply=Refusal("not_now"))
        told = (*states.get(message.subject, ()), said)
        effects = [Tell(released(len(told))), *_more(said, now)]
        return Decision(states={message.subject: told}, effects=effects, reply={"place": len(told)})

    async def save(self, conn: Connection, states: Mapping[UUID, tuple[str, ...]]) -> None:
        import json

        await conn.execute(SAVE, list(states), [json.dumps(said) for said in states.values()])


def _more(said: str, now: datetime) -> Sequence[Ask | Remind]:
    if said.startswith("ask"):
        return [Ask("outside", Question(said), attempts=3)]
    if said.startswith("remind"):
        return [Remind(now + timedelta(milliseconds=20), Bell(said))]
    return []


def text_of(body: object) -> str:
    if isinstance(body, ApplicationWithdrawn):
        return body.reason or ""
    if isinstance(body, Unanswered):
        return f"unanswered {body.call.text} after {body.attempts}"
    assert isinstance(body, Note | Reply | Bell)
    return body.text if isinstance(body, Note | Reply) else f"bell {body.text}"


def released(people: int) -> QuotaReleased:
    return QuotaReleased(year=2026, region="590000000", category=Category.KANDAS, people=min(people, 99))


def withdrawn(subject: UUID, reason: str, *, event_id: UUID | None = None) -> bytes:
    """One input event as bytes."""
    return seal(
        ApplicationWithdrawn(reason=reason),
        event_id=event_id or uuid4(),
        source="/qonys/intake",
        subject=subject,
        time=datetime.now(UTC),
    )


@dataclass
class Probe:
    """A running probe service with its database and topics, and hands to reach them."""

    pool: asyncpg.Pool
    broker: Broker
    prefix: str
    kernel: Kernel | None = None
    relay: Relay | None = None
    answer: Callable[[Any], Awaitable[object]] = field(default=lambda _: _echo(_))

    def service(self, **target: Any) -> Service:
        decider = Remembering()
        bodies = (ApplicationWithdrawn, Note, Reply, Bell, Unanswered)
        settings: dict[str, Any] = {"timeout_seconds": 2.0, "backoff_seconds": 0.01, "breaker_seconds": 0.05}
        outside = Target(
            name="outside", call=Question, answer=Reply, perform=self._perform, **(settings | target)
        )
        return Service(name="probe", hears=dict.fromkeys(bodies, decider), targets=(outside,))

    async def _perform(self, call: Any) -> object:
        return await self.answer(call)

    def make_kernel(self, **target: Any) -> Kernel:
        """Another instance of the same service, not started."""
        return Kernel(
            self.service(**target),
            pool=self.pool,
            broker=KafkaBroker(self.broker.servers, apply_types=False, logger=None, consumer_only=True),
            fetch_max_wait_ms=self.broker.fetch_max_wait_ms,
            topic_prefix=self.prefix,
        )

    def make_relay(self) -> Relay:
        return Relay(service="probe", pool=self.pool, producer=self.make_producer, topic_prefix=self.prefix)

    async def make_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.servers,
            acks="all",
            enable_idempotence=self.broker.idempotent,
            request_timeout_ms=5000,
        )
        await producer.start()
        return producer

    async def send(self, *events: tuple[UUID, bytes], partition: int | None = None) -> None:
        """Puts records on the input topic, in this order."""
        producer = await self.make_producer()
        for subject, body in events:
            await producer.send(self.prefix + IN_TOPIC, body, key=str(subject).encode(), partition=partition)
        await producer.flush()
        await producer.stop()

    async def said(self, subject: UUID) -> list[str]:
        found: list[str] | None = await self.pool.fetchval(
            "SELECT said FROM seen WHERE subject = $1", subject
        )
        return found or []

    async def count(self, table: str) -> int:
        found: int = await self.pool.fetchval(f"SELECT count(*) FROM {table}")
        return found


async def _echo(call: Any) -> Reply:
    return Reply(f"reply to {call.text}")


@asynccontextmanager
async def probing(dsn: str, broker: Broker, prefix: str) -> AsyncIterator[Probe]:
    """A probe with tables and topics made; its kernel is not started."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=10)
    await pool.execute((files("messaging") / "migrations/0001_kernel.sql").read_text())
    await pool.execute(SEEN)
    await create_topics(broker.servers, [prefix + IN_TOPIC, prefix + OUT_TOPIC])
    probe = Probe(pool=pool, broker=broker, prefix=prefix)
    try:
        yield probe
    finally:
        await pool.close()


@asynccontextmanager
async def running(kernel: Kernel) -> AsyncIterator[Kernel]:
    await kernel.start()
    try:
        yield kernel
    finally:
        await kernel.stop()


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    """Waits for a condition, asked again every few milliseconds; fails after so many seconds."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.01)
