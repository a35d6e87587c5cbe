"""From the citizen's submission to the certificate, at a steady rate, through intake and verification as
shipped on Apache Kafka; only the registers answer at once."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
from aiokafka import AIOKafkaConsumer
from PIL import Image

from bench.instant import BORN, FAMILY, GIVEN, REGION_FROM, REGION_TO
from console.environment import make_keys
from console.layout import BrokerKind, Pace, Stack, plan
from console.parts import Program, ground, programs
from console.world import World
from contracts import read_envelope
from contracts.verification import DECISIONS
from sandbox.iins import synthetic_iin

RATE = 50  # applications a second
FAMILIES = 900
WARMING = 150  # the first are sent but not counted
PREPARED_AT_ONCE = 4
NEEDED = ("sandbox", "intake", "intake-relay", "verification", "verification-relay")
START_SECONDS = 60.0
SETTLE_SECONDS = 30.0


@dataclass
class Journey:
    """When each application was submitted and when its certificate was told, by this process's clock."""

    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)

    def milliseconds(self) -> list[float]:
        return sorted((self.ended[one] - began) * 1000 for one, began in self.began.items())


async def measure(folder: Path) -> Sequence[float]:
    """Milliseconds from submission to certificate, sorted; one for each counted application."""
    stack = plan(folder, kind=BrokerKind.APACHE, pace=Pace())
    make_keys(stack)
    with ExitStack() as ending:
        await asyncio.to_thread(_start, stack, ending)
        async with _citizen(stack) as http:
            drafts = await _prepare(http)
            journey = Journey()
            async with _listening(stack, journey):
                await _send(http, drafts, journey)
                await _all_told(journey, drafts)
    for one in drafts[:WARMING]:
        del journey.began[one]
    return journey.milliseconds()


def _start(stack: Stack, ending: ExitStack) -> None:
    for part in ground(stack):
        ending.callback(part.stop)
        part.start()
    needed = [_instant(program) for program in programs(stack) if program.name in NEEDED]
    for program in needed:
        ending.callback(program.stop)
        program.start()
    with httpx2.Client(timeout=5) as http:
        began = time.monotonic()
        while missing := [said for program in needed if (said := program.missing(http))]:
            if time.monotonic() - began > START_SECONDS:
                raise TimeoutError(f"not ready: {missing}")
            time.sleep(0.1)


def _instant(program: Program) -> Program:
    if program.name != "verification":
        return program
    tests = str(Path(__file__).parents[1])
    environment = {**program.environment, "PYTHONPATH": os.pathsep.join([tests, *sys.path])}
    return replace(program, command=[sys.executable, "-m", "bench.instant", "serve"], environment=environment)


@asynccontextmanager
async def _citizen(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=stack.url("sandbox")) as sandbox:
        bearer = await World(sandbox).bearer("citizen", subject="bench")
    headers = {"Authorization": bearer}
    async with httpx2.AsyncClient(base_url=stack.url("intake"), headers=headers, timeout=30) as http:
        yield http


async def _prepare(http: httpx2.AsyncClient) -> list[str]:
    """Drafts with all their papers, ready to be submitted."""
    limit = asyncio.Semaphore(PREPARED_AT_ONCE)

    async def one(number: int, iin: str) -> str:
        async with limit:
            return await _draft(http, number, iin)

    iins = [made for serial in range(2 * FAMILIES) if (made := synthetic_iin(BORN, male=True, serial=serial))]
    return await asyncio.gather(*(one(number, iins[number]) for number in range(FAMILIES)))


async def _draft(http: httpx2.AsyncClient, number: int, iin: str) -> str:
    made = await _said(
        http.post("/v1/applications", json=_application(iin), headers={"Idempotency-Key": f"d{number}"})
    )
    place = f"/v1/applications/{made['application_id']}"
    scan = _scan()
    for paper in made["papers_required"]:
        await _said(http.put(f"{place}/papers/{paper['member_id']}/{paper['kind']}", content=scan))
    return str(made["application_id"])


@cache
def _scan() -> bytes:
    """The smallest picture that intake takes."""
    file = BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    return file.getvalue()


def _application(iin: str) -> dict[str, Any]:
    applicant = {
        "kinship": "applicant",
        "name": {"family": FAMILY, "given": GIVEN},
        "birth_date": BORN.isoformat(),
        "iin": iin,
        "able_to_work": True,
        "diploma_number": "ЖБ-Б № 1234567",
    }
    return {
        "category": "resettler",
        "language": "kk",
        "region_from": REGION_FROM,
        "region_to": REGION_TO,
        "contact": {"email": "bench@example.com", "phone": "+77010000001"},
        "members": [applicant],
        "consent": {"given": True},
    }


async def _send(http: httpx2.AsyncClient, drafts: Sequence[str], journey: Journey) -> None:
    """At a steady rate, whatever becomes of those sent before: a slow system must not slow its own test."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, draft in enumerate(drafts):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            group.create_task(_submit(http, draft, journey))


async def _submit(http: httpx2.AsyncClient, draft: str, journey: Journey) -> None:
    place = f"/v1/applications/{draft}"
    journey.began[draft] = time.perf_counter()
    await _said(http.post(f"{place}/submission", headers={"Idempotency-Key": f"s{draft}"}))
    answers = {"housing_intent": "purchase", "wants_work": True, "wants_training": False}
    await _said(http.post(f"{place}/questionnaire", json=answers))


async def _said(asking: Any) -> Any:
    answer = await asking
    if answer.is_error:
        raise RuntimeError(f"{answer.request.url.path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()


@asynccontextmanager
async def _listening(stack: Stack, journey: Journey) -> AsyncIterator[None]:
    consumer = AIOKafkaConsumer(DECISIONS, bootstrap_servers=stack.broker.servers)
    await consumer.start()

    async def listen() -> None:
        async for record in consumer:
            envelope = read_envelope(record.value)
            if envelope.type == "kz.qonys.certificate.issued.v1":
                journey.ended[str(envelope.subject)] = time.perf_counter()

    listener = asyncio.create_task(listen())
    try:
        yield
    finally:
        listener.cancel()
        await consumer.stop()


async def _all_told(journey: Journey, drafts: Sequence[str]) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while not journey.ended.keys() >= set(drafts):  # noqa: ASYNC110 (a listener fills it)
            await asyncio.sleep(0.05)
