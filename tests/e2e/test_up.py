"""A stack that is kept: it survives the death of its supervisor, and tells a forgetful broker all again."""

import json
import os
import signal
import time
from pathlib import Path

import psutil

from e2e.conftest import KAFKA, qonys, running_below

FAMILY = "examples/07-sent-three-times.json"
GONE_WITHIN_SECONDS = 60


def test_a_killed_supervisor_leaves_nothing_running_and_nothing_lost() -> None:
    folder = Path(os.environ["QONYS_TEST_RUN"]) / "kept"
    place = ("--folder", str(folder))
    try:
        _up(folder)
        application_id = qonys("apply", FAMILY, *place).stdout.strip()
        os.kill(json.loads((folder / "run" / "supervisor.json").read_text())["pid"], signal.SIGKILL)
        _await_nothing_below(folder)
        _up(folder)
        again = qonys("apply", FAMILY, *place)
        assert again.stdout.strip() == application_id, again.stderr
        told = qonys("events", "--case", application_id, "--json", *place).stdout.splitlines()
        assert "kz.qonys.application.submitted.v1" in {json.loads(event)["type"] for event in told}
    finally:
        down = qonys("down", *place)
    assert down.returncode == 0, down.stderr
    assert running_below(folder) == []


def _up(folder: Path) -> None:
    up = qonys("up", "--detach", "--kafka", KAFKA, "--folder", str(folder))
    assert up.returncode == 0, up.stderr
    status = json.loads(qonys("status", "--json", "--folder", str(folder)).stdout)
    assert {
        line["name"]: line["state"] for line in status["processes"] if line["state"] not in ("up", "ready")
    } == {}


def _await_nothing_below(folder: Path) -> None:
    deadline = time.monotonic() + GONE_WITHIN_SECONDS
    while left := running_below(folder):
        assert time.monotonic() < deadline, left
        psutil.cpu_percent(interval=0.2)
