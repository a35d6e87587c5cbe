"""The kernel's first promise: an event has its effects once; none is lost, none is passed over.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from support.probe import Probe, family, running, until, waits
from support.remembering import withdrawn


async def test_a_redelivered_event_changes_nothing(serving: Probe) -> None:
    """Line: `RETURNING id` of what was not there in `store.CLAIM_INBOX` (between batches), and the look into
    `fold.draft.outcomes` in `cycle._settled` (within one)."""
    one = family()
    event = (one, withdrawn(one, "moved"))
    await serving.send(event, event, (one, withdrawn(one, "then")))
    await serving.heard(one, "moved", "then")
    await serving.send(event, event, (one, withdrawn(one, "last")))
    await serving.heard(one, "moved", "then", "last")
    assert await serving.pool.fetchval("SELECT count(*) FROM outbox WHERE subject = $1", one) == 3


async def test_no_input_is_acknowledged_before_its_commit(probe: Probe) -> None:
    """Line: `_acknowledge` follows `_settle` in `Consumer._take`."""
    one = family()
    async with running(probe.make_kernel()):
        async with probe.holding(one):
            await probe.send((one, withdrawn(one, "moved")))
            await probe.waiting()
            assert await probe.acknowledged() == 0
        await probe.acknowledges(1)
        assert await probe.said(one) == ["moved"]


async def test_one_bad_event_in_500_parks_alone(probe: Probe) -> None:
    """Line: the halving in `Cycle.settle` (what the database refuses), and `except Exception` in `Fold.take`
    (a decider's bug)."""
    families = [family() for _ in range(501)]
    sayings = ["moved"] * 501
    sayings[123], sayings[321] = "bug", "break"
    await probe.send(*((f, withdrawn(f, said)) for f, said in zip(families, sayings, strict=True)))
    async with running(probe.make_kernel()):
        await probe.acknowledges(501)
    parked = {row["subject"]: row for row in await probe.parked(2)}
    assert parked.keys() == {families[123], families[321]}
    assert parked[families[123]]["error"].startswith("ZeroDivisionError: a bug")
    assert parked[families[321]]["error"].startswith("CheckViolationError")
    assert "in decide" in parked[families[123]]["traceback"]
    told_parked = 2
    assert await probe.count("seen") == await probe.count("outbox") - told_parked == 499


async def test_a_unique_violation_that_is_not_the_inboxs_is_an_error(serving: Probe) -> None:
    """Line: class 23 is not among `errors._GROUND`, and nothing but `store.CLAIM_INBOX` says `ON CONFLICT DO
    NOTHING`: add either and the second twin is never settled, or taken for "already done"."""
    first, second = family(0), family(0)
    await serving.send((first, withdrawn(first, "twin")), (second, withdrawn(second, "twin")))
    (parked,) = await serving.parked(1, second)
    await serving.heard(first, "twin")
    assert parked["error"].startswith("UniqueViolationError")
    assert parked["attempts"] == 3


async def test_a_new_consumer_group_starts_at_the_earliest(probe: Probe) -> None:
    """Line: `auto_offset_reset="earliest"` in `Consumer.__init__`."""
    one = family()
    await probe.send((one, withdrawn(one, "before anybody listened")))
    async with running(probe.make_kernel()):
        await probe.heard(one, "before anybody listened")


async def test_unknown_fields_are_ignored(serving: Probe) -> None:
    """Line: `Envelope` and the event classes do not forbid unknown fields (`extra="ignore"` in `fact`)."""
    one = family()
    event = json.loads(withdrawn(one, "moved"))
    event |= {"mood": "calm", "data": event["data"] | {"colour": "blue"}}
    await serving.send((one, json.dumps(event).encode()))
    await serving.heard(one, "moved")


@pytest.mark.parametrize(
    ("type_name", "why"), [("kz.qonys.snow.fallen.v1", "unknown"), ("kz.qonys.housing.chosen.v1", "unheard")]
)
async def test_events_that_nobody_here_hears_are_skipped_and_counted(
    serving: Probe, type_name: str, why: str
) -> None:
    """Line: `return None` after `metrics.SKIPPED` in `Reader.read`."""
    one = family()
    before = _skipped(why)
    stranger = json.dumps(json.loads(withdrawn(one, "hidden")) | {"type": type_name}).encode()
    await serving.send((one, stranger), (one, withdrawn(one, "moved")))
    await serving.heard(one, "moved")
    assert _skipped(why) == before + 1


def _spoilt(**changes: Any) -> Callable[[UUID], bytes]:
    return lambda subject: json.dumps(json.loads(withdrawn(subject, "x")) | changes).encode()


def _too_deep(subject: UUID) -> bytes:
    return _spoilt(depth=0)(subject).replace(b'"depth": 0', b'"depth": ' + b"[" * 50_000 + b"]" * 50_000)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: b"\xff\xfe not JSON", id="no JSON"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b'{"hello": "world"}', id="no event"),
        pytest.param(_spoilt(specversion="0.3"), id="of another specification"),
        pytest.param(_spoilt(time="2026-01-01T00:00:00"), id="time without zone"),
        pytest.param(_spoilt(data={"reason": 5}), id="wrong type"),
        pytest.param(_spoilt(data=None), id="no data"),
        pytest.param(_spoilt(correlationid="\0", data={"reason": "bug \0"}), id="NUL in texts"),
        pytest.param(_too_deep, id="too deep"),
    ],
)
async def test_what_cannot_be_read_is_parked_and_its_neighbours_go_on(
    serving: Probe, spoil: Callable[[UUID], bytes]
) -> None:
    """Line: `except UnreadableError` in `Reader.read` and `reading._arrival`; for "too deep" `RecursionError`
    in `contracts.envelope`, for "NUL in texts" `without_nul` in `folding.parked_row`."""
    bad, good = family(0), family(0)
    body = spoil(bad)
    await serving.send((bad, body), (good, withdrawn(good, "moved")), (bad, withdrawn(bad, "behind")))
    rows = await serving.parked(2, bad)
    assert [(row["state"], row["body"] == body) for row in rows] == [("failed", True), ("waits", False)]
    await serving.heard(good, "moved")


