"""When a referral is due and when somebody must look at it: working days, in Kazakhstan's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from chassis.workdays import Calendar, add_working_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`default_days` holds where the catalogue names no term; all days are working days."""

    zone: ZoneInfo
    calendar: Calendar
    default_days: int
    repeat_days: int  # between one escalation of an overdue referral and the next
    day_begins: time

    def due_on(self, today: date, days: int | None) -> date:
        return add_working_days(today, days or self.default_days, self.calendar)

    def looked_at(self, due_on: date) -> datetime:
        """The beginning of the working day after the term's last."""
        return self._begins(add_working_days(due_on, 1, self.calendar))

    def looked_at_again(self, today: date) -> datetime:
        return self._begins(add_working_days(today, self.repeat_days, self.calendar))

    def day_of(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, self.day_begins, self.zone)
