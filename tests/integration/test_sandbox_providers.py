"""The 25 providers hear referrals on their topic and reply as told; the whole sandbox starts and stops."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from console.broker import Broker, create_topics
from contracts.envelope import open_event, read_envelope, seal
from contracts.integration import REFERRALS, REPLIES, ReferralAnswered, ReferralSent, ReplyKind
from contracts.words import Category, Language
from sandbox.faults import Order, ProviderBehaviour
from sandbox.server import Sandbox, Settings, running

WAIT_SECONDS = 30
APPLICATION = UUID("018f0000-0000-7000-8000-000000000001")
MEMORY_LIMIT_BYTES = 100 << 20


@pytest.fixture
async def servers(own_broker: Broker) -> str:
    await create_topics(own_broker.servers, [REFERRALS, REPLIES])
    return own_broker.servers


@pytest.fixture
async def sandbox(servers: str, tmp_path: Path) -> AsyncIterator[Sandbox]:
    settings = Settings(folder=tmp_path, kafka=servers, accept_seconds=0, done_seconds=0.05)
    async with running(settings) as parts:
        yield parts


def referral(service_no: int) -> ReferralSent:
    return ReferralSent(
        referral_id=uuid4(),
        service_no=service_no,
        provider="career centre",
        region="590000000",
        category=Category.RESETTLER,
        language=Language.KAZAKH,
        people=4,
        due_on=date(2026, 5, 5),
    )


async def tell(servers: str, *bodies: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    try:
        for body in bodies:
            await producer.send_and_wait(REFERRALS, body, key=str(APPLICATION).encode())
    finally:
        await producer.stop()


def sealed(event: ReferralSent) -> bytes:
    return seal(
        event,
        event_id=uuid4(),
        source="integration-support",
        subject=APPLICATION,
        time=datetime.now(UTC),
        correlation_id="c-1",
    )


async def replies(servers: str, count: int) -> list[tuple[Any, ReferralAnswered]]:
    """The first so many replies on the topic, with their envelopes."""
    consumer = AIOKafkaConsumer(REPLIES, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    heard: list[tuple[Any, ReferralAnswered]] = []
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while len(heard) < count:
                record = await consumer.getone()
                envelope = read_envelope(record.value)
                event = open_event(envelope)
                assert isinstance(event, ReferralAnswered)
                heard.append((envelope, event))
    finally:
        await consumer.stop()
    return heard


async def test_a_referral_is_accepted_then_done_for_the_same_family(sandbox: Sandbox, servers: str) -> None:
    asked = referral(1)
    await tell(servers, b"broken", sealed(asked))
    heard = await replies(servers, 2)
    assert [event.reply for _, event in heard] == [ReplyKind.ACCEPTED, ReplyKind.DONE]
    assert {event.referral_id for _, event in heard} == {asked.referral_id}
    assert {(e.subject, e.correlationid) for e, _ in heard} == {(APPLICATION, "c-1")}


@pytest.mark.parametrize(
    ("behaviour", "of_the_told"),
    [(ProviderBehaviour.DECLINE, [ReplyKind.DECLINED]), (ProviderBehaviour.SILENT, [])],
)
async def test_only_the_services_told_to_decline_or_be_silent_do_so(
    sandbox: Sandbox, servers: str, behaviour: ProviderBehaviour, of_the_told: list[ReplyKind]
) -> None:
    assert sandbox.providers
    sandbox.providers.faults.tell(Order[ProviderBehaviour](behaviour=behaviour, only=frozenset({"2"})))
    told, other = referral(2), referral(3)
    await tell(servers, sealed(told), sealed(other))
    heard = [event for _, event in await replies(servers, len(of_the_told) + 2)]
    assert [event.reply for event in heard if event.referral_id == told.referral_id] == of_the_told
    assert {event.reply for event in heard if event.referral_id == other.referral_id} == {
        ReplyKind.ACCEPTED,
        ReplyKind.DONE,
    }


async def test_after_a_restart_the_same_replies_come_under_the_same_ids(servers: str, tmp_path: Path) -> None:
    await tell(servers, sealed(referral(1)))
    settings = Settings(folder=tmp_path, kafka=servers, accept_seconds=0, done_seconds=0)
    for count in (2, 4):
        async with running(settings):
            heard = await replies(servers, count)
    assert len(heard) == 4
    assert len({envelope.id for envelope, _ in heard}) == 2


async def test_providers_wait_for_topics_that_are_not_there_yet(own_broker: Broker, tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, kafka=own_broker.servers, accept_seconds=0, done_seconds=0)
    async with running(settings):
        await create_topics(own_broker.servers, [REFERRALS, REPLIES])
        await tell(own_broker.servers, sealed(referral(1)))
        assert len(await replies(own_broker.servers, 2)) == 2


async def test_the_program_says_when_it_is_ready_stays_small_and_stops_on_sigterm(
    servers: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--smtp-port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, "--folder", str(tmp_path), "--kafka", servers, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        async with asyncio.timeout(WAIT_SECONDS):
            ready = json.loads(await process.stdout.readline())
        async with httpx2.AsyncClient(base_url=ready["http"]) as http:
            assert (await http.get("/sandbox/providers")).json() == []
            assert (await http.post("/token", json={"sub": "x"})).status_code == 200
        assert psutil.Process(process.pid).memory_info().rss < MEMORY_LIMIT_BYTES
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WAIT_SECONDS):
            status = await process.wait()
    assert status == 0
    assert (tmp_path / "registry-certificate.pem").exists()
