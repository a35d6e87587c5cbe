"""What the demo shows while it runs: a table that lives on a terminal, a line for each change elsewhere."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.table import Table

from console import screen
from console.play import Seen, differences

_COLOURS = {"settled": "green", "blocked": "red", "refused": "red", "waitlisted": "yellow"}


@contextmanager
def board(families: Sequence[Seen]) -> Iterator[Callable[[Seen], None]]:
    """Shows all families; the function given is called with one that has changed."""
    if not screen.out.is_terminal:
        began = time.monotonic()
        yield lambda family: screen.say(_line(family, time.monotonic() - began))
        return
    with Live(_table(families), console=screen.out, refresh_per_second=8) as live:
        yield lambda _: live.update(_table(families))


def _line(family: Seen, seconds: float) -> str:
    waited = _waited_for(family)
    return f"{seconds:5.1f} s  {family.name:<24} {_state(family)}{'  — ' if waited else ''}{waited}"


def _table(families: Sequence[Seen]) -> Group:
    made = screen.table("", "", "family", "where it stands", "what is waited for")
    for family in families:
        mark = "✓" if not differences(family) else "…"
        colour = _COLOURS.get(family.state, "")
        made.add_row(
            mark,
            f"{family.name}\n[dim]{family.who}[/dim]",
            f"[{colour or 'none'}]{_state(family)}[/]",
            _waited_for(family),
        )
    return Group(Table.grid(), made)


def _state(family: Seen) -> str:
    return family.trouble or family.case.get("state_words") or "on its way to the portal"


def _waited_for(family: Seen) -> str:
    waiting = family.case.get("waiting")
    return str(waiting["sentence"]) if waiting else ""
