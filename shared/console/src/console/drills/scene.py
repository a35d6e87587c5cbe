"""The stage of a drill: a whole stack on Apache Kafka, and hands to do it harm."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx2

from console import background
from console.broker import create_topics
from console.doors import doors
from console.environment import make_keys, package
from console.layout import SERVICES, BrokerKind, Pace, Stack, plan
from console.ops import ask
from console.parts import PARTITIONS, ground, programs
from console.postgres import Postgres
from contracts import topics

READY_SECONDS = 90.0
LOOK_SECONDS = 0.1
SECOND = "-2"  # after the name of a second instance
OURS = (*SERVICES, *(f"{name}-relay" for name in SERVICES))


class Scene:
    """One stack, started and stopped by `staged`; what an accident broke is mended by whoever broke it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._programs = {program.name: program for program in programs(stack)}
        self._wanted: set[str] = set()

    def start(self, *names: str) -> None:
        """From now on these run, and are started again when they die."""
        for name in names:
            self._programs[name].start()
            self._wanted.add(name)

    async def watch(self) -> None:
        """Brings back who died, as a container engine would."""
        while True:
            for name in self._wanted:
                if not self._programs[name].running():
                    self._programs[name].start()
            await asyncio.sleep(LOOK_SECONDS)

    def take_away(self, name: str) -> None:
        """Killed, and not brought back."""
        self._wanted.discard(name)
        self.kill(name)

    def kill(self, name: str) -> None:
        """As `kill -9` does."""
        background.end(self._programs[name].record, hard=True)

    def freeze(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def second(self, name: str, *, port: int) -> str:
        """Another instance of a service, not started; its name."""
        program, other = self._programs[name], name + SECOND
        environment = {**program.environment, "QONYS_HTTP_PORT": str(port)}
        self._programs[other] = replace(program, name=other, environment=environment)
        return other

    async def ready(self, *names: str) -> None:
        """Returns when all our processes (or these) say that they are ready."""
        waited = [self._programs[name] for name in names or OURS]
        with httpx2.Client(timeout=5) as http:
            async with asyncio.timeout(READY_SECONDS):
                while any([await asyncio.to_thread(one.missing, http) for one in waited]):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)

    async def lose_broker(self) -> None:
        """The broker's disk is lost; an empty one comes up with empty topics."""
        await asyncio.to_thread(self.stack.broker.kill)
        shutil.rmtree(self.stack.broker.folder / "log")
        await self.bring_broker()

    async def bring_broker(self) -> None:
        await asyncio.to_thread(self.stack.broker.start)
        await create_topics(self.stack.broker.servers, topics(), partitions=PARTITIONS)

    async def republish(self) -> None:
        """Everything ever told is told again, and read from the beginning."""
        async with doors(self.stack) as opened:
            for service in SERVICES:
                await ask(opened, service, "POST", "republish", query={})
            for service in SERVICES:
                await ask(opened, service, "POST", "rewind", query={})

    async def as_superuser(self, *statements: str) -> None:
        conn = await asyncpg.connect(self.stack.postgres.dsn())
        try:
            for statement in statements:
                await conn.execute(statement)
        finally:
            await conn.close()

    @property
    def postgres(self) -> Postgres:
        return self.stack.postgres

    @property
    def databases(self) -> Sequence[str]:
        return [package(service) for service in SERVICES]

    def _signal(self, name: str, number: signal.Signals) -> None:
        known = background.running(self._programs[name].record)
        if known is not None:
            os.kill(known.pid, number)

    def end(self) -> None:
        for program in self._programs.values():
            background.end(program.record, hard=True)


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Scene]:
    """A new stack in this folder, which is emptied before and removed after."""
    shutil.rmtree(folder, ignore_errors=True)
    stack = plan(
        folder, kind=BrokerKind.APACHE, pace=Pace(accept_seconds=1, done_seconds=2, silence_seconds=2)
    )
    make_keys(stack)
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        ending.callback(stack.postgres.remove)
        ending.callback(stack.broker.remove)
        for part in ground(stack):
            await asyncio.to_thread(part.start)
        scene = Scene(stack)
        ending.callback(scene.end)
        scene.start("sandbox", *OURS)
        watching = asyncio.create_task(scene.watch())
        try:
            await scene.ready()
            yield scene
        finally:
            watching.cancel()
