"""The tiny service as a process of its own, and what it says."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from console.broker import Broker

TESTS = Path(__file__).parents[1]
TOPICS = ("intake.applications.v1", "verification.checks.v1", "verification.decisions.v1")
#: Whatever goes wrong around a process is to be said within a minute.
MINUTE = 60.0


def environment_of(database: str, broker: Broker, topic_prefix: str) -> dict[str, str]:
    """What a process of the tiny service is told."""
    return {
        "PYTHONPATH": str(TESTS),
        "QONYS_DATABASE_DSN": database,
        "QONYS_KAFKA_SERVERS": broker.servers,
        "QONYS_KAFKA_IDEMPOTENT": str(broker.idempotent),
        "QONYS_KAFKA_FETCH_MAX_WAIT_MS": str(broker.fetch_max_wait_ms),
        "QONYS_KAFKA_SESSION_MS": str(broker.session_ms),
        "QONYS_KAFKA_TOPIC_PREFIX": topic_prefix,
        "QONYS_OIDC_ISSUER": "https://id.example",
        "QONYS_OIDC_JWKS_URL": "http://127.0.0.1:9/jwks.json",
        "QONYS_HTTP_PORT": "0",
        "QONYS_LOG_FORMAT": "json",
        "QONYS_START_WAIT_SECONDS": "20",
    }


@dataclass
class Running:
    """A process of the service, and what it has said so far."""

    process: Process
    lines: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def until(self, event: str, **fields: str) -> dict[str, Any]:
        """Reads on until the service says `event`, with these fields."""
        assert self.process.stdout is not None
        async with asyncio.timeout(MINUTE):
            while line := await self.process.stdout.readline():
                self.lines.append(orjson.loads(line))
                if _is(self.lines[-1], event, fields):
                    return self.lines[-1]
        raise AssertionError(f"the service ended without saying {event} {fields}: {self.lines}")

    async def says(self, event: str, **fields: str) -> dict[str, Any]:
        """The same, unless it has said so already."""
        said = next((line for line in self.lines if _is(line, event, fields)), None)
        return said or await self.until(event, **fields)

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await self.rest()
            return await self.process.wait()

    async def rest(self) -> None:
        assert self.process.stdout is not None
        self.lines += [orjson.loads(line) async for line in self.process.stdout]


@asynccontextmanager
async def running(command: str, environment: Mapping[str, str]) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        *command_of(command), env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def command_of(command: str) -> list[str]:
    return [sys.executable, "-m", "support.tiny", command]


@asynccontextmanager
async def listening(command: str, environment: Mapping[str, str]) -> AsyncIterator[Running]:
    async with running(command, environment) as service:
        where = await service.until("http_listens")
        service.url = f"http://{where['host']}:{where['port']}"
        yield service


def _is(line: Mapping[str, Any], event: str, fields: Mapping[str, str]) -> bool:
    return line["event"] == event and all(line.get(name) == value for name, value in fields.items())
