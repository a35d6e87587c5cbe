"""The example families come to the decision that their files say they must."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from console.broker import Broker
from console.postgres import Postgres
from contracts.intake import ApplicationSubmitted, Contact, Kinship, Member, Paper, PersonName
from contracts.verification import CheckSilent, EligibilityDecided, Verdict, VerificationCompleted
from sandbox.scenarios import Scenario, load
from support.verification import RunningVerification, running_verification

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.json"))
DAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
async def verification(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningVerification]:
    folder = tmp_path_factory.mktemp("examples")
    async with running_verification(postgres, broker, folder=folder) as one:
        yield one


def submitted(scenario: Scenario) -> ApplicationSubmitted:
    """What intake would tell of the scenario's application."""
    said = scenario.application
    members = [
        Member(
            member_id=uuid4(),
            kinship=Kinship(one["kinship"]),
            name=PersonName(**one["name"]),
            **{name: value for name, value in one.items() if name not in ("kinship", "name")},
        )
        for one in said["members"]
    ]
    papers = [
        Paper(
            paper_id=uuid4(),
            kind=paper.kind,
            holder=members[paper.member].member_id,
            number=paper.number,
            sha256="0" * 64,
        )
        for paper in scenario.papers
    ]
    return ApplicationSubmitted(
        category=said["category"],
        language=said["language"],
        region_from=said["region_from"],
        region_to=said["region_to"],
        contact=Contact(**said["contact"]),
        members=tuple(members),
        papers=tuple(papers),
        consented_at=datetime(2026, 11, 2, tzinfo=UTC),
        submitted_on=DAY,
    )


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
async def test_an_example_comes_to_its_decision(verification: RunningVerification, file: Path) -> None:
    scenario, family = load(file, today=DAY), uuid4()
    gateway = verification.sandbox.gateway
    gateway.truth.add(scenario.truth)
    for fault in scenario.faults:
        gateway.faults[fault.service_id].tell(fault.order)
    await verification.hear(family, submitted(scenario))
    blocked = scenario.expect.state == "blocked"
    verdict = await verification.until(family, VerificationCompleted)
    assert verdict.verdict is (Verdict.BLOCKED if blocked else Verdict.CLEAR), verdict.reasons
    if not blocked:
        decided = await verification.until(family, EligibilityDecided)
        assert decided.eligible is (scenario.expect.state != "refused"), decided.reasons
    assert await registers_were_silent(verification, family) == bool(scenario.faults)


async def registers_were_silent(verification: RunningVerification, family: UUID) -> bool:
    return bool(await verification.told(family, CheckSilent))
