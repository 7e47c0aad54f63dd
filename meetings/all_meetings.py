"""Every meeting of a case, of whatever kind, past and to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from meetings.models import (
    Conference,
    CoreGroup,
    DischargeMeeting,
    LegalPlanningMeeting,
    LookedAfterReview,
    StrategyDiscussion,
)
from workflow.models import Case

# What it is called, its model, its day, and the name of its page.
WAITS = {
    "Strategy discussion": StrategyDiscussion.State.CALLED,
    "Discharge meeting": DischargeMeeting.State.CALLED,
    "Legal planning meeting": LegalPlanningMeeting.State.RECOMMENDED,
    "Looked-after review": LookedAfterReview.State.OWED,
}
# A core group is recorded when it is over; it never waits.
SMALL: dict[str, tuple[Any, Any, str]] = {
    "Core group": (CoreGroup, F("held_on"), "core-group"),
    "Strategy discussion": (StrategyDiscussion, Coalesce("concluded_on", "called_on"), "strategy"),
    "Discharge meeting": (DischargeMeeting, Coalesce("held_on", "planned_for"), "discharge"),
    "Legal planning meeting": (LegalPlanningMeeting, Coalesce("held_on", "recommended_on"), "legal-planning"),
    "Looked-after review": (LookedAfterReview, F("held_on"), "looked-after-review"),
}


@dataclass(frozen=True)
class Meeting:
    """One meeting in a list, and where to read about it."""

    what: str
    day: date | None
    state: str
    href: str
    conference: Conference | None = None
    waits: bool = False  # for something to be recorded or held

    @property
    def is_to_come(self) -> bool:
        waiting = (Conference.State.REQUESTED, *Conference.STILL_TO_SIT)
        return self.conference is not None and self.conference.state in waiting


def meetings_of(case: Case, conferences: Iterable[Conference], small: Iterable[Meeting] | None = None) -> list[Meeting]:
    """Every meeting of the case, of these conferences too, the latest first; one without a day yet is first of all.

    `small` when the others are known already.
    """
    told = [
        Meeting(
            each.get_kind_display(),
            each.booked_for,
            each.get_state_display(),
            reverse("meeting", args=[each.pk]),
            each,
        )
        for each in conferences
        if each.case_id == case.pk
    ]
    small = small_meetings(case) if small is None else small
    held = [each for each in small if each.day is not None]
    return sorted([*told, *held], key=lambda one: one.day or date.max, reverse=True)


def small_meetings(case: Case) -> list[Meeting]:
    """Those of the case that are not conferences, also what has no day yet. One statement."""
    return list(_small(case))


def _small(case: Case) -> Iterable[Meeting]:
    first, *others = (_rows(what, model, day, case) for what, (model, day, _) in SMALL.items())
    for what, day, state, pk in first.union(*others, all=True):
        model, _, page = SMALL[what]
        yield Meeting(what, day, model.State(state).label, reverse(page, args=[pk]), waits=WAITS.get(what) == state)


def _rows(what: str, model: Any, day: Any, case: Case) -> Any:
    told = model.objects.filter(case=case).order_by().annotate(what=Value(what), day=day)
    return told.values_list("what", "day", "state", "pk")
