"""A service at an Apache Kafka under TLS, with passwords and rights, as in operations: its clients, and what
a process says on the bad days that only such a broker has.

Collected only with QONYS_TEST_BROKER=apache: the embedded broker has no users and no rights.
"""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
)

from chassis.kafka import start_producer, topics_of, wait_for_broker
from chassis.kafka_broker import kafka_broker
from chassis.remedies import remedy_for
from chassis.settings import ServiceSettings
from console.broker import create_topics
from support.certificates import Authority
from support.guarded_kafka import GuardedKafka
from support.hello import say_and_hear
from support.running import TOPICS, environment_of, listening, running

PASSWORDS = {"tiny": "correct horse", "idle": "battery staple"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def kafka(authority: Authority) -> Iterator[GuardedKafka]:
    """`tiny` may write and read the topic `said`, in the group `tls`; `idle` may nothing."""
    folder = Path(os.environ["QONYS_TEST_RUN"]) / f"own-broker-{uuid4().hex[:8]}"
    broker = GuardedKafka(folder, pem=authority.server("localhost"), passwords=PASSWORDS)
    broker.start()
    broker.allow("tiny", "All", "--topic", "said")
    broker.allow("tiny", "Read", "--group", "tls")
    yield broker
    broker.remove()


@pytest.fixture
def environment(kafka: GuardedKafka, authority: Authority, database: str) -> dict[str, str]:
    """A process of the tiny service as the user `tiny`."""
    return environment_of(database, kafka, "") | {
        "QONYS_KAFKA_SERVERS": kafka.secure_servers,
        "QONYS_KAFKA_SECURITY": "sasl_ssl",
        "QONYS_KAFKA_CA_FILE": str(authority.file),
        "QONYS_KAFKA_USERNAME": "tiny",
        "QONYS_KAFKA_PASSWORD": PASSWORDS["tiny"],
        "QONYS_WATCH_SECONDS": "0.5",
    }


@pytest.fixture
async def topic(kafka: GuardedKafka) -> str:
    await create_topics(kafka.servers, ["said"], partitions=1)
    return "said"


def told(kafka: GuardedKafka, authority: Authority, *, user: str = "tiny", **more: Any) -> ServiceSettings:
    known = {
        "database_dsn": "postgresql://127.0.0.1:1/nowhere",
        "oidc_issuer": "https://id.example",
        "oidc_jwks_url": "https://id.example/jwks.json",
        "kafka_servers": kafka.secure_servers,
        "kafka_security": "sasl_ssl",
        "kafka_ca_file": authority.file,
        "kafka_username": user,
        "kafka_password": PASSWORDS[user],
        "start_wait_seconds": 30,  # of which nothing is used where waiting mends nothing
    }
    return ServiceSettings.model_validate(known | more)


async def test_a_user_with_rights_sees_writes_and_reads(
    kafka: GuardedKafka, authority: Authority, topic: str
) -> None:
    settings = told(kafka, authority)
    await wait_for_broker(settings)
    assert await topics_of(settings) == {topic}
    assert await say_and_hear(settings, topic) == [b"hello"]


@pytest.mark.parametrize("attempt", [wait_for_broker, topics_of, start_producer])
async def test_a_wrong_password_is_refused(kafka: GuardedKafka, authority: Authority, attempt: Any) -> None:
    with pytest.raises(SaslAuthenticationFailed, match="invalid credentials"):
        await attempt(told(kafka, authority, kafka_password="correct donkey"))


async def test_a_broker_of_another_authority_is_not_told_the_password(
    kafka: GuardedKafka, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, name="stranger")
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer certificate"):
        await wait_for_broker(told(kafka, authority, kafka_ca_file=stranger.file))


async def test_a_user_without_rights_sees_no_topic_writes_nothing_and_reads_nothing(
    kafka: GuardedKafka, authority: Authority, topic: str
) -> None:
    settings = told(kafka, authority, user="idle")
    assert await topics_of(settings) == set()
    with pytest.raises(ClusterAuthorizationFailedError):
        await start_producer(settings)
    broker = kafka_broker(settings)
    broker.subscriber(topic, group_id="tls")(lambda body: None)
    with pytest.raises(TopicAuthorizationFailedError):
        await broker.start()
    await broker.stop()


@pytest.mark.parametrize(
    ("told", "reason", "found"),
    [
        ({"QONYS_KAFKA_PASSWORD": "correct donkey"}, "wrong_kafka_secret", "SaslAuthenticationFailed"),
        (
            {"QONYS_KAFKA_USERNAME": "idle", "QONYS_KAFKA_PASSWORD": PASSWORDS["idle"]},
            "wrong_kafka_rights",
            "TopicAuthorizationFailedError",
        ),
    ],
)
async def test_a_process_with_a_wrong_secret_or_without_rights_does_not_start(
    environment: dict[str, str], kafka: GuardedKafka, told: dict[str, str], reason: str, found: str
) -> None:
    await create_topics(kafka.servers, TOPICS)
    async with running("serve", environment | told) as service:
        line = await service.until("start_refused")
        assert await service.process.wait() == 1
    assert (line["reason"], line["found"]) == (reason, found)
    assert line["remedy"] == remedy_for(reason).remedy


async def test_a_process_whose_rights_are_taken_away_says_so_until_it_has_them_again(
    environment: dict[str, str], kafka: GuardedKafka
) -> None:
    await create_topics(kafka.servers, TOPICS)
    heard, *own = TOPICS
    reading = ("--topic", heard, "--group", "tiny")
    kafka.allow("tiny", "Write", *(word for topic in own for word in ("--topic", topic)))
    async with running("serve", environment) as service:
        assert (await service.until("start_refused"))["reason"] == "wrong_kafka_rights"
    kafka.allow("tiny", "Read", *reading)
    async with listening("serve", environment) as service:
        kafka.forbid("tiny", "Read", "--group", "tiny")
        line = await service.says("not_ready", check="broker")
        assert (line["reason"], line["found"]) == ("wrong_kafka_rights", "GroupAuthorizationFailedError")
        kafka.allow("tiny", "Read", "--group", "tiny")
        await service.says("ready_again", check="broker")
        kafka.forbid("tiny", "Write", "--topic", own[0])
        line = await service.until("not_ready", check="broker")
        assert (line["reason"], line["found"]) == ("missing_topic", f"missing: {own[0]}")
