"""All 25 providers, who accept and finish each referral as soon as they hear of it: `python -m … SERVERS`."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid5

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import open_event, read_envelope, seal
from contracts.integration import REFERRALS, REPLIES, ReferralAnswered, ReferralSent, ReplyKind

SENT = b'"kz.qonys.referral.sent.v1"'
HEAD_BYTES = 300  # where an envelope names its type: most records are not worth reading


async def answer(servers: str) -> None:
    consumer = AIOKafkaConsumer(REFERRALS, bootstrap_servers=servers, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=5, max_batch_size=1 << 16)
    await consumer.start()
    await producer.start()
    while True:
        polled = await consumer.getmany(timeout_ms=500, max_records=2000)
        said = [
            await producer.send(REPLIES, body, key=record.key, partition=place.partition)
            for place, records in polled.items()
            for record in records
            for body in replies(record.value)
        ]
        if said:
            await asyncio.wait(said)


def replies(body: bytes) -> Iterator[bytes]:
    """What the provider of a referral says; of any other event there is nothing to say."""
    if SENT not in body[:HEAD_BYTES]:
        return
    envelope = read_envelope(body)
    referral = open_event(envelope)
    assert isinstance(referral, ReferralSent)
    for kind in (ReplyKind.ACCEPTED, ReplyKind.DONE):
        yield seal(
            ReferralAnswered(referral_id=referral.referral_id, reply=kind),
            event_id=uuid5(referral.referral_id, kind),
            source="/providers/instant",
            subject=envelope.subject,
            time=datetime.now(UTC),
            correlation_id=envelope.correlationid,
            causation_id=str(envelope.id),
        )


if __name__ == "__main__":
    uvloop.run(answer(sys.argv[1]))
