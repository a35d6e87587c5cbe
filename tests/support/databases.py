"""Books as four databases and topics: the audit reads them as it would a stack's."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.migrations import migrate, migrations_of
from console.audit.readers import HEARD
from console.broker import create_topics
from console.environment import package
from console.layout import SERVICES
from console.postgres import Postgres
from contracts import spec_of, topics
from support.books import Books, Quota, Record
from support.rows import TABLES

PARTITIONS = 2
OUTBOX = ("batch", "place", "id", "topic", "subject", "body", "told_at")
COUNT = """
UPDATE ledgers SET reserved = $4, issued = $5, families_waiting = $6, last_number = $7
WHERE (year, region, category) = ($1, $2, $3)
"""


async def empty_databases(postgres: Postgres, name: str) -> dict[str, str]:
    """Four databases named after `name`, with their tables; service → address."""
    dsns = {}
    for service in SERVICES:
        dsns[service] = await new_database(postgres, f"{name}_{package(service)}")
        conn = await asyncpg.connect(dsns[service])
        await migrate(conn, [*migrations_of("messaging"), *migrations_of(package(service))])
        await conn.close()
    return dsns


async def write(books: Books, dsns: Mapping[str, str]) -> None:
    """Everything that is in the books and not yet in the databases."""
    for service, dsn in dsns.items():
        conn = await asyncpg.connect(dsn)
        await conn.copy_records_to_table("outbox", records=books.outbox[service], columns=OUTBOX)
        await conn.copy_records_to_table(
            "inbox", records=[(i,) for i in books.inbox[service]], columns=["id"]
        )
        for (owner, table), columns in TABLES.items():
            if owner == service:
                await conn.copy_records_to_table(table, records=books.kept(service, table), columns=columns)
        await conn.close()


async def count(quotas: Collection[Quota], dsn: str) -> None:
    """Writes the ledgers; `dsn`: verification's."""
    conn = await asyncpg.connect(dsn)
    for quota in quotas:
        counts = (quota.reserved, quota.issued, quota.waiting, quota.last_number)
        await conn.execute(COUNT, *quota.row, *counts)
    await conn.close()


async def new_database(postgres: Postgres, name: str, *, like: str = "template1") -> str:
    conn = await asyncpg.connect(postgres.dsn())
    await conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    await conn.close()
    return postgres.dsn(name)


async def drop_databases(postgres: Postgres, *names: str) -> None:
    conn = await asyncpg.connect(postgres.dsn())
    for name in names:
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" (FORCE)')
    await conn.close()


async def make_topics(servers: str, prefix: str = "") -> None:
    await create_topics(servers, [prefix + topic for topic in topics()], partitions=PARTITIONS)


async def publish(records: Sequence[Record], servers: str, prefix: str = "") -> Counter[TopicPartition]:
    """In their order; how many that are in each partition."""
    ends: Counter[TopicPartition] = Counter()
    async with AIOKafkaProducer(bootstrap_servers=servers, linger_ms=5, max_batch_size=1 << 16) as producer:
        for topic, family, body in records:
            place = TopicPartition(prefix + topic, family.int % PARTITIONS)
            key = str(family).encode()
            await producer.send(place.topic, body, key=key, partition=place.partition)
            ends[place] += 1
    return ends


async def acknowledge(ends: Mapping[TopicPartition, int], servers: str, prefix: str = "") -> None:
    """Every service has read what it hears as far as these ends."""
    for service, heard in HEARD.items():
        mine = {prefix + spec_of(cls).topic for cls in heard}
        group = AIOKafkaConsumer(
            bootstrap_servers=servers, group_id=prefix + service, enable_auto_commit=False
        )
        await group.start()
        group.assign([place for place in ends if place.topic in mine])
        await group.commit({place: end for place, end in ends.items() if place.topic in mine})
        await group.stop()
