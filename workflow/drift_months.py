"""The summary of drift, month by month: counted in the transaction of the act that moves a date or ends one late.

`workflow.deadlines` calls it, being the only place a date passes through. History is the truth: `recounted` reads it
anew, `differences` says where the summary is not equal, and `recount` makes it so.
"""

from collections import Counter
from datetime import date
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Lag

from workflow.acting import day_of
from workflow.models import Case, Deadline
from workflow.models.months import MonthOfDrift
from workflow.records import act_under_way

Key: TypeAlias = tuple[int, int, str, date]
Counted: TypeAlias = dict[Key, Counter[str]]

NUMBERS = ("moves", "later", "days", "unexplained", "passed", "ended_late")


def count_move(deadline: Deadline, was: date) -> None:
    """A date was moved from `was` to where it stands now."""
    on = act_under_way().on
    _add(deadline, on, of_move(was, deadline.due_on, on, deadline.moved_because))


def count_end(deadline: Deadline) -> None:
    """Something owed is over; what was in time is not counted."""
    on = act_under_way().on
    if ended_late(deadline.due_on, deadline.met_on, on):
        _add(deadline, on, Counter(ended_late=1))


def of_move(was: date, now: date, on: date, because: str) -> Counter[str]:
    """What one move, made on that day, adds to a month."""
    later = max((now - was).days, 0)
    return Counter(
        moves=1, later=int(later > 0), days=later, unexplained=int(not because.strip()), passed=int(on > was)
    )


def ended_late(due: date, met_on: date | None, on: date) -> bool:
    """Whether it was met after its day, or waived on a day after it."""
    return (met_on or on) > due


def _add(deadline: Deadline, on: date, counted: Counter[str]) -> None:
    which = {"case": deadline.case_id, "agency": deadline.agency_id, "kind": kind_of(deadline), "month": month_of(on)}
    more = {name: F(name) + number for name, number in counted.items() if number}
    if not MonthOfDrift.objects.filter(**which).update(**more):
        MonthOfDrift.objects.get_or_create(
            case_id=deadline.case_id, agency_id=deadline.agency_id, kind=which["kind"], month=which["month"]
        )
        MonthOfDrift.objects.filter(**which).update(**more)


def kind_of(deadline: Any) -> str:
    """The rule it was counted by; for a date somebody chose, what is owed."""
    return str(deadline.timescale or deadline.code)


def month_of(day: date) -> date:
    return day.replace(day=1)


# Against history


def recounted(case: Case | None = None) -> Counted:
    """Every month as history has it: one statement, which brings only the lines that tell of drift."""
    found: Counted = {}
    for line in _telling_lines(case).iterator(chunk_size=2000):
        on = day_of(line.history_date)
        counted: Counter[str] = Counter()
        if line.was_due != line.due_on:
            counted += of_move(line.was_due, line.due_on, on, line.moved_because)
        if line.was_state != line.state and ended_late(line.due_on, line.met_on, on):
            counted += Counter(ended_late=1)
        if counted:
            key = (line.case_id, line.agency_id, kind_of(line), month_of(on))
            found[key] = found.get(key, Counter()) + counted
    return found


def _telling_lines(case: Case | None) -> "QuerySet[Any]":
    """The lines of deadlines' history with another date than the line before, or the end of what was owed."""
    past: Any = Deadline.history
    rows = past.filter(case=case) if case else past.all()
    beside = rows.annotate(was_due=_before("due_on"), was_state=_before("state"))
    telling = ~Q(was_due=F("due_on")) | (Q(was_state=Deadline.State.PENDING) & ~Q(state=Deadline.State.PENDING))
    found: QuerySet[Any] = beside.filter(telling, was_due__isnull=False).order_by("history_id")
    return found


def _before(field: str) -> Window:
    """The field as the line before of the same deadline had it."""
    return Window(Lag(field), partition_by=F("id"), order_by=F("version").asc())


def summarised(case: Case | None = None) -> Counted:
    """Every month as the summary has it."""
    rows = MonthOfDrift.objects.filter(case=case) if case else MonthOfDrift.objects.all()
    return {
        (row.case_id, row.agency_id, row.kind, row.month): Counter(
            {name: getattr(row, name) for name in NUMBERS if getattr(row, name)}
        )
        for row in rows.iterator(chunk_size=2000)
    }


def differences(case: Case | None = None) -> list[str]:
    """Where the summary is not what history says, in words; an empty list when it is equal. Reads only."""
    kept, true = summarised(case), recounted(case)
    wrong = sorted(key for key in kept.keys() | true.keys() if kept.get(key, Counter()) != true.get(key, Counter()))
    names = dict(Case.objects.filter(pk__in={key[0] for key in wrong}).values_list("pk", "reference"))
    return [
        f"{names.get(key[0], key[0])}, {key[2]}, {key[3]:%B %Y}: {name} is {kept.get(key, Counter())[name]} "
        f"and history says {true.get(key, Counter())[name]}"
        for key in wrong
        for name in NUMBERS
        if kept.get(key, Counter())[name] != true.get(key, Counter())[name]
    ]


def recount() -> int:
    """Makes the summary what history says, and returns how many of its months that changed."""
    with transaction.atomic():
        kept, true = summarised(), recounted()
        changed = sum(kept.get(key) != true.get(key) for key in kept.keys() | true.keys())
        MonthOfDrift.objects.all().delete()
        MonthOfDrift.objects.bulk_create(
            [
                MonthOfDrift(case_id=case, agency_id=agency, kind=kind, month=month, **numbers)
                for (case, agency, kind, month), numbers in true.items()
            ],
            batch_size=1000,
        )
    return changed
