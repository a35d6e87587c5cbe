"""The promises of `Remind`: what is due comes back once, on time, whoever is there.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

from asyncpg.pool import PoolConnectionProxy

from console.broker import Broker
from console.postgres import Postgres
from messaging.leases import LEASE, NEXT_DUE
from messaging.reminders import MOST_AT_ONCE, REMINDERS
from support.probe import Probe, family, probing, until, working
from support.remembering import Bell, Note

MANY = 20_000
FILL = """
INSERT INTO due (id, kind, target, name, subject, body, correlation_id, causation_id, due_at,
  attempts_allowed)
SELECT gen_random_uuid(), 'remind', '', 'Bell', gen_random_uuid(), '', '', '',
  now() + number * $1::interval, 1
FROM generate_series(1, $2::int) AS number
"""
READ = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'due'"


async def test_a_reminder_comes_back_when_it_is_due_and_not_before(probe: Probe) -> None:
    """Line: `due_at <= now()` in `leases.LEASE`."""
    one, kernel = family(), probe.make_kernel()
    async with working(kernel):
        await kernel.request(Note("remind later"), subject=one)
        await probe.heard(one, "remind later", "bell remind later")
    made, rang = await probe.pool.fetchrow(
        "SELECT min(told_at) + interval '400 ms' AS due, max(told_at) AS rang FROM outbox"
    )
    assert made <= rang
    assert (rang - made).total_seconds() < 1


async def test_a_reminder_outlives_a_restart(probe: Probe) -> None:
    """Line: `store.make_due` in `Cycle._write`: nothing but the row remembers."""
    one = family()
    await probe.make_kernel().request(Note("remind"), subject=one)
    async with working(probe.make_kernel()):
        await probe.heard(one, "remind", "bell remind")


async def test_two_instances_ring_once(probe: Probe) -> None:
    """Line: `FOR UPDATE SKIP LOCKED` with the lease in `leases.LEASE`, and `CLAIM_DUE`'s `RETURNING id`."""
    families = [family() for _ in range(200)]
    first, second = probe.make_kernel(), probe.make_kernel()
    async with working(first, second):
        await asyncio.gather(*(first.request(Note("remind"), subject=one) for one in families))
        await until(lambda: _all_rang(probe))
    for one in families:
        assert await probe.said(one) == ["remind", "bell remind"]


async def test_a_reminder_that_cannot_be_decided_is_parked(probe: Probe) -> None:
    """Line: `failed_arrival` in `Reminders._arrival`."""
    one, kernel = family(), probe.make_kernel()
    await kernel.request(Note("remind"), subject=one)
    await probe.pool.execute("UPDATE due SET name = 'FromALaterRelease'")
    async with working(kernel):
        (parked,) = await probe.parked(1, one)
    assert parked["error"].startswith("UnknownBodyError")
    await probe.pool.execute("UPDATE parked SET name = 'Bell'")
    assert (await kernel.parking.redrive(parked["seq"], by="ops")).settled == 1
    assert await probe.said(one) == ["remind", "bell remind"]


async def test_a_reminder_in_hand_when_the_database_goes_rings_when_it_is_back(
    own_postgres: Postgres, broker: Broker, topic_prefix: str
) -> None:
    """Line: `self._rows = self._rows or …` in `Reminders._turn`; without it the lease must run out first."""
    async with probing(own_postgres.dsn(), broker, topic_prefix) as probe:
        one, kernel = family(), probe.make_kernel()
        async with working(kernel):
            async with probe.holding(one):
                await probe.make_due(one, Bell("now"))
                kernel.reminders.loop.wake()
                await probe.waiting()
                await asyncio.to_thread(own_postgres.kill)
                await asyncio.to_thread(own_postgres.start)
            await probe.heard(one, "bell now")
        assert await probe.count("parked") == 0


async def test_what_is_not_due_for_months_is_not_read(probe: Probe) -> None:
    """Lines: the two looks of `leases.NEXT_DUE`, each into its own part of the index."""
    async with _holding_due(probe, timedelta(minutes=1)) as conn:
        assert await conn.fetch(LEASE, uuid4(), 60.0, "remind", REMINDERS, MOST_AT_ONCE) == []
        assert 0 < await conn.fetchval(NEXT_DUE, "remind", REMINDERS) <= 60
        assert await conn.fetchval(READ) < 10


async def test_of_a_great_backlog_only_the_beginning_is_read(probe: Probe) -> None:
    """Lines: `= ANY(ARRAY(…))` in `leases.LEASE`, and `LIMIT 1000` in `leases.NEXT_DUE`."""
    async with _holding_due(probe, timedelta(seconds=-1)) as conn:
        leased = await conn.fetch(LEASE, uuid4(), 60.0, "remind", REMINDERS, MOST_AT_ONCE)
        assert len(leased) == MOST_AT_ONCE
        assert await conn.fetchval(NEXT_DUE, "remind", REMINDERS) < 0
        assert await conn.fetchval(READ) < 3 * MOST_AT_ONCE + 1000


@asynccontextmanager
async def _holding_due(probe: Probe, apart: timedelta) -> AsyncIterator[PoolConnectionProxy]:
    """A transaction with many due rows, each so long after the one before, the first so long from now."""
    async with probe.pool.acquire() as conn:
        await conn.execute("SET plan_cache_mode = force_generic_plan")  # as the services' sessions have it
        await conn.execute(FILL, apart, MANY)
        await conn.execute("ANALYZE due")
        async with conn.transaction():
            yield conn


async def _all_rang(probe: Probe) -> bool:
    return await probe.count("due") == 0 and await probe.count("outbox") == 400
