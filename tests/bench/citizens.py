"""What families do on their way, and when they hear that they may do the next thing."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench.people import ARRIVAL, HOUSE, QUESTIONNAIRE, REGION_TO, scan
from bench.wire import Wire
from contracts import read_envelope, spec_of
from contracts.integration import PLANS, PlanCompleted
from contracts.verification import (
    DECISIONS,
    CertificateIssued,
    PaymentAuthorised,
    QuotaReserved,
    QuotaWaitlisted,
    VerificationCompleted,
)

HEARD = {
    spec_of(cls).type: cls
    for cls in (
        VerificationCompleted,
        QuotaReserved,
        QuotaReserved,
        QuotaWaitlisted,
        CertificateIssued,
        PaymentAuthorised,
        PlanCompleted,
    )
}
POLL_RECORDS = 2_000


@dataclass
class News:
    """What was told of each family and when, by this process's clock."""

    told: dict[tuple[str, type], float] = field(default_factory=dict)
    _awaited: dict[tuple[str, type], asyncio.Future[None]] = field(default_factory=dict)

    async def of(self, family: str, *events: type) -> None:
        """Returns once one of them was told."""
        if not any((family, event) in self.told for event in events):
            told = asyncio.get_running_loop().create_future()
            self._awaited |= dict.fromkeys(((family, event) for event in events), told)
            await told

    def tell(self, family: str, event: type) -> None:
        self.told.setdefault((family, event), time.perf_counter())
        waiting = self._awaited.pop((family, event), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


@asynccontextmanager
async def listening(servers: str) -> AsyncIterator[News]:
    """Hears decisions and plans while the block lasts."""
    news = News()
    consumer = AIOKafkaConsumer(DECISIONS, PLANS, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()

    async def listen() -> None:
        while True:
            polled = await consumer.getmany(timeout_ms=200, max_records=POLL_RECORDS)
            for record in (one for records in polled.values() for one in records):
                envelope = read_envelope(record.value)
                if (event := HEARD.get(envelope.type)) is not None:
                    news.tell(str(envelope.subject), event)

    listener = asyncio.create_task(listen())
    try:
        yield news
    finally:
        listener.cancel()
        await consumer.stop()


async def draft(wire: Wire, body: Any, *, key: str) -> str:
    """A draft with all its papers: ready to be submitted. Its id."""
    made = await wire.say("POST", "/v1/applications", body, key=key)
    place = f"/v1/applications/{made['application_id']}"
    for paper in made["papers_required"]:
        await wire.say("PUT", f"{place}/papers/{paper['member_id']}/{paper['kind']}", scan())
    return str(made["application_id"])


async def submit(wire: Wire, family: str) -> None:
    await wire.say("POST", f"/v1/applications/{family}/submission", b"", key=f"s{family}")


async def answer(wire: Wire, family: str) -> None:
    await wire.say("POST", f"/v1/applications/{family}/questionnaire", QUESTIONNAIRE)


async def withdraw(wire: Wire, family: str) -> None:
    await wire.say("POST", f"/v1/applications/{family}/withdrawal", {})


async def settle(wire: Wire, family: str, news: News, *, region: str = REGION_TO) -> None:
    """From the certificate to the last service. Intake may hear the news a moment later than we do."""
    place = f"/v1/applications/{family}"
    await news.of(family, CertificateIssued)
    await wire.say("POST", f"{place}/housing", {**HOUSE, "kato": region}, not_yet="housing_not_now")
    await news.of(family, PaymentAuthorised)
    await wire.say("POST", f"{place}/arrival", {**ARRIVAL, "kato": region}, not_yet="arrival_not_now")
    await news.of(family, PlanCompleted)


async def at_once(coroutines: Collection[Any], *, most: int) -> None:
    """All of them, so many at a time."""
    limit = asyncio.Semaphore(most)

    async def one(coroutine: Any) -> None:
        async with limit:
            await coroutine

    async with asyncio.TaskGroup() as group:
        for coroutine in coroutines:
            group.create_task(one(coroutine))
