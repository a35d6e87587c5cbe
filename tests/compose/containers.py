"""How the containers are: bare, whole, and never started without a proper secret."""

import json
import subprocess
from typing import Any

from compose.stack import Failed, Trial
from console.layout import SERVICES

OURS = [name for service in SERVICES for name in (service, f"{service}-relay")]
STATE = "cat /proc/1/status; touch /app/x 2>&1; id -u"


#: Who is given this secret, and the name by which it says that anybody guesses it.
GUESSED = {
    "kafka-intake": ("intake-relay", "QONYS_KAFKA_PASSWORD"),
    "kafka-console": ("kafka-setup", "secrets/kafka-console"),
    "postgres-superuser": ("postgres-setup", "secrets/postgres-superuser"),
}


def a_missing_secret_is_named(trial: Trial) -> str:
    """Compose says which file is not there."""
    file = trial.secrets / "kafka-intake"
    kept = file.rename(file.with_suffix(".kept"))
    said = trial.compose("create", "kafka-setup", well=False)
    kept.rename(file)
    if "kafka-intake" not in said:
        raise Failed(f"the missing file is not named: {said[-300:]}")
    return "secrets/kafka-intake"


def a_guessed_secret_is_named(trial: Trial) -> str:
    """Whoever is given a secret that anybody guesses says so and does not start."""
    for secret, (service, name) in GUESSED.items():
        _guessed_secret_is_named(trial, secret, service, name)
    return ", ".join(name for _, name in GUESSED.values())


def _guessed_secret_is_named(trial: Trial, secret: str, service: str, name: str) -> None:
    file = trial.secrets / secret
    kept = file.read_text()
    file.write_text("changeme")  # in place: the file keeps its owner
    said = trial.compose("run", "--rm", "--no-deps", service, well=False)
    file.write_text(kept)
    if name not in said:
        raise Failed(f"the default secret is not named: {said[-300:]}")


def containers_are_bare(trial: Trial) -> str:
    """Not root, nothing to write on, no capability, a limit of memory, logs that turn over."""
    for service in [*OURS, "sandbox"]:
        host = _inspected(trial, service)["HostConfig"]
        wrong = {
            "writable": not host["ReadonlyRootfs"],
            "capabilities": host["CapDrop"] != ["ALL"],
            "memory": not host["Memory"],
            "privileges": "no-new-privileges" not in "".join(host["SecurityOpt"]),
            "logs": "max-size" not in host["LogConfig"]["Config"],
        }
        said = trial.compose("exec", "-T", service, "sh", "-c", STATE)
        wrong["in force"] = "CapEff:\t0000000000000000" not in said or "Read-only file system" not in said
        wrong["root"] = said.split()[-1] == "0"
        if any(wrong.values()):
            raise Failed(f"{service}: {[what for what, so in wrong.items() if so]}")
    return f"{len(OURS) + 1} containers"


def each_holds_its_own_only(trial: Trial) -> str:
    """An image holds the code of one service."""
    ours = {service.replace("-", "_") for service in SERVICES}
    for service in SERVICES:
        there = set(trial.compose("exec", "-T", service, "ls", "/app").split())
        if there & ours != {service.replace("-", "_")} or there & {"sandbox", "console"}:
            raise Failed(f"{service} holds {sorted(there)}")
    return f"{len(SERVICES)} images"


def _inspected(trial: Trial, service: str) -> dict[str, Any]:
    number = trial.compose("ps", "-q", service).split()[0]
    said = subprocess.run(["docker", "inspect", number], capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)[0]
    return found
