"""`qonys apply` and `qonys case`: one family on a running stack, as the citizen and as an officer see it."""

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError
from rich.table import Table

from console import screen
from console.board import board
from console.doors import doors, live
from console.errors import PlainError
from console.layout import Stack
from console.options import Folder, Json, Language
from console.owing import owed
from console.play import Seen, play
from sandbox.scenarios import Scenario, load

HERE = ZoneInfo("Asia/Almaty")


def apply(
    file: Annotated[Path, typer.Argument(help="A family's file, as in examples/")],
    folder: Folder,
    whole: Annotated[bool, typer.Option("--whole-way", help="Do the file's later acts as well")] = False,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Apply as the citizen: draft, papers, submission. Prints the application's id; sent again, the same."""
    family = Seen(name=_key(file), scenario=read_family(file))
    asyncio.run(_apply(live(folder), family, language, whole=whole))
    (application_id, *_) = sorted(family.cases)
    if as_json:
        screen.show_json({"application_id": application_id, "state": family.state})
    else:
        screen.out.print(application_id)
        screen.say(f"next: qonys case {application_id}")


def case(
    application_id: Annotated[UUID, typer.Argument(help="As qonys apply has printed it", metavar="ID")],
    folder: Folder,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Why is it waiting, in one sentence, and everything that happened to it."""
    found = asyncio.run(_look(live(folder), str(application_id), language))
    if as_json:
        screen.show_json(found)
        return
    screen.out.print(f"{found['state_words']}.", markup=False, style="bold")
    waiting = found["waiting"]
    screen.out.print(owed(waiting, HERE) if waiting else "Nothing is awaited.", markup=False)
    if waiting:
        screen.out.print(waiting["sentence"], markup=False)
    screen.out.print(found["next_step"]["sentence"], markup=False)
    for reason in found["reasons"]:
        screen.out.print(f"  {reason['says']} ({reason['act']}) {reason['remedy'] or ''}", markup=False)
    screen.out.print(_timeline(found["timeline"]))


def read_family(file: Path) -> Scenario:
    """The family of a file, played today. Raises PlainError."""
    try:
        return load(file, today=datetime.now(HERE).date())
    except FileNotFoundError:
        raise PlainError(f"there is no file {file}", remedy="families to try: examples/*.json") from None
    except ValidationError as error:
        raise PlainError(
            f"{file} is not a family: {error}", remedy="compare: examples/01-resettler.json"
        ) from None


def _key(file: Path) -> str:
    """The same file is the same application, however often it is sent."""
    content = file.read_bytes() if file.exists() else b""
    return f"{file.stem}-{hashlib.sha256(content).hexdigest()[:12]}"


async def _apply(stack: Stack, family: Seen, language: str, *, whole: bool) -> None:
    async with doors(stack, language=language) as opened:
        if whole:
            with board([family]) as on_change:
                await play(family, opened, on_change=on_change)
            return
        await opened.world.learn(family.scenario.truth)
        for fault in family.scenario.faults:
            await opened.world.misbehave(fault)
        citizen = await opened.citizen(family.name)
        application_id = await citizen.apply(family.scenario, key=family.name)
        family.cases.add(application_id)
        family.look(await citizen.case(application_id))


async def _look(stack: Stack, application_id: str, language: str) -> dict[str, Any]:
    async with doors(stack, language=language) as opened:
        return await opened.as_officer().case(application_id)


def _timeline(entries: list[dict[str, Any]]) -> Table:
    made = screen.table("")
    for entry in entries:
        at = datetime.fromisoformat(entry["at"]).astimezone(HERE)
        made.add_row(f"{at:%d.%m %H:%M:%S}", entry["sentence"])
    return made
