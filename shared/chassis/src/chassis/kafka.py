"""The service's clients of Kafka, with the addresses and the protection that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError, KafkaError

from chassis.settings import ServiceSettings
from chassis.tls import kafka_tls, tls_fault
from chassis.waiting import patiently

#: Bytes of events to one partition that go in one piece. The library's 16 KiB would be a dozen of ours.
PRODUCER_BATCH_BYTES = 1 << 16
#: How old a client's idea of topics and their leaders may be. With the library's five minutes a consumer that
#: joined its group while topics were being rebuilt would sit without partitions for so long.
METADATA_MAX_AGE_MS = 10_000
#: Time of a broker to let us in, which a server that waits for another protocol would never do.
KNOCK_MS = 5_000


def kafka_client(settings: ServiceSettings) -> dict[str, Any]:
    """Keyword arguments that every aiokafka client of this service takes: addresses and protection."""
    return {"bootstrap_servers": settings.kafka_servers, **_protection(settings)}


async def start_producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """A producer that has connected; idempotent where the broker can. Raises as `knock` does."""
    producer = AIOKafkaProducer(
        **kafka_client(settings),
        acks="all",
        enable_idempotence=settings.kafka_idempotent,
        max_batch_size=PRODUCER_BATCH_BYTES,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
    )
    try:
        async with _saying_why(settings):
            await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


async def topics_of(settings: ServiceSettings, *, group: str | None = None) -> set[str]:
    """The topics that the broker has and this service may see. Raises as `knock` does, and
    `GroupAuthorizationFailedError` when it may not read in the group."""
    client = AIOKafkaAdminClient(**kafka_client(settings), request_timeout_ms=2_000)
    try:
        async with _saying_why(settings):
            await client.start()
        if group is not None:
            await client.find_coordinator(group)
        return set(await client.list_topics())
    finally:
        await client.close()


async def wait_for_broker(settings: ServiceSettings) -> None:
    """Returns when a broker lets us in; waits `start_wait_seconds` for one that is not up yet.

    A wrong password or certificate is raised at once: waiting does not mend it.
    """
    await patiently(
        lambda: _come_in(settings),
        what="broker",
        seconds=settings.start_wait_seconds,
        passes=_passes,
    )


async def _come_in(settings: ServiceSettings) -> None:
    await knock(settings)  # first, since a client that is refused complains in the log at each attempt
    await topics_of(settings)


def _passes(error: Exception) -> bool:
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    return isinstance(error, OSError) and tls_fault(error) is None


async def knock(settings: ServiceSettings) -> None:
    """Connects to one of the brokers, and leaves. Raises what the last of them said: OSError, `ssl.SSLError`,
    KafkaError. (A client's own start raises one error for all of these.)"""
    refused: Exception | None = None
    for server in settings.kafka_servers.split(","):
        host, _, port = server.rpartition(":")
        try:
            connection = await create_conn(
                host, int(port), request_timeout_ms=KNOCK_MS, **_protection(settings)
            )
        except (OSError, KafkaError) as error:
            refused = error
        else:
            connection.close()
            return
    assert refused is not None
    raise refused


@asynccontextmanager
async def _saying_why(settings: ServiceSettings) -> AsyncIterator[None]:
    try:
        yield
    except KafkaConnectionError:
        await knock(settings)
        raise


def _protection(settings: ServiceSettings) -> dict[str, Any]:
    arguments: dict[str, Any] = {
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
