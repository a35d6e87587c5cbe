"""What a person types, and what comes of it."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from console.main import app

ROOT = Path(__file__).parents[2]
KAFKA = "apache" if os.environ.get("QONYS_TEST_BROKER") == "apache" else "embedded"
PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Typed:
    """A command that is over: its exit code and what it wrote."""

    code: int
    out: str
    err: str


def qonys(*words: str, **told: str) -> Typed:
    """A command as a process of its own, in the project's folder, with these variables besides ours."""
    command = [sys.executable, "-m", "console", *words]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return Typed(done.returncode, done.stdout, done.stderr)


def here(*words: str) -> Typed:
    """A command in this process, which saves the second that a new one needs to begin."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            app(words)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    return Typed(code, out.getvalue(), err.getvalue())


@contextmanager
def at_work(*words: str, until: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on, from the moment that it has said `until`; killed if it is not ended."""
    command = [sys.executable, "-m", "console", *words]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        try:
            assert any(until in line for line in process.stderr), f"ended without saying: {until}"
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def press_ctrl_c(process: subprocess.Popen[Any]) -> int:
    """As a terminal does it, to all that run in front; the exit code."""
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode


def running_below(folder: Path) -> Sequence[str]:
    """Command lines of processes that know this folder, or work for one that does."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        told = [*(process.info["cmdline"] or ()), *(process.info["environ"] or {}).values()]
        if any(str(folder) in word for word in told) and process.pid != os.getpid():
            found.append(" ".join(process.info["cmdline"] or ()))
    return found
