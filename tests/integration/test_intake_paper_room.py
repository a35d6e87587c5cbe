"""Papers under pressure, over real connections: whoever cannot be served is told before his file is read."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx2
import pytest
from prometheus_client import REGISTRY

from console.broker import Broker
from console.postgres import Postgres
from intake.settings import HIGHEST_PAPER_LIMIT_BYTES as ROOM_BYTES
from support.intake import PDF, RunningIntake, running_intake
from support.probe import until

MIB = 1_048_576
LIMIT_BYTES = 2 * MIB
UPLOADS = 80
FIT = ROOM_BYTES // LIMIT_BYTES
CHUNK = b" " * 65_536
BEGIN = PDF.replace(b"%%EOF", b" " * (len(CHUNK) - len(PDF) + len(b"%%EOF")))
END = b" " * (len(CHUNK) - len(PDF)) + PDF
#: What a connection may have in hand besides: what uvicorn reads ahead, a chunk on its way, its own objects.
CONNECTION_BYTES = 4 * len(CHUNK)


@pytest.fixture(scope="module")
async def intake(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningIntake]:
    settings = {"paper_limit_bytes": LIMIT_BYTES, "papers_room_bytes": ROOM_BYTES}
    folder = tmp_path_factory.mktemp("papers")
    async with running_intake(postgres, broker, folder=folder, **settings) as one:
        yield one


@pytest.fixture
async def place(intake: RunningIntake) -> str:
    """The address of a paper that a new draft needs."""
    await intake.forget()
    made = (await intake.draft()).json()
    need = made["papers_required"][0]
    return f"/v1/applications/{made['application_id']}/papers/{need['member_id']}/{need['kind']}"


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


async def test_many_large_papers_at_once_take_no_more_memory_than_the_room(
    intake: RunningIntake, place: str, traced: None
) -> None:
    """Line: `room.taken(…)` in `papers._kept`."""
    all_decided = asyncio.Event()

    async def upload() -> httpx2.Response:
        headers = {**intake.bearer(), "Content-Length": str(LIMIT_BYTES)}
        return await http.put(place, content=_paper(all_decided), headers=headers)

    limits = httpx2.Limits(max_connections=UPLOADS)
    async with httpx2.AsyncClient(base_url=intake.http.base_url, limits=limits, timeout=60) as http:
        before, refused_before = tracemalloc.get_traced_memory()[0], _refused()
        uploads = [asyncio.create_task(upload()) for _ in range(UPLOADS)]
        await until(lambda: _are_refused(refused_before + UPLOADS - FIT))
        all_decided.set()
        answers = [await upload for upload in uploads]
        grown = tracemalloc.get_traced_memory()[1] - before
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == UPLOADS - FIT
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert grown < 1.25 * ROOM_BYTES + UPLOADS * CONNECTION_BYTES
    assert (await intake.upload(place)).status_code == 200


async def _paper(all_decided: asyncio.Event) -> AsyncIterator[bytes]:
    """A file of the largest size, whose end comes only when all are decided about."""
    yield BEGIN
    for _ in range(LIMIT_BYTES // len(CHUNK) - 2):
        yield CHUNK
    await all_decided.wait()
    yield END


def _refused() -> float:
    return REGISTRY.get_sample_value("qonys_requests_refused_total", {"service": "intake"}) or 0


async def _are_refused(wanted: float) -> bool:
    return _refused() >= wanted


async def test_who_stops_in_the_middle_of_a_paper_gives_the_room_back(
    intake: RunningIntake, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines: `asyncio.timeout(…)` in `papers._content`, and what follows `finally` in `PaperRoom.taken`."""
    in_a_hurry = replace(intake.app.state.intake, paper_seconds=0.5)
    monkeypatch.setattr(intake.app.state, "intake", in_a_hurry)
    for _ in range(2):
        calls = (intake.answer_to_headers(place, length=LIMIT_BYTES) for _ in range(FIT))
        assert set(await asyncio.gather(*calls)) == {408}
