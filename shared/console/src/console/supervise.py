"""Keeps a stack running: starts its parts in order, brings back those that die, leaves nothing behind.

Invariant: while parts run there is a supervisor, and a lifeline process that ends them should it be killed.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

import httpx2
import psutil

from console import background
from console.background import Running, StartError, tail
from console.environment import make_keys
from console.errors import PlainError
from console.layout import Stack, typed
from console.parts import Part, Program, ground, programs

READY_SECONDS = 90.0
POLL_SECONDS = 0.2
WATCH_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
CALM_SECONDS = 60.0  # a part that lived so long starts again at once
LOG_LINES = 12

#: Tells a person what happens now.
Say = Callable[[str], None]


@contextmanager
def running(stack: Stack, *, say: Say) -> Iterator[None]:
    """The whole stack, ready; stopped on the way out, also by Ctrl-C and SIGTERM (KeyboardInterrupt)."""
    refuse_second(stack)
    _sign_in(stack)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _lifeline(stack):
        try:
            _start(stack, say)
            stack.ready.touch()
            yield
        finally:
            with _undisturbed():
                say("stopping")
                stop_everything(stack)


def watch(stack: Stack, *, say: Say) -> None:
    """Bring back what dies, until interrupted."""
    watched = [Watched(part) for part in (*ground(stack), *programs(stack))]
    while True:
        for one in watched:
            one.look(say, now=time.monotonic())
        time.sleep(WATCH_SECONDS)


def stop_everything(stack: Stack) -> None:
    """Services first, then what they stand on; does nothing to what does not run."""
    stack.ready.unlink(missing_ok=True)
    records = _records(stack)
    with ThreadPoolExecutor(max_workers=len(records) or 1) as pool:
        list(pool.map(background.end, records))
    for part in reversed(ground(stack)):
        part.stop()


def names_of_running(stack: Stack) -> list[str]:
    """Whatever of the stack runs now, without its supervisor."""
    programs = [record.stem for record in _records(stack) if background.running(record)]
    return sorted([*programs, *(part.name for part in ground(stack) if part.running())])


def _records(stack: Stack) -> list[Path]:
    return [record for record in stack.records.glob("*.json") if record != stack.supervisor]


def _start(stack: Stack, say: Say) -> None:
    make_keys(stack)
    for part in ground(stack):
        with _undisturbed():
            part.start()
        say(f"{part.name} is up")
    starting = programs(stack)
    with _undisturbed():
        for program in starting:
            program.start()
    _await_ready(starting, say)


def _await_ready(starting: Sequence[Program], say: Say) -> None:
    deadline = time.monotonic() + READY_SECONDS
    waited = list(starting)
    with httpx2.Client(timeout=5) as http:
        while waited:
            for program in list(waited):
                missing = program.missing(http)
                if missing is None:
                    say(f"{program.name} is ready")
                    waited.remove(program)
                elif not program.running() or time.monotonic() > deadline:
                    raise StartError(f"{program.name} did not become ready ({missing}); {_end_of(program)}")
            time.sleep(POLL_SECONDS)


@dataclass
class Watched:
    """One part, with what is remembered of its deaths."""

    part: Part
    pause_seconds: float = 1.0
    started: float = field(default_factory=time.monotonic)
    again_at: float | None = None

    def look(self, say: Say, *, now: float) -> None:
        """Notice a death, or bring the part back when its pause is over."""
        if self.again_at is None:
            if not self.part.running():
                self._mourn(now, say)
        elif now >= self.again_at:
            self._bring_back(now, say)

    def _mourn(self, now: float, say: Say) -> None:
        calm = now - self.started > CALM_SECONDS
        self.pause_seconds = 1.0 if calm else min(self.pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        self.again_at = now + self.pause_seconds
        say(f"{self.part.name} died, it starts again in {self.pause_seconds:.0f} s; {_end_of(self.part)}")

    def _bring_back(self, now: float, say: Say) -> None:
        self.started, self.again_at = now, None
        try:
            self.part.start()
        except StartError as error:
            say(str(error))
        else:
            say(f"{self.part.name} was started again")


def _end_of(part: Part) -> str:
    return f"the end of {part.log}:\n{tail(part.log, lines=LOG_LINES)}"


def refuse_second(stack: Stack) -> None:
    """Raise PlainError when a supervisor keeps this stack running."""
    if background.running(stack.supervisor) not in (None, _me()):
        look, end = (typed(command, stack.folder) for command in ("qonys status", "qonys down"))
        raise PlainError(f"the stack in {stack.folder} runs already", remedy=f"look: {look}; end it: {end}")


def _sign_in(stack: Stack) -> None:
    stack.records.mkdir(parents=True, exist_ok=True)
    stack.supervisor.write_text(json.dumps(asdict(_me())))


def _me() -> Running:
    return Running(os.getpid(), psutil.Process().create_time())


@contextmanager
def _lifeline(stack: Stack) -> Iterator[None]:
    command = [sys.executable, "-m", "console.lifeline", str(stack.folder)]
    quiet = subprocess.DEVNULL
    line = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        yield
    finally:
        stack.supervisor.unlink(missing_ok=True)
        line.kill()  # nothing is left for it to end
        line.communicate()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until this is through: half a start would leave something running."""
    asked: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if asked:
            raise KeyboardInterrupt
