"""Every process of a stack with what it says of itself, whether it runs here or in a container."""

from dataclasses import dataclass, field, replace

import httpx2
import psutil

from console import background
from console.compose import Container, containers
from console.layout import SERVICES, Stack
from console.numbers import Numbers, read
from console.parts import Program, programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One process; `service` is what it is an instance of."""

    name: str
    service: str
    state: str  # `up` and `ready` are well, `down` is not there, else what is missing
    pid: int | None = None
    port: int | None = None
    memory_bytes: int = 0
    numbers: Numbers = field(default_factory=Numbers)


def processes(stack: Stack) -> list[Line]:
    """All that can be asked from here: of a container, memory and process id cannot."""
    with httpx2.Client(timeout=5) as http:
        if stack.secrets is not None:
            return [_contained(stack, one, http) for one in containers(stack)]
        return [*_ground(stack), *(_line(program, http) for program in _programs(stack))]


def _contained(stack: Stack, one: Container, http: httpx2.Client) -> Line:
    line = Line(name=one.name, service=one.service, state=one.state, port=one.port)
    if one.port is None or one.service not in SERVICES:
        return line
    here = replace(stack, ports={**stack.ports, one.name: one.port})
    program = Program(here, one.name, ())
    return replace(line, state=program.missing(http) or "ready", numbers=_numbers(program, http))


def _programs(stack: Stack) -> list[Program]:
    """None while their ground is missing: their addresses are not known then, and they cannot run."""
    return programs(stack) if stack.postgres.running() and stack.broker.running() else []


def _ground(stack: Stack) -> list[Line]:
    postgres, broker = stack.postgres, stack.broker
    up = {True: "up", False: "down"}
    address = broker.servers.rpartition(":")[2] if broker.running() else None
    return [
        Line(
            name="postgres",
            service="postgres",
            state=up[postgres.running()],
            pid=postgres.pid,
            port=postgres.port if postgres.running() else None,
            memory_bytes=_memory(postgres.pid),
        ),
        Line(
            name="broker",
            service="broker",
            state=up[broker.running()],
            port=int(address) if address else None,
        ),
    ]


def _line(program: Program, http: httpx2.Client) -> Line:
    process = background.running(program.record)
    pid = process.pid if process else None
    return Line(
        name=program.name,
        service=program.name,
        state=(program.missing(http) or "ready") if process else "down",
        pid=pid,
        port=program.stack.ports[program.name],
        memory_bytes=_memory(pid),
        numbers=_numbers(program, http),
    )


def _numbers(program: Program, http: httpx2.Client) -> Numbers:
    try:
        answer = http.get(f"{program.stack.url(program.name)}/metrics")
    except httpx2.TransportError:
        return Numbers()
    return read(answer.text) if answer.is_success else Numbers()


def _memory(pid: int | None) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss) if pid else 0
    except psutil.NoSuchProcess:
        return 0
