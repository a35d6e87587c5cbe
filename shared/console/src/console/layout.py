"""A stack on this machine: where its files are and where its parts listen, found again from any command."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from console import screen
from console.broker import Broker
from console.errors import PlainError
from console.kafka import ApacheKafka
from console.ports import free_port, is_free
from console.postgres import Postgres
from console.tansu import Tansu
from sandbox.providers import User

SERVICES = ("intake", "verification", "notification", "integration-support")
#: Everything that listens for HTTP, with the mail server of the sandbox.
LISTENERS = ("sandbox", "sandbox-smtp", *SERVICES, *(f"{name}-relay" for name in SERVICES))

#: As docker-compose.yml publishes them on the loopback of this machine.
COMPOSE_PORTS = {
    "intake": 18101,
    "verification": 18110,
    "notification": 18103,
    "integration-support": 18104,
    "sandbox": 18190,
    "kafka": 19092,
    "postgres": 15432,
}


class BrokerKind(StrEnum):
    EMBEDDED = "embedded"  # quick, forgets on restart
    APACHE = "apache"  # needs Java 17 and, once, Maven


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the world outside moves, in seconds."""

    accept_seconds: float = 2.0  # a provider accepts a referral
    done_seconds: float = 10.0  # and some time later has done it
    silence_seconds: float = 5.0  # a register that was silent is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What every command needs to know of a stack."""

    folder: Path
    kind: BrokerKind
    ports: Mapping[str, int]
    pace: Pace
    temporary: bool = False  # nobody will want its data: speed before safety
    secrets: Path | None = None  # of a stack that docker compose runs, not this command

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.folder / "postgres", durable=not self.temporary)

    @property
    def broker(self) -> Broker:
        folder = self.folder / f"broker-{self.kind}"
        return Tansu(folder) if self.kind is BrokerKind.EMBEDDED else ApacheKafka(folder)

    @property
    def forgetful(self) -> bool:
        """Whether a restarted broker is an empty one."""
        return self.kind is BrokerKind.EMBEDDED

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        """Letters as files."""
        return self.folder / "sandbox" / "mail"

    @property
    def records(self) -> Path:
        """Who runs, a file for each process."""
        return self.folder / "run"

    @property
    def supervisor(self) -> Path:
        """The record of the process that keeps this stack running."""
        return self.records / "supervisor.json"

    @property
    def ready(self) -> Path:
        """Is there while everything answers."""
        return self.records / "ready"

    @property
    def kafka(self) -> dict[str, Any]:
        """What an aiokafka client of this stack is told: addresses and, where asked for, a user."""
        if self.secrets is None:
            return {"bootstrap_servers": self.broker.servers}
        password = (self.secrets / "kafka-console").read_text().strip()
        servers = f"127.0.0.1:{self.ports['kafka']}"
        return {"bootstrap_servers": servers, **User("console", password).sasl}

    def dsn(self, database: str) -> str:
        """Address of a database for its superuser; holds the password, so never log it."""
        if self.secrets is None:
            return self.postgres.dsn(database)
        password = (self.secrets / "postgres-superuser").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.ports['postgres']}/{database}"

    def url(self, name: str) -> str:
        """Where a service, a relay or the sandbox answers HTTP."""
        return f"http://127.0.0.1:{self.ports[name]}"


def plan(folder: Path, *, kind: BrokerKind, pace: Pace, temporary: bool = False) -> Stack:
    """The stack of this folder, with the ports it had before as far as they are free; written down."""
    folder.mkdir(parents=True, exist_ok=True)
    before = _read(folder).get("ports", {})
    ports = _free_ports(before)
    stack = Stack(folder=folder.resolve(), kind=kind, ports=ports, pace=pace, temporary=temporary)
    written = {"kind": kind, "ports": ports, "pace": asdict(pace), "temporary": temporary}
    _file(folder).write_text(json.dumps(written, indent=2) + "\n")
    return stack


def write_compose(folder: Path, *, secrets: Path) -> None:
    """Note for later commands where docker-compose.yml has its parts listen."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {name: _told_port(name, usual) for name, usual in COMPOSE_PORTS.items()}
    written = {"kind": BrokerKind.APACHE, "ports": ports, "pace": asdict(Pace()), "temporary": False}
    _file(folder).write_text(json.dumps({**written, "secrets": str(secrets.resolve())}, indent=2) + "\n")


def _told_port(name: str, usual: int) -> int:
    return int(os.environ.get(f"QONYS_{name.upper().replace('-', '_')}_PORT") or usual)


def known(folder: Path) -> Stack:
    """The stack that was last started in this folder. Raises PlainError when there was none."""
    written = _read(folder)
    if not written:
        raise PlainError(
            f"no stack was started in {folder}", remedy=f"start one: {typed('qonys up', folder)}"
        )
    return Stack(
        folder=folder.resolve(),
        kind=BrokerKind(written["kind"]),
        ports=written["ports"],
        pace=Pace(**written["pace"]),
        temporary=written["temporary"],
        secrets=Path(written["secrets"]) if "secrets" in written else None,
    )


def default_folder() -> Path:
    """`QONYS_HOME`, or var/stack here."""
    return Path(os.environ.get("QONYS_HOME") or "var/stack")


def typed(command: str, folder: Path) -> str:
    """A command as a person types it for the stack in this folder."""
    folder = folder.resolve()
    usual = folder == default_folder().resolve()
    return command if usual else f"{command} --folder {screen.path(folder)}"


def _free_ports(before: Mapping[str, int]) -> dict[str, int]:
    kept = {name: port for name, port in before.items() if is_free(port)}
    fresh = (port for port in iter(free_port, None) if port not in kept.values())
    return {name: kept.get(name) or next(fresh) for name in LISTENERS}


def _file(folder: Path) -> Path:
    return folder / "stack.json"


def _read(folder: Path) -> dict[str, Any]:
    try:
        written: dict[str, Any] = json.loads(_file(folder).read_text())
    except FileNotFoundError:
        return {}
    return written
