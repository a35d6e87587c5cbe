"""The kernel's third promise: when database or broker is gone it waits, parks nothing and goes on.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psutil

from console.broker import Broker, create_topics
from console.postgres import Postgres
from messaging.consumer import FETCH_BYTES, PARTITION_FETCH_BYTES
from messaging.cycle import TRIES_BEFORE_PARKING
from messaging.kernel import Kernel
from support.probe import IN_TOPIC, Probe, family, probing, running, until, waits, working
from support.remembering import Bell, Note, Question, Reply, withdrawn

CANCEL = """
SELECT pg_cancel_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""

ASKING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE relation = 'ownership'::regclass AND NOT granted AND datname = current_database()
"""


async def test_a_database_that_goes_away_parks_nothing(
    own_postgres: Postgres, broker: Broker, topic_prefix: str
) -> None:
    """Line: the loop of `Consumer._take`; what means "gone" is in `errors`."""
    one = family()
    async with probing(own_postgres.dsn(), broker, topic_prefix) as probe:
        kernel = probe.make_kernel()
        async with running(kernel):
            await probe.send((one, withdrawn(one, "before")))
            await probe.heard(one, "before")
            await asyncio.to_thread(own_postgres.kill)
            await probe.send((one, withdrawn(one, "meanwhile")), (one, withdrawn(one, "then")))
            await until(lambda: waits(kernel))
            assert await probe.acknowledged() == 1
            await asyncio.to_thread(own_postgres.start)
            await probe.heard(one, "before", "meanwhile", "then")
            await probe.acknowledges(3)
            assert not kernel.consumer.waits_for_ground
        assert await probe.count("parked") == 0


async def test_a_poll_that_waits_does_not_grow(probe: Probe) -> None:
    """Line: `await self._settle(poll)` in `Consumer._take`: nothing is polled before; how much one poll may
    bring is `max_partition_fetch_bytes` and `max_records`. The embedded broker keeps only to
    `fetch_max_bytes`, and that not to the record."""
    one, records = family(), 600
    event = withdrawn(one, "a" * 40_000)
    bound = PARTITION_FETCH_BYTES if probe.broker.idempotent else FETCH_BYTES
    await probe.send(*[(one, event)] * records)
    kernel = probe.make_kernel()
    async with running(kernel), probe.holding(one):
        await probe.waiting()
        left = sum((await kernel.consumer.lags()).values())
        assert left >= records - bound // len(event) - 10


async def test_a_statement_that_is_cancelled_parks_nothing(probe: Probe) -> None:
    """Line: the classes in `errors._GROUND` (here 57, an operator's act): the message is tried until the
    database lets it, however often. `is_infrastructure` is asked in `Cycle.settle` and in `Cycle._alone`."""
    one = family()
    async with probe.holding(one), working(probe.make_kernel()):
        await probe.make_due(one, Bell("now"))
        for _ in range(TRIES_BEFORE_PARKING + 1):
            await probe.waiting()
            await probe.pool.execute(CANCEL)
            await until(lambda: _nobody_waits(probe))
    async with working(probe.make_kernel()):
        await probe.heard(one, "bell now")
    assert await probe.count("parked") == 0


async def test_a_broker_that_goes_away_parks_nothing(database: str, own_broker: Broker) -> None:
    """Line: `except Exception` in `Consumer._take`: while the broker does not say whose the partition is, the
    poll is kept and it is asked again. FastStream would pass over what raised an error."""
    one = family()
    before, after = (one, withdrawn(one, "before")), (one, withdrawn(one, "after"))
    async with probing(database, own_broker, "") as probe:
        kernel = probe.make_kernel()
        async with running(kernel):
            kernel.consumer._consumer._request_timeout_ms = 500  # by itself it waits 40 s for an answer
            async with _nobody_knows_owners(probe):
                await probe.send(before)
                await until(lambda: _asks_for_owners(probe, kernel))
                await asyncio.to_thread(own_broker.kill)
            await until(lambda: waits(kernel))
            assert (await probe.said(one), await probe.count("parked")) == ([], 0)
            await asyncio.to_thread(own_broker.start)
            await probe.make_topics()
            await probe.send(before, after)  # the embedded one has forgotten what it was told
            await probe.heard(one, "before", "after")
            assert not kernel.consumer.waits_for_ground
        assert await probe.count("parked") == 0


async def test_the_age_of_the_last_poll_grows_while_the_broker_is_frozen(
    database: str, own_broker: Broker
) -> None:
    """Line: `self._silent_since = …` in `Consumer.start` (no partition was ever had) and the stamps in
    `Consumer.seconds_since_poll` (they were, and answered)."""
    async with probing(database, own_broker, "") as probe:
        one, kernel = family(), probe.make_kernel()
        assert kernel.consumer.seconds_since_poll() is None
        with frozen(own_broker):
            starting = asyncio.create_task(kernel.start())
            await until(lambda: _is_silent(kernel, 1.0))
            assert not starting.done()
        await starting
        await probe.send((one, withdrawn(one, "moved")))
        await probe.heard(one, "moved")
        await until(lambda: _is_heard(kernel))
        with frozen(own_broker):  # for less than a session, after which the partitions are taken away
            session = own_broker.session_ms / 1000
            await until(lambda: _is_silent(kernel, session / 4), seconds=session / 2)
        await until(lambda: _is_heard(kernel))
        await kernel.stop()


async def test_who_has_nothing_to_poll_is_not_missed(
    database: str, broker: Broker, topic_prefix: str
) -> None:
    """Line: `if assigned else None` in `Consumer.on_partitions_assigned` (one partition, two instances), and
    `self._silent_since = …` in `Consumer.on_partitions_revoked`, once it is to join the group anew."""
    await create_topics(broker.servers, [topic_prefix + IN_TOPIC], partitions=1)
    async with probing(database, broker, topic_prefix) as probe:
        first, second = probe.make_kernel(), probe.make_kernel()
        async with running(first, second):
            await until(lambda: _one_is_idle(first, second))
            idle = first if first.consumer.seconds_since_poll() is None else second
            await idle.consumer.on_partitions_revoked([])
            assert await _is_heard(idle)


async def test_a_kernel_can_stop_while_the_database_is_away(
    own_postgres: Postgres, broker: Broker, topic_prefix: str
) -> None:
    """Line: `or self.stopping` in `Answers._settle`: an answer in hand is left to its lease."""
    called, answered = asyncio.Event(), asyncio.Event()

    async def answer(call: Question) -> Reply:
        called.set()
        await answered.wait()
        return Reply(f"answer to {call.text}")

    async with probing(own_postgres.dsn(), broker, topic_prefix) as probe:
        one, kernel, probe.answer = family(), probe.make_kernel(), answer
        await kernel.start()
        await kernel.request(Note("ask"), subject=one)
        await called.wait()
        await asyncio.to_thread(own_postgres.kill)
        answered.set()
        async with asyncio.timeout(10):
            await kernel.stop()
        await asyncio.to_thread(own_postgres.start)
        await probe.pool.execute("UPDATE due SET lease_until = now()")
        async with working(probe.make_kernel()):
            await probe.heard(one, "ask", "answer to ask")


async def test_stopping_finishes_the_batch_under_way(probe: Probe) -> None:
    """Line: `await self._broker.stop()` in `Kernel.stop` waits for the batch; `_take` ends after its turn."""
    one, kernel = family(), probe.make_kernel()
    await kernel.start()
    async with probe.holding(one):
        await probe.send((one, withdrawn(one, "moved")))
        await probe.waiting()
        stopping = asyncio.create_task(kernel.stop())
        await asyncio.wait([stopping], timeout=0.2)
        assert not stopping.done()
    await stopping
    assert await probe.said(one) == ["moved"]
    assert await probe.acknowledged() == 1


@asynccontextmanager
async def _nobody_knows_owners(probe: Probe) -> AsyncIterator[None]:
    """Whoever looks for the owner of a partition waits meanwhile."""
    async with probe.pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE ownership")
        yield


async def _asks_for_owners(probe: Probe, kernel: Kernel) -> bool:
    """Whether the consumer has a poll in hand; the gauges ask as well."""
    kernel._gauges.loop.wake()
    return bool(await probe.pool.fetchval(ASKING) == 2)


@contextmanager
def frozen(broker: Broker) -> Iterator[None]:
    """The broker's process is there and does nothing."""
    process = psutil.Process(json.loads((broker.folder / "broker.json").read_text())["pid"])
    process.suspend()
    try:
        yield
    finally:
        process.resume()


async def _is_silent(kernel: Kernel, seconds: float) -> bool:
    return (kernel.consumer.seconds_since_poll() or 0.0) > seconds


async def _is_heard(kernel: Kernel) -> bool:
    age = kernel.consumer.seconds_since_poll()
    return age is not None and age < 1.0


async def _one_is_idle(*kernels: Kernel) -> bool:
    ages = [kernel.consumer.seconds_since_poll() for kernel in kernels]
    return ages.count(None) == 1


async def _nobody_waits(probe: Probe) -> bool:
    return not await probe.are_waiting(1)
