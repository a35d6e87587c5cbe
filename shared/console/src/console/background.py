"""Programs that run in the background, each known to every later command by a small file in its folder."""

import json
import os
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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
    """Return once 127.0.0.1:port answers; raise StartError with the log's end when the program died."""
    deadline = time.monotonic() + timeout_seconds
    while not _answers(port):
        if running(record) is None or time.monotonic() > deadline:
            end(record, hard=True)
            raise StartError(f"nothing answers on 127.0.0.1:{port}; the end of {log}:\n{tail(log)}")
        time.sleep(0.02)


def remembered_port(file: Path) -> int:
    """The port used last time, so that addresses survive a restart, or a free one when that is taken."""
    port = int(file.read_text()) if file.exists() else 0
    if port == 0 or not _is_free(port):
        port = free_port()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(port))
    return port


def free_port() -> int:
    """A port of 127.0.0.1 that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
