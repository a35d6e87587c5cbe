"""The families of examples/ are complete, true to what they say, and the same as the generator makes them."""

from datetime import date
from pathlib import Path

import pytest

from contracts.intake import PaperKind
from sandbox.examples import examples
from sandbox.filing import papers
from sandbox.scenarios import Scenario, dump, load

FOLDER = Path(__file__).parents[3] / "examples"
DAY = date(2026, 5, 4)


@pytest.fixture(scope="module", params=sorted(examples()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def scenario(name: str) -> Scenario:
    return load(FOLDER / name, today=DAY)


def test_there_are_eight_and_no_others() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.json")) == sorted(examples())
    assert len(examples()) == 8


def test_the_file_is_what_the_generator_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == dump(examples()[name])


def test_everybody_has_an_identity_paper_and_every_diploma_its_scan(scenario: Scenario) -> None:
    held = {(paper.member, paper.kind) for paper in scenario.papers}
    for place, member in enumerate(scenario.application["members"]):
        assert any(holder == place and kind is not PaperKind.EDUCATION for holder, kind in held)
        assert ((place, PaperKind.EDUCATION) in held) == ("diploma_number" in member)


def test_every_scan_can_be_made(scenario: Scenario) -> None:
    assert all(len(scenario.scan(paper)) > 1000 for paper in scenario.papers)


def test_the_registers_know_every_member(scenario: Scenario) -> None:
    known = [person.iin for person in scenario.truth.people]
    assert known == [member["iin"] for member in scenario.application["members"]]


def test_all_iins_of_all_examples_are_synthetic_and_each_is_one_persons() -> None:
    made = [load(FOLDER / name, today=DAY) for name in examples()]
    iins = [person.iin for scenario in made for person in scenario.truth.people]
    iins += [m.iin for scenario in made for family, _ in scenario.other_families() for m in family.members]
    assert len(iins) == len(set(iins))
    assert {iin[6] for iin in iins} == {"1", "2"}


def test_the_day_of_arrival_is_the_day_of_playing() -> None:
    arrival = load(FOLDER / "01-resettler.json", today=DAY).acts[-1]
    assert (arrival.act, arrival.body["arrived_on"]) == ("arrival", DAY.isoformat())


def test_the_others_leave_fewer_places_than_the_family_has_members() -> None:
    scenario = examples()["06-quota-full.json"]
    quota_of_karaganda = 37  # resettlers, 2026
    taken = sum(len(family.members) for family, _ in scenario.other_families())
    assert taken <= quota_of_karaganda < taken + len(scenario.application["members"])
    withdrawn = sum(len(family.members) for family, withdraws in scenario.other_families() if withdraws)
    assert taken - withdrawn + len(scenario.application["members"]) <= quota_of_karaganda
    assert all(papers(family) for family, _ in scenario.other_families())
