"""Check digits of IIN and BIN, and what only warns."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.iin import IinError, IinWarning, birth_date, check_digit, iin_error, iin_warning

eleven_digits = st.text("0123456789", min_size=11, max_size=11)


@pytest.mark.parametrize("number", ["900101100014", "900101100500"])
def test_both_passes_accept_their_vector(number: str) -> None:
    assert iin_error(number) is None


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("260140000015", None),  # by hand: 2 + 12 + 4 + 20 + 11 = 49, and 49 mod 11 = 5
        ("260140000604", None),  # by hand: 98 mod 11 = 10, so the second pass: 70 mod 11 = 4
        ("260140000605", IinError.CHECK_DIGIT),
        ("26014000060", IinError.NOT_TWELVE_DIGITS),
    ],
)
def test_a_bin_is_held_to_the_same_check_digit(number: str, error: IinError | None) -> None:
    assert iin_error(number) is error


@pytest.mark.parametrize("last", range(10))
@pytest.mark.parametrize("prefix", ["90010110055", "26014000063"], ids=["IIN", "BIN"])
def test_a_number_that_both_passes_refuse_has_no_last_digit(prefix: str, last: int) -> None:
    assert check_digit(prefix) is None
    assert iin_error(f"{prefix}{last}") is IinError.CHECK_DIGIT


@given(eleven_digits)
def test_exactly_one_last_digit_fits_an_issuable_prefix(prefix: str) -> None:
    digit = check_digit(prefix)
    assume(digit is not None)
    fitting = [last for last in range(10) if iin_error(f"{prefix}{last}") is None]
    assert fitting == [digit]


@given(eleven_digits, st.integers(0, 9), st.integers(1, 9))
def test_a_number_whose_first_pass_settles_it_betrays_one_mistyped_digit(
    prefix: str, place: int, shift: int
) -> None:
    wrong = prefix[:place] + str((int(prefix[place]) + shift) % 10) + prefix[place + 1 :]
    # The eleventh digit has the weight 11, which is 0 modulo 11: the standard does not see it.
    first_passes = [sum(int(d) * w for w, d in enumerate(one, 1)) % 11 for one in (prefix, wrong)]
    assume(10 not in first_passes)
    assert iin_error(f"{wrong}{first_passes[0]}") is IinError.CHECK_DIGIT


@pytest.mark.parametrize(
    "text", ["", "90010110001", "9001011000144", "90010110001x", "٩٠٠١٠١١٠٠٠١٤", " 00101100014"]
)
def test_anything_but_twelve_ascii_digits_is_no_iin(text: str) -> None:
    assert iin_error(text) is IinError.NOT_TWELVE_DIGITS


def test_the_date_is_read_from_the_number() -> None:
    assert birth_date("900101100014") == date(1890, 1, 1)
    assert birth_date("900101500014") == date(2090, 1, 1)


@pytest.mark.parametrize(
    ("number", "warning"),
    [
        ("901301110011", IinWarning.IMPOSSIBLE_DATE),
        ("900230110013", IinWarning.IMPOSSIBLE_DATE),
        ("900101810016", IinWarning.IMPOSSIBLE_SEX),
        ("900102300014", IinWarning.OTHER_BIRTH_DATE),
        ("900101300014", None),
    ],
)
def test_a_date_or_a_sex_that_cannot_be_only_warns(number: str, warning: IinWarning | None) -> None:
    assert iin_warning(number, born=date(1990, 1, 1)) is warning


def test_a_synthetic_number_fits_a_birth_in_another_century() -> None:
    assert iin_warning("900101100014", born=date(1990, 1, 1)) is None
