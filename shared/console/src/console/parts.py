"""The parts of a stack: database server, broker, sandbox, services and their relays, each startable alone."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import asyncpg
import httpx2

import contracts
from console import background
from console.broker import create_topics
from console.environment import package, service_environment
from console.layout import SERVICES, Stack
from console.postgres import ensure_database
from messaging import republish

PARTITIONS = 6


class Part(Protocol):
    """Something of the stack that is started, watched and started again."""

    @property
    def name(self) -> str: ...

    @property
    def log(self) -> Path: ...

    def start(self) -> None:
        """Come up; a program is not ready yet then. Raises StartError."""

    def stop(self) -> None: ...

    def running(self) -> bool: ...


@dataclass(frozen=True)
class Database:
    """Postgres with one database and one role for each service."""

    stack: Stack
    name: str = "postgres"

    @property
    def log(self) -> Path:
        return self.stack.postgres.log

    def start(self) -> None:
        self.stack.postgres.start()
        asyncio.run(self._make_databases())

    def stop(self) -> None:
        if self.stack.temporary:
            self.stack.postgres.kill()
        else:
            self.stack.postgres.stop()

    def running(self) -> bool:
        return self.stack.postgres.running()

    async def _make_databases(self) -> None:
        for service in SERVICES:
            await ensure_database(self.stack.postgres, package(service))


@dataclass(frozen=True)
class Topics:
    """The broker with all topics; one that forgets is told again what the outboxes hold."""

    stack: Stack
    name: str = "broker"

    @property
    def log(self) -> Path:
        return self.stack.broker.folder / "broker.log"

    def start(self) -> None:
        self.stack.broker.start()
        asyncio.run(create_topics(self.stack.broker.servers, contracts.topics(), partitions=PARTITIONS))
        if self.stack.forgetful:
            asyncio.run(self._tell_again())

    def stop(self) -> None:
        self.stack.broker.stop()

    def running(self) -> bool:
        return self.stack.broker.running()

    async def _tell_again(self) -> None:
        for service in SERVICES:
            connection = await asyncpg.connect(self.stack.postgres.dsn(package(service)))
            try:
                if await connection.fetchval("SELECT to_regclass('outbox')") is not None:
                    await republish(connection)
            finally:
                await connection.close()


@dataclass(frozen=True)
class Program:
    """A Python process that says over HTTP whether it is ready."""

    stack: Stack
    name: str
    command: Sequence[str | Path]
    ready_path: str = "/health/ready"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # holds passwords

    @property
    def log(self) -> Path:
        return self.stack.logs / f"{self.name}.log"

    @property
    def record(self) -> Path:
        return self.stack.records / f"{self.name}.json"

    def start(self) -> None:
        self.stack.logs.mkdir(exist_ok=True)
        background.launch(self.record, self.command, log=self.log, env=self.environment)

    def stop(self) -> None:
        background.end(self.record)

    def running(self) -> bool:
        return background.running(self.record) is not None

    def missing(self, http: httpx2.Client) -> str | None:
        """None when it is ready, else what is missing."""
        try:
            answer = http.get(f"{self.stack.url(self.name)}{self.ready_path}")
        except httpx2.TransportError:
            return "does not answer yet"
        return None if answer.is_success else _missing(answer)


def ground(stack: Stack) -> list[Part]:
    """What the rest stands on, in the order of its start."""
    return [Database(stack), Topics(stack)]


def programs(stack: Stack) -> list[Program]:
    """The sandbox and the services with their relays; they wait for what they need by themselves."""
    services = [made for name in SERVICES for made in (_service(stack, name), _relay(stack, name))]
    return [_sandbox(stack), *services]


def _sandbox(stack: Stack) -> Program:
    pace, folder = stack.pace, stack.folder / "sandbox"
    options = {
        "--port": stack.ports["sandbox"],
        "--smtp-port": stack.ports["sandbox-smtp"],
        "--folder": folder,
        "--kafka": stack.broker.servers,
        "--verification": stack.url("verification"),
        "--client-certificate": stack.folder / "keys" / "verification-certificate.pem",
        "--accept-seconds": pace.accept_seconds,
        "--done-seconds": pace.done_seconds,
    }
    words = [str(word) for option in options.items() for word in option]
    command = [sys.executable, "-m", "sandbox", "serve", *words]
    return Program(stack, "sandbox", command, ready_path="/sandbox/ready")


def _service(stack: Stack, name: str) -> Program:
    command = [sys.executable, "-m", package(name), "serve"]
    return Program(stack, name, command, environment=service_environment(stack, name))


def _relay(stack: Stack, name: str) -> Program:
    own = f"{name}-relay"
    port = {"QONYS_HTTP_PORT": str(stack.ports[own])}
    command = [sys.executable, "-m", package(name), "relay"]
    return Program(stack, own, command, environment=service_environment(stack, name) | port)


def _missing(answer: httpx2.Response) -> str:
    try:
        checks: Mapping[str, str] = answer.json()["checks"]
    except (ValueError, LookupError):
        return f"answers {answer.status_code}"
    return "; ".join(f"{name}: {wrong}" for name, wrong in checks.items() if wrong != "ok")
