"""What the pipelines of the bench are fed: events of one size, of many families, in turn."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from contracts import seal
from contracts.intake import ApplicationWithdrawn
from messaging.ids import uuid7

EVENT_BYTES = 1_079  # the size of a submitted application of three, and of the earlier measurements
EVENTS_OF_A_FAMILY = 5
PARTITIONS = 6


def events(count: int) -> Iterator[tuple[UUID, bytes]]:
    """So many events; each family's come far apart, so that a poll holds mostly different families."""
    families = [uuid4() for _ in range(max(1, count // EVENTS_OF_A_FAMILY))]
    padding = "x" * (EVENT_BYTES - len(_event(families[0], "")))
    for number in range(count):
        family = families[number % len(families)]
        yield family, _event(family, padding)


async def fill(servers: str, topic: str, count: int) -> None:
    """Puts the events on a topic, by family over its partitions."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_batch_size=1 << 17)
    await producer.start()
    try:
        for family, body in events(count):
            await producer.send(topic, body, key=str(family).encode(), partition=family.int % PARTITIONS)
        await producer.flush()
    finally:
        await producer.stop()


def _event(family: UUID, reason: str) -> bytes:
    return seal(
        ApplicationWithdrawn(reason=reason),
        event_id=uuid7(),
        source="/qonys/intake",
        subject=family,
        time=datetime.now(UTC),
    )
