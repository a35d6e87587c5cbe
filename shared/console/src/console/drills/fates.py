"""What each family of a drill's crowd is and does: drawn from its number, the same in every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from typing import Any

from console.play import scenario_of
from contracts.intake import ApplicationWithdrawn, ArrivalReported, HousingChosen, QuestionnaireCompleted
from sandbox.examples import with_diplomas_not_issued
from sandbox.families import Wish, make_family
from sandbox.scenarios import Act, Scenario

FIRST_SEED = 40_000  # none of the examples' families
#: What intake tells when it has acknowledged an act.
TOLD: Mapping[str, type] = {
    "questionnaire": QuestionnaireCompleted,
    "housing": HousingChosen,
    "arrival": ArrivalReported,
    "withdrawal": ApplicationWithdrawn,
}


class Fate(StrEnum):
    """How far a family goes, if its case lets it."""

    SETTLES = "settles"  # to its last service
    STAYS = "stays"  # does not use its certificate
    LEAVES_AT_ONCE = "leaves at once"  # while registers are still asked
    LEAVES_ITS_PLACE = "leaves its place"
    LEAVES_LATE = "leaves late"  # with a certificate
    REFUSED = "refused"  # nobody has a diploma or a skill
    BLOCKED = "blocked"  # the register knows no such diploma


#: In parts of a hundred.
FATES = {
    Fate.SETTLES: 62,
    Fate.STAYS: 13,
    Fate.LEAVES_AT_ONCE: 5,
    Fate.LEAVES_ITS_PLACE: 5,
    Fate.LEAVES_LATE: 5,
    Fate.REFUSED: 5,
    Fate.BLOCKED: 5,
}
#: Where families want to go, by the quotas of 2026 in people; in the last one they stand in line.
REGIONS = {
    "590000000": 2820,
    "550000000": 1655,
    "630000000": 600,
    "390000000": 485,
    "350000000": 200,  # for 37 places
}
_WHEN_LEAVING = {
    Fate.LEAVES_AT_ONCE: "",
    Fate.LEAVES_ITS_PLACE: "place_reserved",
    Fate.LEAVES_LATE: "certificate_issued",
}


@dataclass(frozen=True, slots=True)
class Household:
    """`acts` in their order; one without a `when` comes right after the application."""

    name: str
    fate: Fate
    scenario: Scenario
    acts: Sequence[Act]


def household(number: int) -> Household:
    """The family of this number."""
    seed = FIRST_SEED + number
    chance = Random(seed)  # noqa: S311 - no secret
    (fate,) = chance.choices(list(FATES), list(FATES.values()))
    (region,) = chance.choices(list(REGIONS), list(REGIONS.values()))
    wish = Wish(region_to=region, children=number % 3, diploma=fate is not Fate.REFUSED)
    scenario = scenario_of(make_family(seed, wish))
    if fate is Fate.BLOCKED:
        scenario = scenario.model_copy(update={"truth": with_diplomas_not_issued(scenario.truth)})
    return Household(f"drill-{seed}", fate, scenario, list(_acts(fate, seed, region)))


def _acts(fate: Fate, seed: int, region: str) -> Sequence[Act]:
    """Every second family answers the questionnaire before it has a place."""
    if fate in (Fate.REFUSED, Fate.BLOCKED):
        return []
    asked = (
        [] if fate in (Fate.LEAVES_AT_ONCE, Fate.LEAVES_ITS_PLACE) else [_questionnaire(early=seed % 2 == 0)]
    )
    if fate in _WHEN_LEAVING:
        return [*asked, Act(when=_WHEN_LEAVING[fate], act="withdrawal", body={})]
    return [*asked, _housing(seed, region), _arrival(region)] if fate is Fate.SETTLES else asked


def _questionnaire(*, early: bool) -> Act:
    body = {"housing_intent": "purchase", "wants_work": True, "wants_training": False}
    return Act(when="" if early else "place_reserved", act="questionnaire", body=body)


def _housing(seed: int, region: str) -> Act:
    """A third of the homes cost more than the certificate pays."""
    body: dict[str, Any] = {"cadastral_number": f"15:234:{seed}", "contract_number": f"Ү-2026/{seed}"}
    body |= {"price_tenge": 9_500_000 if seed % 3 == 0 else 6_500_000, "kato": region}
    return Act(when="certificate_issued", act="housing", body=body)


def _arrival(region: str) -> Act:
    today = datetime.now(UTC).date().isoformat()  # never ahead of the day in Kazakhstan
    return Act(when="payment_authorised", act="arrival", body={"arrived_on": today, "kato": region})
