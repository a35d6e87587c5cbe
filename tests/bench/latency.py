"""From the citizen's submission to the certificate, at a steady rate, through intake and verification."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from bench.citizens import News, answer, at_once, draft, listening, submit
from bench.people import application
from bench.section import Bound, Say, Section, percentile, quantiles, spread
from bench.stack import TO_THE_CERTIFICATE, Running, running
from contracts.verification import CertificateIssued

RATE = 50  # applications a second
FAMILIES = 900
WARMING = 150  # the first are sent but not counted
PREPARED_AT_ONCE = 4
SETTLE_SECONDS = 30.0
ROUNDS = 3
P99_MS = 250.0


async def section(folder: Path, say: Say) -> Section:
    """As many rounds as throughput has, each on a stack of its own; the median of their p99 must hold."""
    rounds = []
    for number in range(ROUNDS):
        rounds.append(await measure(folder / str(number)))
        say(f"round {number + 1} of {ROUNDS}: {spread(rounds[-1])}")
    table = Table("round", "p50 ms", "p99 ms", title=f"submission to certificate, {RATE} a second")
    for number, those in enumerate(rounds):
        table.add_row(str(number + 1), *(f"{percentile(those, n):.0f}" for n in (50, 99)))
    p99 = statistics.median(percentile(those, 99) for those in rounds)
    bound = Bound("submission to certificate, p99 in ms", p99, P99_MS, less_is_better=True)
    return Section([table], [bound], [quantiles(those) for those in rounds])


async def measure(folder: Path) -> Sequence[float]:
    """Milliseconds from submission to certificate, sorted; one for each counted application."""
    async with running(folder, *TO_THE_CERTIFICATE) as stack, listening(stack.stack.broker.servers) as news:
        return await journeys(stack, news, FAMILIES)


async def journeys(stack: Running, news: News, families: int, *, first: int = 0) -> Sequence[float]:
    """The same on a stack that runs, of families numbered from `first`; the first `WARMING` do not count."""
    drafts: dict[int, str] = {}

    async def prepare(number: int) -> None:
        drafts[number] = await draft(stack.intake, application(number, people=1), key=f"d{number}")

    await at_once([prepare(first + number) for number in range(families)], most=PREPARED_AT_ONCE)
    began = await _send(stack, [drafts[first + number] for number in range(families)])
    async with asyncio.timeout(SETTLE_SECONDS):
        await asyncio.gather(*(news.of(family, CertificateIssued) for family in began))
    counted = list(began)[WARMING:]
    return sorted((news.told[family, CertificateIssued] - began[family]) * 1000 for family in counted)


async def _send(stack: Running, drafts: Sequence[str]) -> dict[str, float]:
    """When each was submitted: at a steady rate, whatever becomes of those before, so that a slow system does
    not slow its own test."""
    submitted: dict[str, float] = {}

    async def act(family: str) -> None:
        submitted[family] = time.perf_counter()
        await submit(stack.intake, family)
        await answer(stack.intake, family)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, family in enumerate(drafts):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            group.create_task(act(family))
    return submitted
