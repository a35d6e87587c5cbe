"""The relay's promises: what was decided is told, in order for each family, by one relay at a time.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from console.broker import Broker
from contracts import read_envelope
from messaging import Relay, republish, store
from messaging.store import OutboxRow
from support.probe import IN_TOPIC, OUT_TOPIC, Probe, family, probing, relaying, running, until
from support.remembering import Note, withdrawn

QUEUED = 100_000
FAMILIES = 500
# Rows as large as our events usually are, of many families in turn; each holds its number.
QUEUE = """
INSERT INTO outbox (batch, place, id, topic, subject, body)
SELECT (n - 1) / 500 + 1, (n - 1) % 500 + 1, gen_random_uuid(), $1,
  ('00000000-0000-4000-8000-' || lpad(to_hex(n % $3), 12, '0'))::uuid,
  convert_to(n || repeat(' ', 1000), 'UTF8')
FROM generate_series(1, $2::int) AS n ORDER BY n
"""
LEADERS = """
SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""


async def test_the_relay_keeps_the_order_of_each_family(probe: Probe) -> None:
    """Line: `WITH ORDINALITY` in `store.TELL` and `ORDER BY next.batch, place` in `relay.TAKE`."""
    families, kernel = [family() for _ in range(20)], probe.make_kernel()
    async with relaying(probe.make_relay()):
        for turn in range(20):
            await asyncio.gather(*(kernel.request(Note(str(turn)), subject=one) for one in families))
        told = await probe.told(400)
    for one in families:
        assert [_people(body) for body in told[one]] == list(range(1, 21))
    await until(lambda: _nothing_untold(probe))


async def test_a_relay_that_was_away_catches_up_in_order(probe: Probe) -> None:
    """Lines: `before < $1` (memory: without it all rows are taken at once) and `ORDER BY` in `relay.TAKE`."""
    async with probe.pool.acquire() as conn:
        await conn.execute(QUEUE, OUT_TOPIC, QUEUED, FAMILIES)
        assert await republish(conn) == QUEUED
    process, began = psutil.Process(), time.monotonic()
    before = most = process.memory_info().rss
    async with relaying(probe.make_relay()):
        while await probe.count("untold"):
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.05)
    seconds = time.monotonic() - began
    told = await probe.told(QUEUED)
    assert sum(len(bodies) for bodies in told.values()) == QUEUED
    for bodies in told.values():
        numbers = [int(body) for body in bodies]
        assert numbers == sorted(set(numbers))
    assert (most - before) / 2**20 < 60  # MiB; the rows have 100
    assert seconds < 30


async def test_only_one_relay_leads(probe: Probe) -> None:
    """Line: `pg_try_advisory_lock` in `Relay._lead`."""
    relays = [probe.make_relay() for _ in range(3)]
    async with relaying(relays[0]), relaying(relays[1]), relaying(relays[2]):
        await until(lambda: _some_leads(relays))
        await until(lambda: _all_tried(relays))
        assert await _one_leads(probe, relays)


async def test_a_standby_takes_over_when_the_leaders_session_dies(probe: Probe) -> None:
    """Line: `await self._let_go()` in `Relay._turn`; `return STANDBY_SECONDS` in the standby's."""
    one, kernel = family(), probe.make_kernel()
    leader, standby = probe.make_relay(), probe.make_relay()
    async with relaying(standby):
        async with relaying(leader):
            await until(lambda: _some_leads([leader, standby]))
            await probe.pool.execute("SELECT pg_terminate_backend(pid) FROM (" + LEADERS + ") AS leaders")
            await kernel.request(Note("moved"), subject=one)
            assert len((await probe.told(1))[one]) == 1
            await until(lambda: _one_leads(probe, [leader, standby]))
        await until(lambda: _some_leads([standby]))


