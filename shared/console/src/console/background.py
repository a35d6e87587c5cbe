"""Programs that run in the background, each known to every later command by a small file in its folder."""

import json
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil


class StartError(RuntimeError):
    """A program of the stack did not come up; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Running:
    """A started program: process ids return, so the moment of its birth belongs to its identity."""

    pid: int
    born: float


def launch(
    record: Path, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None
) -> Running:
    """Start `command` in a session of its own (Ctrl-C does not reach it) and write down who it is."""
    record.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    child.returncode = 0  # it may outlive us, and whoever ends it waits for it: Python need not warn
    running = Running(child.pid, psutil.Process(child.pid).create_time())
    record.write_text(json.dumps(asdict(running)))
    return running


def running(record: Path) -> Running | None:
    """Who was started under this record and still lives."""
    try:
        known = Running(**json.loads(record.read_text()))
        process = psutil.Process(known.pid)
        alive = abs(process.create_time() - known.born) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    return known if alive else None


def end(record: Path, *, hard: bool = False, timeout_seconds: float = 20) -> None:
    """End the program (SIGTERM; SIGKILL when `hard` or when it does not listen) and forget its record."""
    known = running(record)
    if known is not None:
        process = psutil.Process(known.pid)
        _signal(process, signal.SIGKILL if hard else signal.SIGTERM)
        try:
            process.wait(timeout_seconds)
        except psutil.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait(timeout_seconds)
    record.unlink(missing_ok=True)


def wait_for_port(port: int, record: Path, *, log: Path, timeout_seconds: float = 30) -> None:
    """Return once the program listens on this port; raise StartError with the log's end when it died."""
    deadline = time.monotonic() + timeout_seconds
    while not listens(record, port):
        if running(record) is None or time.monotonic() > deadline:
            end(record, hard=True)
            raise StartError(f"nothing answers on 127.0.0.1:{port}; the end of {log}:\n{tail(log)}")
        time.sleep(0.05)


def listens(record: Path, port: int) -> bool:
    """Whether it is this program that listens there: another one may have taken the port before it."""
    known = running(record)
    try:
        open_ones = psutil.Process(known.pid).net_connections("tcp") if known else []
    except psutil.NoSuchProcess:
        return False
    return any(_is_there(one, port) for one in open_ones)


def tail(log: Path, *, lines: int = 20) -> str:
    """The last lines of a log, or a word that there is none."""
    if not log.exists():
        return f"(no log at {log})"
    with log.open(errors="replace") as text:
        return "".join(deque(text, lines)).rstrip()


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _is_there(connection: Any, port: int) -> bool:
    return bool(connection.status == psutil.CONN_LISTEN and connection.laddr.port == port)
