"""Whole stacks are started as seldom as can be: what is done with them is done once for the whole run, as a
person does it, and the tests look at what came of it."""

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from e2e.day import Day, spent
from e2e.shell import KAFKA, Typed, qonys
from support.collector import Seen, collecting


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
        """Every line of every log of ours."""
        logs = sorted((self.folder / "logs").glob("*.log"))
        return [line for log in logs for line in log.read_text().splitlines()]

    def server_lines(self) -> list[str]:
        """Every line that Postgres and the broker wrote."""
        logs = (self.folder / "postgres.log", self.folder / f"broker-{KAFKA}" / "broker.log")
        return [line for log in logs for line in log.read_text(errors="replace").splitlines()]

    def spans(self) -> list[Seen]:
        """Every span that the services have sent."""
        return [Seen(**span) for span in json.loads(_spans(self.folder).read_text())]

    def letters_to(self, address: str) -> list[str]:
        files = sorted((self.folder / "sandbox" / "mail").glob("*.txt"))
        return [text for file in files if f"To: {address}\n" in (text := file.read_text())]


@pytest.fixture(scope="session")
def demo() -> DemoRun:
    """The eight families of examples/ on a stack of their own."""
    folder = _run() / "demo"
    done = Typed(**_once("demo", lambda: asdict(_demo(folder))))
    return DemoRun(folder, done.code, done.err, json.loads(done.out or "{}"))


@pytest.fixture(scope="session")
def day() -> Day:
    """A day with a stack that is kept."""
    return Day(**_once("day", lambda: asdict(spent(_run() / "kept"))))


def _demo(folder: Path) -> Typed:
    """Its services send their traces here, which are kept beside it."""
    with collecting() as collector:
        words = ("demo", "--json", "--kafka", KAFKA, "--folder", str(folder))
        done = qonys(*words, QONYS_TRACES_URL=collector.url)
    _spans(folder).write_text(json.dumps([asdict(span) for span in collector.spans], ensure_ascii=False))
    return done


def _spans(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-spans.json")


def _once(name: str, live: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Whoever of the workers asks first does it, the others wait and read what came of it."""
    result = _run() / f"{name}.json"
    with (_run() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            result.write_text(json.dumps(live()))
    came: dict[str, Any] = json.loads(result.read_text())
    return came


def _run() -> Path:
    return Path(os.environ["QONYS_TEST_RUN"])
