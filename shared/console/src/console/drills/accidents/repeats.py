"""Everything comes again: in order, or in no order at all."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from console.drills.accidents.accident import Look
from console.drills.recovery import Ends, heard
from console.drills.scene import Scene
from console.parts import PARTITIONS
from contracts.integration import REPLIES

PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 60.0


async def tell_twice(scene: Scene) -> None:
    """By the services from their outboxes; replies of providers are in none, so their records are copied."""
    for _ in range(2):
        await scene.republish()
        ends = await heard(scene)
        replies = await _read(scene, {place: end for place, end in ends.items() if place.topic == REPLIES})
        async with _producer(scene) as producer:
            for record in replies:
                await producer.send(REPLIES, record.value, key=record.key, partition=record.partition)
        await asyncio.sleep(PAUSE_SECONDS)


async def shuffle(scene: Scene) -> Look:
    """Once while families apply, and once more when all has settled."""
    await _again_anyhow(scene)
    return partial(_again_anyhow, scene)


async def _again_anyhow(scene: Scene) -> None:
    """Every record that its readers have heard comes once more, in any order and in any partition. (One that
    they have not heard would overtake others of its family: no broker does that.)"""
    chance = random.Random(7)  # noqa: S311 - no secret
    records = await _read(scene, await heard(scene))
    chance.shuffle(records)
    async with _producer(scene) as producer:
        for record in records:
            place = chance.randrange(PARTITIONS)
            await producer.send(record.topic, record.value, key=record.key, partition=place)


async def _read(scene: Scene, ends: Ends) -> list[ConsumerRecord]:
    """All records before these ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=scene.stack.broker.servers, auto_offset_reset="earliest")
    await consumer.start()
    found: list[ConsumerRecord] = []
    try:
        wanted = {TopicPartition(*place): end for place, end in ends.items()}
        consumer.assign(list(wanted))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any([await consumer.position(place) < end for place, end in wanted.items()]):
                for place, records in (await consumer.getmany(timeout_ms=200)).items():
                    found += [record for record in records if record.offset < wanted[place]]
    finally:
        await consumer.stop()
    return found


@asynccontextmanager
async def _producer(scene: Scene) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=scene.stack.broker.servers, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
