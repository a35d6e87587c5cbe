"""A whole service in one process: consumer, workers, relay. It lives until a family is through, or is cut."""

import asyncio
import functools
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker

from chassis.logs import configure_logs
from chassis.settings import LogFormat
from console.drills.knife import Edge, Knife
from console.drills.witness import NAME, WORDS, Note, witness
from messaging import Relay
from messaging.kernel import Kernel

LOOK_SECONDS = 0.01
CAME_THROUGH, STUCK = 0, 3
# Nothing is left to do for the family: all words heard, all told, nothing due.
THROUGH = """
SELECT cardinality(words) >= $2 AND NOT EXISTS (SELECT FROM untold) AND NOT EXISTS (SELECT FROM due)
FROM heard WHERE subject = $1
"""
OWNED = "SELECT EXISTS (SELECT FROM ownership)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one process is given. `cut_at`: the await of the edge at which it dies; None: it lives."""

    dsn: str
    servers: str
    prefix: str
    family: UUID
    edge: Edge
    cut_at: int | None
    log: Path
    outside: Path
    idempotent: bool  # whether the broker's producers may be
    fetch_max_wait_ms: int
    session_ms: int
    seconds: float = 40.0  # after so long it is stuck


def live(life: Life) -> None:
    """The process's whole life; its exit code says how it ended."""
    log = os.open(life.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    configure_logs(NAME, log_format=LogFormat.JSON, stream=log)
    knife = Knife(life.cut_at)
    knife.hang_over(life.edge)
    try:
        uvloop.run(_live(life))
    except TimeoutError:
        os._exit(STUCK)
    os._exit(CAME_THROUGH)  # a clean stop is not what is tried here


async def _live(life: Life) -> None:
    service, pool = witness(life.outside), await asyncpg.create_pool(life.dsn, min_size=1)
    broker = KafkaBroker(life.servers, apply_types=False, logger=None, consumer_only=True)
    kernel = Kernel(
        service,
        pool=pool,
        broker=broker,
        topic_prefix=life.prefix,
        fetch_max_wait_ms=life.fetch_max_wait_ms,
        session_ms=life.session_ms,
    )
    relay = Relay(
        service=NAME,
        pool=pool,
        producer=functools.partial(_producer, life),
        topic_prefix=life.prefix,
    )
    relaying = asyncio.create_task(relay.run())
    await kernel.start()
    await kernel.request(Note(), subject=life.family, key=str(life.family))
    async with asyncio.timeout(life.seconds):
        await _until(pool, THROUGH, life.family, len(WORDS))
        if life.edge is Edge.OWN and life.cut_at is not None:
            await kernel.consumer.ownership.rewind()
            await _until(pool, OWNED)
    # The last poll's offsets are still to be acknowledged; a cut may come there too.
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await relaying


async def _until(pool: asyncpg.Pool, question: str, *values: object) -> None:
    while not await pool.fetchval(question, *values):  # noqa: ASYNC110 (tables ring no bell)
        await asyncio.sleep(LOOK_SECONDS)


async def _producer(life: Life) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        bootstrap_servers=life.servers, acks="all", enable_idempotence=life.idempotent
    )
    await producer.start()
    return producer
