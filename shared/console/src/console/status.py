"""`qonys status`: every process with its port, memory and what queues up in it, and a verdict in words."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.table import Table

from console import background, screen
from console.layout import Stack, known, typed
from console.memory import resident_bytes
from console.options import Folder, Json
from console.processes import Line, processes
from console.verdict import remedies, troubles

MEGABYTE = 1_000_000


def status(folder: Folder, as_json: Json = False) -> None:
    """Each process and what waits in it; then what is wrong. With what to type; exit code 1 if anything."""
    stack = known(folder)
    lines, whole = processes(stack), resident_bytes(stack)
    wrong = _at_rest(stack) or troubles(lines, remedies(stack))
    if as_json:
        plain = [_plain(line) for line in lines]
        screen.show_json({"processes": plain, "memory_bytes": whole, "troubles": wrong})
    else:
        _show(lines, whole, wrong)
    if wrong:
        raise typer.Exit(1)


def _at_rest(stack: Stack) -> list[str]:
    if stack.secrets is not None or background.running(stack.supervisor):
        return []
    return [f"nobody keeps this stack running: {typed('qonys up', stack.folder)}"]


def _show(lines: Sequence[Line], whole: int, wrong: Sequence[str]) -> None:
    screen.out.print(_table(lines))
    screen.out.print()
    for said in outside(lines):
        screen.out.print(said, markup=False, soft_wrap=True)
    if whole:
        screen.out.print(f"{whole / MEGABYTE:.0f} MB in all, shared pages counted once\n")
    for said in wrong or ["All well."]:
        screen.out.print(said, style="yellow" if wrong else "green", markup=False, soft_wrap=True)


def _table(lines: Sequence[Line]) -> Table:
    made = screen.table("", "process", "state", "pid", "port", "MB", "lag", "untold", "oldest", "parked")
    for line in lines:
        memory = f"{line.memory_bytes / MEGABYTE:.0f}" if line.memory_bytes else ""
        n = line.numbers
        oldest = None if n.untold_seconds is None else f"{n.untold_seconds} s"
        cells = (line.pid, line.port, memory, n.lag, n.untold, oldest, n.parked)
        made.add_row(line.name, line.state, *map(_cell, cells))
    return made


def outside(lines: Sequence[Line]) -> list[str]:
    """What is called of the world outside, and whether it answers."""

    def named(of: str) -> set[str]:
        return {name for line in lines for name in getattr(line.numbers, of)}

    return [
        *_parted("registers", named("registers"), named("silent"), "answer", "silent"),
        *_parted("calls", named("targets"), named("held_back"), "go through", "held back"),
    ]


def _parted(what: str, names: Collection[str], bad: Collection[str], well: str, ill: str) -> list[str]:
    good = [name for name in names if name not in bad]
    parts = [f"{word}: {', '.join(sorted(some))}" for word, some in ((ill, bad), (well, good)) if some]
    return [f"{what} {'; '.join(parts)}"] if parts else []


def _plain(line: Line) -> dict[str, Any]:
    """For programs: the process and its numbers side by side."""
    numbers = asdict(line.numbers)
    return {name: value for name, value in asdict(line).items() if name != "numbers"} | numbers


def _cell(value: int | str | None) -> str:
    return "" if value is None else str(value)
