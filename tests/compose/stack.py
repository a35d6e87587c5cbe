"""The stack under trial: `docker compose` with its own project, ports and secrets, beside anybody else's."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.layout import COMPOSE_PORTS, Stack, known

ROOT = Path(__file__).parents[2]
PROJECT = "qonys-trial"
PORTS_ABOVE = 1000  # the usual ones
HA = {
    name: value
    for line in (ROOT / "compose" / "ha.env").read_text().splitlines()
    if not line.startswith("#")
    for name, _, value in [line.partition("=")]
}


class Failed(Exception):  # noqa: N818 - a finding, not a fault of this program
    """What was found instead of what must be."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A folder for secrets, and what compose is told beside its file."""

    folder: Path
    told: Mapping[str, str]

    def with_told(self, **more: str) -> "Trial":
        """The same stack, told something else."""
        return replace(self, told={**self.told, **more})

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def stack(self) -> Stack:
        """As the console knows it."""
        return known(self.folder / "var" / "compose")

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text()

    def compose(self, *arguments: str, well: bool = True) -> str:
        """What `docker compose …` says, both ways. Raises Failed when it ends otherwise than `well`."""
        command = ["docker", "compose", "--project-name", PROJECT, *arguments]
        return self._run(command, well=well)

    def qonys(self, *arguments: str, well: bool | None = True) -> dict[str, Any]:
        """The JSON of a command of the console; `well` is None where a report of what is wrong is one too."""
        command = [sys.executable, "-m", "console", *arguments]
        said: dict[str, Any] = json.loads(self._run(command, well=well, errors=False))
        return said

    def load(self, families: int, *, rate: int) -> dict[str, Any]:
        """Families apply and are decided. Raises Failed when one is not."""
        options = ["--families", str(families), "--rate", str(rate), "--attempts", "60", "--json"]
        return self.qonys("load", "--folder", str(self.folder / "var" / "compose"), *options)

    def _run(self, command: Sequence[str], *, well: bool | None = True, errors: bool = True) -> str:
        output = subprocess.STDOUT if errors else subprocess.PIPE
        environment = {**os.environ, **self.told}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=output, text=True, check=False
        )
        if not (bool(done.stdout) if well is None else (done.returncode == 0) is well):
            said = "\n".join(done.stdout.splitlines()[-8:] + (done.stderr or "").splitlines()[-8:])
            raise Failed(f"{' '.join(command[:6])} … ended with {done.returncode}:\n{said}")
        return done.stdout


def new_trial(folder: Path) -> Trial:
    """Ports above the usual ones, so that a stack that runs already stays as it is."""
    ports = {
        f"QONYS_{name.upper().replace('-', '_')}_PORT": str(port + PORTS_ABOVE)
        for name, port in COMPOSE_PORTS.items()
    }
    several = {
        "QONYS_VERIFICATION_PORTS": "19110-19119",
        "QONYS_KAFKA_2_PORT": "20093",
        "QONYS_KAFKA_3_PORT": "20094",
    }
    home = {"QONYS_HOME": str(folder / "var" / "stack"), "QONYS_SECRETS": str(folder / "secrets")}
    user = {"QONYS_UID": str(os.geteuid() or 10001), "COMPOSE_PROFILES": "sandbox"}
    project = {"COMPOSE_PROJECT_NAME": PROJECT}  # for the console, which asks docker as well
    return Trial(folder, {**ports, **several, **home, **user, **project})


def make_secrets(trial: Trial) -> None:
    """As a person does."""
    command = [sys.executable, "-m", "console", "secrets", "init", "--folder", str(trial.secrets)]
    subprocess.run(command, env={**os.environ, **trial.told}, check=True, capture_output=True)


def engine_missing() -> str | None:
    """What to install where no engine answers."""
    if shutil.which("docker") is None:
        return "docker is missing: install Docker Engine and its compose plugin"
    for command, remedy in ((["info"], "start the engine"), (["compose", "version"], "install compose v2")):
        if subprocess.run(["docker", *command], capture_output=True, check=False).returncode != 0:
            return f"`docker {' '.join(command)}` fails: {remedy}"
    return None
