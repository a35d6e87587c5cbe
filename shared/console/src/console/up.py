"""`qonys up` and `qonys down`: a stack for as long as somebody wants it."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from console import background, screen, supervise
from console.background import StartError, tail
from console.errors import PlainError
from console.layout import SERVICES, BrokerKind, Pace, Stack, known, plan, typed
from console.options import Folder, Json, Kafka

DETACHED_SECONDS = 150.0


def up(
    folder: Folder,
    kafka: Kafka = BrokerKind.EMBEDDED,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Leave it running and come back")] = False,
    as_json: Json = False,
) -> None:
    """Start everything and keep it running. Database, broker, sandbox, the four services and their relays."""
    _refuse_running(folder)
    if detach:
        _detached(folder, kafka)
        _tell_where(known(folder), as_json=as_json)
        return
    stack = plan(folder, kind=kafka, pace=Pace())
    with supervise.running(stack, say=screen.say):
        _tell_where(stack, as_json=as_json)
        screen.say("Ctrl-C stops everything")
        supervise.watch(stack, say=screen.say)


def down(folder: Folder, as_json: Json = False) -> None:
    """Stop a stack, whoever started it, and keep its data."""
    stack = known(folder)
    _refuse_composed(stack, "docker compose --profile sandbox down")
    ended = supervise.names_of_running(stack)
    screen.say("stopping")
    background.end(stack.supervisor, timeout_seconds=DETACHED_SECONDS)
    supervise.stop_everything(stack)  # what a killed supervisor has left
    screen.say("nothing of this stack runs any more; its data is kept")
    if as_json:
        screen.show_json({"folder": str(stack.folder), "ended": ended})


def _refuse_running(folder: Path) -> None:
    try:
        stack = known(folder)
    except PlainError:
        return
    _refuse_composed(stack, "docker compose --profile sandbox up --wait")
    supervise.refuse_second(stack)


def _refuse_composed(stack: Stack, instead: str) -> None:
    if stack.secrets is not None:
        raise PlainError(f"docker compose runs the stack in {stack.folder}", remedy=f"type: {instead}")


def _detached(folder: Path, kafka: BrokerKind) -> None:
    record, log = folder / "detached.json", folder / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "console", "up", "--folder", str(folder), "--kafka", kafka.value]
    background.launch(record, command, log=log)
    try:
        with screen.waiting("starting the stack") as show:
            _await(record, log, folder / "run" / "ready", show)
    except KeyboardInterrupt:
        background.end(record, timeout_seconds=DETACHED_SECONDS)
        raise
    record.unlink()  # the supervisor keeps a record of its own


def _await(record: Path, log: Path, ready: Path, show: supervise.Say) -> None:
    deadline = time.monotonic() + DETACHED_SECONDS
    while not ready.exists():
        if background.running(record) is None or time.monotonic() > deadline:
            background.end(record)
            raise StartError(f"the stack did not start; the end of {log}:\n{tail(log)}")
        show(tail(log, lines=1))
        time.sleep(supervise.POLL_SECONDS)


def _tell_where(stack: Stack, *, as_json: bool) -> None:
    if as_json:
        addresses = {name: stack.url(name) for name in ("sandbox", *SERVICES)}
        screen.show_json({"folder": str(stack.folder), "addresses": addresses, "letters": str(stack.mail)})
        return
    screen.say(f"intake answers on {stack.url('intake')}")
    screen.say(f"letters lie in {screen.path(stack.mail)}")
    screen.say("next:")
    for command in ("qonys apply examples/01-resettler.json", "qonys status", "qonys events --follow"):
        screen.say(f"  {typed(command, stack.folder)}")
