"""The families of the bench: all alike but for their IINs, and for what comes of them."""

from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from sandbox.iins import synthetic_iin

FAMILY, GIVEN = "Сынақов", "Үлгі"
REGION_FROM, REGION_TO = "610000000", "590000000"
FORGED, GENUINE = "ЖБ-Б № 0000000", "ЖБ-Б № 1234567"
DAYS = 360
CENTURY_TURNS = 30  # no one of ours is born before 1930
HOUSE = {
    "cadastral_number": "15-234-001-002",
    "price_tenge": 6_500_000,
    "contract_number": "ДКП-77",
}
ARRIVAL = {"arrived_on": "2026-01-01"}
QUESTIONNAIRE = {"housing_intent": "purchase", "wants_work": True, "wants_training": False}


class Fate(StrEnum):
    """What must come of a family."""

    SETTLES = "settles"
    REFUSED = "refused"  # nobody has a diploma or a skill
    BLOCKED = "blocked"  # the register knows no such diploma


def application(number: int, *, people: int = 3, fate: Fate = Fate.SETTLES, to: str = REGION_TO) -> Any:
    """The body of a family's application; no two numbers share a person."""
    parents = [_member(number, "applicant", 1985, fate), _member(number, "spouse", 1987, Fate.REFUSED)]
    children = [_member(number, "child", 2012 + 2 * place, Fate.REFUSED) for place in range(people - 2)]
    return {
        "category": "resettler",
        "language": "kk",
        "region_from": REGION_FROM,
        "region_to": to,
        "contact": {"email": "bench@example.com", "phone": "+77010000001"},
        "members": [*parents, *children][:people],
        "consent": {"given": True},
    }


def born_of(iin: str) -> date:
    """The birth date that an IIN of ours says."""
    year = int(iin[:2])
    return date(year + (2000 if year < CENTURY_TURNS else 1900), int(iin[2:4]), int(iin[4:6]))


@cache
def scan() -> bytes:
    """The smallest picture that intake takes."""
    file = BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    return file.getvalue()


def _member(number: int, kinship: str, born_about: int, fate: Fate) -> dict[str, Any]:
    born, iin = _identity(number, born_about, male=kinship != "spouse")
    member = {
        "kinship": kinship,
        "name": {"family": FAMILY, "given": GIVEN},
        "birth_date": born.isoformat(),
        "iin": iin,
        "able_to_work": kinship == "applicant",
    }
    if fate is Fate.REFUSED:
        return member
    return {**member, "diploma_number": FORGED if fate is Fate.BLOCKED else GENUINE}


def _identity(number: int, born_about: int, *, male: bool) -> tuple[date, str]:
    """Day and serial are this person's alone; the year gives way to the check digit."""
    serial, day = divmod(number, DAYS)
    born = date(born_about, 1, 1) + timedelta(days=day)
    while (iin := synthetic_iin(born, male=male, serial=serial)) is None:
        serial += 5_000  # the upper half is for these
    return born, iin
