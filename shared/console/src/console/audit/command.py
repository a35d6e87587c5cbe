"""`qonys audit`: is anything lost, doubled, out of order or oversold? Recomputed from the events."""

import asyncio
from typing import Annotated

import typer

from console import screen
from console.audit.conservation import audit as look
from console.audit.report import Report
from console.audit.settled import in_words, settle
from console.audit.sources import Sources, UnreadableSourceError, sources_of
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
) -> None:
    """Recompute from the events what must be in every database. Exit 1: it is not so; 2: not readable."""
    try:
        report = asyncio.run(_audited(sources_of(known(folder)), settled))
    except UnreadableSourceError as error:
        screen.err.print(f"qonys: {error}", style="red", markup=False, soft_wrap=True)
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


async def _audited(sources: Sources, settled: float | None) -> Report:
    if settled is not None:
        with screen.waiting("waiting until nothing is on its way") as say:
            await settle(sources, seconds=settled, say=lambda left: say(in_words(left)))
    return await look(sources)
