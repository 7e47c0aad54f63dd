"""How due dates have moved in one case: the lines of the chart, the rows of the table, the sentence over both."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from plans import new_dates
from plans.models import AskedDate
from workflow import history
from workflow.history import Course, Move
from workflow.models import Case, Deadline
from workflow.policy import calendar
from workflow.working_days import Calendar, working_days_between

ACTION = "action"
NEAR = timedelta(days=3)
DRAWN_WIDE, MARGIN = 400, 10


@dataclass(frozen=True)
class Wanted:
    """Which dates are asked about: of actions or duties, of one agency, only moved later, only moved near a review."""

    duties: bool = False
    agency: str = ""
    only_later: bool = False
    near_review: bool = False

    @property
    def noun(self) -> tuple[str, str]:
        return ("duty", "duties") if self.duties else ("action", "actions")


@dataclass(frozen=True)
class Line:
    """One thing owed: where it began, where it stands, in words and across a drawing."""

    course: Course
    working_days: int
    circle: int
    diamond: int
    meetings: list[int]
    near: dict[date, date]
    asked: dict[Move, AskedDate] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return str(Deadline.State(self.course.last.state).label)

    @property
    def finding(self) -> str:
        """What the drawing shows."""
        times = len(self.course.moves)
        if not times:
            return f"Due {_day(self.course.now)}; never moved."
        return (
            f"First due {_day(self.course.first)}, now {_day(self.course.now)}: moved {times} "
            f"time{'' if times == 1 else 's'}, {_signed(self.working_days)}."
        )

    @property
    def by_how_much(self) -> str:
        return _signed(self.working_days) if self.course.has_moved else "not moved"

    @property
    def moves(self) -> list[tuple[Move, AskedDate | None, date | None]]:
        """Each move, what was asked for behind it, and the day of the review it was made within three days of."""
        return [(move, self.asked.get(move), self.near.get(move.on)) for move in self.course.moves]


@dataclass(frozen=True)
class Found:
    """Everything the page says, as the record stood at one moment."""

    lines: list[Line] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    noun: tuple[str, str] = ("action", "actions")
    unmoved: int = 0

    @property
    def moved(self) -> list[Line]:
        return [line for line in self.lines if line.course.has_moved]

    @property
    def sentence(self) -> str:
        """The finding, first thing on the page."""
        one, many = self.noun
        owed = len(self.lines) + self.unmoved
        if not owed:
            return f"No {one} had a date."
        moves = [move for line in self.lines for move in line.course.moves]
        if not moves:
            return f"{owed} {one if owed == 1 else many}; no date has moved."
        later = sum(line.working_days for line in self.lines if line.working_days > 0)
        slipped = sum(line.working_days > 0 for line in self.lines)
        reasons = sum(bool(move.reason.strip()) for move in moves)
        passed = sum(move.after_it_had_passed for move in moves)
        return (
            f"{slipped} {one if slipped == 1 else many} of {owed} slipped {_count(later, 'working day')} in total; "
            f"{_count(len(moves), 'move')}; {reasons} with a reason; {passed} recorded after the date had passed."
        )


def found(
    case: Case,
    wanted: Wanted,
    *,
    at: datetime,
    known_by: datetime | None = None,
    meetings: Sequence[date] = (),
    reviews: Sequence[date] = (),
) -> Found:
    """The dates asked about, as they stood at `at`, the furthest slipped first. `meetings` and `reviews` are days.

    A duty is owed again and again, so that each time stands for itself; those that never moved are only counted.
    """
    all_of_them = _courses(case, wanted, at, known_by)
    courses = [course for course in all_of_them if course.has_moved] if wanted.duties else all_of_them
    near = near_a_review(courses, reviews)
    courses = [course for course in courses if _is_wanted(course, wanted, near)]
    unmoved = 0 if wanted.only_later or wanted.near_review else len(all_of_them) - len(courses)
    if not courses:
        return Found(noun=wanted.noun, unmoved=unmoved)
    ends = [day for course in courses for day in (course.first, course.now)]
    first, last = min([*ends, *meetings]), max([*ends, *meetings])
    place, days = _places(first, last), calendar()
    asked = new_dates.behind(case, [move for course in courses for move in course.moves])
    marks = sorted({place(day) for day in meetings})
    lines = [
        Line(course, days_moved(course, days), place(course.first), place(course.now), marks, near, asked)
        for course in courses
    ]
    return Found(sorted(lines, key=lambda line: -line.working_days), first, last, wanted.noun, unmoved)


def _courses(case: Case, wanted: Wanted, at: datetime, known_by: datetime | None) -> list[Course]:
    code = "" if wanted.duties else ACTION
    found = history.courses([case.pk], code=code, until=at, known_by=known_by, apart=wanted.duties).get(case.pk, [])
    return [
        course
        for course in found
        if (course.last.code != ACTION or not wanted.duties)
        and (not wanted.agency or course.last.agency.key == wanted.agency)
    ]


def _is_wanted(course: Course, wanted: Wanted, near: dict[date, date]) -> bool:
    later = not wanted.only_later or any(move.later for move in course.moves)
    return later and (not wanted.near_review or any(move.on in near for move in course.moves))


def near_a_review(courses: Iterable[Course], reviews: Sequence[date]) -> dict[date, date]:
    """The days of moves that lie within three calendar days of a review, each with the day of the nearest review."""
    moved_on = {move.on for course in courses for move in course.moves}
    nearest = {day: min(reviews, key=lambda review: abs(review - day)) for day in moved_on} if reviews else {}
    return {day: review for day, review in nearest.items() if abs(review - day) <= NEAR}


def _places(first: date, last: date) -> Callable[[date], int]:
    """Where a day stands across the drawing."""
    width = max((last - first).days, 1)
    return lambda day: MARGIN + (DRAWN_WIDE - 2 * MARGIN) * (day - first).days // width


def days_moved(course: Course, days: Calendar) -> int:
    """Working days from the first date to the present one; below nought when it came forward."""
    if course.now >= course.first:
        return working_days_between(course.first, course.now, days)
    return -working_days_between(course.now, course.first, days)


def agencies_of(case: Case) -> list[Any]:
    """The agencies that have had anything to do in the case, for a choice."""
    return [part.agency for part in case.agency_parts.select_related("agency").order_by("agency__name")]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _signed(working_days: int) -> str:
    return f"{_count(abs(working_days), 'working day')} {'later' if working_days >= 0 else 'earlier'}"


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
