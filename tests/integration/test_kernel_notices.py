"""The promise that nobody need ask: that a family waits for a person is told, and that it goes on.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts import open_event, read_envelope
from contracts.verification import QuotaReleased, VerificationParked, VerificationResumed
from messaging import PermanentError
from messaging.kernel import Kernel
from messaging.parking import NotParkedError, Parking
from support.parking import park, redrive_at_once
from support.probe import Probe, family, remembering, working
from support.remembering import Note, withdrawn

OUTBOX = "SELECT xmin::text, body, told_at FROM outbox WHERE subject = $1 ORDER BY batch, place"
PARKED = "SELECT xmin::text, id, parked_at FROM parked WHERE subject = $1 ORDER BY seq"
TAKEN_AWAY = "DELETE FROM parked WHERE subject = $1"


async def test_that_a_family_waits_is_told_with_its_first_parked_message(serving: Probe) -> None:
    """Line: `self.draft.told += told_parked(…)` in `Fold._failed`: one transaction writes both."""
    one, _, _ = await park(serving, "bug")
    (parked,) = await serving.pool.fetch(PARKED, one)
    (notice,) = await serving.pool.fetch(OUTBOX, one)
    envelope = read_envelope(notice["body"])
    assert open_event(envelope) == VerificationParked(since=parked["parked_at"])
    assert (envelope.source, envelope.causationid) == ("/qonys/probe", str(parked["id"]))
    assert notice["xmin"] == parked["xmin"]


async def test_what_nobody_can_read_is_told_of_the_family_whose_key_it_has(serving: Probe) -> None:
    """Line: `if message else str(arrival.id)` in `telling.told_parked`."""
    one = family()
    await serving.send((one, b"garbage"))
    await serving.parked(1, one)
    assert await _told(serving, one) == [VerificationParked]


async def test_those_behind_the_first_are_not_told(serving: Probe) -> None:
    """Line: `if arrival.subject in self._blocked` in `Fold.take`: whether they come with it or later."""
    one, _, _ = await park(serving, "bug", "bug too")
    await serving.send((one, withdrawn(one, "bug again")))
    await serving.parked(3, one)
    assert await _told(serving, one) == [VerificationParked]


async def test_a_family_goes_on_with_the_last_of_its_queue(serving: Probe) -> None:
    """Line: `await store.tell(conn, [notice])` in `redriving.tell_resumed`: after all that was decided."""
    one, kernel, seqs = await park(serving, "bug", "second")
    remembering(kernel).mended = True
    await kernel.parking.redrive(seqs[0], by="ops")
    assert await _told(serving, one) == [VerificationParked, *[QuotaReleased] * 2, VerificationResumed]


async def test_two_who_drive_it_on_say_once_that_it_goes_on(serving: Probe) -> None:
    """Line: `outcome.fate is not Fate.LOST` in `redriving.drive`."""
    one, kernel, seqs = await park(serving, "bug")
    await redrive_at_once(serving, one, kernel, seqs[0])
    assert await _told(serving, one) == [VerificationParked, QuotaReleased, VerificationResumed]


async def test_a_family_of_which_something_is_left_does_not_go_on(serving: Probe) -> None:
    """Line: `if await store.parked_families(conn, {family})` in `redriving.tell_resumed`."""
    one, kernel, seqs = await park(serving, "bug", "break")
    remembering(kernel).mended = True
    assert (await kernel.parking.redrive(seqs[0], by="ops")).left == 1
    assert await _told(serving, one) == [VerificationParked, QuotaReleased]


async def test_a_message_that_fails_again_is_not_told_again(serving: Probe) -> None:
    """Line: `raise _NotKeptError` in `Cycle.settle_one`."""
    one, kernel, seqs = await park(serving, "bug")
    assert (await kernel.parking.redrive(seqs[0], by="ops")).left == 1
    assert await _told(serving, one) == [VerificationParked]


async def test_a_family_whose_only_message_is_discarded_goes_on(serving: Probe) -> None:
    """Line: `await tell_resumed(conn, self._cycle, row)` in `Parking.discard`."""
    one, kernel, seqs = await park(serving, "bug")
    await kernel.parking.discard(seqs[0], by="ops", reason="sent by mistake")
    assert await _told(serving, one) == [VerificationParked, VerificationResumed]


async def test_a_call_that_is_put_back_and_fails_again_is_told_again(serving: Probe) -> None:
    """Line: `*await tell_resumed(conn, cycle, head)` in `redriving.drive`, of a call as of any message."""
    one, kernel, seq = await _park_an_ask(serving)
    await kernel.parking.redrive(seq, by="ops")
    async with working(kernel):
        await serving.parked(1, one)
    assert await _told(serving, one) == [
        QuotaReleased,
        VerificationParked,
        VerificationResumed,
        VerificationParked,
    ]


Act = Callable[[Parking, int], Coroutine[Any, Any, object]]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda desk, seq: desk.redrive(seq, by="ops"), id="redrive of a call"),
        pytest.param(lambda desk, seq: desk.discard(seq, by="ops", reason="late"), id="discard"),
    ],
)
async def test_who_acts_on_a_family_waits_for_it_before_he_holds_its_message(
    serving: Probe, act: Act
) -> None:
    """Lines: `await hold(conn, row["subject"])` in `redriving._ask_again`, and
    `await hold(conn, queued["subject"])` in `Parking.discard`: a redrive that has the family takes messages
    away meanwhile, and neither waits for the other."""
    one, kernel, seq = await _park_an_ask(serving)
    async with serving.holding(one):
        acting = asyncio.create_task(act(kernel.parking, seq))
        await serving.waiting()
        async with asyncio.timeout(5):
            await serving.pool.execute(TAKEN_AWAY, one)
    ended = (await asyncio.gather(acting, return_exceptions=True))[0]
    assert isinstance(ended, NotParkedError) or getattr(ended, "settled", None) == 0
    assert await _told(serving, one) == [QuotaReleased, VerificationParked]


async def _park_an_ask(serving: Probe) -> tuple[UUID, Kernel, int]:
    """A call that only a person can mend; its row's number."""
    serving.answer = _refuse
    one, kernel = family(), serving.make_kernel()
    async with working(kernel):
        await kernel.request(Note("ask"), subject=one)
        (row,) = await serving.parked(1, one)
    return one, kernel, row["seq"]


async def _refuse(_: object) -> object:
    raise PermanentError("the key was refused")


async def _told(serving: Probe, one: UUID) -> list[type]:
    rows: list[asyncpg.Record] = await serving.pool.fetch(OUTBOX, one)
    return [type(open_event(read_envelope(row["body"]))) for row in rows]
