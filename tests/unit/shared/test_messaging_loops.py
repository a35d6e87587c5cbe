"""The loop: works while there is work, sleeps, is woken, waits for the ground, ends with a bug."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from messaging.loops import Loop


class Turns:
    """Each turn gives the next of some pauses, or raises it; when there are none left, it stops its loop."""

    def __init__(self, *pauses: float | Exception) -> None:
        self.left = list(pauses)
        self.made = 0
        self.begun = asyncio.Event()
        self.stop: Callable[[], None] = lambda: None

    async def __call__(self) -> float:
        self.made += 1
        self.begun.set()
        if not self.left:
            self.stop()
            return 0
        pause = self.left.pop(0)
        if isinstance(pause, Exception):
            raise pause
        return pause


def _loop(turns: Turns) -> Loop:
    loop = Loop(turns, name="test")
    turns.stop = loop.stop
    return loop


async def test_while_there_is_work_it_does_not_pause() -> None:
    turns = Turns(0, 0, 0)
    await _loop(turns).run()
    assert turns.made == 4


async def test_waking_ends_a_pause() -> None:
    turns = Turns(3600.0)
    loop = _loop(turns)
    running = asyncio.create_task(loop.run())
    await turns.begun.wait()
    loop.wake()
    await running
    assert turns.made == 2


async def test_being_woken_during_a_turn_is_not_forgotten() -> None:
    async def turn() -> float:
        turns.append(1)
        loop.stop() if len(turns) == 2 else loop.wake()
        return 3600.0

    turns: list[int] = []
    loop = Loop(turn, name="test")
    await loop.run()
    assert len(turns) == 2


async def test_stopping_ends_a_pause_and_makes_no_further_turn() -> None:
    turns = Turns(3600.0)
    loop = _loop(turns)
    running = asyncio.create_task(loop.run())
    await turns.begun.wait()
    loop.stop()
    await running
    assert turns.made == 1


async def test_when_the_ground_is_gone_it_warns_and_tries_again() -> None:
    turns = Turns(ConnectionRefusedError())
    loop = _loop(turns)
    with capture_logs() as logs:
        running = asyncio.create_task(loop.run())
        await turns.begun.wait()
        loop.wake()
        await running
    assert turns.made == 2
    (line,) = logs
    assert (line["event"], line["log_level"], line["error"]) == (
        "loop_waits",
        "warning",
        "ConnectionRefusedError",
    )


async def test_a_bug_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        await _loop(Turns(ZeroDivisionError())).run()
