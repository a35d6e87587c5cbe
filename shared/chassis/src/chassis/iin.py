"""Check digits of IIN and BIN, and what an IIN says of its bearer.

A wrong check digit is an error. A date or a sex that disagrees is only a warning, since real numbers
with such mistakes were issued (Government resolution 853 of 26.08.2013).
"""

from datetime import date
from enum import StrEnum

_FIRST_PASS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_DIGITS = frozenset("0123456789")
_CENTURY = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


class IinError(StrEnum):
    """Why a number cannot be an IIN or a BIN."""

    NOT_TWELVE_DIGITS = "iin_not_twelve_digits"
    CHECK_DIGIT = "iin_check_digit"


class IinWarning(StrEnum):
    """What a person should look at; it never refuses a number."""

    IMPOSSIBLE_DATE = "iin_impossible_date"
    OTHER_BIRTH_DATE = "iin_other_birth_date"
    OTHER_SEX = "iin_other_sex"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


def check_digit(first_eleven: str) -> int | None:
    """The twelfth digit of an IIN or BIN; None when both passes give 10: such a number is never issued."""
    if len(first_eleven) != 11 or not set(first_eleven) <= _DIGITS:
        raise ValueError("the first eleven digits are wanted")
    for weights in (_FIRST_PASS, _SECOND_PASS):
        rest = sum(int(digit) * weight for digit, weight in zip(first_eleven, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def iin_error(number: str) -> IinError | None:
    """Why this is no IIN or BIN (both have the same check digit); None when it may be one."""
    if len(number) != 12 or not set(number) <= _DIGITS:
        return IinError.NOT_TWELVE_DIGITS
    if check_digit(number[:11]) != int(number[11]):
        return IinError.CHECK_DIGIT
    return None


def birth_date(iin: str) -> date | None:
    """The date of birth that an IIN carries; None when there is no such day or the century is unknown."""
    century = _CENTURY.get(iin[6])
    if century is None:
        return None
    try:
        return date(century + int(iin[:2]), int(iin[2:4]), int(iin[4:6]))
    except ValueError:
        return None


def sex(iin: str) -> Sex | None:
    """The sex that the seventh digit says; None when that digit is none of 1 to 6."""
    if iin[6] not in _CENTURY:
        return None
    return Sex.MALE if int(iin[6]) % 2 else Sex.FEMALE


def iin_warnings(iin: str, *, born: date | None = None, said_sex: Sex | None = None) -> list[IinWarning]:
    """What disagrees between an IIN and its bearer. The century of synthetic numbers (18xx) is not."""
    warnings = []
    carried = birth_date(iin)
    if carried is None:
        warnings.append(IinWarning.IMPOSSIBLE_DATE)
    elif born is not None and not _same_day(carried, born):
        warnings.append(IinWarning.OTHER_BIRTH_DATE)
    if said_sex is not None and sex(iin) not in (None, said_sex):
        warnings.append(IinWarning.OTHER_SEX)
    return warnings


def _same_day(carried: date, born: date) -> bool:
    if carried.year >= 1900:
        return carried == born
    return (carried.year % 100, carried.month, carried.day) == (born.year % 100, born.month, born.day)
