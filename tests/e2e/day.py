"""A day with a stack that is kept: it is interrupted, killed, worked with at the desk, ended, restored."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psutil
from aiokafka import AIOKafkaProducer

from console.layout import known
from contracts.intake import TOPIC
from e2e.shell import KAFKA, Typed, at_work, here, press_ctrl_c, qonys, running_below

FAMILY = "examples/07-sent-three-times.json"
READY = "Ctrl-C stops everything"
WITHIN_SECONDS = 60
NO_ZONE, WITH_ZONE = "2026-11-24 05:30", "2026-11-24T05:30:00Z"


@dataclass(frozen=True)
class Day:
    """What came of it, as plain values: several workers read it."""

    typed: dict[str, Any] = field(default_factory=dict)  # a name for each command → what it wrote
    interrupted: dict[str, int] = field(default_factory=dict)  # when Ctrl-C was pressed → the exit code
    left: dict[str, list[str]] = field(default_factory=dict)  # after what → what still ran
    answers: dict[str, int] = field(default_factory=dict)  # whose token → the status that it got

    def code(self, name: str) -> int:
        code: int = self.typed[name]["code"]
        return code

    def said(self, name: str) -> str:
        return f"{self.typed[name]['out']}{self.typed[name]['err']}"

    def told(self, name: str) -> Any:
        """The JSON that a command wrote."""
        return json.loads(self.typed[name]["out"])


def spent(folder: Path) -> Day:
    """The whole day; nothing runs afterwards."""
    day, place = Day(), ("--folder", str(folder))
    try:
        _interrupted(day, folder, until="postgres is up", name="while it starts")
        _note(day, "up", qonys("up", "--detach", "--json", "--kafka", KAFKA, *place))
        _note(day, "apply", here("apply", FAMILY, *place))
        _at_the_desk(day, folder)
        os.kill(json.loads((folder / "run" / "supervisor.json").read_text())["pid"], signal.SIGKILL)
        _await(lambda: not running_below(folder), "everything has ended")
        with at_work("up", "--kafka", KAFKA, *place, until=READY) as up:
            _note(day, "apply again", here("apply", FAMILY, *place))
            _note(day, "events", here("events", "--case", _applied(day), "--json", *place))
            day.interrupted["when it is ready"] = press_ctrl_c(up)
        day.left["when it is ready"] = list(running_below(folder))
    finally:
        qonys("down", *place)
    _restore(day, folder / "morning", folder / "other")
    return day


def _restore(day: Day, backup: Path, folder: Path) -> None:
    """The morning's backup into an empty stack, which goes on from there."""
    place = ("--folder", str(folder))
    _note(day, "restore", here("restore", str(backup), *place))
    try:
        _note(day, "up restored", qonys("up", "--detach", "--kafka", KAFKA, *place))
        _note(day, "audit restored", here("audit", "--settled", str(WITHIN_SECONDS), "--json", *place))
        _note(day, "case restored", here("case", _applied(day), "--json", *place))
    finally:
        _note(day, "down", qonys("down", "--json", *place))
    day.left["down"] = list(running_below(folder))


def _interrupted(day: Day, folder: Path, *, until: str, name: str) -> None:
    with at_work("up", "--kafka", KAFKA, "--folder", str(folder), until=until) as up:
        day.interrupted[name] = press_ctrl_c(up)
    day.left[name] = list(running_below(folder))


def _at_the_desk(day: Day, folder: Path) -> None:
    place = ("--folder", str(folder))
    _note(day, "status before", here("status", *place))
    _await(lambda: _case(day, place)["state"] == "place_reserved", "the family has its place")
    _note(day, "events in the morning", here("events", "--json", *place))
    _note(day, "backup", here("backup", str(folder / "morning"), *place))
    body = asyncio.run(_poison(folder, _applied(day)))
    _await(lambda: _troubles(place) == 3, "all who hear it have parked it, and count it")
    _await(lambda: len(_case(day, place)["waiting"]["parked_in"]) == 3, "intake has heard of it")
    mended = folder / "mended.json"
    mended.write_text(body.replace(NO_ZONE, WITH_ZONE))
    mend = ("mend", "--body", str(mended), "--reason", "the time had no zone")
    for name, words in {
        "parked": ("parked", "list", "--json"),
        "parked in words": ("parked", "list"),
        "case": ("case", _applied(day), "--json"),
        "status": ("status", "--json"),
        "errors": ("logs", "--level", "error", "--json"),
        "show": ("parked", "show", "verification/1", "--json"),
        "not mended": ("parked", "redrive", "verification/1", "--json"),
        "mend": ("parked", *mend, "verification/1", "--json"),
        "dry run": ("parked", "redrive", "verification/1", "--dry-run", "--json"),
        "show mended": ("parked", "show", "verification/1", "--json"),
        "redrive": ("parked", "redrive", "verification/1", "--json"),
        "discard": ("parked", "discard", "notification/1", "--reason", "told by a test", "--json"),
        "discard rest": ("parked", "discard", "integration-support/1", "--reason", "told by a test"),
        "parked after": ("parked", "list", "--json"),
        "gone": ("parked", "redrive", "verification/1"),
        "republish": ("republish", "--json"),
        "env": ("env", "--json"),
    }.items():
        _note(day, name, here(*words, *place))
    _await(lambda: not _case(day, place)["waiting"]["parked_in"], "intake has heard that it goes on")
    _note(day, "case after", here("case", _applied(day), "--json", *place))
    day.answers.update(_answers(day.told("env")))


def _note(day: Day, name: str, typed: Typed) -> None:
    day.typed[name] = {"code": typed.code, "out": typed.out, "err": typed.err}


def _applied(day: Day) -> str:
    application_id: str = day.typed["apply"]["out"].strip()
    return application_id


def _case(day: Day, place: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(here("case", _applied(day), "--json", *place).out)
    return found


def _troubles(place: tuple[str, ...]) -> int:
    return len(json.loads(here("status", "--json", *place).out)["troubles"])


async def _poison(folder: Path, subject: str) -> str:
    """A withdrawal whose time nobody can read, said on intake's topic; its body."""
    envelope = {"specversion": "1.0", "id": str(uuid4()), "source": "urn:test", "subject": subject}
    told = {"type": "kz.qonys.application.withdrawn.v1", "time": NO_ZONE, "data": {"reason": None}}
    body = json.dumps({**envelope, **told})
    async with AIOKafkaProducer(**known(folder).kafka) as producer:
        await producer.send_and_wait(TOPIC, body.encode(), key=subject.encode())
    return body


def _answers(env: dict[str, str]) -> dict[str, int]:
    """What intake's desk answers to whoever comes with these tokens."""
    desk = f"{env['QONYS_INTAKE_URL']}/ops/parked"
    return {
        scope: httpx2.get(
            desk, headers={"Authorization": f"Bearer {env[f'QONYS_{scope}_TOKEN']}"}
        ).status_code
        for scope in ("OPS", "CITIZEN")
    }


def _await(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"not within {WITHIN_SECONDS} s: {what}"
        psutil.cpu_percent(interval=0.2)
