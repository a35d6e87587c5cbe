"""`qonys apply`: one family on a running stack, as the citizen does it."""

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from console import screen
from console.board import board
from console.doors import doors, live
from console.errors import PlainError
from console.layout import Stack, typed
from console.options import Folder, Json, Language
from console.play import Seen, play
from sandbox.scenarios import Scenario, load

HERE = ZoneInfo("Asia/Almaty")
SHOWN_FAULTS = 5


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
        screen.say(f"next: {typed(f'qonys case {application_id}', folder)}")


def read_family(file: Path) -> Scenario:
    """The family of a file, played today. Raises PlainError."""
    try:
        return load(file, today=datetime.now(HERE).date())
    except FileNotFoundError:
        raise PlainError(f"there is no file {file}", remedy="families to try: examples/*.json") from None
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:SHOWN_FAULTS]]
        raise PlainError(
            f"{file} is not a family: {'; '.join(faults)}", remedy="compare: examples/01-resettler.json"
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