async def test_unreadable_headers_stop_nobody(serving: Probe) -> None:
    """Line: `parser=_whole_poll` in `Consumer.__init__`; FastStream's own parser decodes headers."""
    one = family()
    await serving.send((one, withdrawn(one, "moved")), headers=[("content-type", b"\xff\xfe\xfa")])
    await serving.heard(one, "moved")


async def test_the_same_garbage_about_two_families_is_parked_for_both(serving: Probe) -> None:
    """Line: the subject in `arrival.unreadable_id`."""
    one, other, witness = family(0), family(0), family(0)
    await serving.send(*((f, b"garbage") for f in (one, other, one)), (witness, withdrawn(witness, "moved")))
    await serving.heard(witness, "moved")
    assert len(await serving.parked(1, one)) == len(await serving.parked(1, other)) == 1


async def test_a_poll_that_can_be_neither_settled_nor_parked_is_not_passed_over(probe: Probe) -> None:
    """Line: `except Exception` (not only of the infrastructure) in `Consumer._take`."""
    one, kernel = family(), probe.make_kernel()
    await probe.pool.execute("ALTER TABLE parked ADD CONSTRAINT shut CHECK (subject IS NULL)")
    async with running(kernel):
        await probe.send((one, withdrawn(one, "bug")))
        await until(lambda: waits(kernel))
        assert await probe.acknowledged() == 0
        await probe.pool.execute("ALTER TABLE parked DROP CONSTRAINT shut")
        await probe.parked(1)


def _skipped(why: str) -> float:
    return REGISTRY.get_sample_value("qonys_skipped_total", {"service": "probe", "why": why}) or 0.0
