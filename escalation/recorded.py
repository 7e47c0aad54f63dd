"""The nights as they were: every duty, its dates, who held which post, the rules and the calendar each night knew.

Read once from history, so that `escalation.what_if` can play the nights again without asking anything. What a night saw
is what had been done on the days before it: a sweep comes before the events of its day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any

from escalation.ladder import Ladder
from escalation.models import SweepRun
from workflow.acting import day_of
from workflow.models import Agency, Case, Cover, Deadline, Holiday, PolicyVersion, Professional
from workflow.policy import policy_of
from workflow.timescales import ENGLAND_DEFAULT, Policy
from workflow.working_days import Calendar, england_and_wales

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """How a duty stood from one change of it to the next: since the day of that change, until the day of the next."""

    row: Any
    since: date
    until: date | None

    @property
    def is_pending(self) -> bool:
        return bool(self.row.state == Deadline.State.PENDING)


@dataclass(frozen=True)
class Course:
    """One duty from when it was opened, in the order of its changes."""

    lines: tuple[Line, ...]

    @property
    def deadline_id(self) -> int:
        return int(self.lines[0].row.id)

    @property
    def case_id(self) -> int:
        return int(self.lines[0].row.case_id)

    @property
    def title(self) -> str:
        return str(self.lines[-1].row.title)


@dataclass(frozen=True)
class Rules:
    """The policy and the calendar that the nights from `first` on knew, until the next."""

    first: date
    policy: Policy
    calendar: Calendar


@dataclass(frozen=True)
class Post:
    """A person as they stood from a day on: the role, the agency and the day of leaving that were known."""

    since: date
    person: Professional


@dataclass
class People:
    """Who was in which post, by what was known on the day before a night. In the order of the partnership's list."""

    known: Mapping[int, Sequence[Post]]
    covers: Sequence[tuple[date, Cover]]

    def one(self, pk: int | None, on: date) -> Professional | None:
        """The person as the night of that day knew them."""
        if pk is None:
            return None
        posts = self.known[pk]
        return posts[max(bisect_left(posts, on, key=attrgetter("since")) - 1, 0)].person

    def holders(self, on: date) -> list[Professional]:
        """Everybody there was, as the night of that day knew them, in the order of the partnership's list."""
        known = [self.one(pk, on) for pk, posts in sorted(self.known.items()) if posts[0].since < on]
        return [person for person in known if person is not None]

    def covers_on(self, on: date) -> list[Cover]:
        """Every cover that had been named by then."""
        found = []
        for named, cover in self.covers:
            person = self.one(cover.cover_id, on)
            if named < on and person is not None:
                known = Cover(covered_id=cover.covered_id, from_on=cover.from_on, until_on=cover.until_on)
                known.cover = person
                found.append(known)
        return found


@dataclass
class Recorded:
    """Everything the nights knew. Nothing here asks the database once it is made."""

    nights: Sequence[date]
    rules: Sequence[Rules]
    policies: Mapping[str, Policy]
    people: People
    agencies: Mapping[int, Agency]
    cases: Mapping[int, Sequence[tuple[date, Any]]]
    courses: Sequence[Course]
    ladders: dict[date, Ladder] = field(default_factory=dict)

    def ladder_on(self, night: date) -> Ladder:
        """The ladder as it stood one night, asked of the posts as they were known then."""
        if night not in self.ladders:
            self.ladders[night] = Ladder(night, self.people.covers_on(night), self.people.holders(night))
        return self.ladders[night]

    def case_on(self, pk: int, night: date) -> Case:
        """The case with those who held its roles that night."""
        rows = self.cases[pk]
        row = rows[max(bisect_left(rows, night, key=lambda one: one[0]) - 1, 0)][1]
        case = Case(pk=pk, reference=row.reference)
        for role in Case.ROLES:
            setattr(case, role, self.people.one(getattr(row, f"{role}_id"), night))
        return case

    def calendar_on(self, day: date) -> Calendar:
        """The calendar that was known by the end of that day."""
        return self.rules[max(bisect_right(self.rules, day + ONE_DAY, key=attrgetter("first")) - 1, 0)].calendar

    @cached_property
    def case_of(self) -> dict[int, int]:
        """The case of each duty."""
        return {course.deadline_id: course.case_id for course in self.courses}

    @cached_property
    def references(self) -> dict[int, str]:
        return {pk: rows[-1][1].reference for pk, rows in self.cases.items()}


def recorded(cases: Iterable[int] | Any) -> Recorded:
    """Reads the nights of these cases: a fixed number of statements, however many."""
    agencies = {one.pk: one for one in Agency.objects.all()}
    versions = _versions()
    duties = Deadline.history.filter(case__in=cases).order_by("id", "version")
    return Recorded(
        nights=list(SweepRun.objects.exclude(finished_at=None).order_by("day").values_list("day", flat=True)),
        rules=_rules(versions),
        policies={policy.version: policy for _, policy in versions} | {ENGLAND_DEFAULT.version: ENGLAND_DEFAULT},
        people=_people(agencies),
        agencies=agencies,
        cases={
            pk: [(day_of(row.history_date), row) for row in rows]
            for pk, rows in _by_record(Case.history.filter(id__in=cases).order_by("id", "version"))
        },
        courses=[Course(tuple(_lines(rows))) for _, rows in _by_record(duties)],
    )


def _by_record(rows: Any) -> Iterable[tuple[int, list[Any]]]:
    return ((pk, list(of_one)) for pk, of_one in groupby(rows, key=attrgetter("id")))


def _lines(rows: Sequence[Any]) -> Iterable[Line]:
    days: list[date | None] = [day_of(row.history_date) for row in rows]
    for row, since, until in zip(rows, days, [*days[1:], None], strict=True):
        assert since is not None
        yield Line(row, since, until)


def _people(agencies: Mapping[int, Agency]) -> People:
    known: dict[int, list[Post]] = {}
    for pk, rows in _by_record(Professional.history.order_by("id", "version")):
        for row in rows:
            person = Professional(pk=pk, key=row.key, name=row.name, role=row.role, left_on=row.left_on)
            person.agency = agencies[row.agency_id]
            known.setdefault(pk, []).append(Post(day_of(row.history_date), person))
    covers = [
        (day_of(rows[0].history_date), Cover(**{name: getattr(rows[-1], name) for name in COVER}))
        for _, rows in _by_record(Cover.history.order_by("id", "version"))
    ]
    return People(known, covers)


COVER = ("covered_id", "cover_id", "from_on", "until_on")


def _versions() -> list[tuple[date, Policy]]:
    """Each version of the policy, and the first night that knew it and on which it held. Versions are never edited."""
    rows = PolicyVersion.history.filter(version=1).order_by("id")
    return [(max(_known(row), row.effective_from), policy_of(row)) for row in rows]


def _rules(policies: Sequence[tuple[date, Policy]]) -> list[Rules]:
    """Each change of the policy or the calendar, from the first night that knew it."""
    holidays = [(_known(row), row.day, row.name) for row in Holiday.history.filter(version=1).order_by("id")]
    days = sorted({date.min, *(first for first, _ in policies), *(first for first, *_ in holidays)})
    found = []
    for first in days:
        policy = next((policy for known, policy in reversed(policies) if known <= first), ENGLAND_DEFAULT)
        known = {day: name for since, day, name in holidays if since <= first}
        found.append(Rules(first, policy, england_and_wales().with_days(known)))
    return found


def _known(row: Any) -> date:
    """The first night that knew what this line of history began."""
    return day_of(row.history_date) + ONE_DAY
