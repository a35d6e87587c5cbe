"""The topics, read once from their beginnings and laid down in the order of families."""

import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from asyncpg.pgproto import pgproto

import contracts
from console.audit.readers import HEARD
from console.audit.sources import Sources, UnreadableSourceError
from contracts import is_ours, spec_of
from messaging.arrival import event_id

POLL_RECORDS = 5_000
POLL_MS = 1_000
FETCH_MS = 20  # a long wait of the broker would only be waited out at the end
#: So many empty polls, and a topic that should go on does not.
PATIENCE_POLLS = 30
CACHE = "PRAGMA cache_size = -32000"  # KiB
TABLE = "CREATE TABLE told (subject BLOB, topic INTEGER, partition INTEGER, place INTEGER, id BLOB)"
LAY_DOWN = "INSERT INTO told VALUES (?, ?, ?, ?, ?)"
IN_ORDER = "SELECT subject, topic, partition, place, id FROM told ORDER BY subject, topic, partition, place"


@dataclass(frozen=True, slots=True)
class Kept:
    """One record of a topic: where it lies, and which event it is."""

    topic: str
    partition: int
    offset: int
    id: UUID


class _Head(msgspec.Struct, frozen=True, gc=False):
    id: str
    source: str
    subject: UUID


_heads = msgspec.json.Decoder(_Head)

#: Reader → (topic, partition) → the first offset that it has not acknowledged.
Acknowledged = Mapping[str, Mapping[tuple[str, int], int]]


@dataclass(slots=True)
class Topics:
    """What lies on the topics: on the disk while it is read, so that size is no matter of memory."""

    shelf: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect("", isolation_level=None))
    trimmed: set[str] = field(default_factory=set)  # topics whose oldest records are no longer kept
    unreadable: int = 0

    def families(self) -> Iterator[tuple[UUID, list[Kept]]]:
        """All records of one family after the other."""
        names = contracts.topics()
        last, kept = None, []
        for subject, topic, partition, offset, identity in self.shelf.execute(IN_ORDER):
            if subject != last and last is not None:
                yield _uuid(last), kept
                kept = []
            last = subject
            kept.append(Kept(names[topic], partition, offset, _uuid(identity)))
        if last is not None:
            yield _uuid(last), kept


async def acknowledged(sources: Sources, places: Collection[TopicPartition]) -> Acknowledged:
    """How far each service has acknowledged each topic that it hears. Take it before any snapshot: what is
    acknowledged was committed before. Raises UnreadableSourceError."""
    found: dict[str, dict[tuple[str, int], int]] = {}
    for reader, heard in HEARD.items():
        topics = {sources.topic_prefix + spec_of(cls).topic for cls in heard}
        async with _started(_client(sources, group_id=sources.topic_prefix + reader)) as consumer:
            mine = [place for place in places if place.topic in topics]
            consumer.assign(mine)
            consumer.pause(*mine)  # nothing is to be fetched
            found[reader] = {
                (place.topic.removeprefix(sources.topic_prefix), place.partition): committed or 0
                for place in mine
                for committed in [await consumer.committed(place)]
            }
    return found


@asynccontextmanager
async def reading(sources: Sources) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader of all partitions of all topics, in no group. Raises UnreadableSourceError."""
    names = [sources.topic_prefix + topic for topic in contracts.topics()]
    async with _started(_client(sources, *names)) as consumer:
        yield consumer


async def read_topics(sources: Sources, consumer: AIOKafkaConsumer) -> Topics:
    """Everything that is on the topics now. Raises UnreadableSourceError."""
    made, places = Topics(), consumer.assignment()
    for statement in (CACHE, TABLE, "BEGIN"):
        made.shelf.execute(statement)
    firsts = await consumer.beginning_offsets(places)
    made.trimmed = {place.topic.removeprefix(sources.topic_prefix) for place in places if firsts[place]}
    async for records in _polls(consumer, await consumer.end_offsets(places), sources.ends_known):
        made.shelf.executemany(LAY_DOWN, _rows(made, records, sources.topic_prefix))
    made.shelf.execute("COMMIT")
    return made


def _uuid(octets: bytes) -> UUID:
    """In the database driver's class: several times quicker to make and to compare."""
    made: UUID = pgproto.UUID(octets)
    return made


def _rows(made: Topics, records: Sequence[ConsumerRecord], prefix: str) -> Iterator[tuple[Any, ...]]:
    """What is no event of anybody is counted: its readers have parked it."""
    numbers = {prefix + topic: number for number, topic in enumerate(contracts.topics())}
    ours = {prefix + topic for topic in contracts.topics() if is_ours(topic)}
    for record in records:
        try:
            head = _heads.decode(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            made.unreadable += 1
            continue
        identity = event_id(head.source, head.id, ours=record.topic in ours).bytes
        yield head.subject.bytes, numbers[record.topic], record.partition, record.offset, identity


async def _polls(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], ends_known: bool
) -> AsyncIterator[Sequence[ConsumerRecord]]:
    silent = 0
    while silent < PATIENCE_POLLS:
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        yield [record for records in polled.values() for record in records]
        silent = 0 if polled else silent + 1
        if await _over(consumer, ends) if ends_known else silent:
            return
    raise UnreadableSourceError("the broker does not give what it says it has", remedy="look: qonys logs")


async def _over(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return all([await consumer.position(place) >= end for place, end in ends.items()])


def _client(sources: Sources, *topics: str, group_id: str | None = None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        *topics,
        **sources.kafka,
        group_id=group_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_MS,
    )


@asynccontextmanager
async def _started(consumer: AIOKafkaConsumer) -> AsyncIterator[AIOKafkaConsumer]:
    try:
        await consumer.start()
        yield consumer
    except KafkaError as error:
        raise UnreadableSourceError(
            f"the topics could not be read ({type(error).__name__})",
            remedy="is the broker up, and may this user read all topics and groups? look: qonys status",
        ) from error
    finally:
        await consumer.stop()
