"""Which partitions are ours to write for, and from where we read them.

Invariants, each held by the test named:
- a consumer that lost its partition cannot write: test_a_consumer_that_lost_its_partition_cannot_write
- a partition that nobody here ever owned is read from its beginning, whatever offset its group has kept:
  test_a_place_that_is_ahead_of_the_topic_loses_nothing
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import asyncpg
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from messaging import store
from messaging.kinds import Connection

log = structlog.get_logger("messaging")

Partition = tuple[str, int]


class Ownership:
    """The epochs of our partitions. `consumer` gives the aiokafka consumer, None while there is none."""

    def __init__(self, pool: asyncpg.Pool, consumer: Callable[[], Any]) -> None:
        self._pool = pool
        self._consumer = consumer
        self._epochs: dict[Partition, int] = {}

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """They come or go: whoever has them next takes them over anew."""
        for one in partitions:
            self._epochs.pop((one.topic, one.partition), None)

    def foreign(self, partitions: Collection[Partition]) -> list[Partition]:
        """Those that must be taken over before anything is written for them."""
        return [one for one in partitions if one not in self._epochs]

    async def still_ours(self, conn: Connection, partitions: Collection[Partition]) -> set[Partition]:
        """Those that nobody has taken over since, held until the transaction ends."""
        mine = {one: self._epochs[one] for one in partitions if one in self._epochs}
        return await store.still_owned(conn, mine)

    async def take_over(
        self, partitions: Sequence[Partition], first: Mapping[Partition, int]
    ) -> set[Partition]:
        """Makes these partitions ours in the database, if the broker agrees. Returns those whose records in
        hand must not be settled: the broker gave them to another, or they are read anew.

        The broker is the arbiter: only a member of the group's present generation can commit an offset, so
        committing the place where we begin (`first`: of what is in hand) proves that we are no zombie. A
        partition that this database knows nothing of begins at its beginning: the place that the group has
        kept may be that of a topic which the broker has lost since.
        """
        places = {**{one: first[one] for one in partitions}, **await self._unknown(partitions)}
        lost = {one for one in partitions if not await self.commit({one: places[one]})}
        won = [one for one in partitions if one not in lost]
        if won:
            async with self._pool.acquire() as conn:
                self._epochs |= await store.take_over(conn, won)
        if lost:
            log.warning("partitions_lost", partitions=len(lost))
        return lost | self._read_anew({one: places[one] for one in won if places[one] != first[one]})

    async def rewind(self) -> int:
        """This service reads all partitions again from their beginnings, its other instances too (`heed`).
        Returns how many there are of ours."""
        async with self._pool.acquire() as conn:
            await store.disown(conn)
        return await self.heed()

    async def heed(self) -> int:
        """Whether somebody has asked to read anew, which a partition without new records would not notice."""
        async with self._pool.acquire() as conn:
            known = await store.known_partitions(conn, list(self._epochs))
        gone = [one for one in self._epochs if one not in known]
        begins = await self._beginnings(gone)
        for one in gone:
            self._epochs.pop(one, None)
        return len(self._read_anew(begins))

    async def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """False when the partitions are not ours (any more)."""
        consumer = self._consumer()
        try:
            if offsets and consumer is not None:
                await consumer.commit({TopicPartition(*one): offset for one, offset in offsets.items()})
        except (CommitFailedError, IllegalStateError):
            return False
        return True

    async def _unknown(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """The beginnings of those that this database has never had an owner for."""
        async with self._pool.acquire() as conn:
            known = await store.known_partitions(conn, partitions)
        return await self._beginnings([one for one in partitions if one not in known])

    async def _beginnings(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        consumer = self._consumer()
        if not partitions or consumer is None:
            return {}
        begins = await consumer.beginning_offsets([TopicPartition(*one) for one in partitions])
        return {(one.topic, one.partition): begin for one, begin in begins.items()}

    def _read_anew(self, begins: Mapping[Partition, int]) -> set[Partition]:
        for one, begin in begins.items():
            self._consumer().seek(TopicPartition(*one), begin)
        if begins:
            log.info("partitions_read_anew", partitions=len(begins))
        return set(begins)
