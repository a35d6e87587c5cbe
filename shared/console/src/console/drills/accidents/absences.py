"""Somebody is away for a while and comes back: relays with a long list, a consumer with a batch in hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from console.drills.cast import RELAYS
from console.drills.scene import Scene
from console.environment import package
from messaging import republish

LOOK_SECONDS = 0.2
#: So many events queue up for each family: 100,000 for two thousand.
QUEUED_A_FAMILY = 50
EVENTS = "SELECT count(*) FROM outbox"
UNTOLD = "SELECT coalesce(sum(events), 0)::bigint FROM untold"

#: Past the consumer's session (10 s), and past a transaction that nobody ends (60 s).
FROZEN_SECONDS = 75.0
GROWING_SECONDS = 2.0  # of a batch
NOTICING_SECONDS = 30.0
FROZEN = "verification"
NOBODY_SETTLES = "LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE"
HOLDS_A_BATCH = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO inbox%'
"""


async def stop_relays(scene: Scene) -> None:
    """The list is made of real events: what was told before is to be told again, as after a lost broker."""
    wanted = QUEUED_A_FAMILY * scene.scale.families
    while await _total(scene, EVENTS) < wanted:  # noqa: ASYNC110 (tables ring no bell)
        await asyncio.sleep(LOOK_SECONDS)
    scene.cast.take_away(*RELAYS)
    for service in scene.databases:
        async with scene.database(service) as conn:
            await republish(conn)
    queued, began, most = await _total(scene, UNTOLD), time.monotonic(), 0
    scene.findings.must(queued >= wanted, f"{queued:,} events queued up, and it should have been {wanted:,}")
    marks = {service: await _last(scene, service) for service in scene.databases}
    scene.cast.start(*RELAYS)
    while await _left(scene, marks):
        most = max([most, *_memory(scene)])
    seconds, largest = time.monotonic() - began, f"{most / (1 << 20):.0f} MiB"
    said = f"{queued:,} events queued up and were told in {seconds:.1f} s; the largest relay had {largest}"
    scene.findings.notes.append(said)


async def freeze_consumer(scene: Scene) -> None:
    """It has a batch in hand; another instance takes its partitions over; it wakes and believes that it still
    has them."""
    other = scene.cast.second(FROZEN)
    async with _batch_in_hand(scene):
        scene.cast.freeze(FROZEN)
    scene.cast.start(other)
    await asyncio.sleep(FROZEN_SECONDS)
    place = scene.cast.log(FROZEN).stat().st_size
    scene.cast.thaw(FROZEN)
    lost = await _said(scene.cast.log(FROZEN), place, "partitions_lost")
    scene.findings.must(lost, "the thawed consumer never said that its partitions are lost")
    written = _written_as_a_zombie(scene.cast.log(FROZEN), place)
    scene.findings.must(
        written == 0, f"the thawed consumer wrote {written} rows before it had partitions again"
    )
    scene.cast.take_away(other)


async def _total(scene: Scene, statement: str) -> int:
    total = 0
    for service in scene.databases:
        async with scene.database(service) as conn:
            total += await conn.fetchval(statement)
    return total


async def _last(scene: Scene, service: str) -> int:
    async with scene.database(service) as conn:
        last: int = await conn.fetchval("SELECT coalesce(max(batch), 0) FROM untold")
        return last


async def _left(scene: Scene, marks: Mapping[str, int]) -> bool:
    for service, mark in marks.items():
        async with scene.database(service) as conn:
            if await conn.fetchval("SELECT EXISTS (SELECT FROM untold WHERE batch <= $1)", mark):
                return True
    return False


def _memory(scene: Scene) -> Iterator[int]:
    for relay in RELAYS:
        try:
            yield scene.cast.resident_bytes(relay)
        except ProcessLookupError:  # it is just being started
            continue


@asynccontextmanager
async def _batch_in_hand(scene: Scene) -> AsyncIterator[None]:
    """While the block lasts, a batch waits for the inbox: a large one, for it has grown behind another."""
    name = package(FROZEN)
    # Another connection looks: within a transaction Postgres shows who does what as it was at the first look.
    async with scene.database(name) as conn, scene.database(name) as looking:
        for seconds in (GROWING_SECONDS, 0):
            async with conn.transaction():
                await conn.execute(NOBODY_SETTLES)
                while not await looking.fetchval(HOLDS_A_BATCH):  # noqa: ASYNC110 (nobody tells)
                    await asyncio.sleep(LOOK_SECONDS / 10)
                if seconds:
                    await asyncio.sleep(seconds)
                else:
                    yield


async def _said(log: Path, place: int, event: str) -> bool:
    try:
        async with asyncio.timeout(NOTICING_SECONDS):
            while not any(line.get("event") == event for line in _lines(log, place)):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return False
    return True


def _written_as_a_zombie(log: Path, place: int) -> int:
    """By what it says itself, up to the moment at which the broker gives it partitions anew."""
    written = 0
    for line in _lines(log, place):
        if line.get("event") == "partitions_assigned":
            break
        if line.get("event") == "batch_settled" and line["edge"] == "event":
            written += line["told"] + line["due"] + line["parked"]
    return written


def _lines(log: Path, place: int) -> Iterator[dict[str, Any]]:
    with log.open("rb") as file:
        file.seek(place)
        for line in file:
            if line.endswith(b"}\n"):
                yield msgspec.json.decode(line)
