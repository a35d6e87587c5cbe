"""Which services a family needs, from the facts of its arrival; every "no" has a code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.intake import ArrivalReported
from contracts.words import Category

SCHOOL_FROM = 6  # the catalogue: kindergarten queue until six
ADULT_FROM = 18
WORK_FROM = 16  # Labour Code: employment without the parents' consent
#: Women's pension age; men's is 63 (Social Code). Ages come without sex: the earlier one asks, the provider
#: decides.
PENSION_FROM = 61
WORK_UNTIL = 62


class Need(StrEnum):
    """Whom a service of the catalogue is for."""

    EVERYONE = "everyone"
    CITIZENS = "citizens"
    KANDAS = "kandas"
    ADULTS = "adults"
    CHILDREN = "children"
    PRESCHOOL_AGE = "preschool_age"
    SCHOOL_AGE = "school_age"
    WORKING_AGE = "working_age"
    PENSION_AGE = "pension_age"
    WANTS_WORK = "wants_work"
    WANTS_TRAINING = "wants_training"
    SCHOOLED_ABROAD = "schooled_abroad"  # a foreign diploma to recognise, or a language to learn
    ON_REQUEST = "on_request"  # nothing that the family reported tells; it may ask at any time


@dataclass(frozen=True, slots=True)
class Rule:
    """`applies` to the family, and otherwise the code of why not (its sentence is `because-<code>`)."""

    applies: Callable[[ArrivalReported], bool]
    otherwise: str


def why_not(need: Need, family: ArrivalReported) -> str | None:
    """None when the service applies; else the code of the reason."""
    rule = RULES[need]
    return None if rule.applies(family) else rule.otherwise


def _aged(family: ArrivalReported, first: int, last: int = 200) -> bool:
    return any(first <= age <= last for age in family.ages)


def _can_work(family: ArrivalReported) -> bool:
    return _aged(family, WORK_FROM, WORK_UNTIL)


RULES: Mapping[Need, Rule] = {
    Need.EVERYONE: Rule(lambda _: True, "never"),
    Need.CITIZENS: Rule(lambda f: f.category is Category.RESETTLER, "not_yet_citizen"),
    Need.KANDAS: Rule(lambda f: f.category is Category.KANDAS, "citizen_already"),
    Need.ADULTS: Rule(lambda f: _aged(f, ADULT_FROM), "no_adult"),
    Need.CHILDREN: Rule(lambda f: _aged(f, 0, ADULT_FROM - 1), "no_children"),
    Need.PRESCHOOL_AGE: Rule(lambda f: _aged(f, 0, SCHOOL_FROM - 1), "no_child_under_six"),
    Need.SCHOOL_AGE: Rule(lambda f: _aged(f, SCHOOL_FROM, ADULT_FROM - 1), "no_child_of_school_age"),
    Need.WORKING_AGE: Rule(_can_work, "nobody_of_working_age"),
    Need.PENSION_AGE: Rule(lambda f: _aged(f, PENSION_FROM), "nobody_of_pension_age"),
    Need.WANTS_WORK: Rule(lambda f: f.wants_work and _can_work(f), "work_not_wanted"),
    Need.WANTS_TRAINING: Rule(lambda f: f.wants_training and _can_work(f), "training_not_wanted"),
    Need.SCHOOLED_ABROAD: Rule(
        lambda f: f.foreign_education or f.category is Category.KANDAS, "schooled_in_kazakhstan"
    ),
    Need.ON_REQUEST: Rule(lambda _: False, "not_reported"),
}
