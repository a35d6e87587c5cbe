"""`qonys audit`: is anything lost, doubled, out of order or oversold? Recomputed from the events."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from console import screen
from console.audit.conservation import audit as look
from console.audit.of_stack import sources_of
from console.audit.report import Report
from console.audit.settled import in_words, settle
from console.audit.sources import Sources, UnreadableSourceError
from console.audit.table import show
from console.layout import known
from console.options import Folder, Json

DIFFERENT, UNREADABLE = 1, 2


def audit(
    folder: Folder,
    as_json: Json = False,
    settled: Annotated[
        float | None,
        typer.Option(help="First wait until nothing is on its way, so long at most", metavar="SECONDS"),
    ] = None,
    acknowledged: Annotated[
        Path | None,
        typer.Option(
            help="Applications whose submission was acknowledged, an id a line: which are nowhere?",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Recompute from the events what must be in every database. Exit 1: it is not so; 2: not readable."""
    try:
        promised = promised_in(acknowledged) if acknowledged else []
        report = asyncio.run(_audited(sources_of(known(folder)), settled, promised))
    except UnreadableSourceError as error:
        screen.err.print(f"qonys: {error}", style="red", markup=False, soft_wrap=True)
        if error.remedy:
            screen.say(f"  {error.remedy}")
        raise typer.Exit(UNREADABLE) from None
    tell(report, as_json=as_json)


def tell(report: Report, *, as_json: bool) -> None:
    """Shows it; the exit code says whether it is clean."""
    if as_json:
        screen.show_json(report.as_json())
    else:
        show(report)
    if not report.clean:
        raise typer.Exit(DIFFERENT)


def promised_in(file: Path) -> Collection[UUID]:
    """Ids of applications, one a line. Raises UnreadableSourceError with the line that is none."""
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise UnreadableSourceError(f"{file} could not be read ({error.strerror})") from None
    return [_id(line, f"{file}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _id(line: str, where: str) -> UUID:
    try:
        return UUID(line.strip())
    except ValueError:
        raise UnreadableSourceError(f"{where}: {line!r} is no id of an application") from None


async def _audited(sources: Sources, settled: float | None, promised: Collection[UUID]) -> Report:
    if settled is not None:
        with screen.waiting("waiting until nothing is on its way") as say:
            await settle(sources, seconds=settled, say=lambda left: say(in_words(left)))
    return await look(sources, promised=promised)
