"""Intake as it runs, on a real port, with an issuer of tokens and topics to tell it what others decided."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx2
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pydantic import AnyHttpUrl, SecretStr

from chassis.database import Pool
from chassis.service import started
from console.broker import Broker, create_topics
from console.postgres import Postgres
from contracts import seal, spec_of, topics
from intake.app import BLUEPRINT
from intake.settings import IntakeSettings
from sandbox.issuer import Issuer, TokenRequest
from sandbox.server import Sandbox
from sandbox.server import Settings as SandboxSettings
from sandbox.server import running as sandbox_running

WAIT_SECONDS = 15
TOLD = """
SELECT convert_from(body, 'UTF8')::jsonb ->> 'type' AS type FROM outbox
WHERE subject = $1 ORDER BY batch, place
"""

OWN_TABLES = "applications, people, contacts, papers, homes, timeline"

Headers = Mapping[str, str]
NONE: Headers = {}

PDF = b"%PDF-1.7\n1 0 obj\nendobj\nstartxref\n9\n%%EOF\n"
FAMILY: Mapping[str, Any] = {
    "category": "resettler",
    "language": "kk",
    "region_from": "610000000",
    "region_to": "590000000",
    "contact": {"email": "citizen@example.com", "phone": "+77010000001"},
    "members": [
        {
            "kinship": "applicant",
            "name": {"family": "Сейтқазыұлы", "given": "Нұрлан", "patronymic": "Ерланұлы"},
            "birth_date": "1990-01-01",
            "iin": "900101100014",
            "able_to_work": True,
            "diploma_number": "ЖБ-Б № 1234567",
        },
        {
            "kinship": "child",
            "name": {"family": "Нұрланқызы", "given": "Әсел"},
            "birth_date": "2015-09-01",
        },
    ],
    "consent": {"given": True},
}


@dataclass(frozen=True, kw_only=True)
class RunningIntake:
    app: FastAPI
    http: httpx2.AsyncClient
    issuer: Issuer
    producer: AIOKafkaProducer
    topic_prefix: str

    @property
    def pool(self) -> Pool:
        pool: Pool = self.app.state.pool
        return pool

    async def forget(self) -> None:
        """Begins without cases again, since one person has one living application."""
        await self.pool.execute(f"TRUNCATE {OWN_TABLES}, requests")

    def bearer(self, subject: str = "citizen-1", scope: str = "citizen", **more: Any) -> dict[str, str]:
        token = self.issuer.token(TokenRequest(sub=subject, scope=scope, **more))
        return {"Authorization": f"Bearer {token}"}

    async def draft(
        self, family: Mapping[str, Any] = FAMILY, *, key: str | None = None, headers: Headers = NONE
    ) -> httpx2.Response:
        asked = {**self.bearer(), "Idempotency-Key": key or str(uuid4()), **headers}
        return await self.http.post("/v1/applications", json=family, headers=asked)

    async def upload(self, place: str, content: bytes = PDF, *, headers: Headers = NONE) -> httpx2.Response:
        return await self.http.put(place, content=content, headers={**self.bearer(), **headers})

    async def answer_to_headers(self, place: str, *, length: int) -> int:
        """The status that an upload of so many bytes hears of which nothing follows its headers."""
        url = urlsplit(str(self.http.base_url))
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        headers = {**self.bearer(), "Host": url.netloc, "Content-Length": str(length)}
        lines = [f"PUT {place} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        async with asyncio.timeout(WAIT_SECONDS):
            status = await reader.readline()
        writer.close()
        return int(status.split()[1])

    async def filled(self) -> str:
        """The id of a new draft with all its papers."""
        made = (await self.draft()).json()
        case = f"/v1/applications/{made['application_id']}"
        for need in made["papers_required"]:
            await self.upload(f"{case}/papers/{need['member_id']}/{need['kind']}")
        application_id: str = made["application_id"]
        return application_id

    async def submitted(self) -> str:
        """The id of a new application with all its papers, submitted."""
        application_id = await self.filled()
        answer = await self.submit(application_id)
        assert answer.status_code == 200, answer.text
        return application_id

    async def submit(self, application_id: str, *, key: str | None = None) -> httpx2.Response:
        asked = {**self.bearer(), "Idempotency-Key": key or str(uuid4())}
        return await self.http.post(f"/v1/applications/{application_id}/submission", headers=asked)

    async def act(
        self, application_id: str, act: str, body: object, *, headers: Headers = NONE
    ) -> httpx2.Response:
        place = f"/v1/applications/{application_id}/{act}"
        return await self.http.post(place, json=body, headers={**self.bearer(), **headers})

    async def view(self, application_id: str, *, headers: Headers = NONE) -> dict[str, Any]:
        answer = await self.http.get(
            f"/v1/applications/{application_id}", headers={**self.bearer(), **headers}
        )
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def told(self, application_id: str) -> list[str]:
        """Types of the events told about a case, in order."""
        rows = await self.pool.fetch(TOLD, UUID(application_id))
        return [row["type"] for row in rows]

    async def hear(self, application_id: str, *events: object) -> None:
        """Has other services tell these events about a case."""
        for event in events:
            body = seal(
                event,
                event_id=uuid4(),
                source="/qonys/verification",
                subject=UUID(application_id),
                time=datetime.now(UTC),
            )
            topic = self.topic_prefix + spec_of(type(event)).topic
            await self.producer.send_and_wait(topic, body, key=application_id.encode())

    async def until(self, application_id: str, state: str) -> dict[str, Any]:
        """The view once the case stands in a state."""

        async def there() -> dict[str, Any] | None:
            seen = await self.view(application_id)
            return seen if seen["state"] == state else None

        seen: dict[str, Any] = await eventually(there)
        return seen


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that says something; `TimeoutError` when there is none."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not (answer := await ask()):  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)
    return answer


@asynccontextmanager
async def running_intake(
    postgres: Postgres, broker: Broker, *, folder: Path, **settings: Any
) -> AsyncIterator[RunningIntake]:
    """Intake on a database and topics of its own."""
    prefix = f"t{uuid4().hex[:12]}."
    await create_topics(broker.servers, [prefix + topic for topic in topics()])
    async with (
        _database(postgres) as dsn,
        sandbox_running(SandboxSettings(folder=folder)) as sandbox,
        started(BLUEPRINT, _told(dsn, broker, sandbox, prefix, folder, settings)) as app,
        _listening(app) as url,
        httpx2.AsyncClient(base_url=url, timeout=WAIT_SECONDS) as http,
        AIOKafkaProducer(bootstrap_servers=broker.servers, enable_idempotence=False) as producer,
    ):
        yield RunningIntake(app=app, http=http, issuer=sandbox.issuer, producer=producer, topic_prefix=prefix)


def _told(
    dsn: str, broker: Broker, sandbox: Sandbox, prefix: str, folder: Path, more: Mapping[str, Any]
) -> IntakeSettings:
    return IntakeSettings(
        database_dsn=SecretStr(dsn),
        kafka_servers=broker.servers,
        kafka_topic_prefix=prefix,
        kafka_fetch_max_wait_ms=broker.fetch_max_wait_ms,
        kafka_session_ms=broker.session_ms,
        oidc_issuer=sandbox.issuer.url,
        oidc_jwks_url=AnyHttpUrl(f"{sandbox.issuer.url}/jwks.json"),
        papers_folder=folder / "papers",
        **more,
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
async def _listening(app: FastAPI) -> AsyncIterator[str]:
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server._serve([listener]))  # without uvicorn's signal handlers
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
