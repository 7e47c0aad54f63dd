"""How long each agency has held what was owed in a case: working days, and how many of them past the due date.

Two duties held for one day are two days: it is the time things lay with somebody, not the time that went by. Whoever
hands something over stops holding it that day. A blocked action is still held by its owner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any

from workflow.acting import day_of
from workflow.models import Case, Deadline
from workflow.working_days import Calendar, working_days_between


@dataclass
class Held:
    """What lay with one agency: how many things, for how many working days, and how many of those it was late."""

    agency: str
    things: int = 0
    days: int = 0
    late: int = 0

    @property
    def on_average(self) -> int:
        return round(self.days / self.things) if self.things else 0


def time_held(case: Case, *, at: datetime, days: Calendar) -> list[Held]:
    """By agency, the longest first, as the record stood at a moment. One statement."""
    rows = Deadline.history.filter(case=case, history_date__lte=at).select_related("agency")
    found: dict[str, Held] = {}
    for _, lines in groupby(rows.order_by("id", "version"), key=lambda row: row.id):
        _count(found, list(lines), day_of(at), days)
    return sorted(found.values(), key=lambda one: (-one.days, one.agency))


def _count(found: dict[str, Held], lines: Sequence[Any], today: date, days: Calendar) -> None:
    holders = set()
    for line, until in _stretches(lines, today):
        held = found.setdefault(line.agency.name, Held(line.agency.name))
        since = day_of(line.history_date)
        held.days += working_days_between(since, until, days)
        held.late += working_days_between(max(since, line.due_on), until, days)
        holders.add(line.agency.name)
    for agency in holders:
        found[agency].things += 1


def _stretches(lines: Sequence[Any], today: date) -> Iterable[tuple[Any, date]]:
    """Each line under which it was pending, and the day that line ended."""
    for line, after in pairwise([*lines, None]):
        if line.state == Deadline.State.PENDING:
            yield line, day_of(after.history_date) if after is not None else today
