"""The only reader of history: as it was, what changed, who changed it, how far a date slipped.

Two times are kept apart everywhere: `happened_at`, when it was true, and `recorded_at`, when it was written down.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from workflow.acting import day_of
from workflow.as_of import Held, replayed
from workflow.models import Case, Deadline, Entry, Professional
from workflow.records import Record

LATE_ENTRY = timedelta(days=1)
MAX = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Change:
    """One field that changed in one act: from what, to what, by whom, why, and both times."""

    field: str
    was: Any
    now: Any
    happened_at: datetime
    recorded_at: datetime
    by: Professional | None
    reason: str


@dataclass(frozen=True)
class Move:
    """A due date moved: from when, to when, who, why, on which day; `later` when it slipped."""

    deadline_id: int
    was: date
    now: date
    moved_at: datetime
    by: Professional | None
    reason: str
    recorded_at: datetime
    line: Any = None

    @property
    def role(self) -> str:
        """The role in which it was moved."""
        return str(self.line.history_role)

    @property
    def act(self) -> str:
        """The act that moved it."""
        entry = self.line.history_entry
        return str(entry.act) if entry else ""

    @property
    def on(self) -> date:
        """The day of the move in London."""
        return day_of(self.moved_at)

    @property
    def later(self) -> bool:
        return self.now > self.was

    @property
    def after_it_had_passed(self) -> bool:
        """Whether the old date was already over when it was moved."""
        return self.on > self.was

    @property
    def is_late_entry(self) -> bool:
        """Whether it was written down more than a day after it was true."""
        return self.recorded_at - self.moved_at > LATE_ENTRY

    def counts(self, at: datetime, known_by: datetime | None = None) -> bool:
        """Whether it was true at `at`, and written down by `known_by`."""
        return self.moved_at <= at and (known_by is None or self.recorded_at <= known_by)


@dataclass(frozen=True)
class Course:
    """How the date of one thing owed went: where it began, every move, where it stands in `last`, its latest row."""

    last: Any
    moves: list[Move]

    @property
    def key(self) -> str:
        return f"{self.last.code}:{self.last.subject}"

    @property
    def first(self) -> date:
        first_due: date = self.last.first_due_on
        return first_due

    @property
    def now(self) -> date:
        due: date = self.last.due_on
        return due

    @property
    def has_moved(self) -> bool:
        return bool(self.moves)

    @property
    def owner(self) -> Any:
        return self.last.owner_professional or self.last.owner_family_member


@dataclass
class DeadlineChanges:
    """What some acts did to deadlines."""

    opened: list[Any] = field(default_factory=list)
    met: list[Any] = field(default_factory=list)
    moved: list[tuple[Any, date]] = field(default_factory=list)
    waived: list[Any] = field(default_factory=list)


def as_it_was(record: Record, at: datetime, known_by: datetime | None = None) -> Held | None:
    """The record as it stood at that moment, as far as was written down by `known_by`; None before it existed."""
    return replayed(list(rows_of(record)), at, known_by)


def rows_of(record: Record) -> Any:
    """Every row of the record's history, in the order of its changes.

    By version and not by moment: what a late night does is dated five past midnight, before what people did that day.
    """
    return record.history.order_by("version")


def changes(record: Record) -> list[Change]:
    """Every field that ever changed, oldest first, with who, why and when. The first row is the record's beginning."""
    rows = rows_of(record).select_related("history_by")
    return [change for before, after in pairwise(rows) for change in _between(before, after)]


def _between(before: Any, after: Any) -> Iterator[Change]:
    """The fields in which two rows of one record differ."""
    for name in after.tracked_fields:
        was, now = getattr(before, name.attname), getattr(after, name.attname)
        if was != now and name.name != "version":
            yield Change(
                name.name,
                was,
                now,
                after.history_date,
                after.recorded_at,
                after.history_by,
                after.history_change_reason or "",
            )


@dataclass(frozen=True)
class Since:
    """One record that began or changed since a moment: its latest row, whether it is new, and what changed."""

    now: Any
    is_new: bool
    changes: list[Change]


def since(rows: Any, moment: datetime) -> list[Since]:
    """Which of the records behind these rows of history began or changed from that moment on: one statement."""
    found = []
    in_order = rows.order_by("id", "version").select_related("history_by")
    for _, group in groupby(in_order, key=lambda row: row.id):
        mine = list(group)
        is_new = mine[0].history_date >= moment
        changed = [
            change
            for before, after in pairwise(mine)
            if after.history_date >= moment
            for change in _between(before, after)
        ]
        if is_new or changed:
            found.append(Since(mine[-1], is_new, changed))
    return found


def timeline(case: Case, *, until: datetime | None = None) -> Sequence[Entry]:
    """The accepted acts of a case in the order they were done, up to a moment if one is given."""
    done = Entry.objects.filter(case=case, outcome=Entry.Outcome.DONE).select_related("by__agency")
    return list(done.filter(happened_at__lte=until) if until else done)


def is_late_entry(entry: Entry) -> bool:
    """Whether it was written down more than a day after it happened."""
    return entry.recorded_at - entry.happened_at > LATE_ENTRY


def is_late_line(line: Any) -> bool:
    """Whether a line of history was written down more than a day after it was true."""
    late: bool = line.recorded_at - line.history_date > LATE_ENTRY
    return late


