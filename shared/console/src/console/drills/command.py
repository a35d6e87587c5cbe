"""`qonys drill`: accidents on purpose on Apache Kafka; what was lost, doubled or out of order afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from console import screen
from console.drills.accidents import ACCIDENTS
from console.drills.crash_points import Cuts, cut_everywhere
from console.drills.drill import Drilled, drill
from console.drills.verdict import audit
from console.errors import PlainError
from console.options import Json

CRASH_POINTS = "crash-points"
NAMES = (CRASH_POINTS, *ACCIDENTS)


def drills(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(NAMES)}; all if none")] = None,
    families: Annotated[int, typer.Option(min=10, help="How many families apply meanwhile")] = 2_000,
    folder: Annotated[Path, typer.Option(help="Where the stacks live meanwhile")] = Path("var/drills"),
    as_json: Json = False,
) -> None:
    """Do harm on purpose to a whole stack on Apache Kafka, and audit what is left."""
    wanted = names or list(NAMES)
    if unknown := sorted(set(wanted) - set(NAMES)):
        raise PlainError(f"no such drill: {', '.join(unknown)}", remedy=f"there are: {', '.join(NAMES)}")
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=screen.err,
        disable=not screen.err.is_terminal,
    ) as progress:
        cuts, drilled = asyncio.run(_all(wanted, folder, families, progress))
    if as_json:
        screen.show_json({"cuts": [asdict(c) for c in cuts], "drills": [asdict(d) for d in drilled]})
    else:
        _show(cuts, drilled)
    if _wrong(cuts, drilled):
        raise typer.Exit(1)


async def _all(
    names: Sequence[str], folder: Path, families: int, progress: Progress
) -> tuple[Sequence[Cuts], Sequence[Drilled]]:
    cuts: Sequence[Cuts] = []
    drilled: list[Drilled] = []
    for name in names:
        task = progress.add_task(name)

        def cutting(one: Cuts, task: TaskID = task) -> None:
            progress.update(task, description=f"{CRASH_POINTS}: {one.edge}, await {one.points}")

        def saying(what: str, applied: int, task: TaskID = task, name: str = name) -> None:
            progress.update(task, description=f"{name}: {what} ({applied} of {families} families applied)")

        if name == CRASH_POINTS:
            cuts = await cut_everywhere(folder / name, cutting)
        else:
            accident = ACCIDENTS[name]
            done = await drill(
                name, accident, folder=folder / name, families=families, audit=audit, say=saying
            )
            drilled.append(done)
        progress.stop_task(task)
    return cuts, drilled


def _show(cuts: Sequence[Cuts], drilled: Sequence[Drilled]) -> None:
    if cuts:
        made = screen.table("", "edge", "awaits cut", "wrong afterwards")
        for cut in cuts:
            made.add_row(_mark(cut.wrong), cut.edge, str(cut.points), str(len(cut.wrong)))
        screen.out.print(made)
    if drilled:
        made = screen.table("", "drill", "families", "came again", "ready after", "settled after", "wrong")
        for one in drilled:
            seconds = [f"{value:.1f} s" for value in (one.ready_seconds, one.settled_seconds)]
            made.add_row(
                _mark(one.wrong),
                one.name,
                str(one.families),
                str(one.turned_away),
                *seconds,
                str(len(one.wrong)),
            )
        screen.out.print(made)
    for said in _wrong(cuts, drilled):
        screen.out.print(said, markup=False, style="red")


def _wrong(cuts: Sequence[Cuts], drilled: Sequence[Drilled]) -> list[str]:
    return [said for cut in cuts for said in cut.wrong] + [said for one in drilled for said in one.wrong]


def _mark(wrong: Sequence[str]) -> str:
    return "✗" if wrong else "✓"
