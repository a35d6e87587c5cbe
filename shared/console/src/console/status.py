"""`qonys status`: every process with its port, memory and what queues up in it, and a verdict in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httpx2
import psutil
from rich.table import Table

from console import background, screen
from console.layout import SERVICES, Stack, known
from console.memory import resident_bytes
from console.numbers import Numbers, read
from console.options import Folder, Json
from console.parts import Program, programs
from console.verdict import troubles

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One process and what it says of itself."""

    name: str
    state: str
    pid: int | None
    port: int | None
    memory_bytes: int
    numbers: Numbers


def status(folder: Folder, as_json: Json = False) -> None:
    """Each process: does it run, where, what waits in it; then what is wrong and what to type."""
    stack = known(folder)
    with httpx2.Client(timeout=5) as http:
        lines = [*_ground(stack), *(_line(stack, program, http) for program in _programs(stack))]
    whole = resident_bytes(stack)
    wrong = troubles([(line.name, line.state, line.numbers) for line in lines])
    if as_json:
        processes = [_plain(line) for line in lines]
        screen.show_json({"processes": processes, "memory_bytes": whole, "troubles": wrong})
        return
    screen.out.print(_table(lines))
    if whole:
        screen.out.print(f"\n{whole / MEGABYTE:.0f} MB in all, shared pages counted once")
    screen.out.print()
    for said in wrong or ["All well."]:
        screen.out.print(said, style="yellow" if wrong else "green", markup=False, soft_wrap=True)


def _table(lines: Sequence[Line]) -> Table:
    made = screen.table("", "process", "state", "pid", "port", "MB", "lag", "untold", "oldest", "parked")
    for line in lines:
        memory = f"{line.memory_bytes / MEGABYTE:.0f}" if line.memory_bytes else ""
        n = line.numbers
        oldest = None if n.untold_seconds is None else f"{n.untold_seconds} s"
        cells = (line.pid, line.port, memory, n.lag, n.untold, oldest, n.parked)
        made.add_row(line.name, line.state, *map(_cell, cells))
    return made


def _plain(line: Line) -> dict[str, Any]:
    """For programs: the process and its numbers side by side."""
    numbers = asdict(line.numbers)
    return {name: value for name, value in asdict(line).items() if name != "numbers"} | numbers


def _programs(stack: Stack) -> list[Program]:
    if stack.secrets is not None:  # docker compose runs them, and publishes these ports only
        return [Program(stack, name, ()) for name in SERVICES]
    return programs(stack) if stack.postgres.running() and stack.broker.running() else []


def _ground(stack: Stack) -> list[Line]:
    if stack.secrets is not None:
        return []
    postgres, broker = stack.postgres, stack.broker
    up = {True: "up", False: "down"}
    address = broker.servers.rpartition(":")[2] if broker.running() else None
    return [
        Line(
            name="postgres",
            state=up[postgres.running()],
            pid=postgres.pid,
            port=postgres.port if postgres.running() else None,
            memory_bytes=_memory(postgres.pid),
            numbers=Numbers(),
        ),
        Line(
            name="broker",
            state=up[broker.running()],
            pid=None,
            port=int(address) if address else None,
            memory_bytes=0,
            numbers=Numbers(),
        ),
    ]


def _line(stack: Stack, program: Program, http: httpx2.Client) -> Line:
    process = background.running(program.record)
    pid = process.pid if process else None
    runs = process is not None or stack.secrets is not None
    return Line(
        name=program.name,
        state=(program.missing(http) or "ready") if runs else "down",
        pid=pid,
        port=stack.ports[program.name],
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


def _cell(value: int | str | None) -> str:
    return "" if value is None else str(value)
