"""Check digits of IIN and BIN, and what an IIN says of its bearer.

A wrong check digit is an error. A date or a sex that cannot be, or a date that is not the bearer's, is only
a warning, since real numbers with such mistakes were issued (Government resolution 853 of 26.08.2013). Nobody
is asked for his sex, so nothing is compared with it.
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
    IMPOSSIBLE_SEX = "iin_impossible_sex"
    OTHER_BIRTH_DATE = "iin_other_birth_date"


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


def iin_warning(iin: str, *, born: date) -> IinWarning | None:
    """What disagrees between an IIN and its bearer. The century of synthetic numbers (18xx) does not.

    The seventh digit says sex and century: where it is none of 1 to 6, the date cannot be read either.
    """
    if iin[6] not in _CENTURY:
        return IinWarning.IMPOSSIBLE_SEX
    carried = birth_date(iin)
    if carried is None:
        return IinWarning.IMPOSSIBLE_DATE
    return None if _same_day(carried, born) else IinWarning.OTHER_BIRTH_DATE


def _same_day(carried: date, born: date) -> bool:
    if carried.year >= 1900:
        return carried == born
    return (carried.year % 100, carried.month, carried.day) == (born.year % 100, born.month, born.day)
