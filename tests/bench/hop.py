"""One process of the kernel as shipped: `serve` consumes and decides, `relay` tells."""

import asyncio
import json
import sys

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker

from bench.folded import SERVICE
from chassis import collector
from chassis.database import SESSION, nothing_to_reset
from chassis.kafka import PRODUCER_BATCH_BYTES
from chassis.logs import configure_logs
from chassis.settings import LogFormat
from messaging import Relay
from messaging.kernel import Kernel


async def serve(dsn: str, servers: str, prefix: str) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=2, reset=nothing_to_reset, server_settings=SESSION)
    broker = KafkaBroker(servers, apply_types=False, logger=None, consumer_only=True)
    await Kernel(SERVICE, pool=pool, broker=broker, topic_prefix=prefix).start()
    collector.calm()
    await asyncio.Event().wait()


async def relay(dsn: str, servers: str, prefix: str) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=1, reset=nothing_to_reset, server_settings=SESSION)

    async def producer() -> AIOKafkaProducer:
        made = AIOKafkaProducer(
            bootstrap_servers=servers,
            acks="all",
            enable_idempotence=True,
            max_batch_size=PRODUCER_BATCH_BYTES,
        )
        await made.start()
        return made

    collector.calm()
    await Relay(service=SERVICE.name, pool=pool, producer=producer, topic_prefix=prefix).run()


if __name__ == "__main__":
    configure_logs(SERVICE.name, log_format=LogFormat.JSON)
    role, arguments = sys.argv[1], json.loads(sys.argv[2])
    uvloop.run({"serve": serve, "relay": relay}[role](**arguments))