def deadline_rows(case: Case, code: str, subject: str) -> Any:
    """Every row of history under one deadline key, oldest first."""
    found = Deadline.history.filter(case=case, code=code, subject=subject)
    beside = ("history_by__agency", "history_entry", "agency", "owner_professional", "owner_family_member")
    return found.order_by("id", "version").select_related(*beside)


def due_dates(case: Case, code: str, subject: str) -> list[date]:
    """Every date that has been due under this key, in order, each once in a row."""
    return [due for due, _ in groupby(row.due_on for row in deadline_rows(case, code, subject))]


def moves(case: Case, code: str, subject: str) -> list[Move]:
    """Every time the date under this key was moved. Being owed again after it was met is not a move."""
    return moves_in(deadline_rows(case, code, subject))


def moves_in(rows: Iterable[Any]) -> list[Move]:
    """The moves these lines of deadlines' history tell of, each beginning where the one before left it."""
    return [
        Move(
            after.id,
            before.due_on,
            after.due_on,
            after.history_date,
            after.history_by,
            after.moved_because,
            after.recorded_at,
            after,
        )
        for before, after in pairwise(rows)
        if before.id == after.id and before.due_on != after.due_on
    ]


def owners_in(rows: Sequence[Any]) -> list[Any]:
    """Of the lines under one key, oldest first, those with which its owner changed; the first begins it."""
    return [*rows[:1], *(after for before, after in pairwise(rows) if _owner(before) != _owner(after))]


def _owner(row: Any) -> tuple[int | None, int | None]:
    return row.owner_professional_id, row.owner_family_member_id


def courses(
    cases: Iterable[Case | int],
    *,
    code: str = "",
    until: datetime | None = None,
    known_by: datetime | None = None,
    apart: bool = False,
) -> dict[int, list[Course]]:
    """How every date of these cases went (of one kind, if `code` is given): one statement.

    As it stood at `until`, as far as was written down by `known_by`. What is owed again under the same key goes on
    the same course, unless each is to stand `apart`. By case; in each, in the order in which things came to be owed.
    """
    rows = Deadline.history.filter(case__in=list(cases))
    if code:
        rows = rows.filter(code=code)
    rows = rows.select_related("history_by__agency", "agency", "owner_professional", "owner_family_member")
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows.order_by("id", "version"):
        found.setdefault((row.case_id, row.code, row.subject, row.id if apart else None), []).append(row)
    by_case: dict[int, list[Course]] = {}
    for (case_id, *_), course in found.items():
        last = course[-1] if until is None and known_by is None else _last_of(course, until or MAX, known_by)
        if last is not None:
            moves = [move for move in moves_in(course) if move.counts(until or MAX, known_by)]
            by_case.setdefault(case_id, []).append(Course(last, moves))
    return by_case


def _last_of(course: Sequence[Any], at: datetime, known_by: datetime | None) -> Held | None:
    """The newest of what has been owed under one key by then, as it stood."""
    owed = (replayed(list(rows), at, known_by) for _, rows in groupby(course, key=lambda row: row.id))
    return next((one for one in reversed(list(owed)) if one is not None), None)


def _beside_what_was(rows: Any) -> Any:
    """Each row of a deadline's history with `was_due` and `was_state`: how it stood before, None when it began."""
    before = Deadline.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    return rows.annotate(
        was_due=Subquery(before.values("due_on")[:1]), was_state=Subquery(before.values("state")[:1])
    ).order_by("history_id")


def what_they_did(entries: Iterable[Entry]) -> dict[int, list[Any]]:
    """What these acts did to deadlines, by entry: history rows that know `was_due` and `was_state`. One statement."""
    by_entry: dict[int, list[Any]] = {}
    for row in _beside_what_was(Deadline.history.filter(history_entry__in=[entry.pk for entry in entries])):
        by_entry.setdefault(row.history_entry_id, []).append(row)
    return by_entry


def moved_since(cases: "QuerySet[Case]", since: datetime) -> list[Any]:
    """Dates moved from `since` on in these cases, newest first: rows that know `was_due`. One statement."""
    rows = Deadline.history.filter(case__in=cases.values("pk"), history_date__gte=since)
    moved = _beside_what_was(rows).filter(~Q(was_due=F("due_on")), was_due__isnull=False)
    return list(moved.select_related("case", "history_by").order_by("-history_date", "-history_id"))


def later_moves(case: Case, code: str, subject: str) -> int:
    """How often the date under this key was moved later."""
    return sum(move.later for move in moves(case, code, subject))


def deadline_changes(entries: Iterable[Entry]) -> DeadlineChanges:
    """What these acts did to deadlines, read from the history rows they wrote."""
    done = DeadlineChanges()
    rows = _beside_what_was(Deadline.history.filter(history_entry__in=list(entries)))
    for row in rows.select_related("owner_professional", "owner_family_member"):
        if row.was_state is None:
            done.opened.append(row)
        elif row.was_due != row.due_on:
            done.moved.append((row, row.was_due))
        if row.state == Deadline.State.MET != row.was_state:
            done.met.append(row)
        if row.state == Deadline.State.WAIVED != row.was_state:
            done.waived.append(row)
    return done
