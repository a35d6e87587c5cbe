"""`qonys demo`: eight families on a stack of their own, live, with what came of each beside what must."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from console import screen, supervise
from console.apply import read_family
from console.audit.conservation import audit
from console.audit.of_stack import sources_of
from console.board import board
from console.doors import Doors, doors, live
from console.errors import PlainError
from console.history import write_events
from console.layout import BrokerKind, Pace, Stack, default_folder, known, plan
from console.memory import Meter
from console.options import Json, Kafka, Language
from console.outcomes import Sizes, show_outcomes
from console.play import Seen, differences, play

LIMIT_SECONDS = 60.0
PACE = Pace(accept_seconds=0.5, done_seconds=1.0, silence_seconds=2.0)


def demo(
    examples: Annotated[Path, typer.Option(help="Folder with the families' files")] = Path("examples"),
    folder: Annotated[
        Path | None, typer.Option(help="Where the demo keeps its files", show_default="demo beside var/stack")
    ] = None,
    kafka: Kafka = BrokerKind.EMBEDDED,
    language: Language = "en",
    as_json: Json = False,
    running: Annotated[
        Path | None, typer.Option("--stack", help="Folder of a running stack to play on instead, once")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Let it run on at the end, until Ctrl-C")] = False,
) -> None:
    """Watch eight families travel to their new home. The stack is made for it, and ends with it."""
    began = time.monotonic()
    families = _families(examples)
    if running is not None:
        _play_on(live(running), families, language, as_json=as_json)
        return
    stack = _fresh(folder or default_folder().parent / "demo", kafka)
    try:
        with supervise.running(stack, say=screen.say), Meter(stack) as meter:
            asyncio.run(_play_all(families, stack, language))
            asyncio.run(write_events(stack, _events(stack)))
            sizes = Sizes(seconds=time.monotonic() - began, most_bytes=meter.most_bytes)
            audited = asyncio.run(audit(sources_of(stack)))
            show_outcomes(families, sizes, audited=audited, as_json=as_json)
            _show_places(stack, running=keep)
            if keep:
                supervise.watch(stack, say=screen.say)
    finally:
        _end(stack)
    if any(map(differences, families)) or not audited.clean:
        raise typer.Exit(1)


def _play_on(stack: Stack, families: list[Seen], language: str, *, as_json: bool) -> None:
    """What came of them is shown; the stack is left as it is."""
    began = time.monotonic()
    asyncio.run(_play_all(families, stack, language))
    show_outcomes(families, Sizes(seconds=time.monotonic() - began), as_json=as_json)
    if any(map(differences, families)):
        raise typer.Exit(1)


def _families(examples: Path) -> list[Seen]:
    files = sorted(examples.glob("*.json"))
    if not files:
        raise PlainError(
            f"no families in {examples}", remedy="name their folder: qonys demo --examples FOLDER"
        )
    return [Seen(file.stem, read_family(file)) for file in files]


def _fresh(folder: Path, kafka: BrokerKind) -> Stack:
    """A stack in an empty folder; what the last demo left there is removed."""
    _refuse_kept(folder)
    stack = plan(folder, kind=kafka, pace=PACE, temporary=True)
    supervise.refuse_second(stack)
    supervise.stop_everything(stack)
    stack.postgres.remove()
    shutil.rmtree(folder)
    return plan(folder, kind=kafka, pace=PACE, temporary=True)


def _refuse_kept(folder: Path) -> None:
    try:
        kept = not known(folder).temporary
    except PlainError:
        return
    if kept:
        raise PlainError(
            f"{folder} holds a stack that somebody keeps; a demo begins with an empty one",
            remedy="name another folder, or none",
        )


def _end(stack: Stack) -> None:
    """Its database goes. What the server said stays, for whoever looks for a cause."""
    if stack.postgres.log.exists():
        shutil.copyfile(stack.postgres.log, stack.folder / "postgres.log")
    stack.postgres.remove()


async def _play_all(families: list[Seen], stack: Stack, language: str) -> None:
    with board(families) as on_change:
        async with doors(stack, language=language) as opened, asyncio.TaskGroup() as group:
            for family in families:
                group.create_task(_play_within_time(family, opened, on_change))


async def _play_within_time(family: Seen, opened: Doors, on_change: Callable[[Seen], None]) -> None:
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            await play(family, opened, on_change=on_change)
    except TimeoutError:
        family.trouble = f"not there after {LIMIT_SECONDS:.0f} s"
    except PlainError as error:
        family.trouble = f"{error} {error.remedy or ''}".strip()
    except httpx2.HTTPError as error:
        family.trouble = f"a service did not answer as it should ({type(error).__name__})"
    on_change(family)


def _events(stack: Stack) -> Path:
    return stack.folder / "events.jsonl"


def _show_places(stack: Stack, *, running: bool) -> None:
    screen.say("")
    screen.say("Where to look next")
    screen.say(f"  letters   {screen.path(stack.mail)}/*.txt")
    screen.say(f"  events    {screen.path(_events(stack))}")
    screen.say(f"  logs      {screen.path(stack.logs)}")
    if running:
        screen.say(f"  intake    {stack.url('intake')}   sandbox {stack.url('sandbox')}   until Ctrl-C")
        screen.say(f"  addresses and tokens: qonys env --folder {screen.path(stack.folder)}")
    else:
        screen.say("  addresses qonys up, then qonys env; qonys demo --keep lets the demo run on")
