"""The demo's families as intake meets them: every application is in order and every scan is a paper."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from chassis.regions import REGIONS
from contracts.intake import PaperKind
from intake.domain.papers import MediaType, media_type, required
from intake.http.drafts import read_draft
from sandbox.scenarios import Scenario, load
from unit.intake.families import CASE, MOMENT

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("0*.json"))
DEPARTURES = frozenset(kato for kato, region in REGIONS.items() if region.departure_default)
TYPES = {"pdf": MediaType.PDF, "png": MediaType.PNG, "jpeg": MediaType.JPEG}


@pytest.fixture(params=EXAMPLES, ids=lambda file: file.stem)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param, today=MOMENT.today)


def test_an_example_brings_every_paper_that_its_family_needs(scenario: Scenario) -> None:
    body = read_draft(json.dumps(scenario.application).encode(), departures=DEPARTURES, today=MOMENT.today)
    act = body.as_act("citizen-1", CASE)
    places: dict[UUID, int] = {member.member_id: place for place, member in enumerate(act.members)}
    brought = {(paper.member, paper.kind) for paper in scenario.papers}
    for need in required(act.category, act.members, on=MOMENT.today):
        kinds: tuple[PaperKind, ...] = (need.kind, *need.instead)
        assert any((places[need.member_id], kind) in brought for kind in kinds)


def test_an_examples_scans_are_known_by_their_content(scenario: Scenario) -> None:
    for paper in scenario.papers[:3]:
        assert media_type(scenario.scan(paper)) is TYPES[paper.format]
