"""The scene of a drill: a whole stack on Apache Kafka, a crowd on its way, and what is found."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from console.audit.of_stack import sources_of
from console.audit.sources import Sources
from console.broker import create_topics
from console.doors import doors
from console.drills.cast import OURS, Cast
from console.drills.crowd import Crowd, gathered
from console.drills.findings import Findings
from console.environment import make_keys, package
from console.layout import SERVICES, BrokerKind, Pace, Stack, plan
from console.ops import ask
from console.parts import PARTITIONS, ground
from contracts import topics

PACE = Pace(accept_seconds=1, done_seconds=2, silence_seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large a drill is: the families that come, and the rounds of what is done in rounds."""

    families: int = 2_000
    rounds: int = 10


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an accident broke is mended by whoever broke it, or by what it leaves in `ending`. `foreign`: ids
    of events that the drill itself has put on topics."""

    stack: Stack
    cast: Cast
    crowd: Crowd
    scale: Scale
    findings: Findings
    ending: ExitStack
    foreign: set[str] = field(default_factory=set)

    @property
    def sources(self) -> Sources:
        return sources_of(self.stack)

    @property
    def databases(self) -> Sequence[str]:
        return [package(service) for service in SERVICES]

    @asynccontextmanager
    async def database(self, name: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        """A superuser's connection."""
        conn = await asyncpg.connect(self.stack.postgres.dsn(name))
        try:
            yield conn
        finally:
            conn.terminate()

    async def as_superuser(self, *statements: str, database: str = "postgres") -> None:
        async with self.database(database) as conn:
            for statement in statements:
                await conn.execute(statement)

    async def bring_broker(self) -> None:
        """With what is left of its disk; topics that are gone are made."""
        await asyncio.to_thread(self.stack.broker.start)
        await create_topics(self.stack.broker.servers, topics(), partitions=PARTITIONS)

    async def republish(self) -> None:
        """Everything ever told is told again, and read from the beginning."""
        async with doors(self.stack) as opened:
            for service in SERVICES:
                await ask(opened, service, "POST", "republish", query={})
            for service in SERVICES:
                await ask(opened, service, "POST", "rewind", query={})


@asynccontextmanager
async def staged(folder: Path, scale: Scale, findings: Findings, *, logs: Path) -> AsyncIterator[Scene]:
    """A new stack in this folder, which is emptied before and removed after; `logs` keeps what it said."""
    shutil.rmtree(folder, ignore_errors=True)
    stack = plan(folder, kind=BrokerKind.APACHE, pace=PACE)
    make_keys(stack)
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        ending.callback(stack.postgres.remove)
        ending.callback(stack.broker.remove)
        ending.callback(_keep_logs, stack, logs)
        for part in ground(stack):
            await asyncio.to_thread(part.start)
        cast = Cast(stack)
        ending.callback(cast.end)
        cast.start("sandbox", *OURS)
        watching = asyncio.create_task(cast.watch())
        ending.callback(watching.cancel)
        await cast.ready()
        async with gathered(stack, wanted=scale.families) as crowd:
            yield Scene(stack=stack, cast=cast, crowd=crowd, scale=scale, findings=findings, ending=ending)


def _keep_logs(stack: Stack, logs: Path) -> None:
    shutil.rmtree(logs, ignore_errors=True)
    shutil.copytree(stack.logs, logs)
    for part in ground(stack):
        shutil.copy(part.log, logs)
