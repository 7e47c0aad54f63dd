"""How late a deadline is, how far it has slipped from its first date, and how to say so. Counted in working days."""

from datetime import date

from workflow.explained import long_day
from workflow.models import Deadline
from workflow.policy import calendar
from workflow.working_days import Calendar, working_days_between


def late_by(deadline: Deadline, on: date, days: Calendar | None = None) -> int:
    """Working days after the due date up to and including `on`, or the day it was met; on a weekend it may be 0."""
    return working_days_between(deadline.due_on, deadline.met_on or on, days or calendar())


def slippage(deadline: Deadline, on: date, days: Calendar | None = None) -> int:
    """Working days from the first due date (not counted) to the day it was met, or to `on`; 0 if not past it."""
    return working_days_between(deadline.first_due_on, deadline.met_on or on, days or calendar())


def lateness(deadline: Deadline, on: date, days: Calendar | None = None) -> str:
    """How late it is on that day, or how soon it is due, in words and working days."""
    days = days or calendar()
    if deadline.is_overdue(on):
        late = late_by(deadline, on, days)
        return f"{_working_days(late)} late" if late else "late, with no working day since"
    if not deadline.is_pending:
        return deadline.get_state_display().lower()
    if deadline.stopped_since is not None:
        return f"clock stopped since {long_day(deadline.stopped_since)}, due {long_day(deadline.due_on)} at the latest"
    left = working_days_between(on, deadline.due_on, days)
    if deadline.due_on == on:
        return "due today"
    return f"due in {_working_days(left)}" if left else "due before the next working day"


def _working_days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"
