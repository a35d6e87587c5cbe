"""What the witness wrote and told, recomputed from its tables and its topic."""

import asyncio
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from console.drills.mortal import Life
from console.drills.witness import WORDS
from contracts import read_envelope

READ_SECONDS = 30.0
PARTITIONS = 2  # of the witness
OUTBOX = "SELECT subject, id FROM outbox ORDER BY batch, place"
LEFT = """
SELECT (SELECT count(*) FROM untold) AS untold, (SELECT count(*) FROM due) AS due,
  (SELECT count(*) FROM parked) AS parked
"""


@dataclass(frozen=True, slots=True)
class Books:
    """For each family the words heard, the ids told, and what the topic has of it (event id, count told)."""

    heard: Mapping[UUID, Sequence[str]]
    outbox: Mapping[UUID, Sequence[str]]
    topic: Mapping[UUID, Sequence[tuple[str, int]]]
    left: Mapping[str, int]

    def faults(self, families: Sequence[UUID]) -> list[str]:
        """What was lost, doubled, out of order or left lying."""
        found = [fault for family in families for fault in self._of(family)]
        return found + [f"{count} rows left in {table}" for table, count in self.left.items() if count]

    def _of(self, family: UUID) -> Iterator[str]:
        words = Tally(self.heard.get(family, ()))
        for word in WORDS:
            if words[word] != 1:
                yield f"{family} heard {word!r} {words[word]} times"
        first = list(dict(self.topic.get(family, ())))  # the first telling of each id, in the topic's order
        if first != list(self.outbox.get(family, ())):
            yield f"{family}: the topic has {len(first)} events, other or in other order than the outbox"
        counts = list(dict(self.topic.get(family, ())).values())
        if counts != list(range(1, len(WORDS) + 1)):
            yield f"{family} told {counts}"


async def read_books(life: Life, topic: str) -> Books:
    """After the last process has ended."""
    conn = await asyncpg.connect(life.dsn)
    try:
        heard = {row["subject"]: row["words"] for row in await conn.fetch("SELECT subject, words FROM heard")}
        outbox: dict[UUID, list[str]] = defaultdict(list)
        for row in await conn.fetch(OUTBOX):
            outbox[row["subject"]].append(str(row["id"]))
        left = dict(await conn.fetchrow(LEFT) or {})
    finally:
        await conn.close()
    return Books(heard=heard, outbox=outbox, topic=await _read(life.servers, life.prefix + topic), left=left)


async def _read(servers: str, topic: str) -> Mapping[UUID, Sequence[tuple[str, int]]]:
    """The topic from its beginning to its present end; for a repeated event its first telling counts."""
    told: dict[UUID, dict[str, int]] = defaultdict(dict)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        async with asyncio.timeout(READ_SECONDS):
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    for record in records:
                        envelope = read_envelope(record.value)
                        people = msgspec.json.decode(envelope.data)["people"]
                        told[envelope.subject].setdefault(envelope.id, people)
    finally:
        await consumer.stop()
    return {family: list(events.items()) for family, events in told.items()}
