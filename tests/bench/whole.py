"""Whole applications a second: from the draft to the last referral done, through all four services."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from bench.citizens import News, answer, at_once, draft, listening, settle, submit
from bench.people import application
from bench.section import Bound, Say, Section, cpu_words
from bench.stack import EVERYTHING, OPEN_QUOTA, Cpu, Running, running

FAMILIES, WARMING = 1_000, 100
AT_ONCE = 200
INSTANCES = (1, 2)
LEAST_RATE = 10.0


@dataclass(frozen=True)
class Whole:
    """One run: families a second, events of a family, and milliseconds of CPU a family by part."""

    instances: int
    rate: float
    events: float
    cpu: Cpu


async def section(folder: Path, say: Say) -> Section:
    runs = [await measure(folder / str(count), instances=count) for count in INSTANCES]
    title = f"whole applications, {AT_ONCE} families at once"
    table = Table("instances", "families/s", "events/s", "CPU ms a family", title=title)
    for run in runs:
        say(f"{run.instances} of each service: {run.rate:.1f} families/s")
        events, spent = f"{run.rate * run.events:,.0f}", cpu_words(run.cpu, unit="ms")
        table.add_row(str(run.instances), f"{run.rate:.1f}", events, spent)
    bound = Bound("whole applications a second, on one instance", runs[0].rate, LEAST_RATE)
    return Section([table], [bound], [asdict(run) for run in runs])


async def measure(folder: Path, *, instances: int, families: int = FAMILIES) -> Whole:
    async with running(folder, *EVERYTHING, instances=instances) as stack:
        await stack.execute("verification", OPEN_QUOTA, 10 * families)
        async with listening(stack.stack.broker.servers) as news:
            await at_once([_way(stack, news, n) for n in range(WARMING)], most=AT_ONCE)
            before, events, began = stack.cpu(), await stack.events(), time.perf_counter()
            await at_once([_way(stack, news, WARMING + n) for n in range(families)], most=AT_ONCE)
            seconds, after = time.perf_counter() - began, stack.cpu()
            told = await stack.events() - events
    used = {name: (after[name] - before[name]) / families * 1000 for name in after}
    return Whole(instances, families / seconds, told / families, used)


async def _way(stack: Running, news: News, number: int) -> None:
    family = await draft(stack.intake, application(number), key=f"d{number}")
    await submit(stack.intake, family)
    await answer(stack.intake, family)
    await settle(stack.intake, family, news)
