"""Actions nobody has touched for a while though none is late: for a supervisor to ask about, never a message.

Touched: its words, its state, its owner or its date changed. An action due today or earlier is another matter: lateness
has its own ladder.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from plans.models import Action
from workflow.acting import day_of
from workflow.as_of import end_of
from workflow.models import Case, Deadline

# Calendar days: as long as an agency may be silent.
UNTOUCHED_FOR = timedelta(days=42)


def untouched(cases: "QuerySet[Case] | list[Case]", on: date) -> "QuerySet[Action]":
    """Open actions of these cases that are not overdue and have not been touched for six weeks, the longest first.

    Each knows `touched_at`, `due_on`, `owner_name` and `agency_name`. One statement.
    """
    owed = Deadline.objects.filter(case=OuterRef("case"), code="action", subject=OuterRef("key")).order_by("-id")
    pasts: Any = (Action.history.filter(id=OuterRef("pk")), Deadline.history.filter(id=OuterRef("deadline_id")))
    last = [Subquery(past.order_by("-history_date").values("history_date")[:1]) for past in pasts]
    found = Action.objects.filter(case__in=cases, state__in=Action.OPEN).annotate(
        deadline_id=Subquery(owed.values("pk")[:1]),
        due_on=Subquery(owed.values("due_on")[:1]),
        agency_name=Subquery(owed.values("agency__name")[:1]),
        owner_name=Subquery(owed.values("owner_professional__name")[:1]),
        relative_name=Subquery(owed.values("owner_family_member__name")[:1]),
        touched_at=Greatest(*last, output_field=DateTimeField()),
    )
    quiet = found.filter(due_on__gte=on, touched_at__lte=_six_weeks_before(on))
    return quiet.select_related("case").order_by("touched_at", "id")


def days_untouched(action: Any, on: date) -> int:
    """Calendar days since it was touched."""
    return (on - day_of(action.touched_at)).days


def _six_weeks_before(on: date) -> datetime:
    return end_of(on - UNTOUCHED_FOR)
