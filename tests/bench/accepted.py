"""Intake over HTTP: applications accepted a second, each with its draft, its papers and its submission."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench.citizens import at_once, draft, submit
from bench.people import application
from bench.section import Bound, Say, Section, cpu_words, percentile, quantiles, spread
from bench.stack import Cpu, Running, running

PARTS = ("sandbox", "intake", "intake-relay")
FAMILIES, WARMING = 1_500, 150
AT_ONCE = 64
LEAST_RATE, MOST_P99_MS = 100.0, 500.0


@dataclass(frozen=True)
class Accepted:
    """Applications a second; milliseconds of each submission, sorted; milliseconds of CPU an application."""

    rate: float
    submissions: Sequence[float]
    cpu: Cpu


async def section(folder: Path, say: Say) -> Section:
    found = await measure(folder)
    say(f"{found.rate:.0f} applications/s; a submission: {spread(found.submissions)}")
    table = Table("applications/s", "submission", "CPU ms an application", title="intake over HTTP")
    table.add_row(f"{found.rate:.0f}", spread(found.submissions), cpu_words(found.cpu, unit="ms"))
    bounds = [
        Bound("applications accepted a second", found.rate, LEAST_RATE),
        Bound("a submission, p99 in ms", percentile(found.submissions, 99), MOST_P99_MS, less_is_better=True),
    ]
    figures = {"rate": found.rate, "submission_ms": quantiles(found.submissions), "cpu_ms": found.cpu}
    return Section([table], bounds, figures)


async def measure(folder: Path, *, families: int = FAMILIES) -> Accepted:
    waits: list[float] = []
    async with running(folder, *PARTS) as stack:
        await at_once([_apply(stack, number, []) for number in range(WARMING)], most=AT_ONCE)
        before, began = stack.cpu(), time.perf_counter()
        await at_once([_apply(stack, WARMING + number, waits) for number in range(families)], most=AT_ONCE)
        seconds, after = time.perf_counter() - began, stack.cpu()
    cpu = {name: (after[name] - before[name]) / families * 1000 for name in after}
    return Accepted(families / seconds, sorted(waits), cpu)


async def _apply(stack: Running, number: int, waits: list[float]) -> None:
    family = await draft(stack.intake, application(number), key=f"d{number}")
    began = time.perf_counter()
    await submit(stack.intake, family)
    waits.append((time.perf_counter() - began) * 1000)
