"""A batch is one span with a link to each of its causes, at every edge; a call outside is within a trace.

Each docstring names the line that gives the promise: the test fails when that line is deleted.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from chassis.spans import Spans
from messaging import TransientError
from support.collector import Collector, collecting
from support.probe import Probe, family, relaying, running, working
from support.remembering import Note, Reply, withdrawn

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CAUSE = [TRACE, SPAN]
GIVEN = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def spans(collector: Collector) -> Iterator[Spans]:
    spans = Spans(collector.url, service="probe", process="test")
    yield spans
    spans.close()


async def test_a_command_and_the_answer_of_its_ask_are_linked_to_the_request(
    probe: Probe, collector: Collector, spans: Spans
) -> None:
    """Line: `with _span(…)` in `Cycle._transact`."""
    one, kernel = family(), probe.make_kernel(tracer=spans.tracer)
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one, traceparent=GIVEN)
        await probe.heard(one, "ask", "reply to ask")
    batches = await collector.has("settle request", "settle answer")
    assert [(span.links, span.kind) for span in batches] == [([CAUSE], "internal")] * 2
    assert not {span.trace for span in batches} & {TRACE}


async def test_each_attempt_of_an_ask_is_in_the_trace_of_the_request(
    probe: Probe, collector: Collector, spans: Spans
) -> None:
    """Line: `with self._span(row)` in `Asks._call`; a failure is told by its class, not by its text."""
    failures = [TransientError("Нұрлан is busy")]

    async def answer(call: Any) -> Reply:
        if failures:
            raise failures.pop()
        return Reply("at last")

    probe.answer = answer
    one, kernel = family(), probe.make_kernel(tracer=spans.tracer)
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one, traceparent=GIVEN)
        await probe.heard(one, "ask", "at last")
    await collector.has("settle answer")
    calls = collector.named("ask outside")
    assert {(span.trace, span.parent, span.kind) for span in calls} == {(TRACE, SPAN, "client")}
    assert [span.failed for span in calls] == ["TransientError", None]
    assert calls[1].attributes == {"qonys.application_id": str(one), "qonys.attempt": 2}
    assert not any("Нұрлан".encode() in body for body in collector.bodies)


async def test_a_due_reminder_is_linked_to_the_request(
    probe: Probe, collector: Collector, spans: Spans
) -> None:
    """Line: `traceparent=message.traceparent` in `Fold._due`."""
    one, kernel = family(), probe.make_kernel(tracer=spans.tracer)
    async with working(kernel):
        await kernel.request(Note("remind"), subject=one, traceparent=GIVEN)
        await probe.heard(one, "remind", "bell remind")
    (rang,) = await collector.has("settle reminder")
    assert rang.links == [CAUSE]


async def test_a_batch_of_events_is_linked_to_each_familys_trace_and_so_is_its_telling(
    probe: Probe, collector: Collector, spans: Spans
) -> None:
    """Lines: `span.add_link` in `batch_span`; `with _span(…)` in `Relay._tell_next`."""
    traces = {family(): (uuid4().hex, uuid4().hex[:16]) for _ in range(20)}
    told = [
        (one, withdrawn(one, "moved", traceparent=f"00-{trace}-{span}-01"))
        for one, (trace, span) in traces.items()
    ]
    await probe.send(*told, (None, b"no event"))
    async with running(probe.make_kernel(tracer=spans.tracer)):
        await probe.settled(len(told))
    async with relaying(probe.make_relay(tracer=spans.tracer)):
        await collector.has("tell")
    for name, kind in (("settle event", "consumer"), ("tell", "producer")):
        batches = collector.named(name)
        assert {tuple(link) for span in batches for link in span.links} == set(traces.values())
        assert {span.kind for span in batches} == {kind}


async def test_what_a_person_drives_on_is_linked_to_its_familys_trace(
    probe: Probe, collector: Collector, spans: Spans
) -> None:
    """Line: `with batch_span(…)` in `Parking._redrive`."""
    one, kernel = family(), probe.make_kernel(tracer=spans.tracer)
    await probe.send((one, withdrawn(one, "hopeless", traceparent=GIVEN)))
    async with running(kernel):
        (row,) = await probe.parked(1)
        await kernel.parking.redrive(row["seq"], by="somebody")
    (driven,) = await collector.has("redrive")
    assert driven.links == [CAUSE]
