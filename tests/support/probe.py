"""A smallest service for tests of the kernel, with its database and topics, and hands to reach them."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker
from opentelemetry.trace import Tracer

from chassis.migrations import migrations_of
from console.broker import Broker, create_topics
from console.postgres import Postgres
from contracts.intake import ApplicationWithdrawn
from contracts.verification import DECISIONS, VerificationParked, VerificationResumed
from messaging import Notices, Relay, Service, Target, Unanswered
from messaging.asks import Asks
from messaging.cycle import lock_number
from messaging.kernel import Kernel
from messaging.pressure import MOST_WAITING
from messaging.reminders import Reminders
from messaging.tracing import OFF
from support.remembering import SEEN, Bell, Note, Question, Remembering, Reply

IN_TOPIC = "intake.applications.v1"
OUT_TOPIC = DECISIONS
PARTITIONS = 6
MAKE_DUE = """
INSERT INTO due
  (id, kind, target, name, subject, body, correlation_id, causation_id, due_at, attempts_allowed)
VALUES (gen_random_uuid(), 'remind', '', 'Bell', $1,
  convert_to(json_build_object('text', $2::text)::text, 'UTF8'), '', '', now(), 1)
"""
PARKED = "SELECT * FROM parked WHERE $1::uuid IS NULL OR subject = $1 ORDER BY seq"
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


def family(number: int | None = None) -> UUID:
    """A new application id; families of numbers 0 to 5 have six different input partitions."""
    tail = random.getrandbits(40) * PARTITIONS + (random.randrange(PARTITIONS) if number is None else number)
    return UUID(int=random.getrandbits(80) << 48 | tail, version=4)


@dataclass
class Probe:
    """A probe service with its database and topics; its kernels and relays are made here, not started."""

    pool: asyncpg.Pool
    broker: Broker
    prefix: str
    answer: Callable[[Any], Awaitable[object]] = field(default=lambda _: _echo(_))

    def service(self, *, hears: Collection[type] = (), **target: Any) -> Service:
        bodies = (ApplicationWithdrawn, Note, Reply, Bell, Unanswered, *hears)
        settings: dict[str, Any] = {"timeout_seconds": 2.0, "backoff_seconds": 0.01, "breaker_seconds": 0.05}
        outside = Target(
            name="outside", call=Question, answer=Reply, perform=self._perform, **(settings | target)
        )
        return Service(
            name="probe",
            hears=dict.fromkeys(bodies, Remembering()),
            targets=(outside,),
            notices=Notices(parked=VerificationParked, resumed=VerificationResumed),
        )

    async def _perform(self, call: Any) -> object:
        return await self.answer(call)

    def make_kernel(
        self,
        *,
        pool: asyncpg.Pool | None = None,
        requests_waiting_most: int = MOST_WAITING,
        hears: Collection[type] = (),
        tracer: Tracer = OFF,
        **target: Any,
    ) -> Kernel:
        """Another instance of the same service; `hears` names events besides `ApplicationWithdrawn`."""
        return Kernel(
            self.service(hears=hears, **target),
            pool=pool or self.pool,
            broker=KafkaBroker(self.broker.servers, apply_types=False, logger=None, consumer_only=True),
            fetch_max_wait_ms=self.broker.fetch_max_wait_ms,
            session_ms=self.broker.session_ms,
            topic_prefix=self.prefix,
            requests_waiting_most=requests_waiting_most,
            tracer=tracer,
        )

    def make_relay(self, **settings: Any) -> Relay:
        made: dict[str, Any] = {"producer": self.make_producer, "topic_prefix": self.prefix}
        return Relay(service="probe", pool=self.pool, **(made | settings))

    async def make_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.servers,
            acks="all",
            enable_idempotence=self.broker.idempotent,
            request_timeout_ms=5000,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def make_topics(self) -> None:
        await create_topics(
            self.broker.servers, [self.prefix + IN_TOPIC, self.prefix + OUT_TOPIC], partitions=PARTITIONS
        )

    async def send(
        self, *events: tuple[UUID | None, bytes], headers: Any = None, topic: str = IN_TOPIC
    ) -> None:
        """Puts records on the (input) topic, in this order; a family's partition follows from its id."""
        producer = await self.make_producer()
        for subject, body in events:
            await producer.send(
                self.prefix + topic,
                body,
                key=str(subject).encode() if subject else None,
                partition=partition_of(subject) if subject else 0,
                headers=headers,
            )
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

    async def settled(self, messages: int) -> None:
        """Waits until so many events are in the inbox."""
        await until(lambda: self._reached("inbox", messages))

    async def _reached(self, table: str, rows: int) -> bool:
        return await self.count(table) >= rows

    async def heard(self, subject: UUID, *sayings: str) -> None:
        """Waits until the family has said exactly this; fails with what it said instead."""
        try:
            await until(lambda: self._said(subject, list(sayings)), seconds=15)
        except TimeoutError:
            assert await self.said(subject) == list(sayings)

    async def _said(self, subject: UUID, sayings: list[str]) -> bool:
        return await self.said(subject) == sayings

    async def parked(self, rows: int, subject: UUID | None = None) -> list[asyncpg.Record]:
        """Waits until so many messages are parked (of this family)."""
        found: list[asyncpg.Record] = []

        async def enough() -> bool:
            found[:] = await self.pool.fetch(PARKED, subject)
            return len(found) >= rows

        await until(enough)
        return found

    async def make_due(self, subject: UUID, bell: Bell) -> None:
        """A reminder that is due now."""
        await self.pool.execute(MAKE_DUE, subject, bell.text)

    @asynccontextmanager
    async def holding(self, *subjects: UUID) -> AsyncIterator[None]:
        """Nobody can decide for these families meanwhile (the pool unlocks what comes back to it)."""
        async with self.pool.acquire() as conn:
            for subject in subjects:
                await conn.execute("SELECT pg_advisory_lock($1)", lock_number(subject))
            yield

    async def waiting(self, sessions: int = 1) -> None:
        """Waits until so many sessions wait for a family."""
        await until(lambda: self.are_waiting(sessions))

    async def are_waiting(self, sessions: int) -> bool:
        return bool(await self.pool.fetchval(WAITING) >= sessions)

    async def acknowledged(self) -> int:
        """How many input records the group has acknowledged, over all partitions."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.broker.servers, group_id=f"{self.prefix}probe", enable_auto_commit=False
        )
        await consumer.start()
        try:
            topic = self.prefix + IN_TOPIC
            places = [await consumer.committed(TopicPartition(topic, p)) for p in range(PARTITIONS)]
            return sum(place or 0 for place in places)
        finally:
            await consumer.stop()

    async def acknowledges(self, records: int) -> None:
        """Waits until the group has acknowledged so many input records."""
        await until(lambda: self._acknowledges(records))

    async def _acknowledges(self, records: int) -> bool:
        return await self.acknowledged() >= records

    async def told(self, records: int) -> dict[UUID, list[bytes]]:
        """The first so many different records of the output topic: for each family its events, in order."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.broker.servers, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self.prefix + OUT_TOPIC, p) for p in range(PARTITIONS)])
            async with asyncio.timeout(30):
                return await _read(consumer, records)
        finally:
            await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, records: int) -> dict[UUID, list[bytes]]:
    told: dict[UUID, list[bytes]] = defaultdict(list)
    while records > 0:
        polled: dict[TopicPartition, Sequence[ConsumerRecord]] = await consumer.getmany(timeout_ms=100)
        for record in [record for share in polled.values() for record in share]:
            bodies = told[UUID(record.key.decode())]
            if record.value not in bodies:
                bodies.append(record.value)
                records -= 1
    return told


