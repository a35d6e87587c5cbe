"""What a drill says: each fault in its column, whatever a family was told held against what is there."""

from pathlib import Path
from uuid import uuid4

import pytest

from architecture.pages import rows
from architecture.workspace import ROOT
from console.audit.report import Report
from console.drills.accidents.bad_records import brews
from console.drills.command import NAMES
from console.drills.crash_points import Cuts
from console.drills.drill import Drilled
from console.drills.fates import Fate, household
from console.drills.findings import Column, Findings, column
from console.drills.knife import Edge
from console.drills.promises import broken_promises
from console.drills.results import COLUMNS, Results
from console.environment import package
from console.layout import SERVICES
from console.postgres import Postgres
from contracts import spec_of, topics
from contracts.intake import ApplicationWithdrawn, HousingChosen
from support.databases import drop_databases, empty_databases, write
from support.worlds import SETTLED, SILENT, told_books

PAGE = ROOT / "docs" / "drills.md"


@pytest.mark.parametrize(
    ("line", "sentence", "where"),
    [
        ("places", "was acknowledged to its citizen, and is nowhere", Column.LOST),
        ("places", "is checking in intake and must be blocked", Column.OTHER),
        ("told", "was told by intake and is not on intake.applications.v1", Column.LOST),
        ("told", "is on intake.applications.v1 about someone, and nobody told it", Column.DOUBLED),
        ("settled", "was never settled by intake", Column.LOST),
        ("once", "says again what another one said", Column.DOUBLED),
        ("order", "is not in the order of the outbox", Column.DISORDERED),
        ("payments", "was told 0 payments", Column.LOST),
        ("payments", "was told 2 payments", Column.DOUBLED),
        ("quota", "was oversold", Column.OTHER),
    ],
)
def test_what_the_audit_says_goes_to_its_column(line: str, sentence: str, where: Column) -> None:
    assert column(line, sentence) is where


def test_events_of_the_drill_itself_are_no_fault_and_must_be_seen() -> None:
    report, seen, unseen = Report(), str(uuid4()), str(uuid4())
    report["told"].fault(seen, "is on a topic, and nobody told it")
    findings = Findings()
    findings.take(report, foreign={seen})
    assert findings.wrong == []
    findings.take(report, foreign={seen, unseen})
    assert findings.wrong == ["told: 1 foreign events were not seen"]


async def test_what_was_acknowledged_and_not_told_or_never_finished_is_a_broken_promise(
    postgres: Postgres,
) -> None:
    name = f"test_{uuid4().hex[:12]}"
    dsns = await empty_databases(postgres, name)
    await write(told_books()[0], dsns)
    chosen, withdrawn = (spec_of(cls).type for cls in (HousingChosen, ApplicationWithdrawn))
    promised = {str(SETTLED): {chosen, withdrawn}, str(SILENT): set[str]()}
    assert await broken_promises(dsns, promised) == [
        f"{SETTLED} was acknowledged its act, and no {withdrawn} was told",
        f"{SILENT} was acknowledged, and is checking for good",
    ]
    await drop_databases(postgres, *(f"{name}_{package(service)}" for service in SERVICES))


def test_a_family_is_the_same_in_every_run_and_all_fates_occur() -> None:
    assert household(7) == household(7)
    assert {household(number).fate for number in range(100)} == set(Fate)


@pytest.mark.parametrize("topic", topics())
def test_each_kind_of_bad_record_can_be_made_for_each_topic(topic: str) -> None:
    family = uuid4()
    made = [brew(topic, family) for brew in brews(topic)]
    assert len({one.value for one in made}) == len(made) >= 4
    assert sum(not one.parked for one in made) <= 1  # a type that nobody knows is nobody's


def test_what_came_of_a_drill_is_written_on_the_page_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "drills.md"
    page.write_text(PAGE.read_text())
    Results(drilled=[Drilled(name="poison", says="", lost=7), Drilled(name="clocks", says="")]).write_on(page)
    once = page.read_text()
    Results(cuts=[Cuts(Edge.POLL, "all", points=13)], drilled=[Drilled(name="poison", says="")]).write_on(
        page
    )
    found = {row["drill"]: row["lost"] for row in rows(page.read_text(), *COLUMNS)}
    assert found["`poison`"] == found["`clocks`"] == "0"
    assert "| 7 | 0 | 0 | 0 | never |" in once
    assert once.partition("## Accidents")[2].count("\n") == page.read_text().partition("## Accidents")[
        2
    ].count("\n")
    assert "| `poll` | all | 13 | 0 |" in page.read_text()


def test_the_page_of_drills_names_them_all() -> None:
    page = PAGE.read_text()
    assert [name for name in NAMES if f"`{name}`" not in page] == []
