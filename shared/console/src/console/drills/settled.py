"""Whether everything that was begun has come to its end: nothing untold, unheard, or to be asked."""

import asyncio

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from console.drills.scene import Scene
from console.environment import package
from console.layout import SERVICES
from console.parts import PARTITIONS

LOOK_SECONDS = 0.5
LONGEST_SECONDS = 300.0
LEFT = "SELECT (SELECT count(*) FROM untold) + (SELECT count(*) FROM due WHERE kind = 'ask')"


async def settle(scene: Scene) -> None:
    """Returns when nothing is on its way; TimeoutError when it takes too long."""
    async with asyncio.timeout(LONGEST_SECONDS):
        while await _left(scene) or await _lag(scene.stack.broker.servers):  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(LOOK_SECONDS)


async def _left(scene: Scene) -> int:
    counts = [await _count(scene.postgres.dsn(package(service))) for service in SERVICES]
    return sum(counts)


async def _count(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return int(await conn.fetchval(LEFT))
    finally:
        await conn.close()


async def _lag(servers: str) -> int:
    """Records that some group has not acknowledged; what a group never acknowledged counts from the start."""
    admin, consumer = (
        AIOKafkaAdminClient(bootstrap_servers=servers),
        AIOKafkaConsumer(bootstrap_servers=servers),
    )
    await admin.start()
    await consumer.start()
    try:
        return sum([await _lag_of(group, admin, consumer) for group in SERVICES])
    finally:
        await consumer.stop()
        await admin.close()


async def _lag_of(group: str, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> int:
    """A group that has acknowledged nothing has not begun; a partition without an offset counts whole."""
    offsets = await admin.list_consumer_group_offsets(group)
    heard = [TopicPartition(topic, p) for topic in {one.topic for one in offsets} for p in range(PARTITIONS)]
    ends = await consumer.end_offsets(heard)
    behind = [ends[one] - (offsets[one].offset if one in offsets else 0) for one in heard]
    return sum(behind) if heard else 1
