"""What is loaded in part decides as if all were known, and comes back from the tables as it went in."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.database import Pool
from chassis.migrations import migrate, migrations_of
from contracts.intake import ApplicationWithdrawn
from contracts.verification import QuotaReserved
from messaging import Connection, Decision, Message
from unit.verification.families import (
    CADASTRAL_NUMBER,
    IIN,
    NORTH,
    POLICY,
    QUESTIONNAIRE,
    Bench,
    application,
    asks_of,
    bench,
    child,
    confirming,
    home,
    member,
    silent,
)
from verification.decider import Cases
from verification.domain.answers import Evidence, PersonAnswer
from verification.domain.draft import LedgerOf
from verification.domain.quota import Place

QUOTA = 30
STATES = ("cases", "checks", "places", "ledgers", "quota_entries", "certificates", "payments")
PERSONAL = ("families", "evidence", "paid_homes")
PERSONAL_COLUMN = re.compile("name|iin|birth|address|email|phone|cadastral|contract|diploma|body|members")
PAID_BEFORE = """
INSERT INTO certificates VALUES ('00000000-0000-0000-0000-000000000001', 'KZ-1', 9, 1, '590000000',
  'resettler', '2026-03-02', '2026-03-02', 'a.b.c', 'issued');
INSERT INTO payments VALUES ('00000000-0000-0000-0000-000000000001', 'KZ-1', '15:1', '7', 5, 5, now());
"""
ACCOUNTS = """
SELECT coalesce(sum(people) FILTER (WHERE target = $1), 0)
  - coalesce(sum(people) FILTER (WHERE source = $1), 0)
