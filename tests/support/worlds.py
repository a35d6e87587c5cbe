"""A small consistent world for the audit, and copies of its parts to do harm to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4, uuid5

import asyncpg

from console.audit.sources import Sources
from console.broker import Broker
from console.environment import package
from console.kafka import ApacheKafka
from console.postgres import Postgres
from support import databases, ways
from support.books import Books, Quota, Record

FULL, WIDE = "350000000", "590000000"  # 37 places in 2026, and 2,820
SETTLED, WAITING, LEFT, PLACED, SILENT, BLOCKED = (
    UUID(f"00000000-0000-4000-8000-00000000000{n}") for n in range(1, 7)
)
REFERRAL = uuid5(uuid5(SETTLED, "plan"), "1")


@dataclass(frozen=True)
class World:
    """`name` is that of its databases and the prefix of its topics."""

    name: str
    books: Books
    sources: Sources
    postgres: Postgres
    broker: Broker

    @asynccontextmanager
    async def harmed(self, service: str, statement: str) -> AsyncIterator[Sources]:
        """With one database replaced by a copy in which the statement was executed."""
        original = f"{self.name}_{package(service)}"
        copy = f"{original}_{uuid4().hex[:6]}"
        dsn = await databases.new_database(self.postgres, copy, like=original)
        try:
            conn = await asyncpg.connect(dsn)
            await conn.execute("SET session_replication_role = replica")  # harm asks no trigger
            await conn.execute(statement)
            await conn.close()
            yield replace(self.sources, dsns={**self.sources.dsns, service: dsn})
        finally:
            await databases.drop_databases(self.postgres, copy)

    async def told_otherwise(self, records: Sequence[Record]) -> Sources:
        """With other records on the topics."""
        prefix = f"{self.name}-{uuid4().hex[:6]}."
        await _publish(records, self.broker, prefix)
        return replace(self.sources, topic_prefix=prefix)


def told_books() -> tuple[Books, list[Quota]]:
    """One family went the whole way; one waits for a place behind it, one has left the list again; one has a
    place elsewhere, and was parked on its way; of one a register is silent, of one it says otherwise. No
    letters are written yet."""
    books, full, wide = Books(), Quota(FULL), Quota(WIDE)
    ways.whole_way(books, SETTLED, full, people=36, referrals=1)
    ways.to_the_list(books, WAITING, full, people=2)
    ways.off_the_list(books, LEFT, full, people=1)
    ways.to_a_place(books, PLACED, wide, people=4)
    ways.parked_now_and_again(books, PLACED)
    ways.to_a_silence(books, SILENT, times=2)
    ways.to_a_contradiction(books, BLOCKED)
    return books, [full, wide]


@asynccontextmanager
async def world_of(
    books: Books, quotas: Sequence[Quota], postgres: Postgres, broker: Broker
) -> AsyncIterator[World]:
    """In databases and on topics of its own."""
    name = f"test_{uuid4().hex[:12]}"
    dsns = await databases.empty_databases(postgres, name)
    await databases.write(books, dsns)
    await databases.count(quotas, dsns["verification"])
    await _publish(books.records, broker, f"{name}.")
    kafka, known = {"bootstrap_servers": broker.servers}, isinstance(broker, ApacheKafka)
    sources = Sources(dsns=dsns, kafka=kafka, topic_prefix=f"{name}.", ends_known=known)
    yield World(name, books, sources, postgres, broker)
    await databases.drop_databases(postgres, *(f"{name}_{package(service)}" for service in dsns))


async def _publish(records: Sequence[Record], broker: Broker, prefix: str) -> None:
    """Every service has acknowledged all of it."""
    await databases.make_topics(broker.servers, prefix)
    await databases.acknowledge(
        await databases.publish(records, broker.servers, prefix), broker.servers, prefix
    )
