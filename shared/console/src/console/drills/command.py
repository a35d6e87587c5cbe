"""`qonys drill`: accidents on purpose on Apache Kafka; what was lost, doubled or out of order afterwards."""

import asyncio
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from console import screen
from console.drills.accidents.table import ACCIDENTS
from console.drills.crash_points import cut_all
from console.drills.drill import Say, drill
from console.drills.results import Results
from console.drills.scene import Scale
from console.drills.shown import show
from console.errors import PlainError
from console.options import Json

CRASH_POINTS = "crash-points"
NAMES = (CRASH_POINTS, *ACCIDENTS)


def drills(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(NAMES)}; all if none")] = None,
    families: Annotated[
        int, typer.Option(min=10, help="How many families are on their way, at least")
    ] = 2_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of kill-each")] = 10,
    folder: Annotated[
        Path, typer.Option(help="Where the stacks live meanwhile, and the logs of those with faults stay")
    ] = Path("var/drills"),
    page: Annotated[
        Path | None,
        typer.Option(help="Write what came of it into this page's tables: docs/drills.md", exists=True),
    ] = None,
    as_json: Json = False,
) -> None:
    """Do harm on purpose to a whole stack on Apache Kafka, and audit what is left."""
    wanted = names or list(NAMES)
    if unknown := sorted(set(wanted) - set(NAMES)):
        raise PlainError(f"no such drill: {', '.join(unknown)}", remedy=f"there are: {', '.join(NAMES)}")
    scale = Scale(families=families, rounds=rounds)
    # Whoever ends us otherwise than by Ctrl-C does not want our stack to stay either.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    found = asyncio.run(_all(wanted, folder, scale, page))
    if as_json:
        screen.show_json(found.as_json())
    else:
        show(found)
    if found.wrong:
        raise typer.Exit(1)


async def _all(names: Sequence[str], folder: Path, scale: Scale, page: Path | None) -> Results:
    """One after the other; what is known is written down after each."""
    found = Results()
    for name in names:
        with _progress(name, scale.families) as say:
            if name == CRASH_POINTS:
                found.cuts = await cut_all(folder / name, say)
            else:
                found.drilled.append(await drill(name, ACCIDENTS[name], folder=folder, scale=scale, say=say))
        if page is not None:
            found.write_on(page)
    return found


@contextmanager
def _progress(name: str, families: int) -> Iterator[Say]:
    """On a terminal a line that moves; elsewhere a line for each thing that begins."""
    if not screen.err.is_terminal:
        yield partial(_line, name, time.monotonic(), [])
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=screen.err) as progress:
        task = progress.add_task(name)

        def say(what: str, applied: int) -> None:
            of = f" ({applied} of {families} families have applied)" if applied else ""
            progress.update(task, description=f"{name}: {what}{of}")

        yield say


def _line(name: str, began: float, said: list[str], what: str, applied: int) -> None:
    """A line when it has not been `said`; what stands after a colon only goes on."""
    thing = what.partition(":")[0]
    if said[-1:] != [thing]:
        said.append(thing)
        of = f" ({applied} families)" if applied else ""
        screen.say(f"{time.monotonic() - began:5.0f} s  {name}: {thing}{of}")
