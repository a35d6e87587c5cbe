"""The promises of `Ask`: the outside is asked until it answers, and its answer is decided once.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from console.broker import Broker
from messaging import PermanentError, TransientError
from messaging.asks import IN_HAND, LEASE_SPARE_SECONDS
from messaging.kernel import Kernel
from support.probe import Probe, family, probing, until, working
from support.remembering import Note, Question, Reply

Answer = Callable[[Any], Awaitable[object]]


class Outside:
    """What is asked: it counts its calls, and can be made to fail or to wait."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = self.at_once = self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, call: Any) -> object:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await self.open.wait()
            if self.failures:
                raise self.failures.pop(0)
            return Reply(f"answer to {call.text}")
        finally:
            self.at_once -= 1

    async def called(self, times: int) -> None:
        async def enough() -> bool:
            return self.calls >= times

        await until(enough)


async def test_an_ask_is_answered_to_its_own_family(probe: Probe) -> None:
    """Line: `arrival_of(…, edge=Edge.ANSWER, …)` in `Asks._call`."""
    one, kernel = family(), probe.make_kernel()
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        await probe.heard(one, "ask", "reply to ask")
    assert await probe.count("due") == 0


async def test_a_failing_ask_is_tried_again_with_back_off(probe: Probe) -> None:
    """Line: `_try_later` in `Asks._failed`."""
    probe.answer = outside = Outside(TransientError("busy"), TimeoutError())
    one, kernel = family(), probe.make_kernel(backoff_seconds=0.02)
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        await probe.heard(one, "ask", "answer to ask")
    assert outside.calls == 3


async def test_what_is_said_during_a_call_names_its_case(probe: Probe) -> None:
    """Line: `bind_contextvars(…)` in `Asks._ask`; two calls are under way at once."""
    outside, kernel = Outside(TransientError("busy")), probe.make_kernel()
    outside.open.clear()
    families = {"ask one": family(), "ask other": family()}

    async def answer(call: Question) -> object:
        try:
            return await outside(call)
        finally:
            structlog.get_logger().warning("register_silent", asked=call.text)

    probe.answer = answer
    with capture_logs([merge_contextvars]) as lines:
        async with working(kernel):
            for said, one in families.items():
                await kernel.request(Note(said), subject=one, correlation_id=f"for {said}")
            await outside.called(2)
            outside.open.set()
            for said, one in families.items():
                await probe.heard(one, said, f"answer to {said}")
    said_meanwhile = [line for line in lines if line["event"] == "register_silent"]
    assert len(said_meanwhile) == 3
    for line in said_meanwhile:
        assert line["application_id"] == str(families[line["asked"]])
        assert line["correlation_id"] == f"for {line['asked']}"
    (again,) = [line for line in lines if line["event"] == "ask_tried_again"]
    assert again["application_id"] == said_meanwhile[0]["application_id"]


async def test_the_wait_between_attempts_doubles(probe: Probe) -> None:
    """Line: `2**row.attempts` in `Asks._try_later`."""
    probe.answer = outside = Outside(*[TransientError("busy")] * 2)
    one, kernel = family(), probe.make_kernel(backoff_seconds=60.0)
    waits = []
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        for attempt in (1, 2):
            waits.append(await _wait_after(probe, attempt))
            await _make_due(probe, kernel)
        await probe.heard(one, "ask", "answer to ask")
    assert outside.calls == 3
    assert 40 < waits[0] < 76 < 85 < waits[1] < 151  # 60 and 120 seconds, with a quarter of jitter


async def test_after_all_attempts_the_decider_hears_of_silence(probe: Probe) -> None:
    """Line: `Unanswered(…)` at the end of `Asks._failed`."""
    probe.answer = Outside(*[TransientError("busy")] * 3)
    one, kernel = family(), probe.make_kernel()
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        await probe.heard(one, "ask", "unanswered ask after 3")
    assert await probe.count("parked") == 0


@pytest.mark.parametrize("failure", [PermanentError("no such register"), ZeroDivisionError("a bug")])
async def test_what_only_a_person_can_mend_is_parked_and_asked_again_when_redriven(
    probe: Probe, failure: Exception
) -> None:
    """Line: `if not foreseen` in `Asks._failed`; `_ask_again` in `redriving._try`."""
    probe.answer = Outside(*[failure] * (1 if isinstance(failure, PermanentError) else 3))
    one, kernel = family(), probe.make_kernel()
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        (parked,) = await probe.parked(1, one)
        assert (parked["edge"], parked["state"]) == ("ask", "failed")
        assert (await kernel.parking.dry_run(parked["seq"])).error is None
        assert await probe.count("parked") == 1
        assert (await kernel.parking.redrive(parked["seq"], by="ops")).left == 0
        await probe.heard(one, "ask", "answer to ask")