async def test_a_publish_that_fails_is_told_later(database: str, own_broker: Broker) -> None:
    """Line: `_publish` inside the transaction that takes the rows off the list, in `Relay._tell_next`."""
    one = family()
    async with probing(database, own_broker, "") as probe:
        kernel = probe.make_kernel()
        async with relaying(probe.make_relay(publish_seconds=2.0)) as relay:
            await until(lambda: _some_leads([relay]))
            await asyncio.to_thread(own_broker.kill)
            for said in ("moved", "then"):
                await kernel.request(Note(said), subject=one)
            await until(lambda: _lost(relay))
            assert await probe.count("untold") == 2
            await asyncio.to_thread(own_broker.start)
            await probe.make_topics()
            told = await probe.told(2)
            await until(lambda: _nothing_untold(probe))
    assert [_people(body) for body in told[one]] == [1, 2]


async def test_topics_are_rebuilt_from_the_outbox_and_consumers_do_nothing_twice(
    database: str, own_broker: Broker
) -> None:
    """Line: `relay.REPUBLISH` puts kept rows back on the list; `store.CLAIM_INBOX` knows their ids. The probe
    hears here what its own outbox tells."""
    one = family()
    async with probing(database, own_broker, "") as probe, relaying(probe.make_relay()):
        async with running(probe.make_kernel()):
            await _tell(probe, one, "first", "second")
            await probe.heard(one, "first", "second")
        await until(lambda: _nothing_untold(probe))
        told = await probe.told(2)
        await _forget(own_broker)
        await until(lambda: _made(probe))
        async with probe.pool.acquire() as conn:
            assert await republish(conn) == 4
        await _tell(probe, one, "third")
        async with running(probe.make_kernel()):
            await probe.heard(one, "first", "second", "third")
            await probe.acknowledges(3)
        assert (await probe.told(3))[one][:2] == told[one]


class Stalled:
    """A producer that takes batches and never hears of them again, as one may after a broker came back."""

    def __init__(self, real: AIOKafkaProducer) -> None:
        self.real = real
        self.partitions_for = real.partitions_for
        self.create_batch = real.create_batch
        self.stop = real.stop

    async def send_batch(self, *_: object, **__: object) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()


async def test_a_producer_that_stalls_is_given_up_and_nothing_is_lost(probe: Probe) -> None:
    """Line: `asyncio.timeout(self._publish_seconds)` in `Relay._tell_next`."""
    stalled: list[Stalled] = []

    async def producer() -> Any:
        made = await probe.make_producer()
        if stalled:
            return made
        stalled.append(Stalled(made))
        return stalled[0]

    one, relay = family(), probe.make_relay(producer=producer, publish_seconds=1.0)
    await _tell(probe, one, "first", "second")
    async with relaying(relay):
        await until(lambda: _nothing_untold(probe))
    assert stalled
    async with running(probe.make_kernel()):
        await probe.heard(one, "first", "second")


async def _forget(broker: Broker) -> None:
    """The broker loses all topics: the embedded one by a restart, Apache Kafka is told to."""
    if not broker.idempotent:
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.servers)
    await admin.start()
    await admin.delete_topics([IN_TOPIC, OUT_TOPIC])
    await admin.close()


async def _made(probe: Probe) -> bool:
    """Makes the topics; a broker may still be busy with deleting those of the same names."""
    try:
        await probe.make_topics()
    except KafkaError:
        return False
    return True


async def _tell(probe: Probe, subject: UUID, *sayings: str) -> None:
    rows = [OutboxRow(uuid4(), IN_TOPIC, subject, withdrawn(subject, said)) for said in sayings]
    async with probe.pool.acquire() as conn, conn.transaction():
        await store.tell(conn, rows)


def _people(body: bytes) -> int:
    people: int = msgspec.json.decode(read_envelope(body).data)["people"]
    return people


async def _nothing_untold(probe: Probe) -> bool:
    return await probe.count("untold") == 0


async def _some_leads(relays: list[Relay]) -> bool:
    return any(relay.leads for relay in relays)


async def _one_leads(probe: Probe, relays: list[Relay]) -> bool:
    return sum(r.leads for r in relays) == 1 == len(await probe.pool.fetch(LEADERS))


async def _lost(relay: Relay) -> bool:
    return not relay.leads


async def _all_tried(relays: list[Relay]) -> bool:
    """Whether each leads or holds the connection on which it was told that it does not."""
    return all(relay.leads or relay._conn is not None for relay in relays)
