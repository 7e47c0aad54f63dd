"""What people think: pages on which a child's and a parent's views are recorded, and each agency's."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import hearing
from meetings.asking import area, radios, who_may_come
from meetings.expected import family_of
from meetings.models import AgencyView, Conference, View
from meetings.views.meeting import conference_for, frame
from meetings.views.room import changed, rights
from plans.models import Category
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Agency, Child, FamilyMember
from workflow.permissions import speaks_for
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, hats_of, person_of


@dataclass(frozen=True)
class Heard:
    """One person and what was recorded of their views at this conference."""

    person: Child | FamilyMember
    views: list[View]

    @property
    def kind(self) -> str:
        return "child" if isinstance(self.person, Child) else "member"

    @property
    def is_unborn(self) -> bool:
        return isinstance(self.person, Child) and not self.person.is_born


@login_required
@require_safe
def views(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose views have been had, and what each agency thinks of each child."""
    conference = conference_for(request, pk)
    recorded = list(conference.views.select_related("heard_by").order_by("id"))
    children = [child for child in conference.children if not child.has_died]
    heard = [
        Heard(
            one,
            [
                view
                for view in recorded
                if one.pk == (view.child_id if isinstance(one, Child) else view.family_member_id)
            ],
        )
        for one in [*children, *family_of(children)]
    ]
    shown = frame(request, conference, "meeting-room") | _may(request, conference)
    return render(
        request, "meetings/room_views.html", shown | {"heard": heard} | _agencies(request, conference, children)
    )


def _may(request: HttpRequest, conference: Conference) -> dict[str, bool]:
    found = rights(request, conference)
    practitioner = conference.case.lead_practitioner_id in {hat.pk for hat in hats_of(request)}
    return found | {"may_record": (found["runs"] or practitioner) and not conference.is_over}


def _agencies(request: HttpRequest, conference: Conference, children: list[Child]) -> dict[str, Any]:
    said = {(view.agency_id, view.child_id): view for view in conference.agency_views.select_related("child")}
    own = {hat.agency_id for hat in hats_of(request)}
    runs = rights(request, conference)["runs"]
    rows = [
        {
            "agency": agency,
            "cells": [{"child": child, "view": said.get((agency.pk, child.pk))} for child in children],
            "may": (runs or agency.pk in own) and not conference.is_over,
        }
        for agency in hearing.asked_for_views(conference)
    ]
    return {"agencies": rows, "children": children}


# One person


class ViewForm(forms.Form):
    how = radios("How were the views had?", View.How.choices)
    words = area("What was said, word for word, or what was seen", 5, required=False)
    said_on = DateInputField(label="On which day?", named="The day", required=False, help_text="Empty: today")

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        choices = [("", "Me"), *((key, f"{one.name}, {one.agency}") for key, one in self.people.items())]
        self.fields["heard_by"] = forms.ChoiceField(label="Who heard it?", choices=choices, required=False)

    def told(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return said | {"heard_by": self.people.get(said["heard_by"])}


REFUSED_AT = {"TOO_YOUNG_IS_NO_REASON": "how", "REASON_REQUIRED": "words", "DATE_IN_FUTURE": "said_on"}


@login_required
def view_of(request: HttpRequest, pk: int, kind: str, person_pk: int) -> HttpResponse:
    """The views of one child or parent: what was said before beside what is said now."""
    conference = conference_for(request, pk)
    person = _person(conference, kind, person_pk)
    form = ViewForm(request.POST if request.method == "POST" else None, people=who_may_come(conference.case))
    if request.method == "POST" and form.is_valid():
        try:
            hearing.record_view(conference, person, **form.told(), by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, REFUSED_AT)
        else:
            return changed(request, conference, f"Recorded: the views of {person.name}.", "meeting-views")
    shown = frame(request, conference, "meeting-room") | _may(request, conference)
    before = hearing.said_before(conference, person) if isinstance(person, Child) else []
    shown |= {"person": person, "is_child": isinstance(person, Child), "before": before, "form": form}
    return render(request, "meetings/room_view.html", shown)


def _person(conference: Conference, kind: str, pk: int) -> Child | FamilyMember:
    children = conference.children
    everybody: list[Any] = children if kind == "child" else family_of(children)
    found = next((one for one in everybody if one.pk == pk), None)
    if found is None:
        raise Http404
    return found


# One agency


class AgencyViewForm(forms.Form):
    """What an agency thinks of one child."""

    threshold = radios("Is the threshold for a protection plan met?", AgencyView.Threshold.choices)
    category = forms.ChoiceField(
        label="Under which category?", choices=[("", "None"), *Category.choices], required=False
    )
    words = area("Why?", required=False)


@login_required
def view_of_agency(request: HttpRequest, pk: int, agency_pk: int) -> HttpResponse:
    """What one agency thinks of each child, on one page."""
    conference = conference_for(request, pk)
    agency = next((one for one in hearing.asked_for_views(conference) if one.pk == agency_pk), None)
    if agency is None:
        raise Http404
    children = [child for child in conference.children if not child.has_died]
    forms_by_child = [(child, _agency_form(request, conference, agency, child)) for child in children]
    valid = [form.is_valid() for _, form in forms_by_child]  # each of them, so that each shows what is wrong
    if request.method == "POST" and all(valid):
        refused_by = _record(request, conference, agency, forms_by_child)
        if not refused_by:
            return changed(request, conference, f"Recorded: what {agency} thinks.", "meeting-views")
    may = rights(request, conference)["runs"] or speaks_for(person_of(request), agency, asked_on(request))
    wrong = next((form for _, form in forms_by_child if form.errors), None)
    shown = frame(request, conference, "meeting-room")
    shown |= {"agency": agency, "pairs": forms_by_child, "form": wrong, "may": may and not conference.is_over}
    return render(request, "meetings/room_agency.html", shown)


def _agency_form(request: HttpRequest, conference: Conference, agency: Agency, child: Child) -> AgencyViewForm:
    said = conference.agency_views.filter(agency=agency, child=child).first()
    initial = {name: getattr(said, name) for name in ("threshold", "category", "words")} if said else None
    return AgencyViewForm(request.POST if request.method == "POST" else None, prefix=f"c{child.pk}", initial=initial)


def _record(request: HttpRequest, conference: Conference, agency: Agency, pairs: Any) -> bool:
    """Whether something was refused; it then stands on its form."""
    for child, form in pairs:
        try:
            hearing.record_agency_view(
                conference, agency, child, **form.cleaned_data, by=person_of(request), at=asked_at(request)
            )
        except Refused as refused:
            show_refusal(form, refused)
            return True
    return False
