"""What the demo shows while it runs: a table that lives on a terminal, a line for each change elsewhere."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.live import Live
from rich.table import Table
from rich.text import Text

from console import screen
from console.play import Seen, differences

_COLOURS = {"settled": "green", "blocked": "red", "refused": "red", "waitlisted": "yellow"}


@contextmanager
def board(families: Sequence[Seen]) -> Iterator[Callable[[Seen], None]]:
    """Shows all families; the function given is called with one that has changed."""
    if not screen.out.is_terminal:
        yield _Lines().show
        return
    with Live(_table(families), console=screen.out, refresh_per_second=8) as live:
        yield lambda _: live.update(_table(families))


class _Lines:
    """For a file or a pipe."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said: dict[str, str] = {}

    def show(self, family: Seen) -> None:
        line = " — ".join(filter(None, [_state(family), _waited_for(family)]))
        if self._said.get(family.name) != line:
            self._said[family.name] = line
            screen.say(f"{time.monotonic() - self._began:5.1f} s  {family.name:<24} {line}")


def _table(families: Sequence[Seen]) -> Table:
    made = screen.table("", "", "family", "where it stands", "what is waited for")
    for family in families:
        mark = "…" if differences(family) else "✓"
        state = Text(_state(family), style=_COLOURS.get(family.state, ""))
        made.add_row(mark, f"{family.name}\n{family.who}", state, Text(_waited_for(family), style="dim"))
    return made


def _state(family: Seen) -> str:
    return family.trouble or family.case.get("state_words") or "on its way to the portal"


def _waited_for(family: Seen) -> str:
    waiting = family.case.get("waiting")
    return str(waiting["sentence"]) if waiting else ""
