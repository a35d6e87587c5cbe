"""The broker of the stack, embedded or Apache Kafka: same address after a restart, topics on demand."""

import os

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from console.background import StartError
from console.broker import Broker, create_topics
from console.kafka import ApacheKafka, fetch_jars


async def test_what_is_sent_is_heard(broker: Broker, topic: str) -> None:
    await _send(broker, topic, b"one")
    assert await _first(broker, topic) == b"one"


async def test_topics_are_made_once_and_a_second_time_is_no_error(broker: Broker, topic_prefix: str) -> None:
    names = [f"{topic_prefix}first", f"{topic_prefix}second"]
    await create_topics(broker.servers, names, partitions=3)
    await create_topics(broker.servers, [*names, f"{topic_prefix}third"])
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.servers)
    await admin.start()
    described = await admin.describe_topics(names)
    await admin.close()
    assert [len(topic["partitions"]) for topic in described] == [3, 3]


async def test_a_killed_broker_comes_back_at_the_same_address(own_broker: Broker) -> None:
    servers = own_broker.servers
    await create_topics(servers, ["kept"])
    await _send(own_broker, "kept", b"before")
    own_broker.kill()
    assert not own_broker.running()
    own_broker.start()
    assert own_broker.servers == servers
    await create_topics(servers, ["kept"])
    if isinstance(own_broker, ApacheKafka):
        assert await _first(own_broker, "kept") == b"before"
    await _send(own_broker, "kept", b"after")


async def test_a_second_start_does_nothing(own_broker: Broker) -> None:
    record = (own_broker.folder / "broker.json").read_text()
    own_broker.start()
    assert (own_broker.folder / "broker.json").read_text() == record


async def test_remove_leaves_nothing(own_broker: Broker) -> None:
    own_broker.remove()
    assert not own_broker.folder.exists()
    assert not own_broker.running()


def test_without_maven_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setitem(os.environ, "XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(os.environ, "PATH", "")
    with pytest.raises(StartError, match="apt install maven"):
        fetch_jars()


async def _send(broker: Broker, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.servers, enable_idempotence=broker.idempotent)
    await producer.start()
    await producer.send_and_wait(topic, value)
    await producer.stop()


async def _first(broker: Broker, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.servers,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=broker.fetch_max_wait_ms,
    )
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()
    value: bytes | None = record.value
    return value
