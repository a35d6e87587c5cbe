"""The naive FastStream service, as a tutorial would write it: pydantic, one transaction and one publish for
each event; it remembers and answers the same as the kernel's service."""

import json
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from pydantic import BaseModel


class Withdrawn(BaseModel):
    reason: str | None = None


class Event(BaseModel):
    specversion: str
    id: UUID
    source: str
    type: str
    subject: UUID
    time: datetime
    data: Withdrawn


class Declined(BaseModel):
    specversion: str = "1.0"
    id: UUID
    source: str = "/qonys/bench"
    type: str = "kz.qonys.referral.declined.v1"
    subject: UUID
    time: datetime
    data: dict[str, Any]


def application(dsn: str, servers: str, topic_in: str, topic_out: str) -> FastStream:
    broker = KafkaBroker(servers, enable_idempotence=True, acks="all", logger=None)
    app = FastStream(broker)
    pools: list[asyncpg.Pool] = []

    @app.on_startup
    async def connect() -> None:
        pools.append(await asyncpg.create_pool(dsn, min_size=1))

    @broker.subscriber(
        topic_in, group_id="naive", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
    )
    async def take(event: Event) -> None:
        async with pools[0].acquire() as conn, conn.transaction():
            await conn.execute(
                "INSERT INTO folded AS f (subject, events, letters) VALUES ($1, 1, $2) ON CONFLICT (subject) "
                "DO UPDATE SET events = f.events + 1, letters = f.letters + EXCLUDED.letters",
                event.subject,
                len(event.data.reason or ""),
            )
        answer = {"referral_id": str(event.subject), "service_no": 1, "because": event.data.reason}
        await broker.publish(
            Declined(id=uuid4(), subject=event.subject, time=datetime.now(UTC), data=answer),
            topic_out,
            key=str(event.subject).encode(),
        )

    return app


if __name__ == "__main__":
    uvloop.run(application(**json.loads(sys.argv[1])).run())
