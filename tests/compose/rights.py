"""Who may do what: each service's role in Postgres and its user at Kafka can do its work only."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from compose.stack import ROOT, Failed, Trial
from console.layout import SERVICES
from sandbox.providers import User

FORBIDDEN_TO_A_SERVICE = (
    "CREATE TABLE mine ()",
    "ALTER TABLE outbox ADD COLUMN mine int",
    "DROP TABLE outbox",
    "TRUNCATE outbox",
    "UPDATE outbox SET body = ''",
    "DELETE FROM parked_acts",
    "CREATE ROLE mine",
)
REFUSALS = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.RaiseError,  # of a trigger
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
)
RIGHTS = [
    line.split() for line in (ROOT / "compose" / "access.txt").read_text().splitlines() if line[0] != "#"
]
TOPICS = sorted({topic for _, _, topic in RIGHTS})


def roles_are_confined(trial: Trial) -> str:
    """No role reaches another's database; none changes the shape of its own, or what was told from it."""
    return f"{asyncio.run(_roles(trial))} attempts refused"


def users_are_confined(trial: Trial) -> str:
    """No user reads, writes or joins what is not its own."""
    return f"{asyncio.run(_users(trial))} attempts refused"


async def _roles(trial: Trial) -> int:
    refused = 0
    for service in SERVICES:
        for database in [*SERVICES, "postgres"]:
            if database != service:
                await _refused(partial(_connect, trial, service, database), f"{service} in {database}")
                refused += 1
        connection = await _connect(trial, service, service)
        try:
            for statement in FORBIDDEN_TO_A_SERVICE:
                await _refused(partial(connection.execute, statement), f"{service}: {statement}")
                refused += 1
        finally:
            await connection.close()
    return refused


async def _connect(trial: Trial, service: str, database: str) -> Any:
    role, name = service.replace("-", "_"), database.replace("-", "_")
    port, password = trial.stack.ports["postgres"], trial.secret(f"postgres-{service}")
    return await asyncpg.connect(f"postgresql://{role}:{password}@127.0.0.1:{port}/{name}")


async def _refused(attempt: Callable[[], Awaitable[Any]], what: str) -> None:
    try:
        await attempt()
    except REFUSALS:
        return
    raise Failed(f"was not refused: {what}")


async def _users(trial: Trial) -> int:
    refused = 0
    for user in (*SERVICES, "sandbox"):
        client = trial.stack.kafka | User(user, trial.secret(f"kafka-{user}")).sasl
        for topic in TOPICS:
            refused += await _only_as_told(client, user, topic)
        stranger = next(service for service in SERVICES if service != user)
        own = next(topic for name, verb, topic in RIGHTS if (name, verb) == (user, "reads"))
        await _refused(partial(_read, client, own, stranger), f"{user} in the group {stranger}")
        refused += 1
    return refused


async def _only_as_told(client: dict[str, Any], user: str, topic: str) -> int:
    refused = 0
    for verb, attempt in (("reads", _read), ("writes", _write)):
        if [user, verb, topic] not in RIGHTS:
            await _refused(partial(attempt, client, topic), f"{user} {verb} {topic}")
            refused += 1
    return refused


async def _read(client: dict[str, Any], topic: str, group: str | None = None) -> None:
    consumer = AIOKafkaConsumer(topic, **client, group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=2_000)
    finally:
        await consumer.stop()


async def _write(client: dict[str, Any], topic: str) -> None:
    producer = AIOKafkaProducer(**client, acks="all")
    try:
        await producer.start()
        async with asyncio.timeout(10):
            await producer.send_and_wait(topic, b"{}")
    finally:
        await producer.stop()
