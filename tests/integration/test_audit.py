"""The audit of a consistent world is clean; what is on its way, told twice or forgotten is no fault."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import typer

from console.audit.command import DIFFERENT, UNREADABLE, promised_in, tell
from console.audit.command import audit as typed
from console.audit.conservation import audit
from console.audit.report import Report
from console.audit.settled import settle
from console.audit.sources import UnreadableSourceError
from console.broker import Broker
from console.layout import BrokerKind, Pace, plan
from console.postgres import Postgres
from contracts.integration import REPLIES
from support.letters import write_letters
from support.worlds import REFERRAL, SETTLED, WAITING, World, told_books, world_of

UNTOLD = "INSERT INTO untold (batch, events) SELECT max(batch), 1 FROM outbox"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
async def world(postgres: Postgres, broker: Broker) -> AsyncIterator[World]:
    """Consistent, and left so: tests change copies of its parts."""
    books, quotas = told_books()
    write_letters(books)
    async with world_of(books, quotas, postgres, broker) as world:
        yield world


async def test_a_consistent_world_is_clean_and_everything_in_it_was_examined(world: World) -> None:
    report = await audit(world.sources)
    assert report.wrong == []
    assert report.in_flight == 0
    assert [name for name, line in report.lines.items() if not line.examined] == ["parked"]


async def test_two_processes_find_what_one_finds(world: World) -> None:
    """Whatever lies with the other half of the families, or in the other half of the partitions, too."""
    async with world.harmed("verification", "DELETE FROM outbox; DELETE FROM inbox") as sources:
        alone, shared = await audit(sources, processes=1), await audit(sources, processes=2)
    assert alone.wrong
    assert sorted(shared.wrong) == sorted(alone.wrong)
    examined = {name: line.examined for name, line in alone.lines.items()}
    assert {name: line.examined for name, line in shared.lines.items()} == examined


async def test_an_event_that_is_not_on_its_topic_is_found(world: World) -> None:
    report = await audit(await world.told_otherwise(world.books.records[:-1]))
    assert [said for said in report.wrong if said.startswith("told: ")]


async def test_events_of_a_family_in_another_order_are_found(world: World) -> None:
    records = list(world.books.records)
    mine = [n for n, (topic, family, _) in enumerate(records) if family == SETTLED and "decisions" in topic]
    records[mine[0]], records[mine[1]] = records[mine[1]], records[mine[0]]
    report = await audit(await world.told_otherwise(records))
    assert report.wrong == [
        f"order: {SETTLED} is not in the order of the outbox on verification.decisions.v1"
    ]


async def test_an_event_that_says_something_else_on_its_topic_is_found(world: World) -> None:
    """Line: `checksum` in `telling._as_told`. What is judged is what its service has told."""
    (topic, family, body), *others = world.books.records
    report = await audit(await world.told_otherwise([(topic, family, body.replace(b"{", b" {", 1)), *others]))
    (said,) = report.wrong
    assert said.endswith(f"about {family} says something else on {topic} than in its outbox")


async def test_a_record_without_type_and_data_is_a_strangers_all_the_same(world: World) -> None:
    """Line: `_strange` of a topic of ours in `topics._pieces`."""
    topic, family, _ = world.books.records[0]
    alien = f'{{"id": "{uuid4()}", "source": "urn:somebody", "subject": "{family}"}}'.encode()
    report = await audit(await world.told_otherwise([*world.books.records, (topic, family, alien)]))
    (said,) = report.wrong
    assert said.endswith(f"is on {topic} about {family}, and nobody told it")


async def test_events_told_twice_are_counted_and_no_fault(world: World) -> None:
    report = await audit(await world.told_otherwise([*world.books.records, *world.books.records]))
    assert report.wrong == []
    assert report["told"].notes["told more than once"] == len(world.books.records) - 1  # one has no outbox


async def test_what_is_not_yet_told_or_heard_is_on_its_way_and_no_fault(world: World) -> None:
    """The last letter's delivery is in the outbox, and nobody has heard of it."""
    (*_, last, _, _, _, _) = world.books.outbox["notification"][-1]
    sources = await world.told_otherwise(world.books.records[:-1])
    unheard = f"DELETE FROM inbox WHERE id = '{last}'; UPDATE applications SET entries = entries - 1 WHERE"
    async with (
        world.harmed("notification", UNTOLD) as told,
        world.harmed(
            "intake", f"{unheard} application_id = '{world.books.outbox['notification'][-1][4]}'"
        ) as heard,
    ):
        dsns = {**told.dsns, "intake": heard.dsns["intake"]}
        report = await audit(replace(sources, dsns=dsns))
    assert (report.wrong, report.in_flight) == ([], 1)


