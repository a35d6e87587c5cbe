"""The kernel's second promise: what a family said is decided in its order, by one at a time.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from messaging.kernel import Kernel
from support.probe import IN_TOPIC, PARTITIONS, Probe, family, partition_of, remembering, running, until
from support.remembering import Note, withdrawn


async def test_events_of_a_family_are_decided_in_their_order(serving: Probe) -> None:
    """Line: a later message of a batch sees what an earlier one changed, `Fold._keep`."""
    families = [family() for _ in range(10)]
    sayings = [str(number) for number in range(30)]
    await serving.send(*((f, withdrawn(f, said)) for said in sayings for f in families))
    for one in families:
        await serving.heard(one, *sayings)


async def test_later_events_wait_behind_a_parked_one(serving: Probe) -> None:
    """Line: `arrival.subject in self._blocked` in `Fold.take`; in a batch `_blocked.add` in `Fold._failed`,
    between batches `blocked=await store.parked_families(…)` in `Cycle._in_transaction`."""
    bad, good = family(0), family(0)
    said = ["first", "bug", "second"]
    await serving.send(*((f, withdrawn(f, s)) for s in said for f in (bad, good) if (s, f) != ("bug", good)))
    await serving.heard(good, "first", "second")
    await serving.send((bad, withdrawn(bad, "third")), (good, withdrawn(good, "third")))
    await serving.heard(good, "first", "second", "third")
    rows = await serving.parked(3, bad)
    assert [row["state"] for row in rows] == ["failed", "waits", "waits"]
    assert await serving.said(bad) == ["first"]


async def test_order_holds_while_instances_come_and_go(probe: Probe) -> None:
    """Line: `_acknowledge` after `_settle` in `Consumer._take`: whoever takes a partition over begins where
    the last commit ended, and reads again what the other had in hand. `await self._broker.stop()` in
    `Kernel.stop` leaves the group, so that nobody waits for the end of a session to take over."""
    families = [family(number) for number in range(12)]
    sayings = [str(number) for number in range(40)]
    first, second = probe.make_kernel(), probe.make_kernel()
    await first.start()
    await _tell(probe, families, sayings[:1])
    await probe.acknowledges(len(families))
    async with probe.holding(*families):
        telling = asyncio.create_task(_tell(probe, families, sayings[1:]))
        await probe.waiting()
        await second.start()
        await until(lambda: _both_have_partitions(first, second))
    await first.stop()
    assert await _members(probe) == 1
    await until(lambda: _has(second, PARTITIONS), seconds=probe.broker.session_ms / 1000)
    await telling
    for one in families:
        await probe.heard(one, *sayings)
    await second.stop()
    assert await probe.count("parked") == 0
    assert await probe.count("outbox") == len(families) * len(sayings)


async def test_a_consumer_that_lost_its_partition_cannot_write(probe: Probe) -> None:
    """Line: `store.still_owned` in `Ownership.still_ours`. The first consumer is in the middle of a batch and
    does not hear that it was replaced, like a process that was stopped for a while."""
    families = [family(number) for number in range(PARTITIONS)]
    first, second = probe.make_kernel(), probe.make_kernel()
    first.consumer.on_partitions_revoked = first.consumer.on_partitions_assigned = _hear_nothing  # type: ignore[method-assign, assignment]
    await probe.send(*((f, withdrawn(f, "moved")) for f in families))
    async with probe.holding(*families):
        await first.start()
        await probe.waiting(1)
        assert await probe.count("ownership") == PARTITIONS  # its batch has something of each
        await second.start()
        await until(lambda: _both_have_partitions(first, second))
        lost = {p for _, p in await second.consumer.lags()}
        await probe.waiting(2)
    for one in families:
        await probe.heard(one, "moved")
    await probe.acknowledges(PARTITIONS)
    await second.stop()
    await first.stop()
    assert {partition_of(f) for f in remembering(first).decided} & lost == set()
    assert {partition_of(f) for f in remembering(second).decided} == lost


async def test_a_partition_that_comes_back_is_taken_over_anew(probe: Probe) -> None:
    """Line: the second round of `Consumer._settle` after `self.ownership.take_over(sorted(fenced), …)`: the
    broker says that the partition is ours, so somebody else's older epoch does not stop us."""
    one = family()
    async with running(probe.make_kernel()):
        async with probe.holding(one):
            await probe.send((one, withdrawn(one, "moved")))
            await probe.waiting()
            await probe.pool.execute("UPDATE ownership SET epoch = epoch + 1")
        await probe.heard(one, "moved")
        await probe.acknowledges(1)
    assert await probe.pool.fetchval("SELECT max(epoch) FROM ownership") == 3


