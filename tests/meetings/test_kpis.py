"""Key figures say their numerator and their denominator, and keep what is overdue and what never came."""

from datetime import date

import pytest

from meetings.kpis import in_time, percent
from workflow.models import Deadline


@pytest.mark.parametrize(
    ("part", "whole", "figure"),
    [(1, 3, 33.3), (2, 3, 66.7), (1, 8, 12.5), (1, 16, 6.3), (0, 5, 0.0), (5, 5, 100.0), (0, 0, None)],
)
def test_a_percentage_has_one_decimal_and_rounds_halves_up(part, whole, figure):
    assert percent(part, whole) == figure


def owed(due: date, *, first: date | None = None, met: date | None = None, why: str = "") -> Deadline:
    state = "met" if met else "waived" if why else "pending"
    return Deadline(due_on=due, first_due_on=first or due, met_on=met, why_waived=why, state=state)


def test_what_never_came_and_what_is_overdue_stay_in_the_denominator():
    due = date(2026, 9, 4)
    count = in_time(
        [
            owed(due, met=due),
            owed(due, met=date(2026, 9, 7)),
            owed(due, why="never_met"),
            owed(due),
            owed(due, why="no_longer_owed"),
            owed(date(2026, 10, 1)),
        ],
        date(2026, 9, 5),
    )
    assert count.as_figure() == {"in_time": 1, "late": 1, "never": 1, "overdue": 1, "of": 4, "pct": 25.0}


def test_held_against_the_first_date_a_moved_action_is_late():
    moved = owed(date(2026, 9, 18), first=date(2026, 9, 4), met=date(2026, 9, 18))
    assert in_time([moved], date(2026, 9, 30)).in_time == 1
    assert in_time([moved], date(2026, 9, 30), by_first_date=True).late == 1
