"""Individual identification numbers that nobody can have: their 7th digit says «born in the 19th century»."""

from datetime import date

_FIRST = tuple(range(1, 12))
_SECOND = (*range(3, 12), 1, 2)


def synthetic_iin(birth_date: date, *, male: bool, serial: int) -> str | None:
    """The IIN of this person and serial (0-9999), or None where such a number is not issued.

    Layout and check digit: Government resolution 853 of 26.08.2013.
    """
    head = f"{birth_date:%y%m%d}{1 if male else 2}{serial:04}"
    digit = check_digit(head)
    return None if digit is None else f"{head}{digit}"


def check_digit(head: str) -> int | None:
    """The 12th digit of eleven; None when both passes give 10."""
    for weights in (_FIRST, _SECOND):
        remainder: int = sum(int(digit) * weight for digit, weight in zip(head, weights, strict=True)) % 11
        if remainder != 10:
            return remainder
    return None
