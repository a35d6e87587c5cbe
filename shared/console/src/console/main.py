"""The table of the `qonys` command, and how it fails: a sentence and a remedy, never a traceback."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence

import httpx2
import typer
from aiokafka.errors import KafkaError

from console import screen
from console.apply import apply
from console.audit.command import audit
from console.background import StartError
from console.backups.command import backup, restore
from console.case import case
from console.demo import demo
from console.drills.command import drills
from console.env import env
from console.errors import PlainError
from console.events import events
from console.load import load
from console.logs import logs
from console.parked import discard, list_parked, mend, redrive, republish, show
from console.secret_files import init
from console.status import status
from console.up import down, up

#: Name, what carries it out, and what somebody types.
Commands = Mapping[str, tuple[Callable[..., None], str]]
COMMANDS: Commands = {
    "demo": (demo, "qonys demo"),
    "up": (up, "qonys up --detach"),
    "down": (down, "qonys down"),
    "status": (status, "qonys status"),
    "logs": (logs, "qonys logs verification --follow --level warning"),
    "apply": (apply, "qonys apply examples/01-resettler.json --whole-way"),
    "case": (case, "qonys case 6c0c2f1e-5f1b-5d0e-9a55-0d3f6f0f8b11"),
    "events": (events, "qonys events --follow --topic verification.decisions.v1"),
    "audit": (audit, "qonys audit --settled 60"),
    "republish": (republish, "qonys republish"),
    "backup": (backup, "qonys backup var/backups/monday"),
    "restore": (restore, "qonys restore var/backups/monday --folder var/restored"),
    "env": (
        env,
        'eval "$(qonys env)"; curl -H "Authorization: Bearer $QONYS_OPS_TOKEN" $QONYS_INTAKE_URL/ops/parked',
    ),
    "drill": (drills, "qonys drill crash-points kill-broker --families 200"),
    "load": (load, "qonys load --families 200 --rate 10"),
}
PARKED: Commands = {
    "list": (list_parked, "qonys parked list"),
    "show": (show, "qonys parked show verification/3"),
    "mend": (mend, 'qonys parked mend verification/3 --body mended.json --reason "the date had no zone"'),
    "redrive": (redrive, "qonys parked redrive verification/3 --dry-run"),
    "discard": (discard, 'qonys parked discard verification/3 --reason "told by a test"'),
}
SECRETS: Commands = {"init": (init, "qonys secrets init")}
GROUPS = (
    ("parked", "Messages that wait for a person, in all services.", PARKED),
    ("secrets", "Secrets that docker compose gives to the services.", SECRETS),
)
START = "qonys up --detach; qonys apply examples/02-kandas.json; qonys status"


def app(words: Sequence[str] | None = None) -> None:
    """What was typed is done, or it is said why not: exit codes are those of `console.__main__`."""
    try:
        table()(words)
    except PlainError as error:
        _fail(str(error), error.remedy)
    except StartError as error:
        _fail(str(error), "all of it: qonys logs")
    except (httpx2.HTTPError, KafkaError) as error:
        _fail(
            f"a part of the stack does not answer as it should ({type(error).__name__})", "look: qonys status"
        )


def table() -> typer.Typer:
    """All commands."""
    made = _group("qonys", "Qonys on this machine: start it, use it, look into it.", COMMANDS, START)
    for name, says, commands in GROUPS:
        made.add_typer(_group(name, says, commands, next(example for _, example in commands.values())))
    return made


def _group(name: str, says: str, commands: Commands, example: str) -> typer.Typer:
    group = typer.Typer(
        name=name,
        help=says,
        epilog=f"Example: {example}",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for word, (command, typed) in commands.items():
        does = inspect.getdoc(command) or ""
        short = does.partition(". ")[0].removesuffix(".") + "."  # Typer would cut a longer one off
        group.command(word, epilog=f"Example: {typed}", short_help=short)(command)
    return group


def _fail(message: str, remedy: str | None) -> None:
    screen.err.print(f"qonys: {message}", style="red", markup=False, soft_wrap=True)
    if remedy:
        screen.say(f"  {remedy}")
    sys.exit(1)
