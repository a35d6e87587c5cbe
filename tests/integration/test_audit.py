"""The audit finds whatever is broken in the databases and on the topics, and names it on its line."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import typer

from console.audit.command import DIFFERENT, UNREADABLE, tell
from console.audit.command import audit as typed
from console.audit.conservation import audit
from console.audit.report import LINES, Report
from console.audit.settled import settle
from console.audit.sources import Sources, UnreadableSourceError
from console.broker import Broker
from console.environment import package
from console.layout import BrokerKind, Pace, plan
from console.postgres import Postgres
from support.books import (
    CHECKED,
    NUMBER,
    REFERRAL,
    REGION,
    SETTLED,
    WAITING,
    Books,
    Record,
    drop_databases,
    new_database,
    publish,
    told_books,
    with_database,
    write_databases,
)

LEDGER = f"(year, region, category) = (2026, '{REGION}', 'resettler')"


@dataclass(frozen=True)
class World:
    name: str
    books: Books
    sources: Sources
    postgres: Postgres
    broker: Broker


@pytest.fixture(scope="module")
async def world(postgres: Postgres, broker: Broker) -> AsyncIterator[World]:
    """Consistent, and left so: tests break copies of its parts."""
    name, books = f"test_{uuid4().hex[:12]}", told_books()
    dsns = await write_databases(books, postgres, name)
    await publish(books.records, broker, f"{name}.")
    kafka = {"bootstrap_servers": broker.servers}
    yield World(name, books, Sources(dsns=dsns, kafka=kafka, topic_prefix=f"{name}."), postgres, broker)
    await drop_databases(postgres, *(f"{name}_{package(service)}" for service in dsns))


def said(teller: str, before: str, after: str) -> tuple[str, str]:
    """The event's own words changed, as if it had been told otherwise."""
    changed = f"replace(convert_from(body, 'UTF8'), '{before}', '{after}')"
    return teller, f"UPDATE outbox SET body = convert_to({changed}, 'UTF8')"


