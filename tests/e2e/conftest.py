"""The demo is played once for the whole run, as a person plays it; the tests look at what it left."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
KAFKA = "apache" if os.environ.get("QONYS_TEST_BROKER") == "apache" else "embedded"
PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class DemoRun:
    """A demo that is over."""

    folder: Path
    exit_code: int
    said: str
    report: dict[str, Any]

    def outcome(self, family: str) -> dict[str, Any]:
        return next(one for one in self.report["outcomes"] if one["family"] == family)

    def lines(self) -> list[str]:
        """Every line of every log."""
        logs = sorted((self.folder / "logs").glob("*.log"))
        return [line for log in logs for line in log.read_text().splitlines()]

    def letters_to(self, address: str) -> list[str]:
        files = sorted((self.folder / "sandbox" / "mail").glob("*.txt"))
        return [text for file in files if f"To: {address}\n" in (text := file.read_text())]


@pytest.fixture(scope="session")
def demo() -> DemoRun:
    """The eight families of examples/ on a stack of their own; whoever asks first plays them."""
    run = Path(os.environ["QONYS_TEST_RUN"])
    folder, result = run / "demo", run / "demo.json"
    with (run / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            done = qonys("demo", "--json", "--kafka", KAFKA, "--folder", str(folder))
            result.write_text(json.dumps([done.returncode, done.stderr, done.stdout]))
    exit_code, said, report = json.loads(result.read_text())
    return DemoRun(folder, exit_code, said, json.loads(report or "{}"))


def qonys(*words: str) -> subprocess.CompletedProcess[str]:
    """What a person types, in the project's folder."""
    command = [sys.executable, "-m", "console", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )


def running_below(folder: Path) -> Sequence[str]:
    """Command lines of processes that know this folder, or work for one that does."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        told = [*(process.info["cmdline"] or ()), *(process.info["environ"] or {}).values()]
        if any(str(folder) in word for word in told) and process.pid != os.getpid():
            found.append(" ".join(process.info["cmdline"] or ()))
    return found