async def test_two_instances_never_decide_for_one_family_at_once(probe: Probe) -> None:
    """Line: `store.lock` in `Cycle._in_transaction`; without it one overwrites what the other saved."""
    one = family()
    kernels = [probe.make_kernel() for _ in range(4)]
    requests = [k.request(Note(f"{turn}"), subject=one) for turn in range(25) for k in kernels]
    replies: list[Any] = await asyncio.gather(*requests)
    assert sorted(reply["place"] for reply in replies) == list(range(1, 101))
    assert len(await probe.said(one)) == 100


async def _tell(probe: Probe, families: Sequence[Any], sayings: Sequence[str]) -> None:
    for said in sayings:
        await probe.send(*((f, withdrawn(f, said)) for f in families))
        await asyncio.sleep(0)


async def _both_have_partitions(*kernels: Kernel) -> bool:
    shares = [len(await kernel.consumer.lags()) for kernel in kernels]
    return sum(shares) == PARTITIONS and all(shares)


async def _has(kernel: Kernel, partitions: int) -> bool:
    return len(await kernel.consumer.lags()) == partitions


async def _members(probe: Probe) -> int:
    """How many the broker counts in the consumer group."""
    admin = AIOKafkaAdminClient(bootstrap_servers=probe.broker.servers)
    await admin.start()
    try:
        (described,) = await admin.describe_consumer_groups([f"{probe.prefix}probe"])
        return len(described.to_object()["groups"][0]["members"])
    finally:
        await admin.close()


async def _hear_nothing(partitions: object) -> None: ...


async def test_a_place_that_is_ahead_of_the_topic_loses_nothing(probe: Probe) -> None:
    """Line: `**await self._unknown(partitions)` in `Ownership.take_over`. A broker that lost its topics may
    be told a place by a consumer that still remembers the old ones."""
    one = family()
    await probe.send(*((one, withdrawn(one, said)) for said in ("first", "second", "third")))
    await _remember_place(probe, one, 2)
    async with running(probe.make_kernel()):
        await probe.heard(one, "first", "second", "third")


async def test_a_service_told_to_reads_everything_anew_and_does_nothing_twice(probe: Probe) -> None:
    """Line: `store.disown` in `Ownership.rewind`, `_read_anew` in `Ownership.heed`."""
    one, kernel = family(), probe.make_kernel()
    await probe.send(*((one, withdrawn(one, said)) for said in ("first", "second")))
    async with running(kernel):
        await probe.heard(one, "first", "second")
        await probe.pool.execute("DELETE FROM inbox; DELETE FROM seen")
        await kernel.consumer.ownership.rewind()
        await probe.heard(one, "first", "second")
        await kernel.consumer.ownership.rewind()
        await probe.send((one, withdrawn(one, "third")))
        await probe.heard(one, "first", "second", "third")


async def _remember_place(probe: Probe, subject: UUID, place: int) -> None:
    """The group's offset in the family's partition, as another of its members would have left it."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=probe.broker.servers, group_id=f"{probe.prefix}probe", enable_auto_commit=False
    )
    await consumer.start()
    partition = TopicPartition(probe.prefix + IN_TOPIC, partition_of(subject))
    consumer.assign([partition])
    await consumer.commit({partition: place})
    await consumer.stop()
