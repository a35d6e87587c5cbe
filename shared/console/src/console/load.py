"""`qonys load`: many synthetic families at a steady rate, and how quickly they were decided."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import httpx2
import typer
from rich.progress import Progress

from console import screen
from console.citizen import Citizen
from console.decisions import Watch
from console.doors import Doors, doors, live
from console.errors import PlainError
from console.layout import Stack
from console.options import Folder, Json
from console.play import scenario_of
from console.seeds import SEEDS, seeds
from sandbox.families import make_family
from sandbox.scenarios import PaperFile, Scenario

#: So long nothing may be decided before the rest counts as not decided.
PATIENCE_SECONDS = 30.0
AT_ONCE = 64
AGAIN_SECONDS = 1.0


@dataclass
class Sent:
    """What the citizens saw."""

    applications: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)  # of each application: draft, papers, submission
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of a number of durations, in milliseconds."""

    p50_ms: float
    p99_ms: float


def load(
    folder: Folder,
    families: Annotated[int, typer.Option(min=1, max=SEEDS, help="How many families apply")] = 100,
    rate: Annotated[float, typer.Option(min=0.1, help="Families a second")] = 10,
    seed: Annotated[
        int | None, typer.Option(min=0, help="First family; ones that this stack has not had if not given")
    ] = None,
    attempts: Annotated[int, typer.Option(min=1, help="Tries of a family that intake does not answer")] = 1,
    as_json: Json = False,
) -> None:
    """Send synthetic families at a steady rate. Says what came of them and how long it took."""
    stack = live(folder)
    sent, began = seeds(stack.folder, families, first=seed), time.monotonic()
    report = asyncio.run(_load(stack, sent, rate, attempts))
    report["seconds"] = round(time.monotonic() - began, 1)
    if as_json:
        screen.show_json(report)
    else:
        _show(report)
    if report["not_decided"] or report["refused"]:
        raise typer.Exit(1)


async def _load(stack: Stack, seeds: Sequence[int], rate: float, attempts: int) -> dict[str, Any]:
    sent = Sent()
    with Progress(console=screen.err, disable=not screen.err.is_terminal) as progress:
        applied, decided = (progress.add_task(word, total=len(seeds)) for word in ("applied", "decided"))
        watch = Watch(sent.applications, on_decision=lambda: progress.advance(decided))
        watching = asyncio.create_task(watch.run(stack))
        async with doors(stack) as opened, asyncio.TaskGroup() as group:
            limit = asyncio.Semaphore(AT_ONCE)
            for place, seed in enumerate(seeds):
                family = _apply(seed, opened, sent, limit, attempts)
                coming = _after(place / rate, family)
                group.create_task(coming).add_done_callback(lambda _: progress.advance(applied))
        await watch.settled(PATIENCE_SECONDS)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    return _report(sent, watch)


async def _after(seconds: float, family: Awaitable[None]) -> None:
    await asyncio.sleep(seconds)
    await family


async def _apply(seed: int, opened: Doors, sent: Sent, limit: asyncio.Semaphore, attempts: int) -> None:
    async with limit:
        scenario, name = scenario_of(make_family(seed)), f"load-{seed}"
        await opened.world.learn(scenario.truth)
        citizen = await opened.citizen(name, scan=_same_for_all)
        began = time.monotonic()
        try:
            sent.applications.add(await _persistently(citizen, scenario, name, attempts))
        except (PlainError, httpx2.TransportError) as error:
            sent.refused[str(error) or type(error).__name__] += 1
        sent.seconds.append(time.monotonic() - began)


async def _persistently(citizen: Citizen, scenario: Scenario, name: str, attempts: int) -> str:
    """People who get no answer try again; under the same key it stays one application."""
    for _ in range(attempts - 1):
        with suppress(httpx2.TransportError):
            return await citizen.apply(scenario, key=name)
        await asyncio.sleep(AGAIN_SECONDS)
    return await citizen.apply(scenario, key=name)


def _same_for_all(scenario: Scenario, paper: PaperFile) -> bytes:
    """Drawing each paper anew would measure the drawing."""
    if paper.kind not in _SCANS:
        _SCANS[paper.kind] = scenario.scan(paper)
    return _SCANS[paper.kind]


_SCANS: dict[str, bytes] = {}


def _report(sent: Sent, watch: Watch) -> dict[str, Any]:
    return {
        "families": len(sent.seconds),
        "refused": dict(sent.refused),
        "outcomes": dict(Counter(one.outcome for one in watch.decisions.values())),
        "not_decided": len(sent.applications) - len(watch.decisions),
        "applied": asdict(spread(sent.seconds)),
        "decided": asdict(spread([one.seconds for one in watch.decisions.values()])),
    }


def spread(seconds: Sequence[float]) -> Spread:
    """All zero when there are none."""
    ordered = sorted(seconds) or [0.0]

    def at(share: float) -> float:
        return round(ordered[math.ceil(share * len(ordered)) - 1] * 1000, 1)

    return Spread(p50_ms=at(0.50), p99_ms=at(0.99))


def _show(report: dict[str, Any]) -> None:
    made = screen.table("", "what came of them", "families")
    for outcome, count in {**report["outcomes"], **report["refused"]}.items():
        made.add_row(outcome, str(count))
    made.add_row("not decided", str(report["not_decided"]))
    screen.out.print(made)
    for name, words in (("applied", "draft, papers, submission"), ("decided", "submission to decision")):
        spread = report[name]
        screen.out.print(f"{words:<26} p50 {spread['p50_ms']:.0f} ms   p99 {spread['p99_ms']:.0f} ms")
    screen.out.print(f"{report['families']} families in {report['seconds']} s")