FROM quota_entries WHERE (year, region, category) = ($2, $3, $4)
"""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        async with pool.acquire() as conn:
            await migrate(conn, [*migrations_of("messaging"), *migrations_of("verification")])
            await conn.execute(
                "UPDATE ledgers SET quota = $1 WHERE (year, region, category) = ($2, $3, $4)", QUOTA, *NORTH
            )
        yield pool


@dataclass
class Tables:
    """The decider on the tables, message by message, beside a bench that knows everything."""

    conn: Connection
    known: Bench
    cases: Cases

    async def hear(self, family: UUID, body: object) -> Decision:
        message = Message(id=uuid4(), subject=family, body=body, time=self.known.now, correlation_id="c")
        now = self.known.now
        expected = self.known.hear(family, body)
        async with self.conn.transaction():
            states = await self.cases.load(self.conn, self.cases.keys(message))
            decision = self.cases.decide(states, message, now)
            await self.cases.save(self.conn, decision.states)
        assert list(decision.effects) == expected
        return decision

    async def apply(self, children: int) -> UUID:
        family, said = uuid4(), application(member(), *(child() for _ in range(children)))
        decision = await self.hear(family, said)
        for ask in asks_of(list(decision.effects)):
            await self.hear(family, confirming(ask, said))
        return family


@pytest.fixture
async def tables(pool: Pool) -> AsyncIterator[Tables]:
    async with pool.acquire() as conn:
        yield Tables(conn, bench(QUOTA), Cases(POLICY))


@pytest.mark.parametrize("seed", range(3))
async def test_a_part_of_the_waiting_list_decides_as_the_whole_would(tables: Tables, seed: int) -> None:
    random, families = Random(seed), []
    for _ in range(60):
        families.append(await tables.apply(random.randrange(7)))
        who = random.choice(families)
        if random.random() < 0.3:
            await tables.hear(who, ApplicationWithdrawn())
        elif random.random() < 0.5:
            await tables.hear(who, QUESTIONNAIRE)
    for who in random.sample(families, 30):
        await tables.hear(who, ApplicationWithdrawn())
    ledger = tables.known.ledger()
    row = await tables.conn.fetchrow(
        "SELECT reserved, issued, families_waiting, last_number FROM ledgers "
        "WHERE (year, region, category) = ($1, $2, $3)",
        *NORTH,
    )
    assert row is not None
    assert tuple(row) == (ledger.reserved, ledger.issued, ledger.families_waiting, ledger.last_number)
    for account, people in (("reserved", ledger.reserved), ("issued", ledger.issued)):
        assert await tables.conn.fetchval(ACCOUNTS, account, *NORTH) == people


async def test_only_those_who_could_move_up_are_loaded(tables: Tables) -> None:
    first = await tables.apply(9)  # ten people
    for _ in range(2):
        await tables.apply(9)
    waiting = [await tables.apply(1) for _ in range(30)]  # pairs
    message = Message(
        id=uuid4(),
        subject=first,
        body=ApplicationWithdrawn(),
        time=tables.known.now,
        correlation_id="c",
    )
    states = await tables.cases.load(tables.conn, tables.cases.keys(message))
    loaded: dict[UUID, Place] = states[NORTH].places
    assert set(loaded) == {first, *waiting[:11]}
    await tables.hear(first, ApplicationWithdrawn())
    assert [bool(tables.known.told(f, QuotaReserved)) for f in waiting] == [True] * 5 + [False] * 25


async def test_a_ledger_is_held_by_one_batch_at_a_time(tables: Tables, pool: Pool) -> None:
    """Fails without `FOR UPDATE` in `LOCK_LEDGERS`: families of one region share no other lock."""
    one, other = await tables.apply(1), await tables.apply(1)
    async with pool.acquire() as second:
        async with tables.conn.transaction():
            await tables.cases.load(tables.conn, [one, LedgerOf(one)])
            async with second.transaction():
                await second.execute("SET LOCAL lock_timeout = '100ms'")
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await tables.cases.load(second, [other, LedgerOf(other)])
        assert NORTH in await tables.cases.load(second, [other, LedgerOf(other)])


async def test_a_case_comes_back_from_the_tables_as_it_was(tables: Tables) -> None:
    said, family = application(member(), child()), uuid4()
    asks = asks_of(list((await tables.hear(family, said)).effects))
    await tables.hear(family, silent(asks[0]))
    states = await tables.cases.load(tables.conn, [family])
    assert states[family] == tables.known.case(family)
    for ask in asks:
        await tables.hear(family, confirming(ask, said))
    for step in (QUESTIONNAIRE, home()):
        await tables.hear(family, step)
    states = await tables.cases.load(tables.conn, [family])
    assert dict(states) == {key: tables.known.states[key] for key in states}
    assert len(states) == 3  # the case, its certificate, its payment


async def test_personal_data_lies_in_tables_of_its_own(tables: Tables) -> None:
    """A family goes all the way to its payment; whatever could name it is then in no table of states."""
    said, family = application(member()), uuid4()
    (ask, *others) = asks_of(list((await tables.hear(family, said)).effects))
    answer = confirming(ask, said)
    assert isinstance(answer, PersonAnswer)
    kept = Evidence(service_id="s", request_id="r", received_at=tables.known.now, body="Мысалов".encode())
    answers = (replace(answer, evidence=(kept,)), *(confirming(other, said) for other in others))
    for body in (*answers, QUESTIONNAIRE, home()):
        await tables.hear(family, body)
    for table in STATES:
        rows = await tables.conn.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table} AS t")
        assert rows
        text = " ".join(row["row"] for row in rows)
        assert [word for word in ("Мысалов", IIN, CADASTRAL_NUMBER) if word in text] == []
    for table in PERSONAL:
        where = "WHERE application_id = $1"
        assert await tables.conn.fetchval(f"SELECT count(*) FROM {table} {where}", family) == 1


async def test_no_table_of_states_has_a_column_for_personal_data(tables: Tables) -> None:
    columns = await tables.conn.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_name = ANY($1)",
        [*STATES, *PERSONAL],
    )
    personal = {row["table_name"] for row in columns if PERSONAL_COLUMN.search(row["column_name"])}
    assert personal <= set(PERSONAL)
    assert "paid_homes" in personal


async def test_a_home_that_was_paid_for_before_it_had_a_table_finds_its_way_there(database: str) -> None:
    conn = await asyncpg.connect(database)
    mine = migrations_of("verification")
    await migrate(conn, [*migrations_of("messaging"), *mine[:3]])
    await conn.execute(PAID_BEFORE)
    await migrate(conn, [*migrations_of("messaging"), *mine])
    (home_before,) = await conn.fetch("SELECT cadastral_number, contract_number FROM paid_homes")
    assert tuple(home_before) == ("15:1", "7")
    assert await conn.fetchval("SELECT amount_tenge FROM payments") == 5
    await conn.close()
