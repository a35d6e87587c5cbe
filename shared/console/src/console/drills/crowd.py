"""Families that apply while an accident happens. Whoever is turned away comes again, as people do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2

from console.citizen import Citizen
from console.doors import Doors, doors
from console.errors import PlainError
from console.layout import Stack
from console.play import scenario_of
from sandbox.families import make_family
from sandbox.scenarios import Act, PaperFile, Scenario

FIRST_SEED = 40_000  # none of the examples' families
AT_ONCE = 24
AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 300.0  # of one family, turned away again and again
ANSWERS = Act(
    when="",
    act="questionnaire",
    body={"housing_intent": "purchase", "wants_work": True, "wants_training": False},
)


@dataclass
class Crowd:
    """Who applied, and how often somebody was turned away."""

    wanted: int
    applications: list[str] = field(default_factory=list)
    turned_away: int = 0


async def gather_crowd(stack: Stack, crowd: Crowd, *, on_applied: Callable[[], object]) -> None:
    """All families apply, as fast as intake takes them, and answer the questionnaire."""
    limit = asyncio.Semaphore(AT_ONCE)
    async with doors(stack) as opened, asyncio.TaskGroup() as group:
        for number in range(crowd.wanted):
            group.create_task(_family(FIRST_SEED + number, opened, crowd, limit, on_applied))


async def _family(
    seed: int, opened: Doors, crowd: Crowd, limit: asyncio.Semaphore, on_applied: Callable[[], object]
) -> None:
    async with limit, asyncio.timeout(PATIENCE_SECONDS):
        scenario, name = scenario_of(make_family(seed)), f"drill-{seed}"
        while True:
            try:
                await opened.world.learn(scenario.truth)
                citizen = await opened.citizen(name, scan=_one_for_all)
                crowd.applications.append(await _through(citizen, scenario, name))
                on_applied()
                return
            except (PlainError, httpx2.HTTPError):
                crowd.turned_away += 1
                await asyncio.sleep(AGAIN_SECONDS)


async def _through(citizen: Citizen, scenario: Scenario, name: str) -> str:
    application_id = await citizen.apply(scenario, key=name)
    await citizen.act(application_id, ANSWERS)
    return application_id


def _one_for_all(scenario: Scenario, paper: PaperFile) -> bytes:
    """Drawing each paper anew would try the drawing."""
    if paper.kind not in _SCANS:
        _SCANS[paper.kind] = scenario.scan(paper)
    return _SCANS[paper.kind]


_SCANS: dict[str, bytes] = {}
