"""What long work shows while it lasts."""

import io

import pytest
from rich.console import Console

from console.screen import steps


def terminal() -> tuple[io.StringIO, Console]:
    shown = io.StringIO()
    return shown, Console(file=shown, force_terminal=True, width=80)


def work(console: Console, *, fails: bool = False) -> None:
    with steps(2, on=console) as begin:
        begin("papers")
        begin("letters")
        if fails:
            raise OSError("no space")


def last_bar(shown: io.StringIO) -> str:
    return [line for line in shown.getvalue().splitlines() if "/2" in line][-1]


def test_on_a_terminal_a_bar_counts_the_steps_that_are_done() -> None:
    shown, console = terminal()
    work(console)
    assert "letters" in last_bar(shown)
    assert "2/2" in last_bar(shown)


def test_an_accident_leaves_the_bar_where_it_was() -> None:
    shown, console = terminal()
    with pytest.raises(OSError, match="no space"):
        work(console, fails=True)
    assert "1/2" in last_bar(shown)


def test_elsewhere_each_step_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    work(Console(file=io.StringIO()))
    assert capsys.readouterr().err.splitlines() == ["papers", "letters"]
