"""Waits until nothing is on its way: nothing untold, nothing unheard, no call due."""

import asyncio

from aiokafka import AIOKafkaConsumer

from console.audit.sources import Sources, UnreadableSourceError, snapshots
from console.audit.topics import acknowledged, reading

LOOK_SECONDS = 0.5
LEFT = """
SELECT (SELECT count(*) FROM untold) + (SELECT count(*) FROM due WHERE kind = 'ask' AND due_at <= now())
"""


async def settle(sources: Sources, *, seconds: float) -> None:
    """Returns when nothing is in flight; UnreadableSourceError when that takes longer."""
    try:
        async with asyncio.timeout(seconds), reading(sources) as consumer:
            while await _in_flight(sources, consumer):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise UnreadableSourceError(
            f"events were still on their way after {seconds:.0f} s", remedy="who is behind? qonys status"
        ) from None


async def _in_flight(sources: Sources, consumer: AIOKafkaConsumer) -> bool:
    places = consumer.assignment()
    ends = await consumer.end_offsets(places)
    known = await acknowledged(sources, places)
    lag = [
        ends[place] > offsets[topic, place.partition]
        for offsets in known.values()
        for place in places
        if ((topic := place.topic.removeprefix(sources.topic_prefix)), place.partition) in offsets
    ]
    async with snapshots(sources) as books:
        left = [await book.one(LEFT) for book in books.values()]
    return any(lag) or any(left)
