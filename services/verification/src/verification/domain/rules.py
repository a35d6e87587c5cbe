"""The dated rule sets: which numbers of the programme hold for a family.

The set in force on the day of submission decides; later changes do not touch earlier applications. They are
data: some numbers no public act settles, so an installation may bring its own (docs/rules.md).
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec

from contracts.words import Category

Count = Annotated[int, msgspec.Meta(ge=1)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Age = Annotated[int, msgspec.Meta(ge=0, le=120)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of one edition of the act, from the day on which it applies. Every number has to be named."""

    name: str
    act: str
    applies_from: date
    mci_tenge: Count  # monthly calculation index of that year's budget law
    cap_mci: Count  # most that a certificate pays, in MCI
    share_percent: Percent  # of the home's price that a certificate pays, below the cap
    registered_years: Count  # permanent registration in the region of departure (resettlers)
    able_from_age: Age
    able_until_age: Age  # the last year of age that counts
    proof_of_skill: frozenset[Category]  # who needs a diploma or a wanted skill

    @property
    def cap_tenge(self) -> int:
        """The most that a certificate pays."""
        return self.cap_mci * self.mci_tenge


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rule sets, in order of the days from which they apply."""

    sets: tuple[RuleSet, ...]
    status: str = ""

    def __post_init__(self) -> None:
        if not self.sets:
            raise ValueError("there is no rule set")
        for one, later in pairwise(self.sets):
            if one.applies_from >= later.applies_from:
                raise ValueError(f"{later.name} must apply from a later day than {one.name}")

    def on(self, day: date) -> RuleSet:
        """The rules in force on `day`; `LookupError` before the first that we know."""
        known = [rules for rules in self.sets if rules.applies_from <= day]
        if not known:
            first = self.sets[0].applies_from
            raise LookupError(f"no rule set is known for {day}: the first applies from {first}")
        return known[-1]


def read_rules(text: bytes) -> RuleBook:
    """The rule book from JSON; `ValueError` names the place that does not fit."""
    return msgspec.json.decode(text, type=RuleBook)
