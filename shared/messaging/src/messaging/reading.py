"""Kafka records as arrivals: heard, skipped because nobody here hears it, or unreadable and so parked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from aiokafka import ConsumerRecord

from contracts import EVENTS, Envelope, UnreadableError, is_ours, open_event, read_envelope, spec_of
from messaging import metrics
from messaging.arrival import Arrival, Edge, event_id, unreadable_id
from messaging.ids import quick
from messaging.kinds import Message
from messaging.ownership import Partition


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought: for each partition its offsets, and the arrivals that concern this service."""

    first: dict[Partition, int]
    last: dict[Partition, int]
    arrivals: list[Arrival]
    partition_of: dict[UUID, Partition]


class Reader:
    """Reads records for one service. `heard` maps event types to the classes that it decides."""

    def __init__(self, service: str, heard: Mapping[str, type]) -> None:
        self._service = service
        self._heard = heard
        for why in ("unheard", "unknown"):
            metrics.SKIPPED.labels(
                service, why
            )  # 0 from the start: Prometheus misses the first of a new series

    def read_poll(self, records: Sequence[ConsumerRecord]) -> Poll:
        poll = Poll(first={}, last={}, arrivals=[], partition_of={})
        for record in records:
            partition = (record.topic, record.partition)
            poll.first.setdefault(partition, record.offset)
            poll.last[partition] = record.offset
            arrival = self.read(record)
            if arrival is not None:
                poll.arrivals.append(arrival)
                poll.partition_of[arrival.id] = partition
        return poll

    def read(self, record: ConsumerRecord) -> Arrival | None:
        """None for a type that this service does not hear; unknown types are counted apart."""
        body: bytes = record.value or b""
        origin = f"{record.topic}/{record.partition}/{record.offset}"
        try:
            envelope = read_envelope(body)
        except UnreadableError as fault:
            return _unreadable(body, origin=origin, subject=_subject_of(record.key), fault=fault)
        if envelope.type not in self._heard:
            why = "unheard" if envelope.type in EVENTS else "unknown"
            metrics.SKIPPED.labels(self._service, why).inc()
            return None
        return _arrival(envelope, body, origin)


def read_again(body: bytes, *, origin: str, subject: UUID | None) -> Arrival:
    """A parked event's bytes, read once more: they may have been mended."""
    try:
        envelope = read_envelope(body)
        if envelope.type not in EVENTS:
            raise UnreadableError(f"no event is called {envelope.type!r}")
    except UnreadableError as fault:
        return _unreadable(body, origin=origin, subject=subject, fault=fault)
    return _arrival(envelope, body, origin)


def _arrival(envelope: Envelope, body: bytes, origin: str) -> Arrival:
    """Whom it is from is known by the topic that it lay on, never by what it says of itself."""
    topic = spec_of(EVENTS[envelope.type]).topic
    misplaced = not origin.partition("/")[0].endswith(topic)  # it may have a prefix
    identity = event_id(envelope.source, envelope.id, ours=is_ours(topic) and not misplaced)
    subject = quick(envelope.subject)
    message: Message | None = None
    fault: Exception | None = None
    try:
        if misplaced:
            raise UnreadableError(f"{envelope.type} is told on {topic} and nowhere else")
        message = Message(
            id=identity,
            subject=subject,
            body=open_event(envelope),
            time=envelope.time,
            correlation_id=envelope.correlationid or envelope.id,
            causation_id=envelope.causationid,
            traceparent=envelope.traceparent,
        )
    except UnreadableError as unreadable:
        fault = unreadable
    return Arrival(
        edge=Edge.EVENT,
        id=identity,
        subject=subject,
        name=envelope.type,
        body=body,
        origin=origin,
        message=message,
        fault=fault,
    )


def _unreadable(body: bytes, *, origin: str, subject: UUID | None, fault: Exception) -> Arrival:
    return Arrival(
        edge=Edge.EVENT,
        id=unreadable_id(subject, body),
        subject=subject,
        name="unreadable",
        body=body,
        origin=origin,
        message=None,
        fault=fault,
    )


def _subject_of(key: bytes | None) -> UUID | None:
    """The key is the application id, also when the value is garbage: later events then wait behind it."""
    try:
        return UUID((key or b"").decode())
    except ValueError:
        return None


def hop_seconds(arrival: Arrival) -> float:
    """From the moment an event was told until now, by this machine's clock."""
    return (datetime.now(UTC) - arrival.message.time).total_seconds() if arrival.message else 0.0
