"""Every await of the kernel is cut in turn; the process is started again; then the books must balance."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.protocol.group import LeaveGroupRequest

from chassis.migrations import migrate, migrations_of
from console.broker import Broker, create_topics
from console.drills.books import CALLS, OURS, PARTITIONS, Books, opened_books
from console.drills.knife import SAYS, Edge
from console.drills.mortal import CAME_THROUGH, Life, live
from console.drills.witness import NAME, TABLE
from console.kafka import ApacheKafka
from console.postgres import Postgres, ensure_database
from contracts import seal, spec_of
from contracts.intake import ApplicationWithdrawn
from contracts.verification import QuotaReleased

BURIAL_SECONDS, LOOK_SECONDS = 20.0, 0.1
SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> $1
"""
ALL_POINTS = range(1, 401)  # an edge with more has run away
IN_TOPIC, OUT_TOPIC = spec_of(ApplicationWithdrawn).topic, spec_of(QuotaReleased).topic
#: Told what happens now, and how many families have applied: here nobody does.
Say = Callable[[str, int], object]
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["console.drills.mortal"])


@dataclass
class Cuts:
    """One edge: how many awaits were cut, and what was found wrong afterwards."""

    edge: Edge
    says: str
    points: int = 0
    wrong: list[str] = field(default_factory=list)


async def cut_all(folder: Path, say: Say) -> Sequence[Cuts]:
    """All edges, on an Apache Kafka and a Postgres of its own in `folder`; `say` is told after each point."""
    kafka, postgres = ApacheKafka(folder / "kafka"), Postgres(folder / "postgres")
    try:
        await asyncio.gather(asyncio.to_thread(kafka.start), asyncio.to_thread(postgres.start))
        return [await cut(edge, kafka, postgres, folder=folder, say=say) for edge in Edge]
    finally:
        await asyncio.to_thread(postgres.remove)
        await asyncio.to_thread(kafka.remove)


async def cut(
    edge: Edge, broker: Broker, postgres: Postgres, *, folder: Path, say: Say, only: Sequence[int] = ()
) -> Cuts:
    """Every await of this edge, or `only` these, one in each life. Logs of the lives lie in `folder`."""
    cuts = Cuts(edge, SAYS[edge])
    try:
        first = await _ground(edge, broker, postgres, folder)
        await _cut_everywhere(cuts, first, broker, say, only or ALL_POINTS)
    except Exception as error:  # the other edges go on
        cuts.wrong.append(f"{edge}: the drill itself failed: {type(error).__name__}: {error}")
    return cuts


async def _cut_everywhere(cuts: Cuts, first: Life, broker: Broker, say: Say, points: Sequence[int]) -> None:
    families: list[UUID] = []
    ends_known = broker.idempotent  # the embedded one knows neither
    async with _mourner(first) as mourn, opened_books(first, OUT_TOPIC, ends_known=ends_known) as books:
        for point in points:
            life = replace(first, family=uuid4(), cut_at=point)
            families.append(life.family)
            await _send(life)
            ended = await _run(life)
            if ended == CAME_THROUGH:
                break  # it has no such await any more: all were cut
            cuts.points += 1
            await mourn()
            if ended > 0 or await _run(replace(life, cut_at=None)) != CAME_THROUGH:
                cuts.wrong.append(f"{cuts.edge} {point}: the process did not come through (exit {ended})")
            await mourn()
            cuts.wrong += [f"{cuts.edge} {point}: {one}" for one in (await books()).faults(families[-1:])]
            say(f"{cuts.edge}: await {point}", 0)
        whole = await books()
    cuts.wrong += [f"{cuts.edge}: {one}" for one in whole.faults(families)]
    if points is ALL_POINTS:
        cuts.wrong += _not_everywhere(cuts, whole)


def _not_everywhere(cuts: Cuts, whole: Books) -> Iterator[str]:
    if cuts.points == len(ALL_POINTS):
        yield f"{cuts.edge}: it has run away, for it has more than {cuts.points} awaits"
    if cuts.edge is Edge.ASK and max(whole.asked.values()) < max(CALLS):
        yield "no call was cut while it was under way"


async def _ground(edge: Edge, broker: Broker, postgres: Postgres, folder: Path) -> Life:
    """A database and topics of the edge's own."""
    name = f"cut_{edge}_{uuid4().hex[:8]}"
    dsn, prefix = await ensure_database(postgres, name), f"{name}."
    conn = await asyncpg.connect(dsn)
    await migrate(conn, migrations_of("messaging"))
    await conn.execute(TABLE)
    await conn.close()
    await create_topics(broker.servers, [prefix + IN_TOPIC, prefix + OUT_TOPIC], partitions=PARTITIONS)
    return Life(
        dsn=dsn,
        servers=broker.servers,
        prefix=prefix,
        family=uuid4(),
        edge=edge,
        cut_at=None,
        log=folder / f"{name}.log",
        outside=folder / f"{name}.calls",
        idempotent=broker.idempotent,
        fetch_max_wait_ms=broker.fetch_max_wait_ms,
        session_ms=broker.session_ms,
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
                await asyncio.sleep(LOOK_SECONDS)
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
    """After a death: the group knows of it, Postgres has ended its sessions (one may still commit what was
    sent last, a lease for example), and the time-outs of the leases have passed."""
    undertaker = _Undertaker(bootstrap_servers=life.servers)
    await undertaker.start()
    conn = await asyncpg.connect(life.dsn, server_settings=OURS)

    async def mourn() -> None:
        await undertaker.bury(life.prefix + NAME)
        async with asyncio.timeout(BURIAL_SECONDS):
            while await conn.fetchval(SESSIONS, OURS["application_name"]):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(LOOK_SECONDS)
        await conn.execute("UPDATE due SET lease_until = now() WHERE lease_until > now()")

    try:
        yield mourn
    finally:
        await conn.close()
        await undertaker.close()
