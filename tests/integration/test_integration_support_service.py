"""Integration-support as it runs: arrivals and replies on topics, deadlines, what an officer sees."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.auth import unprotected_routes
from console.broker import Broker
from console.postgres import Postgres
from contracts.integration import (
    IntegrationParked,
    PlanCompleted,
    PlanOpened,
    ReferralAnswered,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
    ReplyKind,
)
from integration_support.app import BLUEPRINT
from support.hearing import Hearing, eventually, hearing
from unit.integration_support.families import THREE_GENERATIONS


@pytest.fixture(scope="module")
async def service(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hearing]:
    folder = tmp_path_factory.mktemp("integration-support")
    async with hearing(BLUEPRINT, postgres, broker, folder=folder, own=lambda *_: {}) as one:
        yield one


async def arrived(service: Hearing) -> tuple[UUID, list[ReferralSent]]:
    family = uuid4()
    await service.hear(family, THREE_GENERATIONS)
    told = await service.until_told(family, ReferralSent, times=22)
    return family, [event for event in told if isinstance(event, ReferralSent)]


def reply(referral: ReferralSent, kind: ReplyKind, because: str | None = None) -> ReferralAnswered:
    return ReferralAnswered(referral_id=referral.referral_id, reply=kind, because=because)


async def test_a_family_goes_from_arrival_to_a_completed_plan(service: Hearing) -> None:
    family, referrals = await arrived(service)
    for referral in referrals[:-1]:
        await service.hear(family, reply(referral, ReplyKind.ACCEPTED), reply(referral, ReplyKind.DONE))
    await service.hear(family, reply(referrals[-1], ReplyKind.DECLINED, "no places"))
    told = await service.until_told(family, PlanCompleted)
    assert isinstance(told[0], PlanOpened)
    assert told[-1] == PlanCompleted(plan_id=told[0].plan_id, done=21, declined=1)
    plan = await service.ask(f"/v1/plans/{family}", "officer", headers={"Accept-Language": "ru"})
    assert plan["state"] == "completed"
    assert plan["counts"] == {
        "sent": 0,
        "accepted": 0,
        "declined": 1,
        "done": 21,
        "not_applicable": 3,
        "overdue": 0,
    }
    rows: list[dict[str, Any]] = plan["services"]
    assert [row["service_no"] for row in rows] == list(range(1, 26))
    assert rows[24]["because"] == {"says": "no places"}
    assert rows[3]["because"] == {"code": "citizen_already", "says": "Члены семьи — граждане Казахстана"}


async def test_a_plan_is_read_in_arabic_script_too(service: Hearing) -> None:
    family, _ = await arrived(service)
    plan = await service.ask(f"/v1/plans/{family}", "officer", headers={"Accept-Language": "kk-Arab"})
    assert plan["services"][20]["name"].startswith("مساك")
    assert plan["state"] == "open"


async def test_a_reply_twice_or_late_changes_nothing(service: Hearing) -> None:
    family, (first, *_) = await arrived(service)
    done = reply(first, ReplyKind.DONE)
    await service.hear(family, done, done, reply(first, ReplyKind.ACCEPTED), reply(first, ReplyKind.DECLINED))
    await service.hear(family, reply((await arrived(service))[1][1], ReplyKind.DONE))  # of another family
    await service.until_parked(family)
    *told, parked = await service.told(family)
    assert isinstance(parked, IntegrationParked)
    assert sum(isinstance(event, ReferralDone) for event in told) == 1
    assert len(told) == 24


async def test_a_reply_to_a_referral_that_was_never_sent_is_parked(service: Hearing) -> None:
    family, _ = await arrived(service)
    await service.hear(family, ReferralAnswered(referral_id=uuid4(), reply=ReplyKind.DONE))
    assert (await service.until_parked(family)).startswith("PermanentError: no referral")


async def test_a_deadline_that_has_come_is_told_and_set_again(service: Hearing) -> None:
    family, (first, *_) = await arrived(service)
    # The clock of the database decides what is due: the first reminder is moved to the past.
    await service.pool.execute(
        "UPDATE due SET due_at = now() WHERE subject = $1 AND convert_from(body, 'UTF8') LIKE $2",
        family,
        f"%{first.referral_id}%",
    )
    told = await service.until_told(family, ReferralOverdue)
    assert told[-1].times == 1
    plan = await service.ask(f"/v1/plans/{family}", "officer")
    assert plan["counts"]["overdue"] == 1
    waiting = "SELECT count(*) FROM due WHERE subject = $1 AND due_at > now()"
    assert await eventually(lambda: service.pool.fetchval(waiting, family)) == 22


async def test_a_family_without_a_plan_has_none_to_show(service: Hearing) -> None:
    answer = await service.http.get(f"/v1/plans/{uuid4()}", headers=service.bearer("officer"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_plan_is_for_officers(service: Hearing) -> None:
    answer = await service.http.get(f"/v1/plans/{uuid4()}", headers=service.bearer("citizen"))
    assert answer.status_code == 403
    assert unprotected_routes(service.app) == []
