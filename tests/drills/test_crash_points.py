"""Crash points: the knife counts every await, the books find whatever is wrong, and a short one is tried."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from console.broker import Broker
from console.drills.books import Books
from console.drills.crash_points import cut
from console.drills.knife import WAYS, Edge, Knife
from console.drills.witness import WORDS
from console.postgres import Postgres

IDS = [str(uuid4()) for _ in WORDS]
TOLD = list(zip(IDS, range(1, len(IDS) + 1), strict=True))
ONE = uuid4()
MIDDLE_OF_A_POLL = 5


class Walker:
    """Awaits three times, the last time something that fails."""

    async def walk(self, word: str) -> str:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await asyncio.sleep(10)
        return word


def books(**other: object) -> Books:
    whole: dict[str, object] = {
        "heard": {ONE: sorted(WORDS)},
        "outbox": {ONE: IDS},
        "topic": {ONE: TOLD},
        "asked": {ONE: 1},
        "left": {"untold": 0, "due": 0, "parked": 0},
    }
    return Books(**(whole | other))  # type: ignore[arg-type]


async def test_every_await_is_counted_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WAYS, Edge.POLL, [(Walker, "walk")])
    monkeypatch.setattr(Walker, "walk", Walker.walk)  # put back afterwards
    knife = Knife(cut_at=None)
    knife.hang_over(Edge.POLL)
    assert await Walker().walk("through") == "through"
    assert knife.passed == 3


@pytest.mark.parametrize("edge", Edge)
def test_each_edge_names_what_there_is(edge: Edge) -> None:
    assert all(asyncio.iscoroutinefunction(getattr(owner, name)) for owner, name in WAYS[edge])


def test_whole_books_have_no_fault() -> None:
    assert books().faults([ONE]) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"heard": {}}, "heard 'bell' 0 times"),
        ({"heard": {ONE: [*sorted(WORDS), "bell"]}}, "heard 'bell' 2 times"),
        ({"topic": {ONE: TOLD[1:]}}, "the topic has 3 events"),
        ({"topic": {ONE: [TOLD[1], TOLD[0], *TOLD[2:]]}}, "in other order than the outbox"),
        ({"asked": {}}, "the outside was asked 0 times"),
        ({"asked": {ONE: 3}}, "the outside was asked 3 times"),
        ({"left": {"untold": 2}}, "2 rows left in untold"),
    ],
)
def test_books_say_what_is_wrong(wrong: dict[str, dict[UUID, object]], said: str) -> None:
    assert said in "\n".join(books(**wrong).faults([ONE]))


async def test_a_process_that_dies_in_the_middle_of_a_poll_has_lost_nothing_when_it_is_back(
    broker: Broker, postgres: Postgres, tmp_path: Path
) -> None:
    """One point of many: `qonys drill crash-points` cuts every await of every edge."""
    say, only = (lambda *_: None), [MIDDLE_OF_A_POLL]
    cuts = await cut(Edge.POLL, broker, postgres, folder=tmp_path, say=say, only=only)
    assert (cuts.points, cuts.wrong) == (1, [])
