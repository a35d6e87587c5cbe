"""The kernel's last promise: it forgets in time, and nothing too early.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from messaging import Keep, Retention, republish, seconds_to_hour, store
from support.probe import Probe, family, until
from support.remembering import Note

KEEP = Keep(outbox_days=10, inbox_days=20, requests_days=5)
INBOX = """
INSERT INTO inbox SELECT gen_random_uuid(), now() - $1::interval FROM generate_series(1, $2)
"""
REQUESTS = """
INSERT INTO requests SELECT gen_random_uuid(), '', '', now() - $1::interval FROM generate_series(1, $2)
"""


def made(probe: Probe, *, leads: bool = True, seconds_to_night: float = 0.01) -> Retention:
    return Retention(
        service="probe",
        pool=probe.pool,
        keep=KEEP,
        leads=lambda: leads,
        seconds_to_night=lambda: seconds_to_night,
    )


async def told(probe: Probe, *, days: int) -> int:
    """Has one event told so long ago, which the relay has done by now; its batch."""
    batch = await untold(probe, days=days)
    await probe.pool.execute("DELETE FROM untold WHERE batch = $1", batch)
    return batch


async def untold(probe: Probe, *, days: int) -> int:
    """The same, but the relay has not done it."""
    await probe.make_kernel().request(Note("moved"), subject=family())
    batch: int = await probe.pool.fetchval("SELECT max(batch) FROM outbox")
    ago = timedelta(days=days)
    async with probe.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL session_replication_role = replica")  # no trigger refuses it
        await conn.execute("UPDATE outbox SET told_at = now() - $1::interval WHERE batch = $2", ago, batch)
    return batch


async def kept(probe: Probe) -> set[int]:
    return {row["batch"] for row in await probe.pool.fetch("SELECT batch FROM outbox")}


async def test_what_is_old_goes_and_what_is_young_stays(probe: Probe) -> None:
    """Line: `told_at <`, `settled_at <`, `answered_at <` in `retention.SWEEP`."""
    _, young = await told(probe, days=11), await told(probe, days=9)
    for days, rows in ((21, 3000), (19, 2)):
        await probe.pool.execute(INBOX, timedelta(days=days), rows)
    for days, rows in ((6, 3000), (4, 3)):
        await probe.pool.execute(REQUESTS, timedelta(days=days), rows)
    assert await made(probe).sweep() == {"outbox": 1, "inbox": 3000, "requests": 3000}
    assert await kept(probe) == {young}
    assert (await probe.count("inbox"), await probe.count("requests")) == (2, 3)


async def test_what_is_old_but_untold_stays(probe: Probe) -> None:
    """Line: `NOT EXISTS (SELECT FROM untold …)` in `retention.SWEEP`."""
    waits, done = await untold(probe, days=400), await told(probe, days=400)
    await made(probe).sweep()
    assert await kept(probe) == {waits}
    await probe.pool.execute("DELETE FROM untold")
    await made(probe).sweep()
    assert await kept(probe) == set()
    assert done > waits


async def test_what_is_to_be_told_again_stays(probe: Probe) -> None:
    """Line: the same; `relay.REPUBLISH` puts kept batches back on the list."""
    batch = await told(probe, days=11)
    async with probe.pool.acquire() as conn:
        await republish(conn)
    await made(probe).sweep()
    assert await kept(probe) == {batch}


async def test_a_redelivery_in_time_is_still_known(probe: Probe) -> None:
    """Line: `Keep.inbox_days` is the days of `inbox`, and not fewer, in `Keep.days`."""
    known, forgotten = uuid4(), uuid4()
    async with probe.pool.acquire() as conn:
        await store.claim_inbox(conn, [known, forgotten])
        await conn.execute("UPDATE inbox SET settled_at = now() - interval '19 days 23 hours'")
        await conn.execute(
            "UPDATE inbox SET settled_at = now() - interval '20 days' WHERE id = $1", forgotten
        )
        await made(probe).sweep()
        assert await store.claim_inbox(conn, [known, forgotten]) == {forgotten}


async def test_a_sweep_that_was_cut_goes_on(probe: Probe) -> None:
    """Line: each range of pages is a transaction of its own: no `transaction()` around `Retention._sweep`."""
    rows = 60_000
    await probe.pool.execute(INBOX, timedelta(days=21), rows)
    cut = made(probe)
    sweeping = asyncio.create_task(cut.sweep())
    await until(lambda: fewer(probe, rows))
    cut.loop.stop()
    first = (await sweeping)["inbox"]
    assert 0 < first < rows
    assert (await made(probe).sweep())["inbox"] == rows - first


async def test_it_sweeps_by_night_and_where_the_relay_leads(probe: Probe) -> None:
    """Line: `if self._night and self._leads()` in `Retention._turn`."""
    await told(probe, days=11)
    stands_by, waits, sweeps = made(probe, leads=False), made(probe, seconds_to_night=3600), made(probe)
    tasks = [asyncio.create_task(one.loop.run()) for one in (stands_by, waits)]
    assert await probe.count("outbox")
    tasks.append(asyncio.create_task(sweeps.loop.run()))
    await until(lambda: fewer(probe, 1, "outbox"))
    for one in (stands_by, waits, sweeps):
        one.loop.stop()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize(("hour", "seconds"), [(3, 3600), (2, 86_400), (1, 82_800)])
def test_the_night_begins_at_the_hour_of_its_zone(hour: int, seconds: float) -> None:
    now = datetime(2026, 5, 31, 2, 0, tzinfo=ZoneInfo("Asia/Almaty"))
    assert seconds_to_hour(now, hour) == seconds


async def fewer(probe: Probe, rows: int, table: str = "inbox") -> bool:
    return await probe.count(table) < rows
