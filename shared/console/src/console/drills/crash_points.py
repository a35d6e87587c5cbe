"""Every await of the kernel is cut in turn; the process is started again; then the books must balance."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.protocol.group import LeaveGroupRequest

from console.broker import create_topics
from console.drills.books import PARTITIONS, read_books
from console.drills.knife import Edge
from console.drills.mortal import CAME_THROUGH, Life, live
from console.drills.witness import SERVICE, TABLE
from console.kafka import ApacheKafka
from console.postgres import Postgres, ensure_database
from contracts import seal, spec_of
from contracts.intake import ApplicationWithdrawn
from contracts.verification import QuotaReleased

BURIAL_SECONDS = 20.0
MOST_POINTS = 400  # an edge with more has run away
IN_TOPIC, OUT_TOPIC = spec_of(ApplicationWithdrawn).topic, spec_of(QuotaReleased).topic
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["console.drills.mortal"])


@dataclass
class Cuts:
    """One edge: how many awaits were cut, and what was found wrong afterwards."""

    edge: Edge
    points: int = 0
    wrong: list[str] = field(default_factory=list)


async def cut_everywhere(folder: Path, say: Callable[[Cuts], None]) -> Sequence[Cuts]:
    """All edges, on an Apache Kafka and a Postgres of its own in `folder`; `say` is told after each point."""
    kafka, postgres = ApacheKafka(folder / "kafka"), Postgres(folder / "postgres")
    try:
        await asyncio.gather(asyncio.to_thread(kafka.start), asyncio.to_thread(postgres.start))
        return [await _cut(edge, kafka, postgres, say) for edge in Edge]
    finally:
        await asyncio.to_thread(postgres.remove)
        await asyncio.to_thread(kafka.remove)


async def _cut(edge: Edge, kafka: ApacheKafka, postgres: Postgres, say: Callable[[Cuts], None]) -> Cuts:
    cuts = Cuts(edge)
    first = await _ground(edge, kafka, postgres)
    families: list[UUID] = []
    async with _mourner(first) as mourn:
        while cuts.points < MOST_POINTS:
            life = replace(first, family=uuid4(), cut_at=cuts.points + 1)
            families.append(life.family)
            await _send(life)
            ended = await _run(life)
            if ended == CAME_THROUGH:
                break  # it has no such await any more: all were cut
            cuts.points += 1
            await mourn()
            if ended > 0 or await _run(replace(life, cut_at=None)) != CAME_THROUGH:
                cuts.wrong.append(f"{edge} {cuts.points}: the process did not come through (exit {ended})")
            await mourn()
            say(cuts)
    cuts.wrong += (await read_books(first, OUT_TOPIC)).faults(families)
    return cuts


async def _ground(edge: Edge, kafka: ApacheKafka, postgres: Postgres) -> Life:
    """A database and topics of the edge's own."""
    dsn, prefix = await ensure_database(postgres, f"cut_{edge}"), f"cut-{edge}."
    conn = await asyncpg.connect(dsn)
    for statement in ((files("messaging") / "migrations/0001_kernel.sql").read_text(), TABLE):
        await conn.execute(statement)
    await conn.close()
    await create_topics(kafka.servers, [prefix + IN_TOPIC, prefix + OUT_TOPIC], partitions=PARTITIONS)
    return Life(
        dsn=dsn,
        servers=kafka.servers,
        prefix=prefix,
        family=uuid4(),
        edge=edge,
        cut_at=None,
        log=kafka.folder / f"{edge}.log",
    )


async def _run(life: Life) -> int:
    """A process of the witness, until its end; its exit code, negative when it was cut."""
    process = _processes.Process(target=live, args=(life,))
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


async def _send(life: Life) -> None:
    body = seal(
        ApplicationWithdrawn(reason=None),
        event_id=uuid4(),
        source="/qonys/intake",
        subject=life.family,
        time=datetime.now(UTC),
    )
    producer = AIOKafkaProducer(bootstrap_servers=life.servers, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(life.prefix + IN_TOPIC, body, key=str(life.family).encode())
    finally:
        await producer.stop()


class _Undertaker(AIOKafkaAdminClient):  # type: ignore[misc]
    """Tells the broker that the members of a group are dead, so that nobody waits for their time-out."""

    async def bury(self, group: str) -> None:
        """The first time the broker may still be making the groups' topic."""
        async with asyncio.timeout(BURIAL_SECONDS):
            while (coordinator := await self._coordinator(group)) is None:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.1)
        for answer in await self.describe_consumer_groups([group], coordinator):
            for described in answer.groups:
                for member in described[5]:
                    await self._send_request(LeaveGroupRequest(group, member[0]), coordinator)

    async def _coordinator(self, group: str) -> int | None:
        try:
            return int(await self.find_coordinator(group))
        except GroupCoordinatorNotAvailableError:
            return None


@asynccontextmanager
async def _mourner(life: Life) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """After a death: the group knows of it, and the time-outs of the leases have passed."""
    undertaker = _Undertaker(bootstrap_servers=life.servers)
    await undertaker.start()
    conn = await asyncpg.connect(life.dsn)

    async def mourn() -> None:
        await undertaker.bury(life.prefix + SERVICE.name)
        await conn.execute("UPDATE due SET lease_until = now() WHERE lease_until > now()")

    try:
        yield mourn
    finally:
        await conn.close()
        await undertaker.close()
