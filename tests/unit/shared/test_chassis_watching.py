"""What is not well is said once, again when it changes, and once more when it is over."""

import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.conditions import MissingTopicError
from chassis.memory import MemoryShortError
from chassis.remedies import remedy_for
from chassis.watching import Watch, watching
from support.probe import until

SERVICE = "watched"


class Wrong:
    """A check that finds whatever it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def need() -> Wrong:
    return Wrong()


@pytest.fixture
def care() -> Wrong:
    return Wrong()


@pytest.fixture
def watch(need: Wrong, care: Wrong) -> Watch:
    return Watch(SERVICE, needs={"broker": need}, cares={"memory": care})


async def looks(watch: Watch, times: int = 1) -> list[dict[str, Any]]:
    with capture_logs() as lines:
        for _ in range(times):
            await watch.look()
    return [dict(line) for line in lines]


def measured(name: str, check: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"service": SERVICE, "check": check})


async def test_a_need_that_is_not_met_is_said_once_with_its_remedy_until_it_is(
    watch: Watch, need: Wrong
) -> None:
    need.error = MissingTopicError("missing: a")
    (line,) = await looks(watch, times=3)
    assert line == {
        "event": "not_ready",
        "log_level": "warning",
        "check": "broker",
        "found": "missing: a",
        "reason": "missing_topic",
        "remedy": remedy_for("missing_topic").remedy,
    }
    assert measured("qonys_ready", "broker") == 0
    need.error = MissingTopicError("missing: a, b")
    assert [line["found"] for line in await looks(watch, times=2)] == ["missing: a, b"]
    need.error = None
    assert [line["event"] for line in await looks(watch, times=2)] == ["ready_again"]
    assert measured("qonys_ready", "broker") == 1


async def test_a_need_that_fails_as_nobody_foresaw_is_told_to_be_started(watch: Watch, need: Wrong) -> None:
    need.error = ConnectionRefusedError("postgresql://user:hunter2@db")
    (line,) = await looks(watch)
    assert (line["found"], line["reason"]) == ("ConnectionRefusedError", "not_there")


async def test_what_only_wants_a_person_is_no_matter_of_readiness(watch: Watch, care: Wrong) -> None:
    care.error = MemoryShortError("more than 90% of 512 MiB is taken")
    assert [line["event"] for line in await looks(watch, times=2)] == ["attention_needed"]
    assert measured("qonys_attention", "memory") == 1
    assert measured("qonys_ready", "memory") is None
    care.error = None
    assert [line["event"] for line in await looks(watch)] == ["attention_over"]
    assert measured("qonys_attention", "memory") == 0


async def test_a_question_that_could_not_be_asked_is_no_answer(watch: Watch, care: Wrong) -> None:
    care.error = MemoryShortError("more than 90% of 512 MiB is taken")
    await looks(watch)
    care.error = ConnectionRefusedError()  # the database is gone, which is said of the need
    assert await looks(watch) == []
    assert measured("qonys_attention", "memory") == 1


async def test_a_look_under_way_is_finished_at_the_end(care: Wrong) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await may_end.wait()

    async with watching(Watch(SERVICE, needs={"broker": slow}, cares={"memory": care}), every_seconds=30):
        await begun.wait()
        asyncio.get_running_loop().call_soon(may_end.set)
    assert care.asked == 1


async def test_it_looks_at_once_and_again_and_again(watch: Watch, need: Wrong) -> None:
    async def twice() -> bool:
        return need.asked >= 2

    async with watching(watch, every_seconds=0.001):
        await until(twice)
