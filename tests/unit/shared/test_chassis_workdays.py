"""Terms in working days by the national calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.workdays import add_working_days, calendar_from, national_calendar

CALENDAR = national_calendar()
days = st.dates(date(2025, 1, 1), date(2028, 6, 30))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 7), False),
        (date(2026, 3, 9), False),  # 8 March is a Sunday
        (date(2026, 3, 24), False),  # Nauryz takes Saturday 21 and Sunday 22
        (date(2026, 3, 25), False),
        (date(2026, 3, 26), True),
        (date(2026, 5, 27), False),  # Kurban Ait
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
    ],
)
def test_the_national_calendar_knows_the_day(day: date, worked: bool) -> None:
    assert CALENDAR.is_working_day(day) is worked


def test_christmas_and_kurban_ait_on_a_weekend_do_not_move() -> None:
    assert date(2028, 1, 7).weekday() == 4
    assert date(2029, 1, 7).weekday() == 6
    assert CALENDAR.is_working_day(date(2029, 1, 8))
    assert date(2027, 5, 16).weekday() == 6
    assert CALENDAR.is_working_day(date(2027, 5, 17))


def test_two_holidays_on_one_weekend_take_two_days() -> None:
    assert [CALENDAR.is_working_day(date(2028, 1, day)) for day in (3, 4, 5)] == [False, False, True]


def test_a_term_begins_the_day_after() -> None:
    assert add_working_days(date(2026, 11, 23), 1, CALENDAR) == date(2026, 11, 24)
    assert add_working_days(date(2026, 11, 27), 1, CALENDAR) == date(2026, 11, 30)
    assert add_working_days(date(2026, 3, 20), 1, CALENDAR) == date(2026, 3, 26)


def test_a_term_of_no_days_ends_when_somebody_works() -> None:
    assert add_working_days(date(2026, 11, 28), 0, CALENDAR) == date(2026, 11, 30)
    assert add_working_days(date(2026, 11, 24), 0, CALENDAR) == date(2026, 11, 24)


def test_a_decree_gives_a_day_off_and_has_a_saturday_worked() -> None:
    table: dict[str, list[str]] = {"holidays": [], "never_moved": [], "kurban_ait": []}
    calendar = calendar_from(
        {**table, "days_off_by_decree": ["2026-11-23"], "working_weekends_by_decree": ["2026-11-28"]}
    )
    assert not calendar.is_working_day(date(2026, 11, 23))
    assert calendar.is_working_day(date(2026, 11, 28))


@given(days, st.integers(0, 60), st.integers(1, 60))
def test_terms_add_up(day: date, first: int, second: int) -> None:
    whole = add_working_days(day, first + second, CALENDAR)
    assert add_working_days(add_working_days(day, first, CALENDAR), second, CALENDAR) == whole or first == 0


@given(days, st.integers(1, 60))
def test_a_term_holds_as_many_working_days_as_it_says(day: date, count: int) -> None:
    end = add_working_days(day, count, CALENDAR)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(CALENDAR.is_working_day, passed)) == count
    assert CALENDAR.is_working_day(end)


def test_a_term_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="-1 days"):
        add_working_days(date(2026, 11, 23), -1, CALENDAR)
