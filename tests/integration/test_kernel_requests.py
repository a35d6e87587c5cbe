"""The HTTP edge's promises: a command has its effects once for each idempotency key.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio

import pytest

from messaging import IdempotencyConflict, Overloaded, Refusal
from support.probe import Probe, family
from support.remembering import Note


async def test_the_same_key_gives_the_kept_reply(probe: Probe) -> None:
    """Line: `store.keep_requests` in `Cycle._write`, `store.known_requests` in `claim_requests`."""
    one, kernel = family(), probe.make_kernel()
    first = await kernel.request(Note("moved"), subject=one, key="k")
    await kernel.request(Note("then"), subject=one, key="other")
    assert await kernel.request(Note("moved"), subject=one, key="k") == first == {"place": 1}
    assert await probe.make_kernel().request(Note("moved"), subject=one, key="k") == first
    assert await probe.said(one) == ["moved", "then"]


async def test_the_same_key_with_other_content_is_a_conflict(probe: Probe) -> None:
    """Line: `if digest != arrival.digest` in `requests._kept`."""
    one, kernel = family(), probe.make_kernel()
    await kernel.request(Note("moved"), subject=one, key="k")
    with pytest.raises(IdempotencyConflict):
        await kernel.request(Note("stayed"), subject=one, key="k")
    assert await probe.said(one) == ["moved"]


async def test_three_at_once_with_one_key_are_one(probe: Probe) -> None:
    """Line: `first.setdefault` in `Requests._settle` (one instance), the lock on the family and
    `store.known_requests` (several)."""
    one = family()
    kernels = [probe.make_kernel() for _ in range(3)]
    calls = [k.request(Note("moved"), subject=one, key="k") for k in kernels for _ in range(3)]
    assert await asyncio.gather(*calls) == [{"place": 1}] * 9
    assert await probe.said(one) == ["moved"]


async def test_one_key_for_two_families_at_once_is_a_conflict_for_one(probe: Probe) -> None:
    """Held twice: by the lock on a request's id in `cycle._lock_numbers` (families differ: nothing else makes
    them wait for each other), and by the key of the table with the second try in `Cycle._alone`."""
    one, other = family(), family()
    kernels = [probe.make_kernel() for _ in range(2)]
    async with probe.holding(one, other):
        calls = [
            asyncio.ensure_future(kernels[0].request(Note("mine"), subject=one, key="k")),
            asyncio.ensure_future(kernels[1].request(Note("yours"), subject=other, key="k")),
        ]
        await probe.waiting(2)
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["IdempotencyConflict", "dict"]


async def test_the_same_key_of_another_caller_is_another_request(probe: Probe) -> None:
    """Line: the scope in `arrival.request_id`."""
    one, kernel = family(), probe.make_kernel()
    await kernel.request(Note("moved"), subject=one, key="k", scope="a citizen")
    await kernel.request(Note("stayed"), subject=one, key="k", scope="an officer")
    assert await probe.said(one) == ["moved", "stayed"]


async def test_a_refusal_writes_nothing_and_leaves_the_key_free(probe: Probe) -> None:
    """Line: `return Outcome(Fate.REFUSED, …)` before anything is kept in `Fold._decide`."""
    one, kernel = family(), probe.make_kernel()
    assert await kernel.request(Note("refuse"), subject=one, key="k") == Refusal("not_now")
    assert await probe.count("requests") == await probe.count("seen") == await probe.count("outbox") == 0
    assert await kernel.request(Note("moved"), subject=one, key="k") == {"place": 1}


@pytest.mark.parametrize("bad", ["bug", "break"])
async def test_a_bug_fails_its_own_request_and_no_other(probe: Probe, bad: str) -> None:
    """Line: `arrival.edge is Edge.REQUEST` in `Fold._failed`: a caller hears of it, nothing is parked."""
    kernel = probe.make_kernel()
    sayings = ["moved"] * 20 + [bad] + ["moved"] * 20
    calls = [kernel.request(Note(said), subject=family(), key=str(n)) for n, said in enumerate(sayings)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [n for n, end in enumerate(ends) if isinstance(end, Exception)] == [20]
    assert (await probe.count("seen"), await probe.count("parked")) == (40, 0)
    with pytest.raises(type(ends[20])):  # the key stays free
        await kernel.request(Note(bad), subject=family(), key="20")


async def test_a_slow_database_refuses_the_next_and_keeps_those_taken(probe: Probe) -> None:
    """Line: `len(self._began) >= self._most` in `Pressure.admitted`."""
    families, kernel = [family() for _ in range(20)], probe.make_kernel(requests_waiting_most=20)
    async with probe.holding(families[0]):
        taken = [asyncio.ensure_future(kernel.request(Note("moved"), subject=one)) for one in families]
        await probe.waiting()
        with pytest.raises(Overloaded):
            await kernel.request(Note("moved"), subject=family())
        assert not any(call.done() for call in taken)
    assert await asyncio.gather(*taken) == [{"place": 1}] * 20
    assert await kernel.request(Note("moved"), subject=family()) == {"place": 1}
    assert await probe.count("seen") == 21
