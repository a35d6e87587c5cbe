"""`qonys logs`: what every process wrote, as lines for people, in the order of time."""

import json
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from console import screen
from console.background import tail
from console.errors import PlainError
from console.layout import known
from console.options import Folder, Follow

LOOK_SECONDS = 0.3
SEARCHED_LINES = 20_000
COLOURS = {"warning": "yellow", "error": "red"}
#: Shown in front of the rest, or of no use to a person.
OWN_PLACE = ("time", "level", "service", "event", "exception")


class Level(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def logs(
    folder: Folder,
    service: Annotated[
        str | None, typer.Argument(help="Only this process, such as intake or intake-relay")
    ] = None,
    follow: Follow = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines")] = 40,
    level: Annotated[Level, typer.Option(help="Least level shown")] = Level.INFO,
    as_json: Annotated[bool, typer.Option("--json", help="The lines as they were written")] = False,
) -> None:
    """The last lines of all logs, or of one. Times are UTC."""
    stack = known(folder)
    if stack.secrets is not None:
        raise PlainError(
            "docker compose keeps this stack's logs", remedy="type: docker compose logs --tail 40 [SERVICE]"
        )
    files = _files(stack.logs, service)
    said = [line for file in files for line in tail(file, lines=SEARCHED_LINES).splitlines()]
    said = [line for line in said if _at_least(level, line)]
    ends = {file: file.stat().st_size for file in files}
    if not said and not follow:
        screen.say(f"no line of level {level} or above was written")
    for line in sorted(said, key=_time)[-lines:] if lines else []:
        _show(line, as_json=as_json)
    for line in _followed(ends) if follow else ():
        if _at_least(level, line):
            _show(line, as_json=as_json)


def _files(folder: Path, service: str | None) -> list[Path]:
    files = sorted(folder.glob("*.log"))
    wanted = [file for file in files if service in (None, file.stem)]
    if not wanted:
        names = ", ".join(file.stem for file in files) or "none yet"
        raise PlainError(f"there is no log of {service or 'anything'}", remedy=f"there are: {names}")
    return wanted


def _followed(ends: dict[Path, int]) -> Iterator[str]:
    """Whole lines that are written after these ends, until the caller has enough."""
    while True:
        fresh: list[str] = []
        for file, end in ends.items():
            with file.open("rb") as log:
                log.seek(end)
                whole, newline, _ = log.read().rpartition(b"\n")
            ends[file] = end + len(whole) + len(newline)
            fresh += whole.decode(errors="replace").splitlines()
        yield from sorted(fresh, key=_time)
        time.sleep(LOOK_SECONDS)


def _show(line: str, *, as_json: bool) -> None:
    said = _read(line)
    if as_json or "event" not in said:
        screen.out.print(line, markup=False, soft_wrap=True)
        return
    facts = " ".join(f"{name}={value}" for name, value in said.items() if name not in OWN_PLACE)
    text = f"{said['time'][11:23]} {said.get('service', ''):<20} {said['event']} {facts}"
    screen.out.print(text, markup=False, style=COLOURS.get(said["level"]), soft_wrap=True)
    for part in said.get("exception", ()):
        screen.out.print(f"    {part}", markup=False, soft_wrap=True)


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _time(line: str) -> str:
    return str(_read(line).get("time", ""))


def _at_least(level: Level, line: str) -> bool:
    return _rank(_read(line).get("level", "info")) >= _rank(level)


def _rank(level: str) -> int:
    names = [one.value for one in Level]
    return names.index(level) if level in names else len(names)
