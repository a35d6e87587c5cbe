"""The parking place's promises: a person looks, mends, tries, drives on or discards, and nothing is lost.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest

from messaging.parking import NotParkedError, Parking
from messaging.redriving import Redriven
from support.parking import park, redrive_at_once
from support.probe import OUT_TOPIC, Probe, family, remembering, until
from support.remembering import Note, withdrawn

ACTS_ON = "SELECT act, body_before FROM parked_acts WHERE parked_seq = $1 ORDER BY seq"
BLOCKED = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)))"
HOMELESS = "SELECT seq FROM parked WHERE subject IS NULL"


async def test_the_list_names_what_is_parked_and_holds_no_bodies(serving: Probe) -> None:
    """Line: the columns of `parking.LIST`: bodies hold personal data."""
    one, kernel, _ = await park(serving, "bug", "second")
    listed = await kernel.parking.list(subject=one)
    assert [(row["state"], row["subject"]) for row in listed] == [("failed", one), ("waits", one)]
    assert listed[0]["error"].startswith("ZeroDivisionError")
    assert not any("body" in row for row in listed)


async def test_show_tells_all_that_is_needed_to_understand(serving: Probe) -> None:
    """Line: what `folding.parked_row` fills in."""
    _, kernel, (seq, _) = await park(serving, "bug", "second")
    shown = await kernel.parking.show(seq)
    assert b'"reason":"bug"' in shown["body"]
    assert "in decide" in shown["traceback"]
    assert shown["origin"].startswith(serving.prefix)
    assert (shown["attempts"], shown["acts"]) == (1, [])


async def test_a_number_that_is_not_parked_is_told_so(serving: Probe) -> None:
    """Line: `raise NotParkedError` in `parking._row`."""
    with pytest.raises(NotParkedError, match="123456789"):
        await serving.make_kernel().parking.redrive(123_456_789, by="ops")


async def test_mending_keeps_the_body_before_and_who_did_it(serving: Probe) -> None:
    """Line: `record(…, after=body)` in `Parking.mend`."""
    one, kernel, (seq, _) = await park(serving, "bug", "second")
    before = (await kernel.parking.show(seq))["body"]
    after = withdrawn(one, "mended")
    await kernel.parking.mend(seq, after, by="Officer 7", reason="a typing mistake")
    (act,) = (await kernel.parking.show(seq))["acts"]
    assert (act["act"], act["by"], act["reason"]) == ("mended", "Officer 7", "a typing mistake")
    kept = await serving.pool.fetchrow("SELECT * FROM parked_acts WHERE parked_seq = $1", seq)
    assert kept is not None
    assert (kept["body_before"], kept["body_after"]) == (before, after)
    assert await kernel.parking.redrive(seq, by="Officer 7") == _settled(2)
    assert await serving.said(one) == ["mended", "second"]


async def test_a_mended_message_is_settled_under_its_first_identity(serving: Probe) -> None:
    """Line: `replace(arrival, id=row["id"], …)` in `redriving._arrival`."""
    one, kernel, (seq,) = await park(serving, "bug")
    await kernel.parking.mend(seq, withdrawn(one, "mended"), by="ops", reason="typing")
    await kernel.parking.redrive(seq, by="ops")
    act = await serving.pool.fetchrow(
        "SELECT inbox.id FROM parked_acts JOIN inbox ON inbox.id = message_id"
        " WHERE parked_seq = $1 AND act = 'redriven'",
        seq,
    )
    assert act is not None


async def test_a_message_mended_into_no_event_of_ours_stays_parked(serving: Probe) -> None:
    """Line: `if envelope.type not in EVENTS` in `reading.read_again`: it says what is wrong."""
    one, kernel, (seq,) = await park(serving, "bug")
    body = withdrawn(one, "mended").replace(b"application.withdrawn", b"application.wihtdrawn")
    await kernel.parking.mend(seq, body, by="ops", reason="typing")
    ended = await kernel.parking.redrive(seq, by="ops")
    assert ended.left == 1
    assert ended.error == "UnreadableError: no event is called 'kz.qonys.application.wihtdrawn.v1'"


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(serving: Probe) -> None:
    """Line: `await trial.rollback()` in `Parking.dry_run`."""
    one, kernel, (seq,) = await park(serving, "bug")
    tried = await kernel.parking.dry_run(seq)
    assert (tried.settled, tried.left, tried.error) == (0, 1, "ZeroDivisionError: a bug in a decider: bug")
    remembering(kernel).mended = True
    tried = await kernel.parking.dry_run(seq)
    assert (tried.settled, tried.left, tried.told) == (1, 0, ["verification.decisions.v1"])
    assert await serving.said(one) == []
    shown = await kernel.parking.show(seq)
    assert (shown["attempts"], shown["acts"]) == (1, [])


async def test_a_dry_run_drives_the_familys_queue_from_its_head(serving: Probe) -> None:
    """Line: `drive(conn, …)` within `trial` in `Parking.dry_run`, as in a redrive: whichever of
    the queue is named, each sees what those before it have changed."""
    one, kernel, seqs = await park(serving, "bug", "second", "after second")
    remembering(kernel).mended = True
    for seq in seqs:
        assert await kernel.parking.dry_run(seq) == Redriven(settled=3, left=0, told=[OUT_TOPIC])
    assert await serving.said(one) == []
    assert await kernel.parking.redrive(seqs[2], by="ops") == _settled(3)


async def test_a_dry_run_ends_where_the_redrive_would(serving: Probe) -> None:
    """Line: `while error is None` in `redriving.drive`, and `async with conn.transaction()` in
    `Cycle.settle_one`: what the database refuses does not undo what was settled before it."""
    one, kernel, seqs = await park(serving, "bug", "break", "third")
    remembering(kernel).mended = True
    tried = await kernel.parking.dry_run(seqs[2])
    assert (tried.settled, tried.left, (tried.error or "").partition(":")[0]) == (1, 2, "CheckViolationError")
    assert await serving.said(one) == []


async def test_redriving_a_family_keeps_its_order(serving: Probe) -> None:
    """Line: `ORDER BY seq` in `redriving.HEAD`, whichever of the family's messages was named."""
    one, kernel, seqs = await park(serving, "bug", "second", "third", "fourth")
    remembering(kernel).mended = True
    assert await kernel.parking.redrive(seqs[2], by="ops") == _settled(4)
    assert await serving.said(one) == ["bug", "second", "third", "fourth"]
    await serving.send((one, withdrawn(one, "fifth")))
    await serving.heard(one, "bug", "second", "third", "fourth", "fifth")