async def test_a_reply_that_its_topic_has_forgotten_was_heard_if_its_reader_says_so(world: World) -> None:
    """Nobody can tell it again after a broker lost its disk. Line: `heard` in `referrals._told`."""
    without = [record for record in world.books.records if record[0] != REPLIES]
    sources = await world.told_otherwise(without)
    report = await audit(sources)
    assert report.wrong == []
    assert report["referrals"].notes == {"heard, and no longer on the providers' topic": 1}
    async with world.harmed("integration-support", "DELETE FROM inbox") as unheard:
        report = await audit(replace(sources, dsns=unheard.dsns))
    assert f"referrals: {REFERRAL} of {SETTLED} is done, and no provider said so" in report.wrong


async def test_an_application_that_was_acknowledged_and_is_nowhere_is_named(world: World) -> None:
    """It was lost together with its outbox, so no event tells of it."""
    lost = uuid4()
    report = await audit(world.sources, promised=[SETTLED, lost])
    assert report.wrong == [f"places: {lost} was acknowledged to its citizen, and is nowhere"]


async def test_an_application_that_was_acknowledged_and_is_a_draft_again_is_named(world: World) -> None:
    draft = f"UPDATE applications SET state = 'draft' WHERE application_id = '{WAITING}'"
    async with world.harmed("intake", draft) as sources:
        report = await audit(sources, promised=[WAITING])
    assert any("was acknowledged to its citizen, and is draft" in said for said in report.wrong)


async def test_whoever_waits_for_the_last_event_is_told_when_there_is_none_or_time_is_over(
    world: World,
) -> None:
    async with world.harmed("verification", "DELETE FROM due") as still:
        await settle(still, seconds=30)
        async with world.harmed("notification", UNTOLD) as sources:
            untold = replace(still, dsns={**still.dsns, "notification": sources.dsns["notification"]})
            with pytest.raises(UnreadableSourceError, match="1 events untold by notification"):
                await settle(untold, seconds=0)


async def test_a_register_that_will_be_asked_again_is_waited_for(world: World) -> None:
    """Line: `SilenceOver` in `settled.TO_BE_ASKED`. Reminders of other kinds are not."""
    with pytest.raises(
        UnreadableSourceError, match="still on their way after 0 s: 1 questions to be asked by verif"
    ):
        await settle(world.sources, seconds=0)


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


def test_a_list_of_acknowledged_applications_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "acknowledged"
    file.write_text(f"{SETTLED}\n\n{WAITING}\n")
    assert promised_in(file) == [SETTLED, WAITING]


@pytest.mark.parametrize(("content", "said"), [("x\n", ":1: 'x' is no id"), (None, "could not be read")])
def test_a_list_of_something_else_is_no_verdict(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "acknowledged"
    if content:
        file.write_text(content)
    with pytest.raises(UnreadableSourceError, match=said):
        promised_in(file)


async def test_a_database_or_a_broker_that_does_not_answer_is_no_verdict(world: World) -> None:
    with pytest.raises(UnreadableSourceError, match="database of intake"):
        await audit(replace(world.sources, dsns={**world.sources.dsns, "intake": NOWHERE}))
    with pytest.raises(UnreadableSourceError, match="topics"):
        await audit(replace(world.sources, kafka={"bootstrap_servers": "127.0.0.1:1"}))
