"""One message through Kafka and back, by the clients that the chassis makes."""

import asyncio

from chassis.kafka import start_producer
from chassis.kafka_broker import kafka_broker
from chassis.settings import ServiceSettings


async def say_and_hear(settings: ServiceSettings, topic: str) -> list[bytes]:
    """Said by the relay's producer, heard by the kernel's kind of consumer, in the group `tls`."""
    producer = await start_producer(settings)
    await producer.send_and_wait(topic, b"hello")
    await producer.stop()
    broker, heard = kafka_broker(settings), asyncio.Event()
    bodies: list[bytes] = []

    @broker.subscriber(topic, group_id="tls", auto_offset_reset="earliest", fetch_max_wait_ms=20)
    async def hear(body: bytes) -> None:
        bodies.append(body)
        heard.set()

    async with broker, asyncio.timeout(20):
        await broker.start()
        await heard.wait()
    return bodies
