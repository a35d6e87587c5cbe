"""What the audit costs, in seconds and bytes, for so many families of 35 events each.

`PYTHONPATH=tests python -m bench.audit 100000`; Postgres and the embedded broker are its own, and that broker
keeps its topics in memory: 4 GB for 100,000 families.
"""

import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import psutil
from aiokafka import AIOKafkaProducer
from rich.console import Console

from console.audit.conservation import audit
from console.audit.sources import Sources
from console.broker import create_topics
from console.postgres import Postgres
from console.tansu import Tansu
from contracts import notification, topics
from support.books import (
    APPLY,
    PARTITIONS,
    TELL,
    WRITE,
    Books,
    application,
    empty_databases,
    silence,
)

EVENTS = 35
ALLOWED_SECONDS = 60 / 100_000  # for each family
ALLOWED_BYTES = 500_000_000
MANY = 1_000  # families made at a time
CHECKS = """
INSERT INTO cases (application_id, stage, questionnaire) VALUES ($1, 'checking', false)
"""


async def main(families: int) -> int:
    """Exit code 1 when it takes longer or more memory than is allowed."""
    with tempfile.TemporaryDirectory() as folder:
        postgres, broker = Postgres(Path(folder) / "postgres", durable=False), Tansu(Path(folder) / "broker")
        postgres.start()
        broker.start()
        try:
            dsns = await empty_databases(postgres, "bench")
            await create_topics(broker.servers, topics(), partitions=PARTITIONS)
            for first in range(0, families, MANY):
                await _fill(dsns, broker.servers, first, min(MANY, families - first))
            return await _measure(Sources(dsns=dsns, kafka={"bootstrap_servers": broker.servers}), families)
        finally:
            broker.remove()
            postgres.remove()


async def _fill(dsns: dict[str, str], servers: str, first: int, count: int) -> None:
    """Families whose register is silent again and again, each told so once."""
    books = Books(first=first * EVENTS)
    for family in [uuid4() for _ in range(count)]:
        books.tell("intake", family, application())
        books.tell("verification", family, silence())
        told = books.news[-2:]
        books.tell("verification", family, *[silence()] * (EVENTS - 8))
        del books.news[-(EVENTS - 8) :]
        _write(books, told)
    for service, dsn in dsns.items():
        conn = await asyncpg.connect(dsn)
        await conn.executemany(TELL, books.outbox[service])
        await conn.copy_records_to_table(
            "inbox", records=[(i,) for i in books.inbox[service]], columns=["id"]
        )
        await _rows(conn, service, books)
        await conn.close()
    async with AIOKafkaProducer(bootstrap_servers=servers, linger_ms=20) as producer:
        for topic, family, body in books.records:
            await producer.send(topic, body, key=str(family).encode(), partition=family.int % PARTITIONS)


def _write(books: Books, news: list[tuple[UUID, UUID]]) -> None:
    for event, family in news:
        for channel in notification.Channel:
            ids: dict[str, Any] = {"message_id": uuid5(event, channel), "channel": channel, "about": "news"}
            books.tell("notification", family, notification.MessageSent(**ids))
            if channel is notification.Channel.SMS:
                books.tell("notification", family, notification.MessageDelivered(**ids))


async def _rows(conn: Any, service: str, books: Books) -> None:
    places: dict[UUID, int] = defaultdict(int)
    if service == "notification":
        for event, family in books.news:
            for channel, state in zip(notification.Channel, ("sent", "delivered"), strict=True):
                row = (uuid5(event, channel), family, places[family], channel, state)
                await conn.execute(WRITE, *row)
                places[family] += 1
    families = {(family,) for _, family in books.news}
    if service == "verification":
        await conn.executemany(CHECKS, families)
    if service == "intake":
        await conn.executemany(APPLY, [(family, "checking") for (family,) in families])


async def _measure(sources: Sources, families: int) -> int:
    began, cpu = time.monotonic(), time.process_time()
    before = psutil.Process().memory_info().rss
    report = await audit(sources)
    seconds, own = time.monotonic() - began, time.process_time() - cpu
    grown = psutil.Process().memory_info().rss - before
    Console().print(
        f"{families:,} families, {families * EVENTS:,} events: {seconds:.1f} s ({own:.1f} s of our own CPU),"
    )
    Console().print(
        f"{before / 1e6:.0f} MB before, {grown / 1e6:.0f} MB more after; wrong: {report.wrong[:3]}"
    )
    return int(bool(report.wrong) or seconds > families * ALLOWED_SECONDS or before + grown > ALLOWED_BYTES)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]))))
