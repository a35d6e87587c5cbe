"""Terms counted in working days by the national calendar of Kazakhstan.

A holiday on a weekend moves to the next working day; Christmas and Kurban Ait do not (Labour Code,
art. 84-85). Years of which the data does not know Kurban Ait are counted without it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days are worked: weekly rest, holidays of each year, and days moved by decree."""

    holidays: frozenset[tuple[int, int]]  # (month, day), moved when on a weekend
    never_moved: frozenset[tuple[int, int]]
    days_off: frozenset[date]  # Kurban Ait and days given by decree
    working_weekends: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        if day in self.working_weekends:
            return True
        return not self._rests(day) and day not in moved_holidays(self, day.year)

    def _rests(self, day: date) -> bool:
        annual = (day.month, day.day)
        return (
            day.weekday() >= 5
            or annual in self.holidays
            or annual in self.never_moved
            or day in self.days_off
        )


def add_working_days(day: date, count: int, calendar: Calendar | None = None) -> date:
    """The last day of a term of `count` working days that begins the day after `day`.

    With 0 it is `day` itself or, when nobody works then, the first working day after it.
    """
    if count < 0:
        raise ValueError(f"a term cannot be {count} days")
    calendar = calendar or national_calendar()
    if count == 0:
        return _next_working(day, calendar)
    for _ in range(count):
        day = _next_working(day + _ONE_DAY, calendar)
    return day


@cache
def moved_holidays(calendar: Calendar, year: int) -> frozenset[date]:
    """The working days of a year that holidays on weekends took for rest."""
    taken: set[date] = set()
    for month, number in sorted(calendar.holidays):
        day = date(year, month, number)
        if day.weekday() < 5 or day in calendar.working_weekends:
            continue
        while calendar._rests(day) or day in taken:
            day += _ONE_DAY
        taken.add(day)
    return frozenset(taken)


@cache
def national_calendar() -> Calendar:
    """The calendar kept with this package (`data/holidays.json`)."""
    return calendar_from(json.loads((files("chassis") / "data" / "holidays.json").read_text("utf-8")))


def calendar_from(table: Mapping[str, Any]) -> Calendar:
    """A calendar from a table of the same shape as `data/holidays.json`."""
    return Calendar(
        holidays=_annual(table["holidays"]),
        never_moved=_annual(table["never_moved"]),
        days_off=_dates([*table["kurban_ait"], *table["days_off_by_decree"]]),
        working_weekends=_dates(table["working_weekends_by_decree"]),
    )


def _next_working(day: date, calendar: Calendar) -> date:
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return day


def _annual(rows: Iterable[Mapping[str, str]]) -> frozenset[tuple[int, int]]:
    return frozenset((int(row["day"][:2]), int(row["day"][3:])) for row in rows)


def _dates(texts: Iterable[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