async def test_an_answer_of_the_wrong_class_is_a_bug_and_parked(probe: Probe) -> None:
    """Line: `arrival_of` inside the `try` of `Asks._call`: outside of it, it would be asked for ever."""
    probe.answer = _wrong
    one, kernel = family(), probe.make_kernel()
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        (parked,) = await probe.parked(1, one)
    assert parked["error"].startswith("TypeError")


async def test_an_ask_whose_worker_dies_is_asked_again(probe: Probe) -> None:
    """Line: the row leaves in `claim_leased` only, not when it is leased (`lease_until < now()` in
    `leases.LEASE` lets others have it)."""
    probe.answer = outside = Outside()
    outside.open.clear()
    one, dying, other = family(), probe.make_kernel(), probe.make_kernel()
    worker = asyncio.create_task(dying.asks[0].run())
    await dying.request(Note("ask"), subject=one)
    await outside.called(1)
    await _die(worker, dying)
    outside.open.set()
    await probe.pool.execute("UPDATE due SET lease_until = now()")
    async with working(other):
        await probe.heard(one, "ask", "answer to ask")
    assert outside.calls == 2


async def test_an_answer_after_its_lease_was_lost_changes_nothing(probe: Probe) -> None:
    """Line: `leased_by = $2` in `store.CLAIM_DUE`."""
    late, other = Outside(), Outside()
    late.open.clear()
    other.open.clear()
    probe.answer = late
    one, first, second = family(), probe.make_kernel(), probe.make_kernel()
    async with working(second):
        async with working(first):
            await first.request(Note("ask"), subject=one)
            await late.called(1)
            probe.answer = other
            first.asks[0].loop.stop()
            await probe.pool.execute("UPDATE due SET lease_until = now()")
            await other.called(1)
            late.open.set()
        assert await probe.said(one) == ["ask"]
        other.open.set()
        await probe.heard(one, "ask", "answer to ask")


async def test_a_lease_outlives_the_slowest_call(probe: Probe) -> None:
    """Line: `target.timeout_seconds + LEASE_SPARE_SECONDS` in `Asks.__init__`."""
    probe.answer = outside = Outside()
    outside.open.clear()
    kernel = probe.make_kernel(timeout_seconds=30.0)
    async with working(kernel):
        await kernel.request(Note("ask"), subject=family())
        await outside.called(1)
        seconds = await probe.pool.fetchval("SELECT extract(epoch FROM lease_until - now()) FROM due")
        outside.open.set()
    assert 30.0 + LEASE_SPARE_SECONDS / 2 < seconds <= 30.0 + LEASE_SPARE_SECONDS


async def test_a_lease_is_renewed_while_its_call_is_under_way(probe: Probe) -> None:
    """Line: `self._leases.renew` in `Asks._renew`."""
    probe.answer = outside = Outside()
    outside.open.clear()
    kernel = probe.make_kernel(timeout_seconds=30.0)
    kernel.asks[0]._lease_seconds = 0.3
    async with working(kernel):
        await kernel.request(Note("ask"), subject=family())
        await outside.called(1)
        began = await probe.pool.fetchval("UPDATE due SET lease_until = now() RETURNING lease_until")
        await until(lambda: _leased_beyond(probe, began))
        outside.open.set()


async def test_a_call_under_way_is_not_made_again_by_its_own_worker(probe: Probe) -> None:
    """Line: `if row.id not in self._calls` in `Asks._turn`. A lease runs out under a call when the database
    was away for longer."""
    probe.answer = outside = Outside()
    outside.open.clear()
    one, kernel = family(), probe.make_kernel()
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        await outside.called(1)
        expired = await probe.pool.fetchval("UPDATE due SET lease_until = now() RETURNING lease_until")
        kernel.asks[0].loop.wake()
        await until(lambda: _leased_beyond(probe, expired))
        outside.open.set()
        await probe.heard(one, "ask", "answer to ask")
    assert outside.calls == 1


async def test_no_connection_is_held_while_the_outside_is_asked(
    database: str, broker: Broker, topic_prefix: str
) -> None:
    """Line: `perform` is awaited with no connection acquired, in `Asks._call`: 8 calls, 2 connections."""
    outside = Outside()
    outside.open.clear()
    async with probing(database, broker, topic_prefix, pool_size=2) as probe:
        probe.answer = outside
        kernel = probe.make_kernel(parallel=8)
        families = [family() for _ in range(8)]
        async with working(kernel):
            for one in families:
                await kernel.request(Note("ask"), subject=one)
            await outside.called(8)
            assert probe.pool.get_idle_size() == probe.pool.get_size()
            outside.open.set()
            for one in families:
                await probe.heard(one, "ask", "answer to ask")


