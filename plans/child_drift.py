"""How far the plan of one child has drifted by any day: its rating with the reasons, its dates, its meetings.

There is no secret score, and only history is read. Each measure with its rows is in `plans.measures`. Source: learning
from reviews ("seven conferences and over thirty core groups, no clear plan").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from statistics import median
from typing import Any

from django.db.models import OuterRef, Subquery

from plans import drift
from plans.as_it_stood import PlanHistory
from plans.flags import about_in_words, flag_in_words, heard_since
from plans.models import Action, Flag, PlanMeeting
from workflow import history
from workflow.acting import day_of
from workflow.as_of import Held, as_they_were, end_of, in_order
from workflow.as_of import counts as is_counted
from workflow.models import AgencyPart, Child
from workflow.working_days import Calendar, whole_months_between, working_days_between


@dataclass(frozen=True)
class Reason:
    """A flag that stood: what it means, its facts as they were told, and since when."""

    code: str
    about: str
    facts: str
    since: date
    until: date | None = None

    @property
    def words(self) -> str:
        return flag_in_words(self.code)

    @property
    def whom(self) -> str:
        """Whom or what it is about."""
        return about_in_words(self.about)


class ChildHistory(PlanHistory):
    """The plan, and the flags of its case, each with when the agency it is about was last heard from."""

    def __init__(self, child: Child, calendar: Calendar) -> None:
        super().__init__(child, also_owed=("supervision", "core_group"))
        self.calendar = calendar
        past: Any = Flag.history
        heard = AgencyPart.objects.filter(case=child.case_id, agency__key=OuterRef("about")).values("last_heard_at")
        self.flags = in_order(past.filter(case=child.case_id).annotate(last_heard_at=Subquery(heard[:1])))

    def on(self, day: date, known_by: datetime | None = None) -> "Drift | None":
        """The drift of the latest plan at the end of a day; None when there was no plan."""
        plans = as_they_were(self.plans, end_of(day), known_by)
        return Drift(self, plans[-1], day, known_by) if plans else None


class Drift:
    """The drift of one plan at the end of one day."""

    def __init__(self, kept: ChildHistory, plan: Held, day: date, known_by: datetime | None) -> None:
        self.kept, self.plan, self.day, self.known_by = kept, plan, day, known_by
        self.at, self.until = end_of(day), plan.ended_on or day
        self.meetings = [one for one in self.as_held(kept.meetings) if one.plan_id == plan.id]
        self.actions = self.as_held(kept.actions)
        self.owed = {(row.code, row.subject): row for row in self.as_held(kept.dates)}

    def as_held(self, found: list[list[Any]]) -> list[Held]:
        return as_they_were(found, self.at, self.known_by)

    def counts(self, line: Any) -> bool:
        return is_counted(line, self.at, self.known_by)

    # The rating

    @property
    def reasons(self) -> list[Reason]:
        """The flags that touched the child and stood at the end of the day, with their facts as they were then."""
        return [reason for reason in self._flags() if reason.until is None or reason.until > self.day]

    @property
    def earlier(self) -> list[Reason]:
        """The flags that had stood before and were cleared."""
        return [reason for reason in self._flags() if reason.until is not None and reason.until <= self.day]

    def _flags(self) -> Iterator[Reason]:
        actions = {action.key for action in self.actions}
        members = {one.agency.key for one in self.as_held(self.kept.members) if one.left_on is None}
        since = self.plan.loaded_on or self.plan.started_on
        for rows in self.kept.flags:
            for flag in as_they_were([rows], self.at, self.known_by):
                if flag.raised_on < since or not drift.touches(flag, self.kept.child, actions, members):
                    continue
                yield Reason(flag.code, flag.about, flag.facts, flag.raised_on, self._cleared(flag, rows[-1]))

    def _cleared(self, flag: Held, last: Any) -> date | None:
        """When it stopped standing: a silence ends when it is broken, which is written down the night after."""
        if flag.code != "AGENCY_SILENT" or flag.cleared_on:
            cleared: date | None = flag.cleared_on
            return cleared
        if last.cleared_on and last.cleared_on <= self.day and not self.known_by:
            return last.cleared_on
        heard = last.last_heard_at
        return day_of(heard) if heard and heard <= self.at and heard_since(flag, heard) else None

    @property
    def rating(self) -> str:
        """red, amber or green: what these reasons give and nothing else."""
        return drift.rate(self.reasons, self.later_moves)

    # Dates

    def moves(self, key: str) -> list[history.Move]:
        """The moves of an action's date up to then."""
        rows = [row for of_one in self.lines_of(key) for row in of_one]
        return [move for move in history.moves_in(rows) if move.counts(self.at, self.known_by)]

    def later_moves(self, key: str) -> int:
        return sum(move.later for move in self.moves(key))

    def lines_of(self, key: str) -> list[list[Any]]:
        return [rows for rows in self.kept.dates if (rows[0].code, rows[0].subject) == ("action", key)]

    def slipped(self, action: Held) -> int:
        """Working days from the first date to the day it was done, or to the day asked about; 0 if not past it."""
        owed = self.owed[("action", action.key)]
        return working_days_between(owed.first_due_on, owed.met_on or self.until, self.kept.calendar)

    @property
    def counted(self) -> list[Held]:
        """The actions that count for slippage: all that were not cancelled."""
        return [action for action in self.actions if action.state != Action.State.CANCELLED]

    @property
    def slippage(self) -> drift.PlanSlippage:
        days = [self.slipped(action) for action in self.counted] or [0]
        return drift.PlanSlippage(sum(days), median(days), max(days))

    @property
    def overdue(self) -> list[Held]:
        """Actions open at the end of the day and due before it."""
        return [one for one in self.actions if one.state in Action.OPEN and self._due(one) < self.day]

    def _due(self, action: Held) -> date:
        due: date = self.owed[("action", action.key)].due_on
        return due

    # Meetings

    @property
    def improved(self) -> int:
        return drift.improved(self.meetings)

    @property
    def held(self) -> tuple[int, int]:
        """Conferences and core groups that had looked at the plan."""
        conferences = sum(meeting.kind == PlanMeeting.Kind.CONFERENCE for meeting in self.meetings)
        return conferences, len(self.meetings) - conferences

    @property
    def still(self) -> int:
        """Plan meetings in a row, up to the last, at which no best score was beaten."""
        return sum(1 for _ in takewhile(lambda one: not one.beat_a_best_score, reversed(self.meetings)))

    @property
    def line(self) -> str:
        """7 + 33 meetings, 0 outcomes improved."""
        conferences, core_groups = self.held
        improved = self.improved
        return f"{conferences} + {core_groups} meetings, {improved} outcome{'' if improved == 1 else 's'} improved"

    @property
    def months(self) -> int:
        """Whole calendar months from the original start, wherever that was."""
        return whole_months_between(self.plan.original_started_on, self.until)


# The trend


@dataclass(frozen=True)
class Standing:
    """How a plan stood at one conference, or now."""

    title: str
    on: date
    rating: str
    slipped: int
    later_dates: int
    overdue: int
    improved: int


def trend(kept: ChildHistory, moments: Iterable[Any], known_by: datetime | None = None) -> list[Standing]:
    """How the plan stood at the end of each of these days."""
    found = []
    for moment in moments:
        seen = kept.on(moment.on, known_by)
        if seen is not None:
            later = sum(seen.later_moves(action.key) for action in seen.actions)
            found.append(
                Standing(
                    moment.title, moment.on, seen.rating, seen.slippage.sum, later, len(seen.overdue), seen.improved
                )
            )
    return found
