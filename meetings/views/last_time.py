"""The actions of the last meeting: looked at one by one, what is back for the third time first."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.asking import area, radios
from meetings.last_time import FromLastTime, from_last_time, review_action
from meetings.models import ActionReview
from meetings.views.meeting import conference_for, frame
from meetings.views.room import changed, rights
from workflow.errors import Refused
from workflow.lateness import lateness
from workflow.policy import calendar
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, person_of


@login_required
@require_safe
def last_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Every open action of the children, and what this meeting said of it."""
    conference, today = conference_for(request, pk), asked_on(request)
    days = calendar()
    found = from_last_time(conference, today)
    rows = [{"each": each, "late": lateness(each.deadline, today, days)} for each in found]
    left = sum(each.is_open and each.review is None for each in found)
    shown = frame(request, conference, "meeting-room") | rights(request, conference) | {"rows": rows, "left": left}
    return render(request, "meetings/room_last_time.html", shown)


class ReviewForm(forms.Form):
    said = radios("Was it done?", ActionReview.Said.choices)
    evidence = area(
        "If it was done, how do we know?",
        2,
        required=False,
        help_text="With this, whoever may complete the action completes it.",
    )
    why = area("If not, why not?", 2, required=False)
    answer = radios(
        "What does the chair do about it?", [("", "Nothing to answer"), *ActionReview.Answer.choices], required=False
    )


REFUSED_AT = {"REASON_REQUIRED": "why", "ANSWER_MISSING": "answer", "NOT_PERMITTED": "said"}


@login_required
def one_action(request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
    """One action: done, or not done and why; and for the third time, what now."""
    conference, today = conference_for(request, pk), asked_on(request)
    each = next((one for one in from_last_time(conference, today) if one.action.pk == action_pk), None)
    if each is None:
        raise Http404
    form = ReviewForm(request.POST if request.method == "POST" else None, initial=_said(each))
    form.mark_optional = False
    if request.method == "POST" and form.is_valid():
        try:
            review_action(conference, each.action, **form.cleaned_data, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, REFUSED_AT)
        else:
            return changed(request, conference, _recorded(each, form.cleaned_data["said"]), "meeting-last-time")
    shown = frame(request, conference, "meeting-room") | rights(request, conference)
    shown |= {"each": each, "form": form, "late": lateness(each.deadline, today, calendar())}
    return render(request, "meetings/room_action.html", shown)


def _recorded(each: FromLastTime, said: str) -> str:
    if said == ActionReview.Said.DONE and each.action.is_open:
        return f"Recorded. The action stays open until {each.deadline.agency} or social care completes it."
    return "Recorded what the meeting says of this action."


def _said(each: FromLastTime) -> dict[str, Any]:
    review = each.review
    return {name: getattr(review, name) for name in ("said", "why", "answer")} if review else {}
