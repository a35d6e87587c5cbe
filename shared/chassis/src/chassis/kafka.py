"""The service's clients of Kafka, with the addresses and the protection that the settings name."""

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLScram512

from chassis.settings import KafkaSecurity, ServiceSettings
from chassis.tls import kafka_tls
from chassis.waiting import patiently

#: Bytes of events to one partition that go in one piece. The library's 16 KiB would be a dozen of ours.
PRODUCER_BATCH_BYTES = 1 << 16
#: How old a client's idea of topics and their leaders may be. With the library's five minutes a consumer that
#: joined its group while topics were being rebuilt would sit without partitions for so long.
METADATA_MAX_AGE_MS = 10_000


def kafka_client(settings: ServiceSettings) -> dict[str, Any]:
    """Keyword arguments that every aiokafka client of this service takes: addresses and protection."""
    arguments: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_servers,
        "security_protocol": settings.kafka_security.upper(),
        "ssl_context": kafka_tls(settings),
    }
    if settings.kafka_password is not None:
        arguments |= {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return arguments


def kafka_broker(settings: ServiceSettings) -> KafkaBroker:
    """FastStream's broker as the kernel's consumer wants it: no logging, no injection, no producer."""
    return KafkaBroker(
        settings.kafka_servers.split(","),
        security=_security(settings),
        apply_types=False,
        logger=None,
        consumer_only=True,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        graceful_timeout=settings.stop_seconds,
    )


async def start_producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """A producer that has connected; idempotent where the broker can."""
    producer = AIOKafkaProducer(
        **kafka_client(settings),
        acks="all",
        enable_idempotence=settings.kafka_idempotent,
        max_batch_size=PRODUCER_BATCH_BYTES,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


async def topics_of(settings: ServiceSettings) -> set[str]:
    """The topics that the broker has and this service may see."""
    client = AIOKafkaAdminClient(**kafka_client(settings), request_timeout_ms=2_000)
    try:
        await client.start()
        return set(await client.list_topics())
    finally:
        await client.close()


async def wait_for_broker(settings: ServiceSettings) -> None:
    """Returns when the broker answers; `KafkaConnectionError` when it has not in `start_wait_seconds`."""
    await patiently(
        lambda: topics_of(settings),
        what="broker",
        seconds=settings.start_wait_seconds,
        passing=(KafkaConnectionError,),
    )


def _security(settings: ServiceSettings) -> BaseSecurity | None:
    if settings.kafka_security is KafkaSecurity.PLAINTEXT:
        return None
    context = kafka_tls(settings)
    if settings.kafka_security is KafkaSecurity.SSL:
        return BaseSecurity(ssl_context=context, use_ssl=True)
    password = settings.kafka_password.get_secret_value() if settings.kafka_password else ""
    return SASLScram512(
        settings.kafka_username or "", password, ssl_context=context, use_ssl=context is not None
    )
