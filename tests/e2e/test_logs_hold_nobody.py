"""No line of any log holds personal data of the families that travelled through the whole system."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import airlock_pii
from airlock_pii import EntityType

from e2e.conftest import DemoRun
from e2e.shell import ROOT
from sandbox.scenarios import PaperFile, Scenario, filed, load
from sandbox.truth import Content

PERSONAL = (EntityType.PERSON, EntityType.IIN, EntityType.PHONE, EntityType.EMAIL)
UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_no_log_line_holds_a_name_number_or_address_of_a_family(demo: DemoRun) -> None:
    known = canaries()
    lines = demo.lines()
    assert len(lines) > 500
    assert [line for line in lines if any(one in line.casefold() for one in known)] == []


def test_nor_does_what_postgres_and_the_broker_wrote(demo: DemoRun) -> None:
    known = canaries()
    lines = demo.server_lines()
    assert any("database system is ready" in line for line in lines)
    assert [line for line in lines if any(one in line.casefold() for one in known)] == []


def test_the_canaries_did_travel(demo: DemoRun) -> None:
    told = (demo.folder / "events.jsonl").read_text().casefold()
    assert sum(one in told for one in canaries()) > 100


def test_a_detector_of_personal_data_finds_none_in_the_logs(demo: DemoRun) -> None:
    # One UUID in some thousands ends in twelve digits with a right check digit; ids are meant to be there.
    lines = [UUIDS.sub("", line) for line in demo.lines()]
    found = [(line, airlock_pii.detect(line, types=PERSONAL)) for line in lines]
    assert [pair for pair in found if pair[1]] == []


def canaries() -> set[str]:
    """Everything by which a person of the eight files could be known, in lower case."""
    today = datetime.now(UTC).date()
    scenarios = [load(file, today=today) for file in (ROOT / "examples").glob("*.json")]
    return {one.casefold() for scenario in scenarios for one in _of(scenario) if one}


def _of(scenario: Scenario) -> Iterator[str]:
    yield from _said(scenario.application, scenario.papers)
    yield from _in_registers(scenario.truth)
    for family, _ in scenario.other_families():
        other = filed(family)
        yield from _said(other["application"], other["papers"])
        yield from _in_registers(other["truth"])
    for home in (act.body for act in scenario.acts if act.act == "housing"):
        yield from (home["cadastral_number"], home["contract_number"])


def _said(application: dict[str, Any], papers: Iterable[PaperFile]) -> Iterator[str]:
    yield from application["contact"].values()
    yield application["contact"]["phone"].removeprefix("+7")
    yield from (paper.number for paper in papers)
    for member in application["members"]:
        yield from member["name"].values()
        yield member["birth_date"]
        yield member.get("iin", "")


def _in_registers(truth: Content) -> Iterator[str]:
    for person in truth.people:
        names = (person.surname, person.name, person.patronymic, person.latin_surname, person.latin_name)
        yield from (name for name in names if name)
        yield from (document.number for document in person.documents)
        yield from (diploma.number for diploma in person.diplomas)
