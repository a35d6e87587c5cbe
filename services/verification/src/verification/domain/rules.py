"""The dated rule sets: which numbers of the programme hold for a family.

The set in force on the day of submission decides; later changes do not touch earlier applications.
"""

from dataclasses import dataclass
from datetime import date

from contracts.words import Category

ORDER_234 = "Order 234 of 22.06.2023"
ORDER_234_2026 = "Order 234 of 22.06.2023, amended 14.11.2025"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of one edition of the act, from the day on which it applies."""

    name: str
    act: str
    applies_from: date
    mci_tenge: int  # monthly calculation index of that year's budget law
    cap_mci: int  # most that a certificate pays, in MCI
    share_percent: int  # of the home's price that a certificate pays, below the cap
    registered_years: int = 1  # permanent registration in the region of departure (resettlers)
    able_from_age: int = 18
    able_until_age: int = 63  # the last year of age that counts; no public act settles it
    proof_of_skill: frozenset[Category] = frozenset({Category.RESETTLER})  # kandas need no diploma

    @property
    def cap_tenge(self) -> int:
        """The most that a certificate pays."""
        return self.cap_mci * self.mci_tenge


#: In order of the days from which they apply.
RULE_SETS = (
    RuleSet(
        name="order-234-2025",
        act=ORDER_234,
        applies_from=date(2025, 1, 1),
        mci_tenge=3_932,
        cap_mci=1_160,
        share_percent=50,
    ),
    RuleSet(
        name="order-234-2026",
        act=ORDER_234_2026,
        applies_from=date(2026, 1, 1),
        mci_tenge=4_325,
        cap_mci=1_625,
        share_percent=100,
    ),
)


def rule_set_on(day: date) -> RuleSet:
    """The rules in force on `day`; `LookupError` before the first that we know."""
    known = [rules for rules in RULE_SETS if rules.applies_from <= day]
    if not known:
        raise LookupError(
            f"no rule set is known for {day}: the first applies from {RULE_SETS[0].applies_from}"
        )
    return known[-1]