async def test_a_redrive_that_fails_again_keeps_its_place(serving: Probe) -> None:
    """Line: `FAILED_AGAIN` (not a new row) in `redriving._try`, `raise _NotKeptError` in
    `Cycle.settle_one`."""
    one, kernel, seqs = await park(serving, "bug", "second")
    ended = await kernel.parking.redrive(seqs[0], by="ops")
    assert (ended.settled, ended.left) == (0, 2)
    assert ended.error == "ZeroDivisionError: a bug in a decider: bug"
    rows = await serving.parked(2, one)
    assert [(row["seq"], row["state"], row["attempts"]) for row in rows] == [
        (seqs[0], "failed", 2),
        (seqs[1], "waits", 1),
    ]


async def test_a_redrive_stops_at_the_next_failure(serving: Probe) -> None:
    """Line: `while error is None` in `redriving.drive`."""
    one, kernel, seqs = await park(serving, "bug", "second", "break", "fourth")
    remembering(kernel).mended = True
    ended = await kernel.parking.redrive(seqs[0], by="ops")
    assert (ended.settled, ended.left) == (2, 2)
    assert (ended.error or "").startswith("CheckViolationError")
    rows = await serving.parked(2, one)
    assert [(row["seq"], row["state"]) for row in rows] == [(seqs[2], "failed"), (seqs[3], "waits")]


async def test_a_refusal_of_an_event_ends_its_redrive(serving: Probe) -> None:
    """Line: `outcome.error is not None` (not "was decided") in `Cycle.settle_one`; else it would be tried for
    ever."""
    one, kernel, seqs = await park(serving, "bug", "refuse", "third")
    remembering(kernel).mended = True
    async with asyncio.timeout(10):
        assert await kernel.parking.redrive(seqs[0], by="ops") == _settled(3)
    assert await serving.said(one) == ["bug", "third"]


async def test_discarding_drives_on_those_behind_and_keeps_the_reason(serving: Probe) -> None:
    """Line: `return await self._redrive(…)` and `record(…)` in `Parking.discard`."""
    one, kernel, seqs = await park(serving, "bug", "second", "third")
    assert await kernel.parking.discard(seqs[0], by="Officer 7", reason="sent by mistake") == _settled(2)
    assert await serving.said(one) == ["second", "third"]
    act = await serving.pool.fetchrow("SELECT * FROM parked_acts WHERE parked_seq = $1", seqs[0])
    assert act is not None
    assert (act["act"], act["by"], act["reason"]) == ("discarded", "Officer 7", "sent by mistake")
    assert b'"reason":"bug"' in act["body_before"]


