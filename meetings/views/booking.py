"""Giving a meeting its day: what a day does is shown before anything is saved. And every meeting of a case."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from meetings import arranging
from meetings.all_meetings import meetings_of, small_meetings
from meetings.asking import next_key
from meetings.expected import living_children
from meetings.forecast import DayForecast, what_a_day_does
from meetings.models import Conference
from meetings.series import conferences_around, proposals
from meetings.views import convening_forms as ask
from meetings.views.forming import data_of, done, one_form, stamp
from meetings.views.meeting import can, conference_for, frame
from workflow.errors import CalendarMissingYear
from workflow.models import Case, Child, Professional
from workflow.signed_in import asked_on, case_for, visible_cases_of

BOOKED_DIRECTLY = {Conference.Kind.REVIEW.value: "rcpc-", Conference.Kind.TRANSFER_IN.value: "transfer-in-"}
PUT_BESIDE = {"LATE_BOOKING": "late_reason", "REASON_REQUIRED": "reason"}


@login_required
@require_safe
def case_meetings(request: HttpRequest, reference: str) -> HttpResponse:
    """The meetings the case owes, each with its window and a day; and every meeting there was or will be."""
    case, on = _case(request, reference), asked_on(request)
    conferences = conferences_around(case, on)
    small = small_meetings(case)
    found = meetings_of(case, conferences, small)
    owed = proposals(case, on, conferences)
    shown = {
        "case": case,
        "here": "meetings",
        "proposals": owed,
        "owes_review": any(each.code == "review" and not each.booked for each in owed),
        "to_come": [one for one in reversed(found) if one.is_to_come],
        "waiting": [one for one in small if one.waits],
        "past": [one for one in found if not one.is_to_come],
        "may": can(request, "book_conference"),
    }
    return render(request, "meetings/case_meetings.html", shown)


def _case(request: HttpRequest, reference: str) -> Case:
    cases = Case.objects.select_related("chair").prefetch_related("children")
    return case_for(request, reference, cases)


# Booking


@login_required
def book(request: HttpRequest, reference: str) -> HttpResponse:
    """A day, a chair and children are picked; what the day does is shown; then it is booked."""
    case = _case(request, reference)
    conference, kind = _asked_for(request, case)
    children = conference.children if conference else living_children(case)
    pick = ask.PickDay(request.GET if "day-day" in request.GET else None, children=children, chair=case.chair)
    if conference:
        pick.fields["child"].disabled = True
    elif "child" in request.GET:
        pick.fields["child"].initial = request.GET.getlist("child")
    shown: dict[str, Any] = {"case": case, "here": "meetings", "pick": pick, "kind": Conference.Kind(kind).label}
    shown |= {"asked_as": {"kind": kind, "conference": conference.pk if conference else ""}}
    if pick.is_bound and pick.is_valid():
        about = [child for child in children if str(child.pk) in pick.cleaned_data["child"]]
        chair = get_object_or_404(Professional, pk=pick.cleaned_data["chair"])
        forecast = _forecast(request, pick, case, kind, about, chair=chair)
        if forecast is not None:
            form = _book_form(request, forecast)
            if done(
                request,
                form,
                lambda said: _book(request, case, conference, kind, about, chair, forecast, said),
                PUT_BESIDE,
            ):
                messages.success(request, f"{Conference.Kind(kind).label} booked for {forecast.day:%A %-d %B %Y}.")
                return redirect("case-meetings", case.reference)
            shown |= {"forecast": forecast, "form": form, "chair": chair, "about": about}
    return render(request, "meetings/book.html", shown)


def _asked_for(request: HttpRequest, case: Case) -> tuple[Conference | None, str]:
    """The requested conference that gets a day, or the kind of one that is booked directly. Raises Http404."""
    asked = request.GET.get("conference", "")
    if asked.isdecimal():
        found = get_object_or_404(case.conferences, pk=asked)
        return found, found.kind
    kind = request.GET.get("kind", Conference.Kind.REVIEW.value)
    if kind in BOOKED_DIRECTLY:
        return None, kind
    waiting = case.conferences.filter(kind=kind, state=Conference.State.REQUESTED).first()
    if waiting is None:
        raise Http404
    return waiting, waiting.kind


def _forecast(
    request: HttpRequest, pick: Any, case: Case, kind: str, about: list[Child], **more: Any
) -> DayForecast | None:
    """What the day picked does; None, and a word on the form, for a year nobody knows the holidays of."""
    day, visible = pick.cleaned_data["day"], visible_cases_of(request)
    try:
        return what_a_day_does(case, kind, about, day, asked_on(request), visible=visible, **more)
    except CalendarMissingYear as refused:
        pick.add_error("day", refused.message)
        return None


def _book_form(request: HttpRequest, forecast: DayForecast) -> ask.Book:
    usual = Conference()
    initial = {"starts_at": usual.starts_at.strftime("%H:%M"), "minutes_planned": usual.minutes_planned}
    return ask.Book(data_of(request), is_late=forecast.is_past_limit, is_early=forecast.is_early, initial=initial)


def _book(
    request: HttpRequest,
    case: Case,
    conference: Conference | None,
    kind: str,
    about: list[Child],
    chair: Professional,
    forecast: DayForecast,
    said: dict[str, Any],
) -> None:
    key = conference.key if conference else next_key(case.conferences, BOOKED_DIRECTLY[kind])
    arranging.book_conference(
        case,
        key,
        day=forecast.day,
        kind=kind,
        children=about,
        chair=chair,
        **{**said, "approved_by": _manager(said)},
        **stamp(request),
    )


def _manager(said: dict[str, Any]) -> Professional | None:
    return Professional.objects.filter(key=said.get("approved_by", "")).first()


# Another day, another hour, no day at all


@login_required
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day for a conference, and what that day does before it is given."""
    conference = conference_for(request, pk)
    pick = ask.PickAnotherDay(request.GET if "day-day" in request.GET else None)
    shown: dict[str, Any] = {"pick": pick}
    if pick.is_bound and pick.is_valid():
        about = conference.children
        forecast = _forecast(
            request, pick, conference.case, conference.kind, about, chair=conference.chair, conference=conference
        )
        if forecast is not None:
            form = ask.Move(data_of(request), is_late=forecast.is_past_limit)
            if done(request, form, lambda said: _move(request, conference, forecast, said), PUT_BESIDE):
                messages.success(
                    request, f"It is on {forecast.day:%A %-d %B %Y} now. Everybody has to be invited again."
                )
                return redirect("meeting", conference.pk)
            shown |= {"forecast": forecast, "form": form, "about": about}
    return render(request, "meetings/book_move.html", frame(request, conference, "meeting") | shown)


def _move(request: HttpRequest, conference: Conference, forecast: DayForecast, said: dict[str, Any]) -> None:
    told = {**said, "approved_by": _manager(said)}
    arranging.move_conference(conference, forecast.day, **told, **stamp(request))


@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A conference does not take place; the duty to hold one stays."""
    conference = conference_for(request, pk)
    return one_form(
        request,
        conference,
        ask.Cancel(data_of(request)),
        lambda said: arranging.cancel_conference(conference, **said, **stamp(request)),
        heading="Cancel this conference",
        button="Cancel the conference",
        said="The conference is cancelled. The duty to hold one stays.",
        fields=PUT_BESIDE,
        note="The duty to hold one stays, and so does its legal date. Reports and invitations are no longer owed.",
    )


@login_required
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """When on the day, where, and for how long."""
    conference = conference_for(request, pk)
    initial = {
        "starts_at": conference.starts_at.strftime("%H:%M"),
        "place": conference.place,
        "minutes_planned": conference.minutes_planned,
    }
    return one_form(
        request,
        conference,
        ask.TimeAndPlace(data_of(request), initial=initial),
        lambda said: arranging.plan_sitting(conference, **said, **stamp(request)),
        heading="Time and place",
        said="Time and place are set.",
    )
