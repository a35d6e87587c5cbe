"""Why a case waits, said as who owes what since when."""

import re
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from console.owing import OWED, owed

ALMATY = timezone(timedelta(hours=5))
WORDS = Path(__file__).parents[3] / "services" / "intake" / "src" / "intake" / "words" / "en.ftl"


def test_everything_that_intake_can_wait_for_is_owed_by_somebody() -> None:
    assert set(re.findall(r"^waiting-([a-z]+) =", WORDS.read_text(), flags=re.MULTILINE)) == set(OWED)


def test_a_silent_register_is_named_with_the_time_of_the_next_question() -> None:
    waiting = {
        "for": "register_education",
        "since": "2026-03-02T06:00:00+00:00",
        "by": "2026-03-02T06:01:00Z",
    }
    assert owed(waiting, ALMATY) == (
        "The education register owes verification an answer since 02.03.2026 11:00:00; "
        "it is asked again at 02.03.2026 11:01:00."
    )


@pytest.mark.parametrize("awaited", sorted(set(OWED) - {"register"}))
def test_a_debt_has_a_debtor_and_a_beginning(awaited: str) -> None:
    said = owed({"for": awaited, "since": "2026-03-02T06:00:00Z", "by": None}, ALMATY)
    assert said == f"{OWED[awaited]} since 02.03.2026 11:00:00."
