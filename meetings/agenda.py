"""Which conferences are coming or were held, and how many of the reports they were promised have come."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from meetings.models import Conference, CoreGroup
from workflow.models import Deadline


@dataclass(frozen=True)
class OnTheAgenda:
    """One conference and its reports: how many came, of how many that are owed."""

    conference: Conference
    reports: int
    of_reports: int

    @property
    def reports_in_words(self) -> str:
        return f"{self.reports} of {self.of_reports}" if self.of_reports else "none asked for"


def conferences_between(first: date, last: date | None = None) -> "QuerySet[Conference]":
    """Conferences with a sitting booked for one of these days, the next first; without `last`, open-ended."""
    sitting = Conference.objects.filter(state__in=Conference.STILL_TO_SIT, booked_for__gte=first)
    found = sitting.order_by("booked_for", "id")
    return found.filter(booked_for__lte=last) if last else found


def with_reports(conferences: "QuerySet[Conference]") -> list[OnTheAgenda]:
    """The same conferences with their cases and children, and their reports counted: two statements."""
    owed = Deadline.objects.exclude(state=Deadline.State.WAIVED).filter(
        code="report", case=OuterRef("case"), subject__startswith=Concat(OuterRef("key"), Value(":"))
    )
    found = conferences.annotate(
        reports_owed=_number_of(owed), reports_in=_number_of(owed.filter(state=Deadline.State.MET))
    )
    found = found.select_related("case", "chair").prefetch_related("case__children")
    return [OnTheAgenda(each, each.reports_in, each.reports_owed) for each in found]


def _number_of(rows: "QuerySet[Deadline]") -> Coalesce:
    counted = rows.order_by().values("code").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def held_conferences() -> "QuerySet[Conference]":
    """Conferences that decided, the latest first."""
    decided = Conference.objects.filter(state__in=Conference.DECIDED).order_by("-booked_for", "-id")
    return decided.select_related("case").prefetch_related("case__children")


def held_core_groups() -> "QuerySet[CoreGroup]":
    """Core groups and what became of each, the latest first."""
    return CoreGroup.objects.order_by("-held_on", "-id").select_related("case").prefetch_related("case__children")
