"""Ages and anniversaries in whole years."""

from datetime import date


def age_on(day: date, *, born: date) -> int:
    """Full years of age on `day`; born on 29 February, a year older on 1 March of common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def years_before(day: date, years: int) -> date:
    """The same date so many years earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