async def test_no_more_calls_are_under_way_than_the_target_allows(probe: Probe) -> None:
    """Line: `under_way=len(self._outside)` in `Asks._turn`."""
    probe.answer = outside = Outside()
    outside.open.clear()
    kernel = probe.make_kernel(parallel=3)
    families = [family() for _ in range(9)]
    async with working(kernel):
        for one in families:
            await kernel.request(Note("ask"), subject=one)
        await outside.called(3)
        outside.open.set()
        for one in families:
            await probe.heard(one, "ask", "answer to ask")
    assert outside.most_at_once == 3


async def test_the_next_call_leaves_while_answers_wait_for_the_database_but_not_any_number(
    probe: Probe,
) -> None:
    """Lines: `self._back(row)` after `_call` in `Asks._ask`, `IN_HAND * parallel - …` in `Asks._turn`."""
    probe.answer = outside = Outside()
    outside.open.clear()
    kernel = probe.make_kernel(parallel=1)
    families = [family() for _ in range(IN_HAND + 3)]
    async with working(kernel):
        for one in families:
            await kernel.request(Note("ask"), subject=one)
        await outside.called(1)
        async with probe.holding(*families):
            outside.open.set()
            await outside.called(IN_HAND)
            await until(lambda: _is_full(kernel))
            assert outside.calls == IN_HAND
        for one in families:
            await probe.heard(one, "ask", "answer to ask")
    assert outside.most_at_once == 1


async def test_the_breaker_opens_lets_one_probe_through_and_closes(probe: Probe) -> None:
    """Line: `limit = 1 if …` in `Breaker.passes`, `_breaker.failed` and `.succeeded` in `Asks`."""
    probe.answer = outside = Outside(*[TransientError("down")] * 2)
    kernel = probe.make_kernel(breaker_after=2, breaker_seconds=0.2, backoff_seconds=0.5, parallel=8)
    families = [family() for _ in range(6)]
    async with working(kernel):
        for one in families[:2]:
            await kernel.request(Note("ask"), subject=one)
        await until(lambda: _breaker_is_open(kernel))
        outside.open.clear()
        for one in families[2:]:
            await kernel.request(Note("ask"), subject=one)
        await outside.called(3)
        await until(lambda: _turned(kernel))
        assert outside.at_once == 1
        outside.open.set()
        for one in families:
            await probe.heard(one, "ask", "answer to ask")
    assert not await _breaker_is_open(kernel)


async def test_stopping_ends_the_calls_under_way_and_gives_back_leases(probe: Probe) -> None:
    """Line: `gather(*self._calls.values())` and `give_back` in `Asks.run`."""
    probe.answer = outside = Outside()
    outside.open.clear()
    one, kernel = family(), probe.make_kernel()
    worker = asyncio.create_task(kernel.asks[0].run())
    await kernel.request(Note("ask"), subject=one)
    await outside.called(1)
    await probe.pool.execute(
        "INSERT INTO due SELECT gen_random_uuid(), kind, target, name, subject, body, correlation_id,"
        " causation_id, traceparent, due_at, attempts, attempts_allowed, leased_by, lease_until FROM due"
    )  # leased and not begun
    kernel.asks[0].loop.stop()
    outside.open.set()
    await worker
    assert await probe.said(one) == ["ask", "answer to ask"]
    assert await probe.pool.fetch("SELECT leased_by FROM due") == [(None,)]


async def _wrong(call: Any) -> object:
    return {"text": "no Reply"}


async def _die(worker: "asyncio.Task[None]", kernel: Kernel) -> None:
    """The worker's process is gone: neither its calls nor its loops end in order."""
    for task in [worker, *kernel.asks[0]._calls.values()]:
        task.cancel()
        await asyncio.wait([task])


async def _postponed(probe: Probe, attempts: int) -> bool:
    row: asyncpg.Record | None = await probe.pool.fetchrow("SELECT attempts, leased_by FROM due")
    return row is not None and row["attempts"] == attempts and row["leased_by"] is None


async def _wait_after(probe: Probe, attempts: int) -> float:
    await until(lambda: _postponed(probe, attempts))
    seconds: float = await probe.pool.fetchval("SELECT extract(epoch FROM due_at - now())::float8 FROM due")
    return seconds


async def _make_due(probe: Probe, kernel: Kernel) -> None:
    await probe.pool.execute("UPDATE due SET due_at = now()")
    kernel.asks[0].loop.wake()


async def _leased_beyond(probe: Probe, moment: Any) -> bool:
    return bool(await probe.pool.fetchval("SELECT lease_until > $1 FROM due", moment))


async def _is_full(kernel: Kernel) -> bool:
    asks = kernel.asks[0]
    return asks._full and not asks._outside


async def _breaker_is_open(kernel: Kernel) -> bool:
    return kernel.asks[0]._breaker.is_open


async def _turned(kernel: Kernel) -> bool:
    """Whether the worker has had every chance to begin another call."""
    kernel.asks[0].loop.wake()
    await asyncio.sleep(0)
    return kernel.asks[0]._breaker.passes(8, under_way=0) == 1
