"""The kernel's numbers and its one alarm, as a running kernel tells them: each is seen to move.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from messaging import PermanentError, TransientError
from messaging.kernel import Kernel
from support.probe import IN_TOPIC, Probe, family, partition_of, running, until, working
from support.remembering import Note, Question, Reply, withdrawn

AGO = "UPDATE parked SET parked_at = now() - $1::interval"


async def test_what_is_parked_is_counted_and_told_of_when_it_is_too_old(probe: Probe) -> None:
    """Line: `self._parked(…)` in `Gauges._turn`, `if oldest > self._parked_alarm_seconds` in
    `Gauges._parked`."""
    one, kernel = family(), probe.make_kernel()
    with capture_logs() as lines:
        async with running(kernel):
            await probe.send(*((one, withdrawn(one, said)) for said in ("bug", "second", "third")))
            await probe.parked(3)
            await measured(kernel, lambda: read("qonys_parked", state="failed") == 1)
            assert read("qonys_parked", state="waits") == 2
            assert read("qonys_parked_oldest_seconds") < 60
            assert _alarms(lines) == []
            await probe.pool.execute(AGO, timedelta(seconds=901))
            await measured(kernel, lambda: read("qonys_parked_oldest_seconds") > 900)
            assert {(line["messages"], line["oldest_seconds"] > 900) for line in _alarms(lines)} == {
                (3, True)
            }
            await probe.pool.execute("DELETE FROM parked")
            await measured(kernel, lambda: read("qonys_parked_oldest_seconds") == 0)
            assert read("qonys_parked", state="failed") == read("qonys_parked", state="waits") == 0


async def test_what_arrives_waits_and_is_told_is_measured(probe: Probe) -> None:
    """Lines: `metrics.LAG…set(lag)`, `metrics.OUTBOX_DEPTH…set(…)` and `metrics.OUTBOX_AGE…set(…)` in
    `Gauges._turn`, `self._consumer.end_offsets(…)` in `Consumer._ends`, `BATCH_SIZE…observe(…)` in
    `metrics.settled`, `metrics.HOP_SECONDS…observe(…)` in `Consumer._settle`."""
    one, kernel = family(), probe.make_kernel()
    place = {"topic": probe.prefix + IN_TOPIC, "partition": str(partition_of(one))}
    messages, batches = (read(f"qonys_batch_messages_{part}", edge="event") for part in ("sum", "count"))
    hops, seconds = (read(f"qonys_hop_seconds_{part}") for part in ("count", "sum"))
    async with running(kernel):
        async with probe.holding(one):
            await probe.send((one, withdrawn(one, "first")))
            await probe.waiting()
            for _ in range(5):  # what is fetched of them ahead of the others tells no end of the others
                await probe.send((one, withdrawn(one, "then")))
            await measured(kernel, lambda: read("qonys_consumer_lag", **place) == 5)
        await probe.acknowledges(6)
        await measured(kernel, lambda: read("qonys_consumer_lag", **place) == 0)
        await measured(kernel, lambda: read("qonys_outbox_untold") == 6)
        assert read("qonys_outbox_oldest_seconds") > 0
    assert read("qonys_batch_messages_sum", edge="event") - messages == 6
    assert 2 <= read("qonys_batch_messages_count", edge="event") - batches <= 6
    assert 2 <= read("qonys_hop_seconds_count") - hops <= 6
    assert read("qonys_hop_seconds_sum") > seconds


async def test_calls_are_counted_by_target_and_by_their_end(probe: Probe) -> None:
    """Line: `_count(…)` in `Asks._call`, `Asks._try_later` and `Asks._failed`."""
    tried: Counter[str] = Counter()

    async def answer(call: Question) -> Reply:
        tried[call.text] += 1
        if call.text == "ask in vain" or (call.text == "ask twice" and tried[call.text] == 1):
            raise TransientError("busy")
        if call.text == "ask nobody":
            raise PermanentError("no such register")
        return Reply("here")

    ends = {"answered": 2, "again": 3, "unanswered": 1, "failed": 1}
    before = {end: read("qonys_asks_total", target="outside", outcome=end) for end in ends}
    probe.answer, kernel = answer, probe.make_kernel(breaker_after=100)
    async with working(kernel):
        for said in ("ask once", "ask twice", "ask in vain", "ask nobody"):
            await kernel.request(Note(said), subject=family())
        await until(lambda: _nothing_is_due(probe))
    assert {
        end: read("qonys_asks_total", target="outside", outcome=end) - before[end] for end in ends
    } == ends
    assert read("qonys_ask_seconds_count", target="outside") >= sum(ends.values())


async def test_an_open_breaker_shows(probe: Probe) -> None:
    """Line: `metrics.BREAKER…set(…)` in `Asks._count_failure` and in `Asks._call`."""
    mended = asyncio.Event()

    async def answer(call: Question) -> Reply:
        if not mended.is_set():
            raise TransientError("down")
        return Reply("here")

    probe.answer, kernel = answer, probe.make_kernel(breaker_after=2)
    assert read("qonys_breaker_open", target="outside") == 0
    async with working(kernel):
        await kernel.request(Note("ask"), subject=family())
        await until(lambda: _shows("qonys_breaker_open", 1))
        mended.set()
        await until(lambda: _shows("qonys_breaker_open", 0))


async def measured(kernel: Kernel, seen: Callable[[], bool]) -> None:
    """Has the kernel measure now, and until this is seen."""

    async def is_seen() -> bool:
        kernel._gauges.loop.wake()
        return seen()

    await until(is_seen)


def read(name: str, **labels: str) -> float:
    """The probe's value in the registry; 0 as long as there is none."""
    return REGISTRY.get_sample_value(name, {"service": "probe", **labels}) or 0.0


def _alarms(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for line in lines if line["event"] == "parked_too_long"]


async def _nothing_is_due(probe: Probe) -> bool:
    return await probe.count("due") == 0


async def _shows(name: str, value: float) -> bool:
    return read(name, target="outside") == value
