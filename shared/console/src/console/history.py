"""Everything told on the topics, read from the beginning and, if wanted, on as it is told."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

import contracts
from console.layout import Stack

#: Nobody can say where the embedded broker's topics end: it is over when nothing came for so long.
QUIET_MS = 1_000


async def told(
    stack: Stack, *, topics: Sequence[str] | None = None, follow: bool = False, from_start: bool = True
) -> AsyncIterator[ConsumerRecord]:
    """Records of these topics (all, if none are named), in order for each family."""
    consumer = AIOKafkaConsumer(
        *(topics or contracts.topics()),
        **stack.kafka,
        group_id=None,
        auto_offset_reset="earliest" if from_start else "latest",
        fetch_max_wait_ms=stack.broker.fetch_max_wait_ms,
    )
    await consumer.start()
    try:
        while (records := await consumer.getmany(timeout_ms=QUIET_MS)) or follow:
            for record in sorted((r for part in records.values() for r in part), key=_when):
                yield record
    finally:
        await consumer.stop()


async def write_events(stack: Stack, file: Path) -> int:
    """Everything told so far as JSON lines; how many events that is."""
    count = 0
    with file.open("wb") as out:
        async for record in told(stack):
            out.write((record.value or b"") + b"\n")
            count += 1
    return count


def _when(record: ConsumerRecord) -> int:
    moment: int = record.timestamp
    return moment
