"""Attendance over time by agency: expected is the denominator, a written report is not presence.

Authority-wide figures hide what is small: a figure of fewer than five expected times is not told outside the case team,
nor one that could be worked out from it. Source: rules of small numbers in national returns.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import ExtractQuarter, ExtractYear

from meetings.kpis import counted, percent
from meetings.models import Presence
from notifications.models import Notice
from workflow.models import Agency

FEW = 5
ALERTS = {"AGENCY_ABSENT_2": "two", "AGENCY_ABSENT_3": "three"}
MONTHS = {1: "Jan to Mar", 2: "Apr to Jun", 3: "Jul to Sep", 4: "Oct to Dec"}


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a calendar year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> "Quarter | None":
        """The quarter written as 2026-2; None for anything else."""
        year, _, number = text.partition("-")
        fits = len(year) == 4 and year.isascii() and year.isdecimal() and number in ("1", "2", "3", "4")
        return cls(int(year), int(number)) if fits else None

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def in_words(self) -> str:
        return f"{MONTHS[self.number]} {self.year}"

    def keep(self, rows: "QuerySet[Any]", day: str = "held_on") -> "QuerySet[Any]":
        """The rows whose day lies in the quarter."""
        first = date(self.year, 3 * self.number - 2, 1)
        after = date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, 3 * self.number + 1, 1)
        return rows.filter(**{f"{day}__gte": first, f"{day}__lt": after})


@dataclass(frozen=True)
class Figure:
    """How often an agency was expected, and what became of it. `longest`: absences in a row, in one case."""

    expected: int = 0
    there: int = 0
    reported: int = 0
    absent: int = 0
    longest: int = 0
    is_hidden: bool = False

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(
            self.expected + other.expected,
            self.there + other.there,
            self.reported + other.reported,
            self.absent + other.absent,
            max(self.longest, other.longest),
        )

    @property
    def share(self) -> float | None:
        """There, of 100 times expected."""
        return percent(self.there, self.expected)


NOTHING = Figure()


@dataclass
class OfAgency:
    """One agency's attendance at one kind of meeting: over all time and by quarter."""

    agency: Agency
    quarters: dict[Quarter, Figure] = field(default_factory=dict)
    total: Figure = NOTHING

    def at(self, quarter: Quarter | None) -> Figure:
        return self.quarters.get(quarter, NOTHING) if quarter else self.total


def attendance(presences: "QuerySet[Presence]", *, hide_few: bool = False) -> dict[str, list[OfAgency]]:
    """By occasion, each agency with its quarters, in the order of their names: two statements, whatever the size."""
    rows = counted(
        presences.annotate(year=ExtractYear("held_on"), quarter=ExtractQuarter("held_on")),
        "occasion",
        "agency",
        "year",
        "quarter",
    )
    agencies = Agency.objects.in_bulk({row["agency"] for row in rows})
    found: dict[tuple[str, int], OfAgency] = {}
    for row in rows:
        each = found.setdefault((row["occasion"], row["agency"]), OfAgency(agencies[row["agency"]]))
        figure = Figure(*(row[name] for name in ("expected", "attended", "reported", "absent", "longest")))
        each.quarters[Quarter(row["year"], row["quarter"])] = figure
        each.total += figure
    if hide_few:
        for each in found.values():
            _hide_few(each)
    by_occasion: dict[str, list[OfAgency]] = {occasion: [] for occasion in Presence.Occasion.values}
    for (occasion, _), each in sorted(found.items(), key=lambda pair: pair[1].agency.name):
        by_occasion[occasion].append(each)
    return by_occasion


def _hide_few(each: OfAgency) -> None:
    """Hides small figures, and where only one quarter would be hidden the next smallest too: a sum tells a gap."""
    if each.total.expected < FEW:
        each.total = replace(each.total, is_hidden=True)
        each.quarters = {quarter: replace(figure, is_hidden=True) for quarter, figure in each.quarters.items()}
        return
    by_size = sorted(each.quarters, key=lambda quarter: (each.quarters[quarter].expected, quarter))
    small = [quarter for quarter in by_size if each.quarters[quarter].expected < FEW]
    hidden = by_size[:2] if len(small) == 1 else small
    for quarter in hidden:
        each.quarters[quarter] = replace(each.quarters[quarter], is_hidden=True)


def quarters_in(figures: dict[str, list[OfAgency]]) -> list[Quarter]:
    """Every quarter in which anybody was expected, the latest first."""
    return sorted({quarter for rows in figures.values() for each in rows for quarter in each.quarters}, reverse=True)


@dataclass
class Alerted:
    """How often an agency's absences in a row were told: at two and at three, and when last."""

    agency: Agency
    two: int = 0
    three: int = 0
    last_on: date | None = None


def alerts(notices: "QuerySet[Notice]", agencies: Iterable[Agency]) -> list[Alerted]:
    """The alerts of absences in a row, by agency in the order of their names: one statement."""
    found = {agency.key: Alerted(agency) for agency in agencies}
    rows = notices.filter(code__in=ALERTS, about__in=found).order_by().values("about", "code")
    for row in rows.annotate(times=Count("pk"), last_on=Max("raised_on")):
        each = found[row["about"]]
        setattr(each, ALERTS[row["code"]], row["times"])
        each.last_on = max(filter(None, (each.last_on, row["last_on"])))
    return sorted((each for each in found.values() if each.last_on), key=lambda each: each.agency.name)
