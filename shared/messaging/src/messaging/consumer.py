"""The Kafka edge: one poll through FastStream is one transaction; offsets are committed after it.

Invariants, each held by the test named:
- no input is acknowledged before its commit: test_no_input_is_acknowledged_before_its_commit
- a missing database pauses the partition and parks nothing: test_a_database_that_goes_away_parks_nothing
- a poll that waits holds what it has, and fetches no more than a bound: test_a_poll_that_waits_does_not_grow
- a new group starts at the earliest record: test_a_new_consumer_group_starts_at_the_earliest
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from contracts import is_event, spec_of
from messaging import metrics
from messaging.arrival import Arrival, Fate, Outcome
from messaging.cycle import Claim, Claims, Cycle, claim_in_inbox
from messaging.errors import is_infrastructure
from messaging.kinds import Connection
from messaging.ownership import Ownership, Partition
from messaging.reading import Poll, Reader, hop_seconds

log = structlog.get_logger("messaging")

BATCH_RECORDS = 2000  # settled in two shares of a thousand: after that more brings little
BATCH_TIMEOUT_MS = 10
# What is fetched ahead while a poll waits for the database: so much of each partition, and of each broker in
# one answer. Nothing further is fetched of a partition before that is taken, so memory has this bound.
PARTITION_FETCH_BYTES = 1 << 20
FETCH_BYTES = 16 << 20
# Whoever comes or goes, the others hear of it at their next heartbeat; until then nobody decides.
HEARTBEAT_MS = 1000
LARGE_RECORDS = 200
SHARES = 2
FEW_RECORDS = 100
LINGER_SECONDS = 0.025
ENDS_SECONDS = 2.0
BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """All topics that a service hears, in one consumer group named after it."""

    def __init__(
        self,
        cycle: Cycle,
        broker: KafkaBroker,
        *,
        fetch_max_wait_ms: int,
        session_ms: int,
        topic_prefix: str = "",
    ) -> None:
        self._cycle = cycle
        heard = {spec_of(cls).type: cls for cls in cycle.service.hears if is_event(cls)}
        self._reader = Reader(cycle.service.name, heard)
        self.ownership = Ownership(cycle.pool, lambda: self._consumer)
        self._stopping = asyncio.Event()
        self.topics = sorted({topic_prefix + spec_of(cls).topic for cls in heard.values()})
        self.waits_for_ground = False
        self._silent_since: float | None = None  # what the age of a poll is counted from before there is one
        self._subscriber: Any = broker.subscriber(
            *self.topics,
            batch=True,
            group_id=topic_prefix + cycle.service.name,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            max_records=BATCH_RECORDS,
            batch_timeout_ms=BATCH_TIMEOUT_MS,
            fetch_max_wait_ms=fetch_max_wait_ms,
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
            heartbeat_interval_ms=HEARTBEAT_MS,
            session_timeout_ms=session_ms,
            listener=self,
            parser=_whole_poll,
            decoder=_records,
        )
        self._subscriber(self._take)

    def start(self) -> None:
        """From now on something is to be polled."""
        self._silent_since = time.time()

    def stop(self) -> None:
        """A batch that waits for the database is left unacknowledged; one under way is finished."""
        self._stopping.set()

    def seconds_since_poll(self) -> float | None:
        """Age of the broker's last answer to a fetch, for the partition that has waited longest; without one,
        of that partition's coming to us; without a partition, of `start` or of the rebalance under way. So it
        grows for as long as the broker is silent, whatever we had before. None: nothing is to be polled now,
        because we were not started, the group has no partition for us, or a poll in hand waits for the
        database."""
        if self.waits_for_ground or self._silent_since is None:
            return None
        stamps = [self._consumer.last_poll_timestamp(one) for one in self._assigned()]
        answered = [stamp / 1000 if stamp else self._silent_since for stamp in stamps]
        return time.time() - min(answered, default=self._silent_since)

    async def lags(self) -> dict[Partition, int]:
        """For each of our partitions, the records that are there and not yet taken."""
        await self.ownership.heed()
        lags: dict[Partition, int] = {}
        ends = await self._ends()
        for partition in self._assigned():
            end = max(ends.get(partition, 0), self._consumer.highwater(partition) or 0)
            position = await self._consumer.position(partition) if end else 0
            lags[partition.topic, partition.partition] = max(0, end - position)
        return lags

    async def _ends(self) -> Mapping[TopicPartition, int]:
        """Asked of the broker, for what the last fetch has told grows old while a poll is settled. Nothing of
        a silent broker; too little of the embedded one, which counts batches instead of records."""
        if not (partitions := self._assigned()):
            return {}
        try:
            async with asyncio.timeout(ENDS_SECONDS):
                return cast(Mapping[TopicPartition, int], await self._consumer.end_offsets(partitions))
        except (TimeoutError, KafkaError):
            return {}

    @property
    def _consumer(self) -> Any:
        return self._subscriber.consumer

    def _assigned(self) -> Sequence[TopicPartition]:
        return sorted(self._consumer.assignment()) if self._consumer is not None else []

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        self.ownership.forget(revoked)
        self._silent_since = time.time()

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """A partition that comes (back) to us must be taken over anew before anything is written for it."""
        self.ownership.forget(assigned)
        self._silent_since = time.time() if assigned else None
        log.info("partitions_assigned", partitions=len(assigned))

    async def _take(self, records: tuple[ConsumerRecord, ...]) -> None:
        poll: Poll | None = None
        pauses = itertools.chain(BACKOFF_SECONDS, itertools.repeat(BACKOFF_SECONDS[-1]))
        while not self._stopping.is_set():
            try:
                poll = poll or self._reader.read_poll(records)
                lost = await self._settle(poll)
                await self._acknowledge(poll, lost)
                await self._linger(len(records))
                return
            except Exception as error:  # raised further, FastStream would go on to the next poll
                await self._wait_for_ground(next(pauses), error)

    async def _linger(self, records: int) -> None:
        """After a small poll lets the next one grow: a transaction for each event would cost several times
        as much, and an event that comes alone has waited for nobody."""
        if records < FEW_RECORDS:
            await self._pause(LINGER_SECONDS)

    async def _wait_for_ground(self, seconds: float, error: Exception) -> None:
        self.waits_for_ground = True
        if is_infrastructure(error):
            log.warning("consumer_waits", error=type(error).__name__, in_seconds=seconds)
        else:  # what can be neither settled nor parked: our role, our tables, a bug of the kernel
            log.error("consumer_stuck", error=type(error).__name__, in_seconds=seconds)
        await self._pause(seconds)

    async def _pause(self, seconds: float) -> None:
        """So long, or until we are to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _settle(self, poll: Poll) -> set[Partition]:
        """Settles the poll's arrivals; returns the partitions that turned out to be somebody else's."""
        lost = await self.ownership.take_over(self.ownership.foreign(poll.first), poll.first)
        while True:
            arrivals = [a for a in poll.arrivals if poll.partition_of[a.id] not in lost]
            outcomes = await self._settle_shares(arrivals, poll)
            self.waits_for_ground = False
            fenced = {
                poll.partition_of[a.id]
                for a, o in zip(arrivals, outcomes, strict=True)
                if o.fate is Fate.LOST
            }
            if not fenced:
                break
            lost |= await self.ownership.take_over(sorted(fenced), poll.first)
        if poll.arrivals:
            metrics.HOP_SECONDS.labels(self._cycle.service.name).observe(hop_seconds(poll.arrivals[0]))
        return lost

    async def _settle_shares(self, arrivals: Sequence[Arrival], poll: Poll) -> list[Outcome]:
        """A large poll is settled in shares by family, side by side: while the database works on one, the
        next is decided. A family is in one share, so its order is kept."""
        count = SHARES if len(arrivals) >= LARGE_RECORDS else 1
        shares: list[list[Arrival]] = [[] for _ in range(count)]
        for arrival in arrivals:
            shares[arrival.subject.int % count if arrival.subject else 0].append(arrival)
        claim = self._claim_for(poll)
        ends = await asyncio.gather(
            *(self._cycle.settle(share, claim) for share in shares), return_exceptions=True
        )
        outcomes: dict[UUID, Outcome] = {}
        for share, end in zip(shares, ends, strict=True):
            if isinstance(end, BaseException):
                raise end  # the whole poll again: what another share settled is known by its ids
            outcomes.update(zip((arrival.id for arrival in share), end, strict=True))
        return [outcomes[arrival.id] for arrival in arrivals]

    def _claim_for(self, poll: Poll) -> Claim:
        async def claim(conn: Connection, arrivals: Sequence[Arrival]) -> Claims:
            owned = await self.ownership.still_ours(conn, {poll.partition_of[a.id] for a in arrivals})
            ours = [a for a in arrivals if poll.partition_of[a.id] in owned]
            lost: dict[UUID, Outcome | None] = {a.id: Outcome(Fate.LOST) for a in arrivals}
            return {**lost, **await claim_in_inbox(conn, ours)}

        return claim

    async def _acknowledge(self, poll: Poll, lost: set[Partition]) -> None:
        """Tells the broker how far we are; if it does not listen, the next acknowledgement will do."""
        try:
            await self.ownership.commit({p: offset + 1 for p, offset in poll.last.items() if p not in lost})
        except KafkaError as error:
            log.warning("offsets_not_committed", error=type(error).__name__)


async def _whole_poll(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    """FastStream's message around a poll, without reading headers: a bad header must not stop a batch."""
    return KafkaMessage(body=b"", raw_message=records, consumer=FAKE_CONSUMER)


async def _records(message: KafkaMessage) -> Any:
    return message.raw_message
