"""What a page about the past is asked for: days, in three boxes or in a link, and what to look at."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from plans.forms import AsItStoodForm
from plans.models import PlanMeeting
from workflow.as_of import end_of
from workflow.date_input import DateInputField
from workflow.models import Case


class KnownByForm(forms.Form):
    """The other of the two times: only what had been written down by a day."""

    mark_optional = False

    known = DateInputField(label="As far as was written down by the end of", named="The day", required=False)


class DatesForm(KnownByForm, AsItStoodForm):
    """Which dates to look at, and from when."""

    what = forms.ChoiceField(
        label="Dates of",
        choices=[("actions", "Actions"), ("duties", "Conferences, core groups and other duties")],
        required=False,
    )
    agency = forms.ChoiceField(label="Owed by", required=False)
    later = forms.BooleanField(label="Only dates that were moved later", required=False)
    near = forms.BooleanField(label="Only dates that were moved within 3 days of a review", required=False)

    field_order = ("on", "what", "agency", "later", "near", "known")

    def __init__(self, *args: Any, agencies: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [("", "Every agency"), *((agency.key, agency.name) for agency in agencies)]


class CompareForm(KnownByForm):
    """Two days to hold against each other, and how much to show."""

    left = DateInputField(label="The plan at the end of", named="The first day", required=False)
    right = DateInputField(label="beside the end of", named="The second day", required=False)
    changed = forms.BooleanField(label="Only what differs", required=False)

    field_order = ("left", "right", "changed", "known")


def asked(request: HttpRequest, *names: str) -> dict[str, str] | None:
    """What was asked for, with each day of a link put into its boxes; None when nothing was."""
    told = request.GET.dict()
    for name in names:
        try:
            day = date.fromisoformat(told.pop(name, ""))
        except ValueError:
            continue
        told |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    return told or None


def known_by(day: date | None) -> datetime | None:
    """The end of the day by which something must have been written down, if one was asked for."""
    return end_of(day) if day else None


def meetings_of(case: Case) -> Sequence[PlanMeeting]:
    """The meetings that looked at the plans of a case, oldest first."""
    return list(PlanMeeting.objects.filter(plan__case=case).order_by("held_on", "id"))
