"""A hundred cases and what is owed in them over a year, through the same functions as everybody's."""

import random
from datetime import date, timedelta

from tests.escalation.scene import OPENED, at_noon, open_case, set_scene
from workflow import deadlines
from workflow.models import Deadline
from workflow.policy import calendar
from workflow.working_days import add_working_days

FIRST_DAY = OPENED
LAST_DAY = OPENED + timedelta(days=365)
DUTIES_IN_A_CASE = 3
# The ladder every partnership starts with, in working days after the day it was owed.
RUNGS_AFTER = (1, 5, 10, 20)


def make_cases(count: int, dice: random.Random) -> list[date]:
    """The cases, each with its duties spread over the year; the days they are owed."""
    scene = set_scene()
    owed = []
    for n in range(count):
        with at_noon(OPENED):
            case = scene.case if n == 0 else open_case(scene.people, f"CP-{1000 + n}")
            for duty in range(DUTIES_IN_A_CASE):
                due = FIRST_DAY + timedelta(days=dice.randrange(5, 350))
                deadlines.start_chosen(
                    case,
                    "action",
                    f"A{duty}",
                    due=due,
                    because="agreed",
                    owner=scene.people[dice.choice(["worker", "nurse"])],
                    title="Something owed",
                    on=OPENED,
                )
                owed.append(due)
    assert Deadline.objects.count() == len(owed)
    return owed


def alerts_owed(due_days: list[date], by: date) -> int:
    """How many rungs are owed by that day, counted without the sweep and without the ladder's own functions."""
    days = calendar()
    return sum(add_working_days(due, after, days) <= by for due in due_days for after in RUNGS_AFTER)