async def test_garbage_without_a_family_is_a_queue_of_its_own(serving: Probe) -> None:
    """Line: `OR (subject IS NULL AND seq = $2)` in `redriving.HEAD`."""
    one, kernel = family(), serving.make_kernel()
    await serving.send((None, b"garbage"))
    await until(lambda: _is_parked(serving))
    row = await serving.pool.fetchval(HOMELESS)
    assert (await kernel.parking.redrive(row, by="ops")).left == 1
    await kernel.parking.mend(row, withdrawn(one, "moved"), by="ops", reason="found its sender")
    assert await kernel.parking.redrive(row, by="ops") == _settled(1)
    assert await serving.said(one) == ["moved"]


async def test_a_message_is_redriven_once_by_two_people(serving: Probe) -> None:
    """Line: `execute(TAKE_AWAY, …) == "DELETE 1"` in `redriving._take_away`, under the family's lock."""
    one, kernel, seqs = await park(serving, "bug")
    ends = await redrive_at_once(serving, one, kernel, seqs[0])
    assert sorted((end.settled, end.left) for end in ends) == [(0, 0), (1, 0)]
    assert await serving.said(one) == ["bug"]


async def test_a_mend_during_a_redrive_is_what_is_decided(serving: Probe) -> None:
    """Line: `AND body = $2` in `redriving.TAKE_AWAY`: the redrive has read the message and waits for its
    family."""
    one, kernel, seqs = await park(serving, "bug", "second")
    async with serving.holding(one):
        driving = asyncio.create_task(kernel.parking.redrive(seqs[0], by="ops"))
        await serving.waiting()
        await kernel.parking.mend(seqs[0], withdrawn(one, "mended"), by="ops", reason="typing")
    assert await driving == _settled(2)
    assert await serving.said(one) == ["mended", "second"]
    acts = (await serving.pool.fetch(ACTS_ON, seqs[0]))[-1]
    assert acts["act"] == "redriven"
    assert b'"reason":"mended"' in acts["body_before"]


async def test_a_command_passes_a_parked_message_of_its_family(serving: Probe) -> None:
    """Line: `arrival.edge is not Edge.REQUEST` in `Fold.take`: whoever sends a command is answered now,
    and only what comes by the other edges waits."""
    one, kernel, seqs = await park(serving, "bug", "second")
    assert await kernel.request(Note("moved"), subject=one) == {"place": 1}
    remembering(kernel).mended = True
    assert await kernel.parking.redrive(seqs[0], by="ops") == _settled(2)
    assert await serving.said(one) == ["moved", "bug", "second"]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda desk, seq: desk.mend(seq, b"{}", by="ops", reason="typing"), id="mend"),
        pytest.param(lambda desk, seq: desk.discard(seq, by="ops", reason="typing"), id="discard"),
    ],
)
async def test_who_comes_too_late_to_a_message_is_told_so(
    serving: Probe, act: Callable[[Parking, int], Coroutine[Any, Any, object]]
) -> None:
    """Line: `FOR UPDATE` in `parking.HOLD`: without it something would be recorded that never happened."""
    _, kernel, (seq,) = await park(serving, "bug")
    async with serving.pool.acquire() as conn:
        async with conn.transaction():  # as a redrive that is about to commit
            await conn.execute("DELETE FROM parked WHERE seq = $1", seq)
            acting = asyncio.create_task(act(kernel.parking, seq))
            await until(lambda: _somebody_waits_for(serving, conn.get_server_pid()))
        with pytest.raises(NotParkedError):
            await acting
    assert await serving.pool.fetch(ACTS_ON, seq) == []


async def _somebody_waits_for(serving: Probe, session: int) -> bool:
    return bool(await serving.pool.fetchval(BLOCKED, session))


async def _is_parked(serving: Probe) -> bool:
    return await serving.pool.fetchval(HOMELESS) is not None


def _settled(messages: int) -> Redriven:
    return Redriven(settled=messages, left=0)


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE outbox SET body = 'x'",
        "TRUNCATE outbox",
        "UPDATE parked_acts SET by = 'x'",
        "DELETE FROM parked_acts",
    ],
)
async def test_what_was_told_and_what_people_did_is_never_rewritten(serving: Probe, rewriting: str) -> None:
    """Lines: the triggers of migration 2."""
    with pytest.raises(asyncpg.RaiseError, match="is never rewritten"):
        await serving.pool.execute(rewriting)
