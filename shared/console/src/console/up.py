"""`qonys up` and `qonys down`: a stack for as long as somebody wants it."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from console import background, screen, supervise
from console.background import StartError, tail
from console.errors import PlainError
from console.layout import BrokerKind, Pace, Stack, known, plan
from console.options import Folder, Kafka

DETACHED_SECONDS = 150.0


def up(
    folder: Folder,
    kafka: Kafka = BrokerKind.EMBEDDED,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Leave it running and come back")] = False,
) -> None:
    """Start everything and keep it running: database, broker, sandbox, the four services and their relays."""
    if detach:
        _detached(folder, kafka)
        return
    stack = plan(_idle(folder), kind=kafka, pace=Pace())
    with supervise.running(stack, say=screen.say):
        _tell_where(stack)
        screen.say("Ctrl-C stops everything")
        supervise.watch(stack, say=screen.say)


def down(folder: Folder) -> None:
    """Stop a stack, whoever started it, and keep its data."""
    stack = known(folder)
    screen.say("stopping")
    background.end(stack.supervisor, timeout_seconds=DETACHED_SECONDS)
    supervise.stop_everything(stack)  # what a killed supervisor has left
    screen.say("nothing of this stack runs any more; its data is kept")


def _idle(folder: Path) -> Path:
    try:
        stack = known(folder)
    except PlainError:
        return folder
    if background.running(stack.supervisor):
        raise PlainError(
            f"the stack in {folder} runs already", remedy="look: qonys status; end it: qonys down"
        )
    return folder


def _detached(folder: Path, kafka: BrokerKind) -> None:
    record, log = _idle(folder) / "detached.json", folder / "logs" / "supervisor.log"
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
    _tell_where(known(folder))


def _await(record: Path, log: Path, ready: Path, show: supervise.Say) -> None:
    deadline = time.monotonic() + DETACHED_SECONDS
    while not ready.exists():
        if background.running(record) is None or time.monotonic() > deadline:
            background.end(record)
            raise StartError(f"the stack did not start; the end of {log}:\n{tail(log)}")
        show(tail(log, lines=1))
        time.sleep(supervise.POLL_SECONDS)


def _tell_where(stack: Stack) -> None:
    screen.say(f"intake answers on {stack.url('intake')}; letters lie in {screen.path(stack.mail)}")
    screen.say("next: qonys apply examples/01-resettler.json, qonys status, qonys events --follow")