async def _echo(call: Any) -> Reply:
    return Reply(f"reply to {call.text}")


def partition_of(subject: UUID) -> int:
    return (subject.int & 0xFFFF_FFFF_FFFF) % PARTITIONS


def remembering(kernel: Kernel) -> Remembering:
    """The decider of this very instance."""
    decider = kernel.service.hears[Note]
    assert isinstance(decider, Remembering)
    return decider


@asynccontextmanager
async def probing(dsn: str, broker: Broker, prefix: str, *, pool_size: int = 10) -> AsyncIterator[Probe]:
    """A probe with tables and topics made; no kernel is started."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=pool_size)
    for migration in migrations_of("messaging"):
        await pool.execute(migration.sql)
    await pool.execute(SEEN)
    probe = Probe(pool=pool, broker=broker, prefix=prefix)
    await probe.make_topics()
    try:
        yield probe
    finally:
        await pool.close()


@asynccontextmanager
async def probing_apart(postgres: Postgres, broker: Broker) -> AsyncIterator[Probe]:
    """A probe on a database of its own, for tests that share it."""
    name = f"test_{uuid4().hex}"
    keeper = await asyncpg.connect(postgres.dsn())
    await keeper.execute(f'CREATE DATABASE "{name}"')
    async with probing(postgres.dsn(name), broker, f"{name}.") as probe:
        yield probe
    await keeper.execute(f'DROP DATABASE "{name}" (FORCE)')
    await keeper.close()


@asynccontextmanager
async def running(*kernels: Kernel) -> AsyncIterator[None]:
    """The kernels are started, one after the other, and stopped in the end."""
    started: list[Kernel] = []
    try:
        for kernel in kernels:
            started.append(kernel)
            await kernel.start()
        yield
    finally:
        for kernel in started:
            await kernel.stop()
    assert [failure for kernel in started for failure in kernel.failures()] == []


@asynccontextmanager
async def working(*kernels: Kernel) -> AsyncIterator[None]:
    """Asks and reminders of the kernels are worked on; nothing is consumed."""
    workers: list[Asks | Reminders] = []
    for kernel in kernels:
        workers += [kernel.reminders, *kernel.asks]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.loop.stop()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[Relay]:
    """The relay runs, and ends as a stopped process does."""
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.loop.stop()
        await task


async def waits(kernel: Kernel) -> bool:
    """Whether its consumer waits for what has gone."""
    return kernel.consumer.waits_for_ground


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    """Waits for a condition, asked again every few milliseconds; fails after so many seconds."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 (other processes tell no event)
            await asyncio.sleep(0.01)
