"""Verification as it runs: registers of the sandbox, topics and a database of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from pydantic import AnyHttpUrl, SecretStr

from chassis.database import Pool
from chassis.service import started
from console.broker import Broker, create_topics
from console.postgres import Postgres
from contracts import open_event, read_envelope, seal, spec_of, topics
from contracts.intake import ApplicationSubmitted, Contact, Member
from contracts.words import Category, Language
from sandbox.faults import Order, RegistryBehaviour
from sandbox.keys import make_pair
from sandbox.registries import EDUCATION, LABOUR, PERSONS
from sandbox.server import Sandbox
from sandbox.server import Settings as SandboxSettings
from sandbox.server import running as sandbox_running
from sandbox.truth import Content
from verification.app import BLUEPRINT
from verification.settings import VerificationSettings

WAIT_SECONDS = 20.0
SERVICES = {"persons": PERSONS, "education": EDUCATION, "labour": LABOUR}
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RunningVerification:
    app: FastAPI
    sandbox: Sandbox
    producer: AIOKafkaProducer
    topic_prefix: str
    certificate_key: bytes

    @property
    def pool(self) -> Pool:
        pool: Pool = self.app.state.pool
        return pool

    async def hear(self, family: UUID, *events: object) -> None:
        """Has intake tell these events about a family."""
        for event in events:
            body = seal(
                event,
                event_id=uuid4(),
                source="/qonys/intake",
                subject=family,
                time=datetime.now(UTC),
            )
            topic = self.topic_prefix + spec_of(type(event)).topic
            await self.producer.send_and_wait(topic, body, key=str(family).encode())

    async def told(self, family: UUID, kind: type[T]) -> list[T]:
        """Events of this kind in the outbox, in order."""
        rows = await self.pool.fetch(
            "SELECT body FROM outbox WHERE subject = $1 ORDER BY batch, place", family
        )
        events = [open_event(read_envelope(row["body"])) for row in rows]
        return [event for event in events if isinstance(event, kind)]

    async def until(self, family: UUID, kind: type[T], *, times: int = 1) -> T:
        """The latest event of this kind, once there are so many; `TimeoutError` when there are not."""
        async with asyncio.timeout(WAIT_SECONDS):
            while len(found := await self.told(family, kind)) < times:  # noqa: ASYNC110 - an outbox rings no bell
                await asyncio.sleep(0.02)
        return found[-1]

    def order(self, register: str, behaviour: RegistryBehaviour, **more: Any) -> None:
        """Tells one register of the sandbox how to behave."""
        self.sandbox.gateway.faults[SERVICES[register]].tell(Order(behaviour=behaviour, **more))


@asynccontextmanager
async def running_verification(
    postgres: Postgres, broker: Broker, *, folder: Path, **settings: Any
) -> AsyncIterator[RunningVerification]:
    """Verification with the sandbox's registers, answering at once unless told otherwise."""
    prefix = f"t{uuid4().hex[:12]}."
    await create_topics(broker.servers, [prefix + topic for topic in topics()])
    key = certificate_key(folder)
    async with (
        _database(postgres) as dsn,
        sandbox_running(SandboxSettings(folder=folder)) as sandbox,
        started(BLUEPRINT, _told(dsn, broker, sandbox, prefix, folder, settings)) as app,
        AIOKafkaProducer(bootstrap_servers=broker.servers, enable_idempotence=False) as producer,
    ):
        yield RunningVerification(
            app=app, sandbox=sandbox, producer=producer, topic_prefix=prefix, certificate_key=key
        )


def client_files(folder: Path) -> tuple[Path, Path]:
    """Key and certificate with which requests are signed."""
    pair = make_pair("client")
    key, certificate = folder / "client-key.pem", folder / "client.pem"
    key.write_bytes(pair.key)
    certificate.write_bytes(pair.certificate)
    return key, certificate


def family_of(*members: Member, **changes: Any) -> ApplicationSubmitted:
    """A resettler family from Turkistan to Karaganda, whose quota of 37 people is soon full."""
    known: dict[str, Any] = {
        "category": Category.RESETTLER,
        "language": Language.KAZAKH,
        "region_from": "610000000",
        "region_to": "350000000",
        "contact": Contact(email="a@example.com", phone="+77010000001"),
        "members": members,
        "papers": (),
        "consented_at": datetime(2026, 3, 2, tzinfo=UTC),
        "submitted_on": date(2026, 3, 2),
    }
    return ApplicationSubmitted(**known | changes)


def truth_about(*members: Member, **changes: Any) -> Content:
    """What the registers know, so that everything these members said is confirmed."""
    return Content.model_validate({"people": [_person(m) | changes for m in members if m.iin]})


def _person(member: Member) -> dict[str, Any]:
    diploma = {
        "number": member.diploma_number,
        "kind": "HIGHER",
        "institution": "Үлгі университеті",
        "speciality": "Үлгі",
        "issued_on": date(2012, 6, 25),
    }
    return {
        "iin": member.iin,
        "surname": member.name.family,
        "name": member.name.given,
        "patronymic": member.name.patronymic,
        "birth_date": member.birth_date,
        "sex": "M",
        "address": {"kato": "611010000", "text": "Түркістан", "begin_date": date(2019, 5, 20)},
        "diplomas": [diploma] if member.diploma_number else [],
        "job_seeker": {"status": "JOB_SEEKER", "occupations": [member.skill] if member.skill else []},
    }


def certificate_key(folder: Path) -> bytes:
    """The key that signs certificates, in the file `certificates.pem`."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (folder / "certificates.pem").write_bytes(pem)
    return pem


def _told(
    dsn: str, broker: Broker, sandbox: Sandbox, prefix: str, folder: Path, more: Mapping[str, Any]
) -> VerificationSettings:
    key, certificate = client_files(folder)
    known: dict[str, Any] = {
        "database_dsn": SecretStr(dsn),
        "kafka_servers": broker.servers,
        "kafka_topic_prefix": prefix,
        "kafka_fetch_max_wait_ms": broker.fetch_max_wait_ms,
        "kafka_session_ms": broker.session_ms,
        "oidc_issuer": sandbox.issuer.url,
        "oidc_jwks_url": AnyHttpUrl(f"{sandbox.issuer.url}/jwks.json"),
        "certificate_key_file": folder / "certificates.pem",
        "gateway_url": AnyHttpUrl(f"{sandbox.http}/gateway/sync"),
        "gateway_key_file": key,
        "gateway_client_certificate_file": certificate,
        "gateway_certificate_file": folder / "registry-certificate.pem",
        "silence_first_seconds": 0.2,
    }
    return VerificationSettings(**{**known, **more})


@asynccontextmanager
async def _database(postgres: Postgres) -> AsyncIterator[str]:
    name = f"test_{uuid4().hex}"
    maintenance = await asyncpg.connect(postgres.dsn())
    await maintenance.execute(f"CREATE DATABASE {name}")
    yield postgres.dsn(name)
    await maintenance.execute(f"DROP DATABASE {name} (FORCE)")
    await maintenance.close()
