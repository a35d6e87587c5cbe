"""More than can be served, for a long time: does memory stay flat, and is the rest refused in time?

Capacity is measured first, by the same families as `accepted`. Then half as many again apply as can be
accepted, each when its moment has come, whatever became of the others; who hears 429 goes away. Not among the
sections that are run unasked: it takes `STEADY_MINUTES` (15).
"""

import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.table import Table

from bench.citizens import at_once, draft, submit
from bench.looking import looking
from bench.people import application
from bench.plot import Point, lines_svg
from bench.section import Bound, Say, Section
from bench.stack import EVERYTHING, OPEN_QUOTA, Running, running
from bench.wire import BUSY, RefusedError

MINUTES = float(os.environ.get("STEADY_MINUTES", "15"))
OVER = 1.5
WARMING, COUNTED, AT_ONCE = 200, 600, 64
CONNECTIONS = 4_000  # several times what may wait at intake, so that it is intake who refuses
SAMPLE_SECONDS = 3.0
WARM_SHARE = 0.2  # of the time: caches fill and heaps find their size
FLAT = 1.1
MIB = 2**20
PICTURE = Path(__file__).parents[2] / "var" / "steady.svg"


@dataclass
class Steady:
    """Applications a second that could be accepted, and that came; what became of them; MiB of each part over
    minutes."""

    capacity: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    memory: dict[str, list[Point]] = field(default_factory=dict)

    @property
    def offered(self) -> float:
        return OVER * self.capacity

    @property
    def growth(self) -> Mapping[str, float]:
        """Of each part: the median of the later half, of that of the earlier one, once it was warm."""
        return {name: _growth([mib for _, mib in points]) for name, points in self.memory.items()}


async def section(folder: Path, say: Say) -> Section:
    found = await measure(folder, say, seconds=MINUTES * 60)
    PICTURE.write_text(lines_svg(_title(found), found.memory, x="minutes", y="MiB"))
    say(f"the picture is {PICTURE}")
    table = Table("part", "MiB at the end", "later half, of the earlier", title=_title(found))
    for name, growth in sorted(found.growth.items(), key=lambda one: -one[1]):
        table.add_row(name, f"{found.memory[name][-1][1]:.0f}", f"{growth:.3f}")
    says = "memory of a process of ours, the later half of the earlier"
    ours = max(growth for name, growth in found.growth.items() if name in EVERYTHING)
    bounds = [
        Bound(says, ours, FLAT, less_is_better=True),
        Bound("applications neither accepted nor refused", found.outcomes["failed"], 1, less_is_better=True),
    ]
    figures = {"capacity": found.capacity, "outcomes": found.outcomes, "growth": found.growth}
    return Section([table], bounds, figures)


async def measure(folder: Path, say: Say, *, seconds: float) -> Steady:
    found = Steady()
    async with running(folder, *EVERYTHING, connections=CONNECTIONS) as stack:
        await stack.execute("verification", OPEN_QUOTA, 10_000_000)
        found.capacity = await _capacity(stack)
        say(
            f"{found.capacity:.0f} applications/s are accepted; {OVER} times as many come for {seconds:.0f} s"
        )
        async with _sampling(stack, found):
            await _rush(stack, found, seconds=seconds)
    return found


async def _capacity(stack: Running) -> float:
    await at_once([_apply(stack, number) for number in range(WARMING)], most=AT_ONCE)
    began = time.perf_counter()
    await at_once([_apply(stack, WARMING + number) for number in range(COUNTED)], most=AT_ONCE)
    return COUNTED / (time.perf_counter() - began)


async def _rush(stack: Running, found: Steady, *, seconds: float) -> None:
    """Families begin in step with the clock, not with the answers."""
    began, first, rate = time.perf_counter(), WARMING + COUNTED, found.offered
    async with asyncio.TaskGroup() as families:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(began + number / rate - time.perf_counter())
            families.create_task(_come(stack, found, first + number))


async def _come(stack: Running, found: Steady, number: int) -> None:
    try:
        await _apply(stack, number, patient=False)
    except RefusedError as refusal:
        found.outcomes["refused" if refusal.status in BUSY else "failed"] += 1
    else:
        found.outcomes["accepted"] += 1


async def _apply(stack: Running, number: int, *, patient: bool = True) -> None:
    wire = stack.intake if patient else stack.intake.impatient()
    await submit(wire, await draft(wire, application(number), key=f"d{number}"))


@asynccontextmanager
async def _sampling(stack: Running, found: Steady) -> AsyncIterator[None]:
    """Looks at everybody's memory while the block lasts."""
    began = time.perf_counter()

    async def look() -> None:
        for name, mib in (await asyncio.to_thread(_memory, stack)).items():
            found.memory.setdefault(name, []).append(((time.perf_counter() - began) / 60, mib))

    async with looking(look, every_seconds=SAMPLE_SECONDS):
        yield


def _memory(stack: Running) -> Mapping[str, float]:
    return {name: _resident(psutil.Process(pid)) / MIB for name, pid in stack.pids().items()}


def _resident(process: psutil.Process) -> int:
    """With its children; what they share is counted once."""
    return sum(map(_pss, [process, *process.children(recursive=True)]))


def _pss(process: psutil.Process) -> int:
    """Postgres ends a session's process whenever it likes."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


def _growth(values: Sequence[float]) -> float:
    warm = values[int(len(values) * WARM_SHARE) :]
    middle = len(warm) // 2
    return statistics.median(warm[middle:]) / statistics.median(warm[:middle])


def _title(found: Steady) -> str:
    became = ", ".join(f"{count:,} {word}" for word, count in found.outcomes.most_common())
    return f"{found.offered:.0f} applications/s where {found.capacity:.0f} can be accepted: {became}"
