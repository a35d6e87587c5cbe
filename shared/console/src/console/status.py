"""`qonys status`: every process with its port, memory, and what queues up in it."""

from collections import Counter
from dataclasses import asdict, dataclass

import httpx2
import psutil
from prometheus_client.parser import text_string_to_metric_families

from console import background, screen
from console.layout import Stack, known
from console.memory import resident_bytes
from console.options import Folder, Json
from console.parts import Program, programs

MEGABYTE = 1_000_000
#: What is counted, and the gauge that tells it (summed over its labels).
GAUGES = {"lag": "qonys_consumer_lag", "untold": "qonys_outbox_untold", "parked": "qonys_parked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One process; counts are None where it has no such queue."""

    name: str
    state: str
    pid: int | None
    port: int | None
    memory_bytes: int
    lag: int | None = None
    untold: int | None = None
    parked: int | None = None


def status(folder: Folder, as_json: Json = False) -> None:
    """Each process: does it run, where, how much memory, how much waits in it."""
    stack = known(folder)
    with httpx2.Client(timeout=5) as http:
        lines = [*_ground(stack), *(_line(stack, program, http) for program in _programs(stack))]
    whole = resident_bytes(stack)
    if as_json:
        screen.show_json({"processes": [asdict(line) for line in lines], "memory_bytes": whole})
        return
    made = screen.table("", "process", "state", "pid", "port", "MB", "lag", "untold", "parked")
    for line in lines:
        counts = (line.lag, line.untold, line.parked)
        memory = f"{line.memory_bytes / MEGABYTE:.0f}" if line.memory_bytes else ""
        made.add_row(line.name, line.state, *map(_cell, (line.pid, line.port)), memory, *map(_cell, counts))
    screen.out.print(made)
    screen.out.print(f"\n{whole / MEGABYTE:.0f} MB in all, shared pages counted once")


def _programs(stack: Stack) -> list[Program]:
    return programs(stack) if stack.postgres.running() and stack.broker.running() else []


def _ground(stack: Stack) -> list[Line]:
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
        ),
        Line(
            name="broker",
            state=up[broker.running()],
            pid=None,
            port=int(address) if address else None,
            memory_bytes=0,
        ),
    ]


def _line(stack: Stack, program: Program, http: httpx2.Client) -> Line:
    process = background.running(program.record)
    pid = process.pid if process else None
    missing = program.missing(http) if process else None
    return Line(
        name=program.name,
        state="down" if process is None else missing or "ready",
        pid=pid,
        port=stack.ports[program.name],
        memory_bytes=_memory(pid),
        **_counts(program, http),
    )


def _counts(program: Program, http: httpx2.Client) -> dict[str, int]:
    """What its gauges say; a relay and the sandbox have none of them."""
    try:
        answer = http.get(f"{program.stack.url(program.name)}/metrics")
    except httpx2.TransportError:
        return {}
    sums: Counter[str] = Counter()
    for family in text_string_to_metric_families(answer.text if answer.is_success else ""):
        for sample in family.samples:
            sums[sample.name] += int(sample.value)
    return {count: sums[gauge] for count, gauge in GAUGES.items() if gauge in sums}


def _memory(pid: int | None) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss) if pid else 0
    except psutil.NoSuchProcess:
        return 0


def _cell(value: int | None) -> str:
    return "" if value is None else str(value)
