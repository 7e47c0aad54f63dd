"""Where drift is growing, over many cases: by month, by agency, by what was owed. Never by person.

Read from the summary alone (`workflow.drift_months`), with the flags and what is overdue today beside it, in a number
of statements that does not grow. Outside the case team a figure of few events is not told, nor one that could be
worked out from it. Source: rules of small numbers in national returns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from plans.models import Flag
from workflow.drift_months import NUMBERS
from workflow.models import Case, Deadline, MonthOfDrift
from workflow.working_days import add_months

FEW = 5
MONTHS = 12
HALF = 6

KINDS = {
    "action": "Plan actions",
    "icpc_hold": "Initial conferences",
    "transfer_in_hold": "Transfer-in conferences",
    "rcpc_first": "First reviews",
    "rcpc_next": "Later reviews",
    "post_birth_review": "Reviews after a birth",
    "core_group_first": "First core groups",
    "core_group_next": "Later core groups",
    "core_group_record": "Records of core groups",
    "report_icpc": "Reports to initial conferences",
    "report_rcpc": "Reports to reviews",
    "invites_icpc": "Invitations to initial conferences",
    "invites_rcpc": "Invitations to reviews",
    "reconvene_icpc": "Initial conferences to be reconvened",
    "reconvene_rcpc": "Reviews to be reconvened",
    "minutes_distribute": "Minutes",
    "decision_letter": "Decision letters",
    "s47_complete": "Section 47 enquiries",
    "visit": "Visits to children",
}


@dataclass(frozen=True)
class Window:
    """Twelve months up to and including one, by their first days."""

    last: date

    @property
    def first(self) -> date:
        return add_months(self.last, 1 - MONTHS)

    @property
    def half(self) -> date:
        """The first month of the later half."""
        return add_months(self.last, 1 - HALF)

    @property
    def months(self) -> list[date]:
        return [add_months(self.first, number) for number in range(MONTHS)]


@dataclass(frozen=True)
class Figure:
    """What drifted in one group: sums over its cases, and the days later in each half of the year."""

    key: Any
    label: str
    moves: int = 0
    later: int = 0
    days: int = 0
    unexplained: int = 0
    passed: int = 0
    ended_late: int = 0
    cases: int = 0
    before: int = 0
    recent: int = 0
    is_hidden: bool = False

    @property
    def events(self) -> int:
        """How much there is to tell of: moves, and what ended late."""
        return self.moves + self.ended_late

    @property
    def direction(self) -> str:
        """Whether the last six months added more days than the six before."""
        if self.recent == self.before:
            return "the same"
        return "growing" if self.recent > self.before else "falling"


def within(cases: "QuerySet[Case]", window: Window, **narrowed: Any) -> "QuerySet[MonthOfDrift]":
    """The summary of these cases in these months; narrowed to a month, an agency or a kind."""
    return MonthOfDrift.objects.filter(
        case__in=cases.values("pk"), month__gte=window.first, month__lte=window.last, **narrowed
    )


def by_month(found: "QuerySet[MonthOfDrift]", window: Window, *, hide_few: bool = False) -> list[Figure]:
    """Every month of the window, oldest first; one in which nothing drifted too."""
    there = {row["month"]: row for row in _summed(found, window, "month")}
    figures = [_figure(month, f"{month:%B %Y}", there.get(month, {})) for month in window.months]
    return hide(figures) if hide_few else figures


def by_agency(found: "QuerySet[MonthOfDrift]", window: Window, *, hide_few: bool = False) -> list[Figure]:
    """Every agency whose dates drifted, by name."""
    rows = _summed(found, window, "agency__key", "agency__name")
    figures = [_figure(row["agency__key"], row["agency__name"], row) for row in rows]
    figures.sort(key=lambda figure: figure.label)
    return hide(figures) if hide_few else figures


def by_kind(found: "QuerySet[MonthOfDrift]", window: Window, *, hide_few: bool = False) -> list[Figure]:
    """Everything owed that drifted, by name."""
    figures = [_figure(row["kind"], kind_in_words(row["kind"]), row) for row in _summed(found, window, "kind")]
    figures.sort(key=lambda figure: figure.label)
    return hide(figures) if hide_few else figures


def by_case(found: "QuerySet[MonthOfDrift]", window: Window) -> list[Figure]:
    """The cases behind a figure, by reference."""
    return [
        _figure(row["case__reference"], row["case__reference"], row)
        for row in _summed(found, window, "case__reference")
    ]


def _summed(found: "QuerySet[MonthOfDrift]", window: Window, *by: str) -> "QuerySet[Any, dict[str, Any]]":
    sums = {f"sum_{name}": Sum(name) for name in NUMBERS}
    halves = {
        "before": Sum("days", filter=Q(month__lt=window.half), default=0),
        "recent": Sum("days", filter=Q(month__gte=window.half), default=0),
    }
    return found.order_by(*by).values(*by).annotate(**sums, **halves, in_cases=Count("case", distinct=True))


def _figure(key: Any, label: str, row: dict[str, Any]) -> Figure:
    numbers = {name: row.get(f"sum_{name}", 0) for name in NUMBERS}
    return Figure(
        key, label, **numbers, cases=row.get("in_cases", 0), before=row.get("before", 0), recent=row.get("recent", 0)
    )


def total(figures: Iterable[Figure]) -> Figure:
    """The sum of figures that stand beside each other; not of their cases, which may be the same."""
    figures = list(figures)
    names = (*NUMBERS, "before", "recent")
    return Figure("", "All", **{name: sum(getattr(each, name) for each in figures) for name in names})


def hide(figures: Sequence[Figure]) -> list[Figure]:
    """Hides every figure of few events; and the next smallest, where a single one could be worked out from the sum."""
    small = [figure.key for figure in figures if 0 < figure.events < FEW]
    if len(small) == 1:
        others = sorted((each for each in figures if each.events >= FEW), key=lambda each: each.events)
        small += [each.key for each in others[:1]]
    return [Figure(each.key, each.label, is_hidden=True) if each.key in small else each for each in figures]


def overdue(cases: "QuerySet[Case]", on: date) -> dict[str, int]:
    """How much each agency owes today that is overdue, by key. Lateness is asked, never stored."""
    late = Deadline.objects.overdue(on).filter(case__in=cases.values("pk")).order_by()
    return dict(late.values("agency__key").annotate(number=Count("pk")).values_list("agency__key", "number"))


def flags_raised(cases: "QuerySet[Case]", window: Window) -> int:
    """How many flags were raised in these months."""
    after = add_months(window.last, 1)
    return Flag.objects.filter(case__in=cases.values("pk"), raised_on__gte=window.first, raised_on__lt=after).count()


def standing_flags(cases: "QuerySet[Case]") -> list[tuple[str, int]]:
    """How many flags of each code stand now, the most first."""
    standing = Flag.objects.filter(case__in=cases.values("pk"), cleared_on=None).order_by()
    return list(
        standing.values("code").annotate(number=Count("pk")).order_by("-number", "code").values_list("code", "number")
    )


def kind_in_words(kind: str) -> str:
    """What was owed, in words; a kind nobody has words for is shown as its own."""
    return KINDS.get(kind) or kind.replace("_", " ").capitalize()
