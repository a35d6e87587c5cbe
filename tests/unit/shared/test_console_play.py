"""What came of a family, held against its file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from console.play import Seen, differences
from sandbox.scenarios import Services, load

EXAMPLES = Path(__file__).parents[3] / "examples"
PAID = {"amount_tenge": 6_500_000, "mortgage_tenge": 0}


def seen(name: str, *states: str, **case: Any) -> Seen:
    made = Seen(name, load(EXAMPLES / f"{name}.json", today=date(2026, 11, 24)), cases={"one"})
    for state in states:
        made.look({"state": state, "waiting": None, **case})
    return made


def blocked() -> Seen:
    made = seen("03-forged-diploma", "submitted", "checking", "blocked", certificate=None)
    made.letters = ["application_received", "verification_blocked"]
    return made


def test_a_family_that_went_as_its_file_says_has_no_differences() -> None:
    assert differences(blocked()) == []


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"cases": {"one", "two"}}, "cases: 2 instead of 1"),
        ({"states": ["submitted", "checking"]}, "state: checking instead of blocked"),
        ({"case": {"certificate": {}}}, "certificate: True instead of False"),
        ({"letters": ["application_received"]}, "no letter: verification_blocked"),
        ({"trouble": "not there after 60 s"}, "not there after 60 s"),
    ],
    ids=["two cases", "another state", "a certificate", "no letter", "trouble"],
)
def test_every_difference_is_named(change: dict[str, Any], difference: str) -> None:
    family = blocked()
    for name, value in change.items():
        setattr(family, name, value)
    assert differences(family) == [difference]


def test_a_service_that_was_neither_given_nor_explained_is_a_difference() -> None:
    family = seen("01-resettler", "settled", certificate={}, payment=PAID)
    family.letters = ["plan_completed"]
    family.services = Services(done=21, not_needed=4)
    assert differences(family) == []
    family.services = Services(done=20, not_needed=4)
    assert differences(family) == ["services: 20 done, 4 not needed instead of 21 done, 4 not needed"]


def test_a_state_that_must_be_passed_must_be_seen() -> None:
    family = seen("06-quota-full", "checking", "place_reserved", "certificate_issued", certificate={})
    family.letters = ["certificate_issued"]
    assert differences(family) == ["never seen: waitlisted"]


def test_only_what_a_person_would_notice_counts_as_a_change() -> None:
    family = seen("03-forged-diploma")
    view = {"state": "checking", "waiting": {"for": "registers", "sentence": "We wait."}, "timeline": []}
    assert family.look(view)
    assert not family.look({**view, "timeline": ["more"]})
    assert family.waited_for == {"registers"}
