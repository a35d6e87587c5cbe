"""An accident is overcome when everybody is ready, and what had piled up by its end was told and heard."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer

from console.audit.topics import Place, acknowledged, extent, reading
from console.drills.scene import Scene
from console.environment import package
from console.layout import SERVICES

LOOK_SECONDS = 0.2
MARKS = "SELECT now(), (SELECT coalesce(max(batch), 0) FROM untold)"
#: Told by no relay yet, or asked of nobody, since before the mark.
LEFT = """
SELECT (SELECT count(*) FROM untold WHERE batch <= $2)
  + (SELECT count(*) FROM due WHERE kind = 'ask' AND made_at <= $1)
"""

Ends = Mapping[Place, int]


async def overcome(scene: Scene) -> None:
    """Returns then. The crowd goes on meanwhile, so what it adds does not count."""
    marks = {service: await _mark(scene, service) for service in SERVICES}
    await scene.cast.ready()
    for service, mark in marks.items():
        async with scene.database(package(service)) as conn:
            while await conn.fetchval(LEFT, *mark):  # noqa: ASYNC110 (tables ring no bell)
                await asyncio.sleep(LOOK_SECONDS)
    await heard(scene)


async def heard(scene: Scene) -> Ends:
    """Returns when every service has acknowledged what is on the topics now; where they end now."""
    async with reading(scene.sources) as consumer:
        ends = (await extent(scene.sources, consumer)).ends
        while await _lag(scene, consumer, ends):  # noqa: ASYNC110 (the broker rings no bell)
            await asyncio.sleep(LOOK_SECONDS)
    return ends


async def _mark(scene: Scene, service: str) -> tuple[object, int]:
    async with scene.database(package(service)) as conn:
        now, batch = await conn.fetchrow(MARKS)
        return now, batch


async def _lag(scene: Scene, consumer: AIOKafkaConsumer, ends: Ends) -> int:
    known = await acknowledged(scene.sources, consumer.assignment())
    return sum(
        max(0, ends[place] - offset) for offsets in known.values() for place, offset in offsets.items()
    )
