"""Working days, months and bank holidays: pure functions over a calendar, no Django, no clock.

A working day is Monday to Friday and not a bank holiday in England, nor a day proclaimed or closed locally
(Working Together; children in need census guide). The day a count starts from is day 0 and is not counted.
A year the calendar does not cover is refused, never guessed: a missing holiday is a wrong date in someone's life.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import holidays

from workflow.errors import CalendarMissingYear

ONE_DAY = timedelta(days=1)
COVERED_YEARS = range(2025, 2030)


@dataclass(frozen=True)
class Calendar:
    """Which days are holidays, by name, and in which years that is known."""

    name: str
    years: range
    holidays: Mapping[date, str] = field(default_factory=dict)

    def with_days(self, days: Mapping[date, str]) -> "Calendar":
        """The same calendar with proclaimed or local days added."""
        return replace(self, holidays={**self.holidays, **days})

    def holiday(self, day: date) -> str | None:
        """The name of the holiday on `day`, or None. Raises CalendarMissingYear outside the years covered."""
        if day.year not in self.years:
            raise CalendarMissingYear(about=[str(day.year)])
        return self.holidays.get(day)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and no holiday. Raises CalendarMissingYear outside the years covered."""
        return self.holiday(day) is None and day.weekday() < 5


@cache
def england_and_wales(years: range = COVERED_YEARS) -> Calendar:
    """The bank holidays of England and Wales, computed offline, weekend substitutes included."""
    computed = holidays.country_holidays("GB", subdiv="ENG", years=list(years), observed=True)
    return Calendar(
        "England and Wales", years, {day: name for day, name in sorted(computed.items()) if day.weekday() < 5}
    )


def add_working_days(start: date, days: int, calendar: Calendar | None = None) -> date:
    """The working day `days` working days after `start`, or before it when `days` is negative.

    `start` itself is not counted, whether or not it is a working day; 0 is `start` itself.
    Raises CalendarMissingYear when the count leaves the years of the calendar.
    """
    calendar = calendar or england_and_wales()
    step = ONE_DAY if days > 0 else -ONE_DAY
    day, left = start, abs(days)
    if not left:
        calendar.is_working_day(day)
    while left:
        day += step
        left -= calendar.is_working_day(day)
    return day


def working_days_between(start: date, end: date, calendar: Calendar | None = None) -> int:
    """How many working days lie after `start`, up to and including `end`; 0 when `end` is not later.

    Raises CalendarMissingYear when the days between leave the years of the calendar.
    """
    calendar = calendar or england_and_wales()
    return sum(calendar.is_working_day(day) for day in days_after(start, end))


def days_after(start: date, end: date) -> Iterator[date]:
    """Every calendar day after `start` up to and including `end`."""
    return (start + timedelta(days=n) for n in range(1, (end - start).days + 1))


def latest_start_reaching(today: date, days: int, calendar: Calendar | None = None) -> date:
    """The latest day from which `days` working days have passed by `today`: `add_working_days` asked backwards.

    Every day up to the answer, and none after it, satisfies `add_working_days(day, days) <= today`.
    """
    calendar = calendar or england_and_wales()
    if not days:
        return today
    last_counted = today if calendar.is_working_day(today) else add_working_days(today, -1, calendar)
    return add_working_days(last_counted, 1 - days, calendar) - ONE_DAY


def add_months(start: date, months: int) -> date:
    """The same day of the month `months` calendar months later (earlier when negative), or that month's last day.

    The corresponding date rule of common law; never rolled to a working day.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def whole_months_between(start: date, end: date) -> int:
    """Whole calendar months from `start` to `end`, 0 when `end` is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(0, months - (add_months(start, months) > end))


def book_by(due: date, calendar: Calendar | None = None) -> date:
    """The last working day on or before `due`: a limit in months may fall on a Sunday, a conference may not."""
    calendar = calendar or england_and_wales()
    return due if calendar.is_working_day(due) else add_working_days(due, -1, calendar)
