"""The topics, read once from their beginnings to where they ended when the databases had been looked at."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

import contracts
from console.audit.readers import HEARD
from console.audit.shelf import Piece, Shelf, key_of
from console.audit.sources import Sources, UnreadableSourceError
from console.audit.told import STUDIED, head_of, said, sender_of, unlike
from contracts import is_ours, spec_of
from messaging.arrival import event_id
from messaging.ids import quick

POLL_RECORDS = 5_000
POLL_MS = 1_000
FETCH_MS = 20  # a long wait of the broker would only be waited out at the end
#: So many empty polls, and a topic that should go on does not.
PATIENCE_POLLS = 30


class Place(NamedTuple):
    """One partition; `topic` without the prefix."""

    topic: str
    partition: int


#: Reader → partition → the first offset that it has not acknowledged.
Acknowledged = Mapping[str, Mapping[Place, int]]


@dataclass(frozen=True, slots=True)
class Extent:
    """Offsets of the first record and of the one after the last, in each partition."""

    firsts: Mapping[Place, int]
    ends: Mapping[Place, int]

    @property
    def trimmed(self) -> frozenset[str]:
        """Topics whose oldest records are no longer kept."""
        return frozenset(place.topic for place, first in self.firsts.items() if first)


async def extent(sources: Sources, consumer: AIOKafkaConsumer) -> Extent:
    """Of all topics now."""
    places = consumer.assignment()
    firsts, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    return Extent(
        *({_place(sources, where): offset for where, offset in offsets.items()} for offsets in (firsts, ends))
    )


async def acknowledged(sources: Sources, places: Collection[TopicPartition]) -> Acknowledged:
    """How far each service has acknowledged each topic that it hears. Take it before any snapshot: what is
    acknowledged was committed before. Raises UnreadableSourceError."""
    found: dict[str, dict[Place, int]] = {}
    for reader, heard in HEARD.items():
        topics = {sources.topic_prefix + spec_of(cls).topic for cls in heard}
        async with _started(_client(sources, group_id=sources.topic_prefix + reader)) as consumer:
            mine = [place for place in places if place.topic in topics]
            consumer.assign(mine)
            consumer.pause(*mine)  # nothing is to be fetched
            found[reader] = {
                _place(sources, where): committed or 0
                for where in mine
                for committed in [await consumer.committed(where)]
            }
    return found


async def beyond(sources: Sources, offsets: Mapping[Place, int]) -> int:
    """How many records one poll finds there. Raises UnreadableSourceError."""
    async with _started(_client(sources)) as consumer:
        wanted = _partitions(sources, offsets)
        consumer.assign(list(wanted))
        for where, offset in wanted.items():
            consumer.seek(where, offset)
        polled = await consumer.getmany(timeout_ms=POLL_MS)
        return sum(map(len, polled.values()))


@asynccontextmanager
async def reading(sources: Sources) -> AsyncIterator[AIOKafkaConsumer]:
    """Knows all partitions of all topics, and fetches nothing of them. Raises UnreadableSourceError."""
    names = [sources.topic_prefix + topic for topic in contracts.topics()]
    async with _started(_client(sources, *names)) as consumer:
        consumer.pause(*consumer.assignment())
        yield consumer


async def lay_down(sources: Sources, ends: Mapping[Place, int], shelf: Shelf) -> int:
    """Everything before these ends; how many records are no event of anybody (readers have parked them).
    Raises UnreadableSourceError."""
    unreadable = 0
    wanted = _partitions(sources, ends)
    async with _started(_client(sources)) as consumer:
        consumer.assign(list(wanted))
        async for where, records in _polls(consumer, wanted, sources.ends_known):
            laid = list(_pieces(records, _place(sources, where)))
            unreadable += laid.count(None)
            shelf.lay(filter(None, laid))
    shelf.close()
    return unreadable


def _pieces(records: Iterable[ConsumerRecord], place: Place) -> Iterator[Piece | None]:
    """None for what is no event of anybody."""
    topic, partition = place
    ours = is_ours(topic)
    for record in records:
        body = record.value or b""
        try:
            piece = _told(topic, partition, record.offset, body) if ours else None
            yield piece or _strange(topic, partition, record.offset, body, ours=ours)
        except (msgspec.DecodeError, ValueError):
            yield None


def _told(topic: str, partition: int, offset: int, body: bytes) -> Piece | None:
    """None for what no service of ours can have told."""
    try:
        head = head_of(body)
    except msgspec.DecodeError:
        return None
    return Piece(
        said(event_id(head.source, head.id, ours=True).bytes, body),
        head.type,
        head.causationid,
        head.data,
        body if head.type in STUDIED else None,
        key=key_of(quick(head.subject).bytes, topic, partition, offset),
    )


def _strange(topic: str, partition: int, offset: int, body: bytes, *, ours: bool) -> Piece:
    """What strangers say is judged by who hears it. It is like nothing in an outbox, whatever id it has."""
    sender = sender_of(body)
    key = key_of(quick(sender.subject).bytes, topic, partition, offset)
    return Piece(unlike(event_id(sender.source, sender.id, ours=ours).bytes), key=key)


async def _polls(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], ends_known: bool
) -> AsyncIterator[tuple[TopicPartition, Collection[ConsumerRecord]]]:
    silent = 0
    while silent < PATIENCE_POLLS:
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        for where, records in polled.items():
            yield where, records
        silent = 0 if polled else silent + 1
        if await _over(consumer, ends) if ends_known else silent:
            return
    raise UnreadableSourceError("the broker does not give what it says it has", remedy="look: qonys logs")


async def _over(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return all([await consumer.position(place) >= end for place, end in ends.items()])


def _partitions(sources: Sources, offsets: Mapping[Place, int]) -> Mapping[TopicPartition, int]:
    return {
        TopicPartition(sources.topic_prefix + place.topic, place.partition): offset
        for place, offset in offsets.items()
    }


def _place(sources: Sources, where: TopicPartition) -> Place:
    return Place(where.topic.removeprefix(sources.topic_prefix), where.partition)


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
