"""What history costs: decisions and hops with none, 100,000 and 1,000,000 applications in the databases."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
from rich.table import Table

from bench import throughput
from bench.citizens import News, listening
from bench.filling import Filler, filler
from bench.latency import WARMING, journeys
from bench.section import Bound, Say, Section, percentile
from bench.stack import OPEN_QUOTA, TO_THE_CERTIFICATE, Running, running
from bench.throughput import KERNEL
from console.environment import package
from console.kafka import ApacheKafka
from console.postgres import Postgres

SIZES = (0, 100_000, 1_000_000)
PATTERN = 250  # families whose rows are copied
COUNTED = 300  # families of each round
ROUNDS = 3
DATABASES = ("intake", "verification")
FLAT = 1.1
EARLIER = "(lpad(to_hex(number), 12, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid"


# What so many families of five events each have left with the bench's own decider.
FOLDED = "INSERT INTO folded SELECT gen_random_uuid(), 5, 100 FROM generate_series(1, $1::bigint)"
SETTLED = f"INSERT INTO inbox (id) SELECT {EARLIER} FROM generate_series(1, 5 * $1::bigint) AS number"
TOLD = f"""
INSERT INTO outbox (batch, place, id, topic, subject, body)
SELECT -number, 1, {EARLIER}, 'told', gen_random_uuid(), convert_to(repeat('x', 600), 'UTF8')
FROM generate_series(1, 5 * $1::bigint) AS number
"""


@dataclass(frozen=True)
class Point:
    """With so many applications there: milliseconds to a decision, and of CPU for each family."""

    applications: int
    p50_ms: float
    p99_ms: float
    cpu_ms: float


async def section(folder: Path, say: Say) -> Section:
    hops, points = await _hops(folder / "hops", say), await measure(folder / "decisions", say)
    columns = ("applications", "hop, events/s", "decision, p50 ms", "p99 ms", "CPU ms a family")
    table = Table(*columns, title="cost of history")
    for one in points:
        row = (hops[one.applications], one.p50_ms, one.p99_ms, one.cpu_ms)
        table.add_row(f"{one.applications:,}", *(f"{value:,.1f}" for value in row))
    first, last = points[0], points[-1]
    fewer = Bound("hops with most, of none", hops[SIZES[-1]] / hops[SIZES[0]], 2 - FLAT)
    dearer = Bound("CPU a family with most, of none", last.cpu_ms / first.cpu_ms, FLAT, less_is_better=True)
    slower = Bound("decision with most, of none, p50", last.p50_ms / first.p50_ms, FLAT, less_is_better=True)
    figures = {"hops": hops, "decisions": [asdict(one) for one in points]}
    return Section([table], [fewer, dearer, slower], figures)


async def _hops(folder: Path, say: Say) -> Mapping[int, float]:
    """Events a second of the kernel's hop with so many applications there: medians of rounds in turn."""
    kafka, postgres = ApacheKafka(folder / "kafka"), Postgres(folder / "postgres")
    rates: dict[int, list[float]] = defaultdict(list)
    try:
        kafka.start()
        postgres.start()
        say("filling databases for hops")
        dsns = {size: await _hops_after(size, postgres) for size in SIZES}
        for _ in range(ROUNDS):
            for size, dsn in dsns.items():
                found = await throughput.measure(KERNEL, kafka=kafka, postgres=postgres, dsn=dsn, logs=folder)
                say(f"hop with {size:,} applications: {found.rate:,.0f} events/s")
                rates[size].append(found.rate)
    finally:
        kafka.remove()
        postgres.remove()
    return {size: statistics.median(those) for size, those in rates.items()}


async def _hops_after(applications: int, postgres: Postgres) -> str:
    dsn = await throughput.prepared(postgres)
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET synchronous_commit = off")
    for statement in (FOLDED, SETTLED, TOLD):
        await conn.execute(statement, applications)
    await conn.execute("VACUUM ANALYZE")
    await conn.close()
    owner = await asyncpg.connect(postgres.dsn())  # the measured role has no such right
    await owner.execute("CHECKPOINT")
    await owner.close()
    return dsn


async def measure(folder: Path, say: Say, *, sizes: Sequence[int] = SIZES) -> Sequence[Point]:
    """One point after the other on one stack whose databases grow."""
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(running(folder, *TO_THE_CERTIFICATE))
        history = await _History.begun(stack, opened)
        points = []
        for size in sizes:
            say(f"filling up to {size:,} applications")
            await history.grow(size)
            rounds = [await history.round() for _ in range(ROUNDS)]
            points.append(Point(size, *map(statistics.median, zip(*rounds, strict=True))))
            say(f"{points[-1]}")
        return points


class _History:
    """A stack whose databases grow, and the next family that applies."""

    def __init__(self, stack: Running, news: News, fillers: Sequence[Filler]) -> None:
        self._stack, self._news, self._fillers = stack, news, fillers
        self._copies, self._next = 0, PATTERN

    @classmethod
    async def begun(cls, stack: Running, opened: AsyncExitStack) -> "_History":
        news = await opened.enter_async_context(listening(stack.stack.broker.servers))
        await stack.execute("verification", OPEN_QUOTA, 10 * max(SIZES))
        await journeys(stack, news, PATTERN)
        return cls(stack, news, [await _filler(stack, service, opened) for service in DATABASES])

    async def grow(self, applications: int) -> None:
        wanted = applications // PATTERN
        for one in self._fillers if wanted > self._copies else ():
            await one.copy(self._copies + 1, wanted)
        self._copies = max(self._copies, wanted)

    async def round(self) -> tuple[float, float, float]:
        """p50, p99 and CPU milliseconds of one round."""
        families, before = WARMING + COUNTED, self._stack.cpu()
        waits = await journeys(self._stack, self._news, families, first=self._next)
        self._next += families
        spent = _used(before, self._stack.cpu()) / families * 1000
        return percentile(waits, 50), percentile(waits, 99), spent


def _used(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    return sum(after.values()) - sum(before.values())


async def _filler(stack: Running, service: str, opened: AsyncExitStack) -> Filler:
    conn = await asyncpg.connect(stack.stack.dsn(package(service)))
    opened.push_async_callback(conn.close)
    return await filler(conn)
