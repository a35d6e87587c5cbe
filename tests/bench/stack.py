"""The stack that whole systems are measured on: as shipped, on Apache Kafka; only the outside is instant."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import psutil

from bench.cpu import cpu_seconds
from bench.wire import Wire, wired
from console import background
from console.environment import make_keys, package
from console.layout import SERVICES, BrokerKind, Pace, Stack, plan
from console.parts import Program, ground, programs
from console.world import World

INSTANT = {"verification": "bench.instant_registers", "notification": "bench.instant_letters"}
#: Up to the certificate; nobody is told by letter, nobody moves.
TO_THE_CERTIFICATE = ("sandbox", "intake", "intake-relay", "verification", "verification-relay")
EVERYTHING = ("sandbox", *SERVICES, *(f"{name}-relay" for name in SERVICES), "providers")
START_SECONDS = 90.0
CONNECTIONS = 32
TOKEN_SECONDS = 7_200
#: As if an order had opened a quota for everybody.
OPEN_QUOTA = """
WITH opened AS (
  UPDATE ledgers SET quota = quota + $1 WHERE year = extract(year FROM now()) RETURNING year, region, category
)
INSERT INTO quota_entries (year, region, category, people, source, target, at)
SELECT year, region, category, $1, 'order', 'free', now() FROM opened
"""

Cpu = Mapping[str, float]


@dataclass(frozen=True)
class Running:
    """The stack, with a citizen's way into intake."""

    stack: Stack
    names: Collection[str]
    intake: Wire

    async def execute(self, service: str, statement: str, *values: object) -> Any:
        """The first value of the first row, if it says any."""
        conn = await asyncpg.connect(self.stack.dsn(package(service)))
        try:
            return await conn.fetchval(statement, *values)
        finally:
            await conn.close()

    async def events(self) -> int:
        """How many all services have told so far."""
        counts = [await self.execute(service, "SELECT count(*) FROM outbox") for service in SERVICES]
        return sum(counts)

    def cpu(self) -> Cpu:
        """CPU seconds that each part has used so far."""
        return {name: cpu_seconds(psutil.Process(pid)) for name, pid in self.pids().items()}

    def pids(self) -> Mapping[str, int]:
        """The first process of each part."""
        broker = background.running(self.stack.broker.folder / "broker.json")
        postmaster = (self.stack.postgres.cluster / "postmaster.pid").read_text().split()[0]
        pids = {name: _pid(self.stack, name) for name in self.names}
        assert broker is not None
        return {**pids, "broker": broker.pid, "postgres": int(postmaster)}


@asynccontextmanager
async def running(
    folder: Path, *names: str, instances: int = 1, connections: int = CONNECTIONS
) -> AsyncIterator[Running]:
    """These parts of a new stack; `instances` of each service, `connections` to each intake."""
    stack = _with_ports(plan(folder, kind=BrokerKind.APACHE, pace=Pace()), instances)
    make_keys(stack)
    with ExitStack() as ending:
        for part in ground(stack):
            ending.callback(part.stop)
            await asyncio.to_thread(part.start)
        wanted = _wanted(stack, names, instances)
        await asyncio.to_thread(_start, wanted, ending)
        async with httpx2.AsyncClient(base_url=stack.url("sandbox")) as http:
            token = await World(http).token("citizen", subject="bench", seconds=TOKEN_SECONDS)
        doors = [stack.url(name) for name in _names("intake", instances)]
        async with wired(*doors, bearer=f"Bearer {token}", connections=connections) as intake:
            yield Running(stack, [program.name for program in wanted], intake)


def _wanted(stack: Stack, names: Collection[str], instances: int) -> list[Program]:
    chosen = [program for program in programs(stack) if program.name in names]
    providers = [_providers(stack)] if "providers" in names else []
    return [*(made for program in chosen for made in _instances(program, names, instances)), *providers]


def _instances(program: Program, names: Collection[str], count: int) -> list[Program]:
    """The outside is instant; of services, not of relays, there are several."""
    if program.name == "sandbox":
        return [replace(program, command=_sandboxed(program.command, names))]
    if program.name in INSTANT:
        command = [sys.executable, "-m", INSTANT[program.name], "serve"]
        program = replace(program, command=command, environment={**program.environment, **_FINDING_TESTS})
    if program.name not in SERVICES:
        return [program]
    return [_named(program, name) for name in _names(program.name, count)]


def _sandboxed(command: Collection[str | Path], names: Collection[str]) -> list[str | Path]:
    """Providers and registers are not asked; without verification there is nobody to open quotas."""
    unneeded = {"--kafka"} if "verification" in names else {"--kafka", "--verification"}
    return [word for option in _pairs(command) if option[0] not in unneeded for word in option]


def _names(service: str, count: int) -> list[str]:
    return [service, *(f"{service}-{number}" for number in range(2, count + 1))]


def _named(program: Program, name: str) -> Program:
    port = {"QONYS_HTTP_PORT": str(program.stack.ports[name])}
    return replace(program, name=name, environment={**program.environment, **port})


def _with_ports(stack: Stack, instances: int) -> Stack:
    """The same with a port for each further instance."""
    with ExitStack() as held:  # all at once, so that none is dealt out twice
        sockets = {
            name: held.enter_context(socket.create_server(("127.0.0.1", 0)))
            for service in SERVICES
            for name in _names(service, instances)[1:]
        }
        more = {name: one.getsockname()[1] for name, one in sockets.items()}
    return replace(stack, ports={**stack.ports, **more})


def _pairs(command: Collection[str | Path]) -> list[tuple[str | Path, ...]]:
    """Program words first, then each option with its value."""
    words = list(command)
    first = next(place for place, word in enumerate(words) if str(word).startswith("--"))
    return [tuple(words[:first]), *((words[at], words[at + 1]) for at in range(first, len(words), 2))]


def _providers(stack: Stack) -> Program:
    command = [sys.executable, "-m", "bench.instant_providers", stack.broker.servers]
    return Program(stack, "providers", command, environment=_FINDING_TESTS)


def _start(wanted: Collection[Program], ending: ExitStack) -> None:
    for program in wanted:
        ending.callback(background.end, program.record, hard=True)
        program.start()
    asked = [program for program in wanted if program.name in program.stack.ports]
    with httpx2.Client(timeout=5) as http:
        began = time.monotonic()
        while missing := [said for program in asked if (said := program.missing(http))]:
            if time.monotonic() - began > START_SECONDS:
                raise TimeoutError(f"not ready: {missing}")
            time.sleep(0.1)


def _pid(stack: Stack, name: str) -> int:
    known = background.running(stack.records / f"{name}.json")
    assert known is not None, f"{name} has died"
    return known.pid


_FINDING_TESTS = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
