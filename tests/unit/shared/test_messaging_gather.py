"""Batches that form by themselves."""

import asyncio
from collections.abc import Sequence

import pytest

from messaging.gather import MOST_AT_ONCE, Gather


class Doubling:
    """Doubles numbers, a batch at a time, when it is let; fails for a batch with a zero."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.open = asyncio.Event(), asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(numbers))
        self.begun.set()
        await self.open.wait()
        if 0 in numbers:
            raise ConnectionError("gone")
        return [2 * number for number in numbers]


async def test_a_lone_item_waits_for_nobody() -> None:
    doubling = Doubling()
    doubling.open.set()
    assert await Gather(doubling).put(7) == 14
    assert doubling.batches == [[7]]


async def test_what_comes_while_a_batch_is_settled_is_the_next_batch() -> None:
    doubling = Doubling()
    gather = Gather(doubling)
    first = asyncio.create_task(gather.put(1))
    await doubling.begun.wait()
    others = [asyncio.create_task(gather.put(number)) for number in range(2, 2 + MOST_AT_ONCE + 5)]
    await asyncio.sleep(0)
    doubling.open.set()
    assert await asyncio.gather(first, *others) == [2 * number for number in range(1, 2 + MOST_AT_ONCE + 5)]
    assert [len(batch) for batch in doubling.batches] == [1, MOST_AT_ONCE, 5]


async def test_a_batch_that_fails_fails_for_its_own_callers_only() -> None:
    doubling = Doubling()
    gather = Gather(doubling)
    failing = [asyncio.create_task(gather.put(number)) for number in (0, 1)]
    await doubling.begun.wait()
    later = asyncio.create_task(gather.put(3))
    await asyncio.sleep(0)
    doubling.open.set()
    ends = await asyncio.gather(*failing, return_exceptions=True)
    assert [type(end) for end in ends] == [ConnectionError, ConnectionError]
    assert await later == 6


async def test_a_caller_that_goes_away_does_not_stop_the_others() -> None:
    doubling = Doubling()
    gather = Gather(doubling)
    calls = [asyncio.create_task(gather.put(number)) for number in (1, 2)]
    await doubling.begun.wait()
    calls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    doubling.open.set()
    assert await calls[1] == 4


async def test_drain_waits_for_all_that_was_queued() -> None:
    doubling = Doubling()
    gather = Gather(doubling)
    calls = [asyncio.create_task(gather.put(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    draining = asyncio.create_task(gather.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    doubling.open.set()
    await draining
    assert await asyncio.gather(*calls) == [2, 4]
