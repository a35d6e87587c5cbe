"""The raw pipeline: poll, one COPY, send_batch, commit offsets. It reads nothing and remembers nothing.

With the client library's own sizes (`poll_records`, `sent_bytes`), or with those that the kernel ships.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

TABLE = "CREATE TABLE raw (body bytea NOT NULL)"


async def run(
    dsn: str,
    servers: str,
    topic_in: str,
    topic_out: str,
    *,
    poll_records: int = 500,
    sent_bytes: int = 16_384,
) -> None:
    conn = await asyncpg.connect(dsn)
    consumer = AIOKafkaConsumer(
        topic_in,
        bootstrap_servers=servers,
        group_id="raw",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, acks="all", enable_idempotence=True, max_batch_size=sent_bytes
    )
    await consumer.start()
    await producer.start()
    while True:
        polled = await consumer.getmany(timeout_ms=500, max_records=poll_records)
        records = [record for share in polled.values() for record in share]
        if records:
            await conn.copy_records_to_table("raw", records=[(record.value,) for record in records])
            await asyncio.gather(
                *(_send(producer, topic_out, p.partition, share) for p, share in polled.items())
            )
            await consumer.commit()


async def _send(
    producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[ConsumerRecord]
) -> None:
    place = 0
    while place < len(records):
        batch = producer.create_batch()
        while place < len(records) and batch.append(
            key=records[place].key, value=records[place].value, timestamp=None
        ):
            place += 1
        batch.close()
        await (await producer.send_batch(batch, topic, partition=partition))


if __name__ == "__main__":
    uvloop.run(run(**json.loads(sys.argv[1])))
