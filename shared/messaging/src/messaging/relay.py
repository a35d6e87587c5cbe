"""The relay: tells the broker what the outbox holds, in order for each key, at least once.

A process of its own. Invariants, each held by the test named:
- an event leaves the list only when the broker has it: test_a_publish_that_fails_is_told_later
- the order of a family is the outbox's order: test_the_relay_keeps_the_order_of_each_family
- one relay at a time: test_only_one_relay_leads
- memory is bounded by one batch: test_a_relay_that_was_away_catches_up_in_order
"""

import asyncio
import time
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from msgspec import Struct
from opentelemetry.trace import Span, SpanKind, Tracer

from contracts.envelope import KAFKA_HEADERS
from messaging import metrics
from messaging.kinds import Connection
from messaging.loops import Loop
from messaging.tracing import OFF, batch_span, traceparent_in

log = structlog.get_logger("messaging")

BATCH_ROWS = 2000
FEW_ROWS = 100
LINGER_SECONDS = 0.01
POLL_SECONDS = 1.0  # the net under the notification
STANDBY_SECONDS = 0.5
CHANNEL = "untold"
PUBLISH_SECONDS = 30.0  # for one batch; after it the producer is given up and another one made
CLOSE_SECONDS = 5.0
LEADER_LOCK = 0x716F6E7973  # "qonys"

# The next batches of the list, as many as hold the rows wanted but at least one, taken off it when this
# transaction commits: after the broker has them. A family's later batch was made after its earlier one was
# committed (its lock), so the order of batches and of rows in them is the family's order. The lateral look
# holds the planner to the index: its idea of a table that grows by the second is always an old one.
TAKE = """
WITH next AS (
  DELETE FROM untold WHERE batch = ANY(ARRAY(
    SELECT batch FROM (
      SELECT batch, sum(events) OVER (ORDER BY batch) - events AS before
      FROM (SELECT batch, events FROM untold ORDER BY batch LIMIT $1) AS first
    ) AS counted WHERE before < $1
  )) RETURNING batch
)
SELECT next.batch, topic, subject, body
FROM next, LATERAL (
  SELECT place, topic, subject::text, body FROM outbox WHERE outbox.batch = next.batch ORDER BY place OFFSET 0
) AS kept ORDER BY next.batch, place
"""
# Puts kept batches back on the list, after a broker lost them; consumers know the events by their ids.
REPUBLISH = """
WITH again AS (
  SELECT batch, count(*) AS events FROM outbox
  GROUP BY batch HAVING $1::text IS NULL OR bool_or(topic = $1)
), listed AS (
  INSERT INTO untold (batch, events) SELECT batch, events FROM again ON CONFLICT DO NOTHING
), rung AS (
  SELECT pg_notify('untold', '')
)
SELECT coalesce(sum(events), 0)::bigint FROM again, rung
"""


class OversizedEventError(Exception):
    """An outbox row larger than a record batch may be; the relay's and the broker's limits must grow."""


class Untold(Struct, frozen=True, gc=False):
    batch: int
    topic: str
    subject: str
    body: bytes


async def republish(conn: Connection, topic: str | None = None) -> int:
    """Has everything this service told told again; how many events that is. With a topic: the events on it,
    and those that were told in one transaction with them."""
    count: int = await conn.fetchval(REPUBLISH, topic)
    return count


