"""The audit of very many families: how long it takes, and how much memory all its processes need."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
from aiokafka import TopicPartition
from rich.table import Table

from bench.looking import looking
from bench.section import Bound, Say, Section
from bench.stack import OPEN_QUOTA
from console.audit.conservation import audit
from console.audit.sources import Sources
from console.kafka import ApacheKafka
from console.postgres import Postgres
from support import databases, ways
from support.books import Books, Quota
from support.letters import write_letters

FAMILIES = 100_000
MANY = 1_000  # written at a time
PEOPLE = 4
REGION = "590000000"
LOOK_SECONDS = 0.05
SHOWN = 5
MOST_SECONDS, MOST_MB = 60.0, 500.0


@dataclass(frozen=True)
class Audited:
    families: int
    events: int
    seconds: float
    most_mb: float  # resident, of all its processes together
    wrong: int


async def section(folder: Path, say: Say) -> Section:
    found = await measure(folder, say, families=FAMILIES)
    table = Table("families", "events", "seconds", "MB at most", "wrong", title="the audit")
    table.add_row(
        *(f"{count:,}" for count in (found.families, found.events)),
        *(f"{found.seconds:.1f}", f"{found.most_mb:.0f}", str(found.wrong)),
    )
    named = f"audit of {found.families:,} families"
    bounds = [
        Bound(f"{named}, seconds", found.seconds, MOST_SECONDS, less_is_better=True),
        Bound(f"{named}, MB", found.most_mb, MOST_MB, less_is_better=True),
        Bound(f"{named}, faults", found.wrong, 1, less_is_better=True),
    ]
    return Section([table], bounds, asdict(found))


async def measure(folder: Path, say: Say, *, families: int) -> Audited:
    postgres, broker = Postgres(folder / "postgres", durable=False), ApacheKafka(folder / "broker")
    try:
        postgres.start()
        broker.start()
        dsns = await databases.empty_databases(postgres, "bench")
        await databases.make_topics(broker.servers)
        events = await _fill(dsns, broker.servers, say, families=families)
        kafka = {"bootstrap_servers": broker.servers}
        async with _watched() as most:
            began = time.perf_counter()
            report = await audit(Sources(dsns=dsns, kafka=kafka))
            seconds = time.perf_counter() - began
    finally:
        broker.remove()
        postgres.remove()
    for offence in report.wrong[:SHOWN]:
        say(offence)
    say(f"{seconds:.1f} s")
    return Audited(families, events, seconds, most[0] / 1e6, len(report.wrong))


async def _fill(dsns: dict[str, str], servers: str, say: Say, *, families: int) -> int:
    """Families that went the whole way, with every letter; how many events that are."""
    books, quota, ends = Books(), Quota(REGION), Counter[TopicPartition]()
    conn = await asyncpg.connect(dsns["verification"])
    await conn.execute(OPEN_QUOTA, families * PEOPLE)
    await conn.close()
    for done in range(0, families, MANY):
        for _ in range(MANY):
            ways.whole_way(books, uuid4(), quota, people=PEOPLE, referrals=1)
        write_letters(books)
        await databases.write(books, dsns)
        ends += await databases.publish(books.records, servers)
        books.clear()
        say(f"{done + MANY:,} of {families:,} families written")
    await databases.count([quota], dsns["verification"])
    await databases.acknowledge(ends, servers)
    return books.told


@asynccontextmanager
async def _watched() -> AsyncIterator[list[int]]:
    """The most bytes that this process and those that it starts from now on had at any look so far."""
    most, own = [0], psutil.Process()
    servers = set(own.children(recursive=True))

    async def look() -> None:
        mine = {own, *own.children(recursive=True)} - servers
        most[0] = max(most[0], sum(map(_resident, mine)))

    async with looking(look, every_seconds=LOOK_SECONDS):
        yield most


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
