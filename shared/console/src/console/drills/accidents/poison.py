"""One record in a hundred is bad: who parks it, who waits behind it, and that all goes on without it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from aiokafka import AIOKafkaProducer

from console.audit.topics import reading
from console.doors import Doors, doors
from console.drills.accidents.accident import Look
from console.drills.accidents.bad_records import BadRecord, brews
from console.drills.scene import Scene
from console.environment import package
from console.layout import SERVICES
from console.ops import ask

ONE_IN = 100
PAUSE_SECONDS = 1.0
LATEST = 20  # of the families that have applied: most of their events are still to come
PARKED = "SELECT seq, id, subject, state FROM parked ORDER BY seq"


async def poison(scene: Scene) -> Look:
    """While families apply: each kind on each topic, every second one about a family on its way."""
    told: dict[str, list[BadRecord]] = defaultdict(list)
    families: set[UUID] = set()
    producer = AIOKafkaProducer(bootstrap_servers=scene.stack.broker.servers, acks="all")
    await producer.start()
    try:
        over = False
        while not over:
            over = scene.crowd.applied >= scene.scale.families
            for topic, records in (await _records(scene)).items():
                for one in _more(scene, topic, records, told[topic], families):
                    await producer.send_and_wait(topic, one.value, key=one.key)
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await producer.stop()
    bad = [one for share in told.values() for one in share]
    scene.foreign.update(str(one.stranger) for one in bad if one.stranger)
    return partial(_clean_up, scene, bad)


def _more(
    scene: Scene, topic: str, records: int, told: list[BadRecord], families: set[UUID]
) -> Sequence[BadRecord]:
    """As many as are still missing on this topic, each about another family."""
    kinds, before = brews(topic), len(told)
    for number in range(before, max(len(kinds), records // ONE_IN)):
        turn, kind = divmod(number, len(kinds))
        family = _newcomer(scene, families) if (turn + kind) % 2 == 0 else None
        told.append(kinds[kind](topic, family))
    return told[before:]


def _newcomer(scene: Scene, families: set[UUID]) -> UUID | None:
    latest = [UUID(one) for one in list(scene.crowd.promised)[-LATEST:]]
    chosen = next((one for one in reversed(latest) if one not in families), None)
    families |= {chosen} if chosen else set()
    return chosen


async def _records(scene: Scene) -> Mapping[str, int]:
    """How many there are on each topic."""
    async with reading(scene.sources) as consumer:
        counts: dict[str, int] = defaultdict(int)
        for place, end in (await consumer.end_offsets(consumer.assignment())).items():
            counts[place.topic] += end
    return counts


async def _clean_up(scene: Scene, bad: Sequence[BadRecord]) -> None:
    """A person discards what is bad; whoever waited behind it goes on."""
    waited = 0
    async with doors(scene.stack) as opened:
        for service in SERVICES:
            wanted = {identity for one in bad for reader, identity in one.parked if reader == service}
            waited += await _discard_all(scene, opened, service, wanted)
    scene.findings.must(waited, "nothing waited behind what was parked")
    parked = sum(len(one.parked) for one in bad)
    scene.findings.notes.append(
        f"{len(bad)} bad records, parked {parked} times; {waited} messages waited behind"
    )


async def _discard_all(scene: Scene, opened: Doors, service: str, wanted: set[UUID]) -> int:
    """Of this service; how many messages waited behind those."""
    async with scene.database(package(service)) as conn:
        rows = await conn.fetch(PARKED)
        failed = {row["id"]: row for row in rows if row["state"] == "failed"}
        scene.findings.must(
            failed.keys() >= wanted, f"{service} has not parked {len(wanted - failed.keys())} bad records"
        )
        scene.findings.must(
            failed.keys() <= wanted, f"{service} has parked {len(failed.keys() - wanted)} good ones"
        )
        waiting = [row for row in rows if row["state"] == "waits"]
        blocked = {row["subject"] for row in failed.values()}
        strays = [row for row in waiting if row["subject"] not in blocked]
        scene.findings.must(not strays, f"{len(strays)} messages wait in {service} behind nothing")
        for row in failed.values():
            await ask(
                opened, service, "POST", f"parked/{row['seq']}/discard", body={"reason": "told by a drill"}
            )
        left = await conn.fetchval("SELECT count(*) FROM parked")
        scene.findings.must(left == 0, f"{left} messages are still parked in {service}")
    return len(waiting)
