"""Records as they stood at a moment: their history replayed up to it. `workflow.history` says what changed.

A line of history keeps its record whole, as the database had it then. A line written late is true earlier than those
before it, and still carries what they changed. So a line counts only for what it changed itself: the lines that were
true by the moment, and written down by another if one is given, are laid one over the other in the order they were
written. That is what doing the same things again up to that moment would give.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any, TypeAlias

from workflow.acting import LONDON
from workflow.records import Record

Lines: TypeAlias = list[list[Any]]


class Held:
    """A record as it stood. It has the record's fields, each read from the line of history that gave it its value."""

    def __init__(self, given_by: dict[str, Any]) -> None:
        self.given_by = given_by

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self.__dict__["given_by"][name], name)
        except KeyError:
            raise AttributeError(name) from None

    @property
    def newest(self) -> Any:
        """The line of history that changed it last."""
        return max(self.given_by.values(), key=attrgetter("version"))


def end_of(day: date) -> datetime:
    """The last moment of a day in London: what was done that day counts."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON) - timedelta(microseconds=1)


def lines(kind: type[Record], *related: str, **which: Any) -> Lines:
    """The whole history of these records, a list for each, oldest first, with `related` beside it: one statement."""
    rows: Any = kind.history.filter(**which)
    return in_order(rows.select_related("history_by__agency", *related))


def in_order(rows: Any) -> Lines:
    """Lines of history, a list for each record, oldest first."""
    return [list(of_one) for _, of_one in groupby(rows.order_by("id", "version"), key=attrgetter("id"))]


def as_they_were(found: Lines, at: datetime, known_by: datetime | None = None) -> list[Held]:
    """Those of the records that existed at that moment, as they stood; as far as was written down by `known_by`."""
    held = (replayed(rows, at, known_by) for rows in found)
    return [one for one in held if one is not None]


def replayed(rows: Sequence[Any], at: datetime, known_by: datetime | None = None) -> Held | None:
    """One record as it stood, from its whole history, oldest first; None before it began."""
    if not rows or not counts(rows[0], at, known_by):
        return None
    fields = rows[0].tracked_fields
    given = {name: rows[0] for field in fields for name in (field.name, field.attname)}
    for before, after in pairwise(rows):
        if counts(after, at, known_by):
            given |= dict.fromkeys(changed(before, after, fields), after)
    return Held(given)


def changed(before: Any, after: Any, fields: Iterable[Any]) -> Iterable[str]:
    """The names of the fields in which a line differs from the one before it."""
    for field in fields:
        if getattr(before, field.attname) != getattr(after, field.attname):
            yield from (field.name, field.attname)


def counts(line: Any, at: datetime, known_by: datetime | None = None) -> bool:
    """Whether what a line says was true at `at`, and written down by `known_by`."""
    return line.history_date <= at and (known_by is None or line.recorded_at <= known_by)
