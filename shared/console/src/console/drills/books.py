"""What the witness wrote and told, recomputed from its tables and its topic."""

import asyncio
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from console.drills.mortal import Life
from console.drills.witness import WORDS
from contracts import read_envelope

READ_SECONDS = 30.0
PARTITIONS = 2  # of the witness
QUIET_MS = 3_000
OURS = {"application_name": "drill"}  # whoever else is at the database is a life, or was one
CALLS = (1, 2)  # a second one when the first life ended before it knew the answer
HEARD = "SELECT subject, words FROM heard"
OUTBOX = "SELECT subject, id FROM outbox ORDER BY batch, place"
LEFT = """
SELECT (SELECT count(*) FROM untold) AS untold, (SELECT count(*) FROM due) AS due,
  (SELECT count(*) FROM parked) AS parked
"""


#: Family → event id → count told.
Told = dict[UUID, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Books:
    """For each family the words heard, the ids told, what the topic has of it (event id, count told), and how
    often the outside was asked about it."""

    heard: Mapping[UUID, Sequence[str]]
    outbox: Mapping[UUID, Sequence[str]]
    topic: Mapping[UUID, Sequence[tuple[str, int]]]
    asked: Mapping[UUID, int]
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
        if self.asked.get(family, 0) not in CALLS:
            yield f"the outside was asked {self.asked.get(family, 0)} times about {family}"


Read = Callable[[], Awaitable[Books]]


@asynccontextmanager
async def opened_books(life: Life, topic: str, *, ends_known: bool) -> AsyncIterator[Read]:
    """Reads the books as they are between two lives; of the topic only what is new since the last time."""
    conn = await asyncpg.connect(life.dsn, server_settings=OURS)
    consumer = AIOKafkaConsumer(bootstrap_servers=life.servers, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(life.prefix + topic, number) for number in range(PARTITIONS)])
    told: Told = defaultdict(dict)

    async def read() -> Books:
        heard = {row["subject"]: row["words"] for row in await conn.fetch(HEARD)}
        outbox: dict[UUID, list[str]] = defaultdict(list)
        for row in await conn.fetch(OUTBOX):
            outbox[row["subject"]].append(str(row["id"]))
        await _read_on(consumer, told, outbox, ends_known=ends_known)
        return Books(
            heard=heard,
            outbox=outbox,
            topic={family: list(events.items()) for family, events in told.items()},
            asked=Tally(UUID(line) for line in _lines(life.outside)),
            left=dict(await conn.fetchrow(LEFT) or {}),
        )

    try:
        yield read
    finally:
        await consumer.stop()
        await conn.close()


async def _read_on(
    consumer: AIOKafkaConsumer, told: Told, wanted: Mapping[UUID, Collection[str]], *, ends_known: bool
) -> None:
    """To the present end; for a repeated event its first telling counts. Where nobody knows the end, it is
    reached with all that is wanted, or when nothing more comes."""
    ends = await consumer.end_offsets(consumer.assignment()) if ends_known else {}
    async with asyncio.timeout(READ_SECONDS):
        while await _before(consumer, ends) if ends_known else _missing(told, wanted):
            polled = await consumer.getmany(timeout_ms=QUIET_MS)
            for record in (record for records in polled.values() for record in records):
                envelope = read_envelope(record.value)
                people = msgspec.json.decode(envelope.data)["people"]
                told[envelope.subject].setdefault(envelope.id, people)
            if not (polled or ends_known):
                return


async def _before(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return any([await consumer.position(place) < end for place, end in ends.items()])


def _missing(told: Told, wanted: Mapping[UUID, Collection[str]]) -> bool:
    return any(set(ids) - told[family].keys() for family, ids in wanted.items())


def _lines(file: Path) -> Sequence[str]:
    return file.read_text().splitlines() if file.exists() else []