#: What is broken → service, statement, the line that must find it, and who is named.
HARM: dict[str, tuple[tuple[str, str], str, object]] = {
    "a case put elsewhere by hand": (
        ("intake", f"UPDATE applications SET state = 'arrived' WHERE application_id = '{WAITING}'"),
        "places",
        WAITING,
    ),
    "an application that intake has lost": (
        ("intake", f"DELETE FROM applications WHERE application_id = '{SETTLED}'"),
        "places",
        SETTLED,
    ),
    "a case that verification decided otherwise": (
        ("verification", f"UPDATE cases SET stage = 'refused' WHERE application_id = '{WAITING}'"),
        "places",
        WAITING,
    ),
    "an event on a topic that nobody told": (
        ("intake", f"DELETE FROM outbox WHERE subject = '{CHECKED}'"),
        "told",
        "is on intake.applications.v1",
    ),
    "an event acknowledged and not settled": (
        ("verification", "DELETE FROM inbox WHERE id = (SELECT min(id::text)::uuid FROM inbox)"),
        "settled",
        "verification",
    ),
    "people counted twice": (
        ("verification", f"UPDATE ledgers SET reserved = 1 WHERE {LEDGER}"),
        "quota",
        "has quota 37, reserved 1",
    ),
    "an entry that no event explains": (
        (
            "verification",
            f"INSERT INTO quota_entries (year, region, category, application_id, people, source, target, at)"
            f" VALUES (2026, '{REGION}', 'resettler', '{WAITING}', 2, 'free', 'reserved', now())",
        ),
        "quota",
        REGION,
    ),
    "more people given a place than there are": (
        said("verification", '"people":36', '"people":38'),
        "quota",
        "was oversold by 1",
    ),
    "a family that is not where it was told on the list": (
        said("verification", '"position":1', '"position":3'),
        "waiting",
        WAITING,
    ),
    "a free place that the first of the list could take": (
        said("verification", '"people":2', '"people":1'),
        "waiting",
        REGION,
    ),
    "a certificate of another number": (
        (
            "verification",
            "ALTER TABLE payments DROP CONSTRAINT payments_application_id_fkey;"
            "UPDATE certificates SET number = 'KZ-35-2026-R000009'",
        ),
        "certificates",
        SETTLED,
    ),
    "a certificate told twice": (
        (
            "verification",
            "INSERT INTO outbox (batch, place, id, topic, subject, body) SELECT batch, 2, gen_random_uuid(),"
            f" topic, subject, body FROM outbox WHERE convert_from(body, 'UTF8') LIKE '%issued%{NUMBER}%'",
        ),
        "certificates",
        SETTLED,
    ),
    "a payment above its cap": (
        said("verification", '"amount_tenge":6000000', '"amount_tenge":7000000'),
        "payments",
        SETTLED,
    ),
    "a payment that was not told so": (
        ("verification", "UPDATE payments SET amount_tenge = 1"),
        "payments",
        SETTLED,
    ),
    "a referral in a state that nobody told": (
        ("integration-support", "UPDATE referrals SET state = 'accepted'"),
        "referrals",
        REFERRAL,
    ),
    "a referral done without its provider's word": (
        said("integration-support", '"causationid":"', '"causationid":"of nobody '),
        "referrals",
        REFERRAL,
    ),
    "a letter lost": (
        ("notification", f"DELETE FROM messages WHERE application_id = '{SETTLED}' AND place = 0"),
        "messages",
        SETTLED,
    ),
    "a letter that no event asked for": (
        (
            "notification",
            f"UPDATE messages SET message_id = gen_random_uuid() WHERE application_id = '{CHECKED}'",
        ),
        "messages",
        CHECKED,
    ),
    "a letter in a state that nobody told": (
        (
            "notification",
            f"UPDATE messages SET state = 'failed', cause = 'x' WHERE application_id = '{CHECKED}'",
        ),
        "messages",
        CHECKED,
    ),
    "a silent register that nobody will ask again": (
        ("verification", "DELETE FROM due"),
        "waits",
        "waits for the register education",
    ),
    "a parked message that nobody has looked at": (
        (
            "notification",
            "INSERT INTO parked (id, subject, state, edge, name, body, origin, correlation_id, said_at,"
            f" attempts, parked_at) VALUES (gen_random_uuid(), '{CHECKED}', 'failed', 'ask', 'Send', '', '',"
            " '', now(), 1, now() - interval '1 hour')",
        ),
        "parked",
        "notification/1",
    ),
    "a reminder that did not come": (
        ("verification", "UPDATE due SET due_at = now() - interval '1 hour'"),
        "due",
        CHECKED,
    ),
}


async def test_a_consistent_world_is_clean_and_everything_in_it_was_examined(world: World) -> None:
    report = await audit(world.sources)
    assert report.wrong == []
    assert report.in_flight == 0
    assert [name for name, line in report.lines.items() if not line.examined] == ["parked"]


@pytest.mark.parametrize("what", HARM)
async def test_whatever_is_broken_is_found_on_its_line(world: World, what: str) -> None:
    (service, statement), line, named = HARM[what]
    report = await _broken(world, service, statement)
    assert any(said.startswith(f"{line}: ") and str(named) in said for said in report.wrong), report.wrong


def test_every_line_has_a_test_that_breaks_it() -> None:
    assert {line for _, line, _ in HARM.values()} | {"order"} == set(LINES)


async def test_an_event_that_is_not_on_its_topic_is_found(world: World) -> None:
    report = await _told_otherwise(world, world.books.records[:-1])
    assert [said for said in report.wrong if said.startswith("told: ")]


