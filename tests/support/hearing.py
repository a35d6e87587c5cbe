"""A service as it runs, on a real port, with topics that others tell it things on and a sandbox around it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI

from chassis.database import Pool
from chassis.service import Blueprint, started
from console.broker import Broker, create_topics
from console.postgres import Postgres
from contracts import open_event, read_envelope, seal, spec_of, topics
from sandbox.issuer import TokenRequest
from sandbox.server import Sandbox
from sandbox.server import Settings as SandboxSettings
from sandbox.server import running as sandbox_running

WAIT_SECONDS = 15

#: The service's own address and the sandbox → settings beside those that every service has.
OwnSettings = Callable[[str, Sandbox], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """A running service and hands to reach it."""

    app: FastAPI
    http: httpx2.AsyncClient
    sandbox: Sandbox
    producer: AIOKafkaProducer
    topic_prefix: str

    @property
    def pool(self) -> Pool:
        pool: Pool = self.app.state.pool
        return pool

    def bearer(self, scope: str, **more: Any) -> dict[str, str]:
        token = self.sandbox.issuer.token(TokenRequest(sub=f"the-{scope}", scope=scope, **more))
        return {"Authorization": f"Bearer {token}"}

    async def hear(self, application_id: UUID, *events: object, source: str = "/qonys/others") -> None:
        """Has others tell these events about a case, in this order."""
        for event in events:
            body = seal(
                event, event_id=uuid4(), source=source, subject=application_id, time=datetime.now(UTC)
            )
            topic = self.topic_prefix + spec_of(type(event)).topic
            await self.producer.send_and_wait(topic, body, key=str(application_id).encode())

    async def told(self, application_id: UUID) -> list[Any]:
        """The events that this service told about a case, in order."""
        rows = await self.pool.fetch(
            "SELECT body FROM outbox WHERE subject = $1 ORDER BY batch, place", application_id
        )
        return [open_event(read_envelope(row["body"])) for row in rows]

    async def until_told(self, application_id: UUID, kind: type, times: int = 1) -> list[Any]:
        """Everything told once so many events of a kind are among it."""

        async def there() -> list[Any] | None:
            told = await self.told(application_id)
            return told if sum(isinstance(event, kind) for event in told) >= times else None

        told: list[Any] = await eventually(there)
        return told

    async def until_parked(self, application_id: UUID) -> str:
        """The error of the message that was parked for a case."""
        statement = "SELECT error FROM parked WHERE subject = $1"
        error: str = await eventually(lambda: self.pool.fetchval(statement, application_id))
        return error

    async def ask(self, path: str, scope: str, **more: Any) -> Any:
        """A GET's answer as JSON."""
        answer = await self.http.get(path, headers={**self.bearer(scope), **more.pop("headers", {})}, **more)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content)


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that says something; `TimeoutError` when there is none."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not (answer := await ask()):  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)
    return answer


@asynccontextmanager
async def hearing(
    blueprint: Blueprint[Any], postgres: Postgres, broker: Broker, *, folder: Path, own: OwnSettings
) -> AsyncIterator[Hearing]:
    """The service on a database and topics of its own."""
    prefix = f"t{uuid4().hex[:12]}."
    await create_topics(broker.servers, [prefix + topic for topic in topics()])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            _database(postgres) as dsn,
            sandbox_running(SandboxSettings(folder=folder)) as sandbox,
            started(blueprint, _settings(blueprint, dsn, broker, sandbox, prefix, own(url, sandbox))) as app,
            _listening(app, listener),
            httpx2.AsyncClient(base_url=url, timeout=WAIT_SECONDS) as http,
            AIOKafkaProducer(bootstrap_servers=broker.servers) as producer,
        ):
            yield Hearing(app=app, http=http, sandbox=sandbox, producer=producer, topic_prefix=prefix)


def _settings(
    blueprint: Blueprint[Any], dsn: str, broker: Broker, sandbox: Sandbox, prefix: str, own: Mapping[str, Any]
) -> Any:
    return blueprint.settings(
        database_dsn=dsn,
        kafka_servers=broker.servers,
        kafka_topic_prefix=prefix,
        kafka_fetch_max_wait_ms=broker.fetch_max_wait_ms,
        kafka_session_ms=broker.session_ms,
        oidc_issuer=sandbox.issuer.url,
        oidc_jwks_url=f"{sandbox.issuer.url}/jwks.json",
        **own,
    )


@asynccontextmanager
async def _database(postgres: Postgres) -> AsyncIterator[str]:
    name = f"test_{uuid4().hex}"
    maintenance = await asyncpg.connect(postgres.dsn())
    await maintenance.execute(f"CREATE DATABASE {name}")
    yield postgres.dsn(name)
    await maintenance.execute(f"DROP DATABASE {name} (FORCE)")
    await maintenance.close()


@asynccontextmanager
async def _listening(app: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server._serve([listener]))  # without uvicorn's signal handlers
    yield
    server.should_exit = True
    await serving
