"""A whole service's traces: off by default, unbroken from the edge on, never in the way, without people."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx2
import pytest

from console.broker import Broker, create_topics
from support.collector import Collector, collecting
from support.issuing import bearer, issuing
from support.running import TESTS, TOPICS, environment_of, listening

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN = {"traceparent": f"00-{TRACE}-{SPAN}-00"}
#: It comes in a query, in a command and in the text of the error that it makes.
CANARY = "bug of Нұрлан 900101100014"
UNLOADED = """
import asyncio, sys
import support.tiny.app
from chassis.tracing import open_traces

async def start():
    async with open_traces(None, service="tiny", process="test"):
        print(*(name for name in sys.modules if name.startswith("opentelemetry.")))

asyncio.run(start())
"""


@pytest.fixture
async def environment(database: str, broker: Broker, topic_prefix: str) -> AsyncIterator[dict[str, str]]:
    await create_topics(broker.servers, [topic_prefix + name for name in TOPICS])
    async with issuing() as jwks_url:
        yield {
            **environment_of(database, broker, topic_prefix),
            "QONYS_OIDC_JWKS_URL": jwks_url,
            "QONYS_WATCH_SECONDS": "0.2",
        }


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def test_a_service_without_the_setting_does_not_load_the_sdk() -> None:
    """Given by the import in `open_traces`."""
    done = subprocess.run(
        [sys.executable, "-c", UNLOADED],
        env={"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "opentelemetry.trace" in loaded
    assert [name for name in loaded if re.match(r"opentelemetry\.(sdk|exporter|proto)", name)] == []


async def test_a_callers_trace_leads_through_the_service_to_what_it_tells(
    environment: dict[str, str], collector: Collector
) -> None:
    told = {**environment, "QONYS_TRACES_URL": collector.url}
    async with listening("serve", told) as service, listening("relay", told) as relay:
        async with httpx2.AsyncClient(base_url=service.url, headers=bearer() | GIVEN) as client:
            assert (await client.get("/health/ready")).status_code == 200
            assert (await client.post(f"/v1/notes/{uuid4()}?text=hello")).status_code == 200
        await relay.until("events_told")
        assert (await service.stop(), await relay.stop()) == (0, 0)
    (edge,) = collector.named("POST /v1/notes/{family}")
    (settled,) = collector.named("settle request")
    (told_on,) = collector.named("tell")
    assert (edge.trace, edge.parent, edge.kind) == (TRACE, SPAN, "server")
    assert settled.links == told_on.links == [edge.here]
    assert {span.service for span in collector.spans} == {"verification-tiny"}
    assert collector.named("GET /health/ready") == []


async def test_no_span_holds_what_came_in_a_request_or_in_an_errors_text(
    environment: dict[str, str], collector: Collector
) -> None:
    """Given by `_describe`, which says the route's template, and by `_ending`: an error's class."""
    async with listening("serve", {**environment, "QONYS_TRACES_URL": collector.url}) as service:
        async with httpx2.AsyncClient(base_url=service.url, headers=bearer()) as client:
            note = f"/v1/notes/{uuid4()}"
            assert (await client.post(note, params={"text": CANARY})).status_code == 500
            assert (await client.get(f"/nowhere/{CANARY}")).status_code == 404
        assert await service.stop() == 0
    assert [span.name for span in collector.spans if span.kind == "server"] == [
        "POST /v1/notes/{family}",
        "GET unknown",
    ]
    everything = b"".join(collector.bodies)
    assert [word for word in CANARY.split()[2:] if word.encode() in everything] == []


@pytest.mark.parametrize("wrong", ["http://127.0.0.1:9/v1/traces", "{collector}/elsewhere"])
async def test_a_collector_that_takes_nothing_is_said_once_and_stops_nobody(
    environment: dict[str, str], collector: Collector, wrong: str
) -> None:
    """Given by `Traces.are_taken` among the cares."""
    url = wrong.format(collector=collector.url)
    async with listening("serve", {**environment, "QONYS_TRACES_URL": url}) as service:
        async with httpx2.AsyncClient(base_url=service.url, headers=bearer()) as client:
            for _ in range(3):
                assert (await client.post(f"/v1/notes/{uuid4()}?text=hello")).status_code == 200
                said = await service.says("attention_needed", check="traces")
        assert await service.stop() == 0
    assert said["remedy"].startswith("start the collector, or correct QONYS_TRACES_URL")
    assert len([line for line in service.lines if line["event"] == "attention_needed"]) == 1
    assert [line for line in service.lines if line["event"] == "library_said"] == []


async def test_a_collector_that_never_answers_holds_a_stop_up_for_one_sending_at_most(
    environment: dict[str, str],
) -> None:
    """Given by `_Collector.export`, which does not try again at the end."""
    async with (
        _silent() as (url, sendings),
        listening("serve", {**environment, "QONYS_TRACES_URL": url}) as service,
    ):
        async with httpx2.AsyncClient(base_url=service.url, headers=bearer()) as client:
            for _ in range(200):  # several sendings
                assert (await client.post(f"/v1/notes/{uuid4()}?text=hello")).status_code == 200
        before = len(sendings)
        assert await service.stop() == 0
        assert len(sendings) - before <= 1


@asynccontextmanager
async def _silent() -> AsyncIterator[tuple[str, list[None]]]:
    """Takes connections, one for each sending, and says nothing."""
    gone, sendings = asyncio.Event(), list[None]()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sendings.append(None)
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/traces", sendings
    gone.set()
    server.close()
