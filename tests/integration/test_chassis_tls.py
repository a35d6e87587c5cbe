"""The ways to Postgres and to Kafka under TLS: what is let through, and what is said when it must not be.

Neither embedded server speaks TLS, so a door that does stands in front of each; certificates are real, and
made for the test. That nobody else is spoken to is given by `chassis.tls._context`, which keeps the checks
of `ssl.create_default_context`. `test_chassis_guarded_kafka.py` has Apache Kafka's own TLS.
"""

import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.database import open_pool
from chassis.kafka import kafka_client, topics_of, wait_for_broker
from chassis.settings import ServiceSettings
from support.certificates import Authority
from support.hello import say_and_hear
from support.secure_tansu import secure_tansu
from support.tls_door import as_postgres, tls_door

PLAIN = {
    "database_dsn": "postgresql://127.0.0.1:1/nowhere",
    "kafka_servers": "127.0.0.1:1",
    "oidc_issuer": "https://id.example",
    "oidc_jwks_url": "https://id.example/jwks.json",
    "start_wait_seconds": 30,  # of which nothing is used where waiting mends nothing
}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """Nobody asked it to vouch for us."""
    return Authority(tmp_path, name="stranger")


@pytest.fixture
async def secure_port(database: str, authority: Authority) -> AsyncIterator[int]:
    """Where Postgres is known as `localhost`."""
    async with tls_door(
        authority.server_context("localhost"), to_port=urlsplit(database).port or 0, opening=as_postgres
    ) as port:
        yield port


def settings(**told: Any) -> ServiceSettings:
    return ServiceSettings.model_validate(PLAIN | told)


def through(database: str, port: int, *, host: str = "localhost") -> str:
    """The same database behind the door."""
    parts = urlsplit(database)
    return f"postgresql://{parts.username}:{parts.password}@{host}:{port}{parts.path}"


async def whoami(told: ServiceSettings) -> str:
    async with open_pool(told, application_name="intake") as pool:
        name: str = await pool.fetchval("SELECT current_user")
        return name


async def test_a_database_of_the_right_authority_and_name_is_spoken_to(
    database: str, secure_port: int, authority: Authority
) -> None:
    told = settings(
        database_dsn=through(database, secure_port),
        database_tls="verify-full",
        database_ca_file=authority.file,
    )
    assert await whoami(told) == "qonys"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_encryption_alone_asks_for_no_name(database: str, secure_port: int, host: str) -> None:
    told = settings(database_dsn=through(database, secure_port, host=host), database_tls="require")
    assert await whoami(told) == "qonys"


async def test_a_database_of_another_authority_is_not_spoken_to(
    database: str, secure_port: int, stranger: Authority
) -> None:
    told = settings(
        database_dsn=through(database, secure_port),
        database_tls="verify-full",
        database_ca_file=stranger.file,
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer certificate"):
        await whoami(told)


async def test_a_database_of_another_name_is_not_spoken_to(
    database: str, secure_port: int, authority: Authority
) -> None:
    told = settings(
        database_dsn=through(database, secure_port, host="127.0.0.1"),
        database_tls="verify-full",
        database_ca_file=authority.file,
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        await whoami(told)


async def test_a_database_that_speaks_no_tls_gets_no_password(database: str) -> None:
    with pytest.raises(ConnectionError, match="rejected SSL upgrade"):
        await whoami(settings(database_dsn=database, database_tls="require"))


@pytest.fixture
async def secure_kafka(authority: Authority) -> AsyncIterator[str]:
    """Where the embedded broker is known as `localhost`."""
    folder = Path(os.environ["QONYS_TEST_RUN"]) / f"own-broker-{uuid4().hex[:8]}"
    async with secure_tansu(folder, authority) as servers:
        yield servers


def kafka_settings(servers: str, trusted: Authority) -> ServiceSettings:
    return settings(
        kafka_servers=servers,
        kafka_security="ssl",
        kafka_ca_file=trusted.file,
        kafka_idempotent=False,
        kafka_fetch_max_wait_ms=20,
    )


async def test_a_broker_of_the_right_authority_and_name_is_spoken_to_by_each_client(
    secure_kafka: str, authority: Authority
) -> None:
    told = kafka_settings(secure_kafka, authority)
    await make_topic(told, "said")
    await wait_for_broker(told)
    assert await topics_of(told) == {"said"}
    assert await say_and_hear(told, "said") == [b"hello"]


async def test_a_broker_of_another_authority_is_not_spoken_to(secure_kafka: str, stranger: Authority) -> None:
    told = kafka_settings(secure_kafka, stranger)
    for attempt in (wait_for_broker, topics_of):
        with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer certificate"):
            await attempt(told)


async def test_a_broker_of_another_name_is_not_spoken_to(secure_kafka: str, authority: Authority) -> None:
    told = kafka_settings(secure_kafka.replace("localhost", "127.0.0.1"), authority)
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        await wait_for_broker(told)


async def make_topic(told: ServiceSettings, name: str) -> None:
    admin = AIOKafkaAdminClient(**kafka_client(told))
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    await admin.close()
