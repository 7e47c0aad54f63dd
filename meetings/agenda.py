"""Which conferences are coming or were held, and how many of the reports they were promised have come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from meetings.models import Conference, CoreGroup
from workflow.models import Deadline

STILL_TO_SIT = (
    Conference.State.BOOKED,
    Conference.State.INVITED,
    Conference.State.OPEN,
    Conference.State.ADJOURNED_INQUORATE,
    Conference.State.ADJOURNED_OTHER,
)


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
    found = Conference.objects.filter(state__in=STILL_TO_SIT, booked_for__gte=first).order_by("booked_for", "id")
    return found.filter(booked_for__lte=last) if last else found


def with_reports(conferences: "QuerySet[Conference]") -> list[OnTheAgenda]:
    """The same conferences with their cases and children, and their reports counted: three statements."""
    found = list(conferences.select_related("case", "chair").prefetch_related("case__children"))
    owed = Deadline.objects.filter(code="report", case__in={each.case_id for each in found})
    reports = list(owed.exclude(state=Deadline.State.WAIVED).values_list("case", "subject", "state"))
    return [_counted(each, reports) for each in found]


def _counted(conference: Conference, reports: Iterable[tuple[int, str, str]]) -> OnTheAgenda:
    states = [
        state
        for case, subject, state in reports
        if case == conference.case_id and subject.split(":")[0] == conference.key
    ]
    return OnTheAgenda(conference, states.count(Deadline.State.MET), len(states))


def held_conferences() -> "QuerySet[Conference]":
    """Conferences that decided, the latest first."""
    decided = Conference.objects.filter(state__in=Conference.DECIDED).order_by("-booked_for", "-id")
    return decided.select_related("case").prefetch_related("case__children")


def held_core_groups() -> "QuerySet[CoreGroup]":
    """Core groups and what became of each, the latest first."""
    return CoreGroup.objects.order_by("-held_on", "-id").select_related("case").prefetch_related("case__children")
