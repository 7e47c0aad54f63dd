"""A length of time in one unit, and the day it leads to. Pure functions, no Django."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.working_days import Calendar, add_months, add_working_days

UNITS = {"wd": "working day", "d": "calendar day", "m": "calendar month", "h": "hour"}


@dataclass(frozen=True)
class Span:
    """A length of time in one unit: `15 wd`, `42 d`, `3 m` or `72 h`."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Reads `15 wd`. Raises ValueError with the text that could not be read."""
        found = re.fullmatch(r"(\d+) (wd|d|m|h)", text)
        if not found:
            raise ValueError(f"{text!r} is not a length of time such as '15 wd', '42 d', '3 m' or '72 h'")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    @property
    def in_words(self) -> str:
        """For a sentence: 15 working days, 1 calendar month."""
        return f"{self.amount} {UNITS[self.unit]}{'' if self.amount == 1 else 's'}"

    @property
    def in_working_days(self) -> bool:
        return self.unit == "wd"

    def after(self, day: date, calendar: Calendar, *, count_trigger: bool = False) -> date:
        """The day this span after `day`, which is not counted unless `count_trigger` and it is a working day.

        Working days count over the calendar; calendar days and months stand on any day. Hours are not dates:
        raises ValueError. Raises CalendarMissingYear beyond the calendar.
        """
        match self.unit:
            case "wd":
                counted_already = count_trigger and self.amount > 0 and calendar.is_working_day(day)
                return add_working_days(day, self.amount - counted_already, calendar)
            case "d":
                return day + timedelta(days=self.amount)
            case "m":
                return add_months(day, self.amount)
        raise ValueError(f"{self} is a limit in hours and has no due day")

    def before(self, day: date, calendar: Calendar) -> date:
        """The day this span before `day`. Same units and refusals as `after`."""
        match self.unit:
            case "wd":
                return add_working_days(day, -self.amount, calendar)
            case "d":
                return day - timedelta(days=self.amount)
            case "m":
                return add_months(day, -self.amount)
        raise ValueError(f"{self} is a limit in hours and has no due day")