class Relay:
    """Publishes one service's outbox. The lock of leadership lives and dies with its one connection."""

    def __init__(
        self,
        *,
        service: str,
        pool: asyncpg.Pool,
        producer: Callable[[], Awaitable[AIOKafkaProducer]],
        topic_prefix: str = "",
        publish_seconds: float = PUBLISH_SECONDS,
        tracer: Tracer = OFF,
    ) -> None:
        self._tracer = tracer
        self._publish_seconds = publish_seconds
        self._topic_prefix = topic_prefix
        self._service = service
        self._pool = pool
        self._make_producer = producer
        self._producer: AIOKafkaProducer | None = None
        self._conn: Connection | None = None
        self._partitions: dict[str, int] = {}
        self.leads = False
        self.last_turn = time.monotonic()
        self.loop = Loop(self._turn, name="relay")

    async def run(self) -> None:
        try:
            await self.loop.run()
        finally:
            await self._let_go()

    async def _turn(self) -> float:
        try:
            if not await self._lead():
                return STANDBY_SECONDS
            told = await self._tell_next()
        except Exception:
            await self._let_go()
            raise
        self.last_turn = time.monotonic()
        if 0 < told < FEW_ROWS:
            await asyncio.sleep(LINGER_SECONDS)  # lets the next batch grow
        return 0 if told >= FEW_ROWS else POLL_SECONDS

    async def _lead(self) -> bool:
        """True while this process holds the lock; takes it when it is free."""
        if self.leads:
            return True
        if self._conn is None:
            self._conn = await self._pool.acquire()
        if not await self._conn.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
            return False
        await self._conn.add_listener(CHANNEL, lambda *_: self.loop.wake())
        self._producer = await self._make_producer()
        self.leads = True
        log.info("relay_leads")
        return True

    async def _let_go(self) -> None:
        """Ends the session, which frees the lock whatever state it is in, and forgets the broker."""
        conn, self._conn, self.leads = self._conn, None, False
        producer, self._producer, self._partitions = self._producer, None, {}
        if conn is not None:
            with suppress(asyncpg.InterfaceError):  # a session that died has left the pool by itself
                conn.terminate()
                await self._pool.release(conn)
        if producer is not None:
            await _close(producer)

    async def _tell_next(self) -> int:
        began = time.perf_counter()
        assert self._conn is not None
        async with self._conn.transaction():
            rows = [Untold(*row) for row in await self._conn.fetch(TAKE, BATCH_ROWS)]
            if not rows:
                return 0
            with _span(self._tracer, rows):
                # A producer can stall for ever after a broker came back; the next one tells its batch again.
                async with asyncio.timeout(self._publish_seconds):
                    await self._publish(rows)
        self._report(rows, time.perf_counter() - began)
        return len(rows)

    def _report(self, rows: Sequence[Untold], seconds: float) -> None:
        for topic, count in Tally(row.topic for row in rows).items():
            metrics.TOLD.labels(self._service, topic).inc(count)
        log.info("events_told", events=len(rows), duration_ms=round(seconds * 1000, 2))

    async def _publish(self, rows: Sequence[Untold]) -> None:
        """One partition's rows one batch after the other (order), different partitions at once (speed)."""
        for topic in {row.topic for row in rows} - self._partitions.keys():
            self._partitions[topic] = await self._partition_count(topic)
        shares: dict[tuple[str, int], list[Untold]] = defaultdict(list)
        for row in rows:
            shares[row.topic, _share(row.subject, self._partitions[row.topic])].append(row)
        ends = await asyncio.gather(
            *(self._publish_share(*s) for s in shares.items()), return_exceptions=True
        )
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _partition_count(self, topic: str) -> int:
        assert self._producer is not None
        return len(await self._producer.partitions_for(self._topic_prefix + topic))

    async def _publish_share(self, share: tuple[str, int], rows: Sequence[Untold]) -> None:
        assert self._producer is not None
        topic, partition = self._topic_prefix + share[0], share[1]
        place = 0
        while place < len(rows):
            batch = self._producer.create_batch()
            began = place
            while place < len(rows) and _append(batch, rows[place]):
                place += 1
            if place == began:
                size = len(rows[place].body)
                raise OversizedEventError(f"an event of outbox batch {rows[place].batch} has {size} bytes")
            batch.close()
            await (await self._producer.send_batch(batch, topic, partition=partition))


def _span(tracer: Tracer, rows: Sequence[Untold]) -> AbstractContextManager[Span]:
    """One batch on its way to the broker; an event's trace is in its envelope."""
    causes = (traceparent_in(row.body) for row in rows)
    return batch_span(tracer, "tell", SpanKind.PRODUCER, causes, {"messaging.batch.message_count": len(rows)})


async def _close(producer: AIOKafkaProducer) -> None:
    """Stopping waits for what was not acknowledged, and one that has stalled would wait for ever."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("producer_given_up", error=type(error).__name__)


def _append(batch: Any, row: Untold) -> bool:
    """False when the batch is full."""
    appended = batch.append(key=row.subject.encode(), value=row.body, timestamp=None, headers=KAFKA_HEADERS)
    return appended is not None


def _share(subject: str, partitions: int) -> int:
    """A family's partition. Each topic has one relay, so any fixed choice keeps its order; the last digits of
    our ids are random. (Kafka's murmur2 in pure Python costs ten times the rest of the relay.)"""
    return int(subject[-8:], 16) % partitions
