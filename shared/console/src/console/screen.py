"""How the console speaks: short lines on any output, and colours only where a terminal shows them."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

#: In a file or a pipe a line may be long; 80 columns would cut tables.
_PIPE_COLUMNS = 160


def _console(*, stderr: bool) -> Console:
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=_PIPE_COLUMNS)


out = _console(stderr=False)
err = _console(stderr=True)


def say(line: str) -> None:
    """One line (or more) for a person; never on stdout's way of a program: use `show_json` for that."""
    err.print(line, markup=False, soft_wrap=True)


def table(title: str, *columns: str) -> Table:
    """An empty table in the console's manner."""
    made = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column)
    return made


def show_json(value: Any) -> None:
    """For programs: one JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def path(of: Path) -> str:
    """Relative to where the person stands, when it lies below."""
    here = Path.cwd()
    return str(of.relative_to(here)) if of.is_relative_to(here) else str(of)


@contextmanager
def steps(total: int, *, on: Console = err) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, elsewhere a line for each step. The function given names the one that begins."""
    if not on.is_terminal:
        yield say
        return
    names = TextColumn("{task.description}")
    columns = (SpinnerColumn(), names, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=on) as progress:
        task, begun = progress.add_task("", total=total), count()
        yield lambda name: progress.update(task, description=name, completed=next(begun))
        progress.update(task, completed=total)


@contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal; elsewhere one line. The function given shows the latest word."""
    if not err.is_terminal:
        say(what)
        yield lambda _: None
        return
    with err.status(what) as status:
        yield lambda word: status.update(f"{what}: {word}")
