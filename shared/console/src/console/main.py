"""The table of the `qonys` command, and how it fails: a sentence and a remedy, never a traceback."""

import sys
from collections.abc import Callable

import typer

from console import screen
from console.background import StartError
from console.demo import demo
from console.errors import PlainError
from console.up import down, up

INTERRUPTED = 130

table = typer.Typer(
    name="qonys",
    help="Qonys on this machine: start it, use it, look into it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "up": (up, "qonys up --detach"),
    "down": (down, "qonys down"),
    "demo": (demo, "qonys demo"),
}
for name, (command, example) in COMMANDS.items():
    table.command(name, epilog=f"Example: {example}")(command)


def app() -> None:
    """The entry point. Exit codes: 0 well, 1 not, 2 wrong usage, 130 interrupted."""
    try:
        table()
    except PlainError as error:
        _fail(str(error), error.remedy)
    except StartError as error:
        _fail(str(error), None)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _fail(message: str, remedy: str | None) -> None:
    screen.err.print(f"qonys: {message}", style="red", markup=False)
    if remedy:
        screen.say(f"  {remedy}")
    sys.exit(1)
