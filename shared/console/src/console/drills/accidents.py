"""The accidents: each harms a running stack for a while and mends what it broke."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from console.drills.scene import OURS, Scene
from console.layout import SERVICES
from console.parts import PARTITIONS
from console.world import opened_world
from contracts import topics
from sandbox.faults import Order, RegistryBehaviour
from sandbox.scenarios import Fault

AWAY_SECONDS = 5.0
REFUSING_SECONDS = 30.0
EDUCATION = "NOBD_EPVO_Diploma"
FROZEN_SECONDS = 60.0  # past the consumer's session time-out
PAUSE_SECONDS = 1.0
POISON = b'{"specversion":"1.0","id":"poison","type":"kz.qonys.application.submitted.v1","data":'


@dataclass(frozen=True, slots=True)
class Accident:
    """What happens, in words for a person. `afterwards`: once everything has settled, not under load.
    `parks`: messages are parked by it on purpose."""

    says: str
    happen: Callable[[Scene], Awaitable[None]]
    afterwards: bool = False
    parks: bool = False


async def kill_each(scene: Scene, rounds: int = 10) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret; the same order in every run
    for _ in range(rounds):
        for name in chance.sample(OURS, len(OURS)):
            await asyncio.sleep(chance.random() * PAUSE_SECONDS)
            scene.kill(name)  # whoever watches over the stack starts it again
        await scene.ready()


async def kill_broker(scene: Scene) -> None:
    await asyncio.to_thread(scene.stack.broker.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await scene.bring_broker()


async def lose_broker(scene: Scene) -> None:
    """As the runbook says: relays stand still until the topics are made and everything is told again."""
    relays = [f"{name}-relay" for name in SERVICES]
    await asyncio.to_thread(scene.stack.broker.kill)
    for relay in relays:
        scene.take_away(relay)
    await scene.lose_broker()
    await scene.republish()
    scene.start(*relays)


async def kill_postgres(scene: Scene) -> None:
    await asyncio.to_thread(scene.postgres.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(scene.postgres.start)


async def refuse_connections(scene: Scene) -> None:
    shut = [f"ALTER DATABASE {name} CONNECTION LIMIT 0" for name in scene.databases]
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY('{%s}')"
    await scene.as_superuser(*shut, ended % ",".join(scene.databases))
    await asyncio.sleep(REFUSING_SECONDS)
    await scene.as_superuser(*(f"ALTER DATABASE {name} CONNECTION LIMIT -1" for name in scene.databases))


async def silence_register(scene: Scene) -> None:
    async with opened_world(scene.stack.url("sandbox")) as world:
        await world.misbehave(Fault(service_id=EDUCATION, order=Order(behaviour=RegistryBehaviour.SILENT)))
        await asyncio.sleep(REFUSING_SECONDS)
        await world.misbehave(Fault(service_id=EDUCATION, order=Order(behaviour=RegistryBehaviour.NORMAL)))


async def stop_relays(scene: Scene) -> None:
    relays = [f"{name}-relay" for name in SERVICES]
    for relay in relays:
        scene.take_away(relay)
    await asyncio.sleep(FROZEN_SECONDS)
    scene.start(*relays)


async def freeze_consumer(scene: Scene) -> None:
    """Another instance takes the partitions over; the frozen one wakes and believes it still has them."""
    other = scene.second("verification", port=scene.stack.ports["notification-relay"] + 1)
    scene.freeze("verification")
    scene.start(other)
    await asyncio.sleep(FROZEN_SECONDS)
    scene.thaw("verification")
    await asyncio.sleep(AWAY_SECONDS)
    scene.take_away(other)


async def tell_twice(scene: Scene) -> None:
    for _ in range(2):
        await scene.republish()
        await asyncio.sleep(AWAY_SECONDS)


async def shuffle(scene: Scene) -> None:
    """Every record there is comes once more, in any order and in any partition."""
    chance = random.Random(7)  # noqa: S311
    records = await _everything(scene.stack.broker.servers)
    chance.shuffle(records)
    producer = AIOKafkaProducer(bootstrap_servers=scene.stack.broker.servers, acks="all")
    await producer.start()
    try:
        for topic, key, value in records:
            await producer.send(topic, value, key=key, partition=chance.randrange(PARTITIONS))
    finally:
        await producer.stop()


async def poison(scene: Scene, count: int = 20) -> None:
    """Bytes that nobody can read, spread over all topics."""
    producer = AIOKafkaProducer(bootstrap_servers=scene.stack.broker.servers, acks="all")
    await producer.start()
    try:
        for number in range(count):
            topic = topics()[number % len(topics())]
            await producer.send_and_wait(topic, POISON + str(number).encode())
            await asyncio.sleep(PAUSE_SECONDS / 2)
    finally:
        await producer.stop()


async def _everything(servers: str) -> list[tuple[str, bytes, bytes]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    found: list[tuple[str, bytes, bytes]] = []
    try:
        places = [TopicPartition(topic, number) for topic in topics() for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for share in (await consumer.getmany(timeout_ms=200)).values():
                found += [(record.topic, record.key, record.value) for record in share]
    finally:
        await consumer.stop()
    return found


#: In the order of a whole run.
ACCIDENTS: Mapping[str, Accident] = {
    "kill-each": Accident("each of our processes is killed in turn, ten rounds", kill_each),
    "kill-broker": Accident("the broker is killed and comes back after 5 s", kill_broker),
    "lose-broker": Accident("the broker loses its disk; topics are rebuilt from the outboxes", lose_broker),
    "kill-postgres": Accident("Postgres is killed and comes back after 5 s", kill_postgres),
    "refuse-connections": Accident("Postgres refuses everybody for 30 s", refuse_connections),
    "silent-register": Accident("the education register is silent for 30 s", silence_register),
    "stop-relays": Accident("all relays are away for 60 s", stop_relays),
    "freeze-consumer": Accident("a consumer is frozen for 60 s, another takes over", freeze_consumer),
    "tell-twice": Accident("every topic is told twice more", tell_twice),
    "shuffle": Accident("every record comes again, in any order and partition", shuffle, afterwards=True),
    "poison": Accident("20 messages that nobody can read", poison, parks=True),
}