async def test_events_of_a_family_in_another_order_are_found(world: World) -> None:
    records = list(world.books.records)
    mine = [n for n, (topic, family, _) in enumerate(records) if family == SETTLED and "decisions" in topic]
    records[mine[0]], records[mine[1]] = records[mine[1]], records[mine[0]]
    report = await _told_otherwise(world, records)
    assert report.wrong == [
        f"order: {SETTLED} is not in the order of the outbox on verification.decisions.v1"
    ]


async def test_events_told_twice_are_counted_and_no_fault(world: World) -> None:
    report = await _told_otherwise(world, [*world.books.records, *world.books.records])
    assert report.wrong == []
    assert report["told"].notes["told more than once"] == len(world.books.records) - 1  # one has no outbox


async def test_what_is_not_yet_told_or_heard_is_on_its_way_and_no_fault(world: World) -> None:
    """The last letter's delivery is in the outbox, and nobody has heard of it."""
    (_, last, *_) = world.books.outbox["notification"][-1]
    untold = "INSERT INTO untold (batch, events) SELECT max(batch), 1 FROM outbox"
    prefix = await _published(world, world.books.records[:-1])
    async with (
        _harmed(world, "notification", untold) as sources,
        _harmed(world, "intake", f"DELETE FROM inbox WHERE id = '{last}'") as others,
    ):
        both = with_database(sources, "intake", others.dsns["intake"])
        report = await audit(replace(both, topic_prefix=prefix))
    assert (report.wrong, report.in_flight) == ([], 1)


async def test_whoever_waits_for_the_last_event_is_told_when_there_is_none_or_time_is_over(
    world: World,
) -> None:
    await settle(world.sources, seconds=30)
    untold = "INSERT INTO untold (batch, events) SELECT max(batch), 1 FROM outbox"
    async with _harmed(world, "notification", untold) as sources:
        with pytest.raises(UnreadableSourceError, match="still on their way"):
            await settle(sources, seconds=1)


def test_the_exit_code_says_whether_the_books_agree(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    tell(report, as_json=True)
    assert json.loads(capsys.readouterr().out)["clean"]
    report["told"].fault("an event", "is nowhere")
    with pytest.raises(typer.Exit) as ended:
        tell(report, as_json=False)
    assert ended.value.exit_code == DIFFERENT
    assert "told: an event is nowhere" in capsys.readouterr().out


def test_a_stack_that_never_ran_is_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace())
    with pytest.raises(typer.Exit) as ended:
        typed(tmp_path)
    assert ended.value.exit_code == UNREADABLE
    assert "start it: qonys up" in capsys.readouterr().err


async def test_a_database_or_a_broker_that_does_not_answer_is_no_verdict(world: World) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with pytest.raises(UnreadableSourceError, match="database of intake"):
        await audit(with_database(world.sources, "intake", nowhere))
    with pytest.raises(UnreadableSourceError, match="topics"):
        await audit(replace(world.sources, kafka={"bootstrap_servers": "127.0.0.1:1"}))


async def _broken(world: World, service: str, statement: str) -> Report:
    async with _harmed(world, service, statement) as sources:
        return await audit(sources)


@asynccontextmanager
async def _harmed(world: World, service: str, statement: str) -> AsyncIterator[Sources]:
    """The world with one database replaced by a harmed copy."""
    original = f"{world.name}_{package(service)}"
    dsn = await new_database(world.postgres, f"{original}_harmed", like=original)
    try:
        conn = await asyncpg.connect(dsn)
        await conn.execute(statement)
        await conn.close()
        yield with_database(world.sources, service, dsn)
    finally:
        await drop_databases(world.postgres, f"{original}_harmed")


async def _told_otherwise(world: World, records: Sequence[Record]) -> Report:
    return await audit(replace(world.sources, topic_prefix=await _published(world, records)))


async def _published(world: World, records: Sequence[Record]) -> str:
    prefix = f"{world.name}-{uuid4().hex[:6]}."
    await publish(records, world.broker, prefix)
    return prefix
