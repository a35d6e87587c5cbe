"""`make test-compose`: docker compose from nothing to three brokers, tried as people use it, with a table.

Needs a Docker engine with compose v2. Nothing is left behind but images.
"""

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError
from asyncpg import PostgresError

from compose import changes, containers, rights
from compose.stack import Failed, Trial, engine_missing, make_secrets, new_trial
from console import screen

SETTLED_SECONDS = "240"  # letters to thousands of families, each with its receipt, take their time
OFFENDERS_SHOWN = 3  # of each line of the audit


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    well: bool
    found: str
    seconds: float


def main() -> int:
    """0 when all is as it must be."""
    if missing := engine_missing():
        screen.say(f"{missing}; then: make test-compose")
        return 1
    logging.disable()  # what is refused on purpose is no news
    with tempfile.TemporaryDirectory(prefix="qonys-compose-") as folder:
        trial = new_trial(Path(folder))
        Path(folder).chmod(0o711)
        make_secrets(trial)
        lines: list[Line] = []
        try:
            _try_out(trial, lines)
        finally:
            _take_away(changes.highly_available(trial))
    _show(lines)
    return 0 if all(line.well for line in lines) else 1


def _try_out(trial: Trial, lines: list[Line]) -> None:
    three = changes.highly_available(trial)
    steps: list[tuple[str, Callable[[Trial], str], Trial]] = [
        ("images are built", lambda t: _said(t, "build"), trial),
        ("a missing secret is named", containers.a_missing_secret_is_named, trial),
        ("everything starts and is ready", lambda t: _said(t, "up", "-d", "--wait"), trial),
        ("a guessed secret is named", containers.a_guessed_secret_is_named, trial),
        ("the demo's eight outcomes", _eight_outcomes, trial),
        ("containers are bare", containers.containers_are_bare, trial),
        ("an image holds one service", containers.each_holds_its_own_only, trial),
        ("a role reaches its own rows only", rights.roles_are_confined, trial),
        ("a user reaches its own topics only", rights.users_are_confined, trial),
        ("--scale verification=3 under load", changes.scaling, trial),
        ("rolling upgrade under load", changes.rolling_upgrade, trial),
        ("the audit is clean", _audited, trial),
        ("three brokers start", _start_three, three),
        ("a broker stops under load", changes.surviving_a_broker, three),
        ("the audit is clean", _audited, three),
    ]
    for what, step, on in steps:
        lines.append(_tried(what, step, on))
        if not lines[-1].well:
            return  # what follows would say the same again


def _tried(what: str, step: Callable[[Trial], str], trial: Trial) -> Line:
    screen.say(what)
    began = time.monotonic()
    try:
        well, found = True, step(trial)
    except (Failed, OSError, subprocess.SubprocessError, KafkaError, PostgresError) as error:
        well, found = False, str(error)
        screen.say(found)
    return Line(what, well, found, time.monotonic() - began)


def _said(trial: Trial, *arguments: str) -> str:
    trial.compose(*arguments)
    return f"docker compose {' '.join(arguments)}"


def _eight_outcomes(trial: Trial) -> str:
    report = trial.qonys("demo", "--stack", str(trial.folder / "var" / "compose"), "--json", well=None)
    wrong = [
        f"{one['family']}: {'; '.join(one['differences'])}"
        for one in report["outcomes"]
        if not one["as_expected"]
    ]
    if wrong or len(report["outcomes"]) != 8:
        raise Failed("\n".join(["not as expected", *wrong]))
    return f"8 of 8 in {report['seconds']} s"


def _audited(trial: Trial) -> str:
    """Everything that was told, recomputed: nothing lost, doubled, out of order or oversold."""
    place = ("--folder", str(trial.folder / "var" / "compose"))
    report = trial.qonys("audit", *place, "--settled", SETTLED_SECONDS, "--json", well=None)
    if not report["clean"]:
        raise Failed("\n".join(_offenders(report)))
    return f"{len(report['lines'])} lines, no offender"


def _offenders(report: dict[str, Any]) -> list[str]:
    return [
        f"{line['line']}: {one['id']} {one['what']}"
        for line in report["lines"]
        for one in line["offenders"][:OFFENDERS_SHOWN]
    ]


def _start_three(trial: Trial) -> str:
    _take_away(trial)
    return _said(trial, "up", "-d", "--wait")


def _take_away(trial: Trial) -> None:
    trial.compose("down", "--volumes", "--remove-orphans", "--timeout", "10")


def _show(lines: list[Line]) -> None:
    made = screen.table("", "", "what must be", "what was found", "s")
    for line in lines:
        made.add_row("✓" if line.well else "✗", line.what, line.found, f"{line.seconds:.0f}")
    screen.out.print(made)


if __name__ == "__main__":
    sys.exit(main())
