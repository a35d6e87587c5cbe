"""Plans come back from the database as they went in, many at a time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.database import Pool
from chassis.migrations import migrate
from integration_support import store
from integration_support.app import BLUEPRINT
from integration_support.domain.plan import Plan, open_plan
from integration_support.domain.referral import State
from unit.integration_support.families import CATALOGUE, NOW, TERMS, THREE_GENERATIONS

MANY = 200


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        async with pool.acquire() as conn:
            await migrate(conn, BLUEPRINT.identity.migrations)
        yield pool


async def saved(pool: Pool, *plans: Plan) -> dict[UUID, Plan]:
    async with pool.acquire() as conn, conn.transaction():
        await store.save(conn, plans)
    async with pool.acquire() as conn:
        return await store.load(conn, [plan.application_id for plan in plans])


def opened() -> Plan:
    return open_plan(uuid4(), THREE_GENERATIONS, catalogue=CATALOGUE, terms=TERMS, now=NOW)[0]


def gone_on(plan: Plan) -> Plan:
    """With referrals in every state."""
    states = list(State)
    referrals = {
        one.referral_id: replace(
            one,
            state=states[one.service_no % 4],
            overdue_times=one.service_no % 3,
            because="no places" if states[one.service_no % 4] is State.DECLINED else None,
        )
        for one in plan.referrals.values()
    }
    return replace(plan, referrals=MappingProxyType(referrals))


async def test_many_plans_come_back_as_they_were(pool: Pool) -> None:
    plans = [opened() for _ in range(MANY)]
    back = await saved(pool, *plans)
    assert [back[plan.application_id] for plan in plans] == plans


async def test_referrals_that_went_on_come_back_with_what_the_provider_wrote(pool: Pool) -> None:
    plan = opened()
    await saved(pool, plan)
    after = gone_on(plan)
    assert (await saved(pool, after))[plan.application_id] == after
    assert (await saved(pool, after))[plan.application_id] == after


async def test_a_family_without_a_plan_is_left_out(pool: Pool) -> None:
    async with pool.acquire() as conn:
        assert await store.load(conn, [uuid4()]) == {}
