"""How due dates have moved: the chart, the table, and why one date is what it is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from plans import moved, new_dates
from plans.clocks import Clock, ClockForm
from plans.models import PlanMeeting
from plans.views.asking import DatesForm, asked, known_by, meetings_of
from workflow import history
from workflow.as_of import end_of
from workflow.errors import Refused
from workflow.models import Case, Deadline, Role
from workflow.policy import calendar
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, hats_of, may_do, person_of

KIND = {PlanMeeting.Kind.CONFERENCE: "conference", PlanMeeting.Kind.CORE_GROUP: "core group"}


def _case(request: HttpRequest, reference: str) -> Case:
    return case_for(request, reference, Case.objects.prefetch_related("children"))


@login_required
@require_safe
def dates(request: HttpRequest, reference: str) -> HttpResponse:
    """How far each date has slipped since it was agreed, now or as the record stood on an earlier day."""
    case = _case(request, reference)
    shown = dates_asked_for(request, case) | {"case": case, "here": "dates"}
    shown |= {"may_take_out": may_do(request, "export_history"), "query": request.GET.urlencode()}
    return render(request, "plans/dates.html", shown)


def dates_asked_for(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the address asks for, and what was found: the same on the page and on paper."""
    today = asked_on(request)
    form = DatesForm(asked(request, "on", "known"), initial={"on": today}, agencies=moved.agencies_of(case))
    form.is_valid()
    told = getattr(form, "cleaned_data", {})
    on = told.get("on") or today
    held = [(meeting.held_on, KIND[PlanMeeting.Kind(meeting.kind)]) for meeting in meetings_of(case)]
    meetings = list(dict.fromkeys(held))
    reviews = [day for day, kind in meetings if kind == "conference" and day <= today]
    wanted = moved.Wanted(
        duties=told.get("what") == "duties",
        agency=told.get("agency", ""),
        only_later=told.get("later", False),
        near_review=told.get("near", False),
    )
    found = moved.found(
        case,
        wanted,
        at=end_of(on),
        known_by=known_by(told.get("known")),
        meetings=[day for day, _ in meetings if day <= on],
        reviews=reviews,
    )
    return {
        "found": found,
        "wanted": wanted,
        "on": on,
        "is_past": on != today,
        "known": told.get("known"),
        "form": form,
        "before": next((each for each in reversed(meetings) if each[0] < on), None),
        "after": next((each for each in meetings if on < each[0] <= today), None),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Why one date is what it is: each move with person, reason and both times; its owners; its clock."""
    case = _case(request, reference)
    deadline = Deadline.objects.select_related("agency", "owner_professional", "owner_family_member")
    found = deadline.filter(case=case, pk=pk).first()
    if found is None:
        raise Http404
    found.case = case
    clock = Clock(found, person_of(request), hats_of(request), asked_on(request))
    form = clock.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _clock_is_set(request, form):
        return redirect("case-date", case.reference, pk)
    rows = list(history.deadline_rows(case, found.code, found.subject))
    moves = history.moves_in(rows)
    reviews = [meeting.held_on for meeting in meetings_of(case) if meeting.kind == PlanMeeting.Kind.CONFERENCE]
    course = history.Course(found, moves)
    near = moved.near_a_review([course], reviews)
    asked_for = new_dates.behind(case, moves)
    shown = {
        "clock": clock,
        "form": form,
        "deadline": found,
        "course": course,
        "slipped": moved.days_moved(course, calendar()),
        "moves": [
            {
                "move": move,
                "role": Role(move.role).label if move.role else "",
                "days": (move.now - move.was).days,
                "near": near.get(move.on),
                "asked_for": asked_for.get(move),
            }
            for move in reversed(moves)
        ],
        "owners": history.owners_in(rows),
    }
    return render(request, "plans/why.html", {"case": case, "here": "dates"} | shown)


def _clock_is_set(request: HttpRequest, form: ClockForm | None) -> bool:
    """Stops the clock or lets it run again, or puts what stands against it beside its field."""
    if form is None:
        raise PermissionDenied("A clock is stopped by a manager, and only where the policy allows it.")
    form.is_valid()
    try:
        form.perform(by=person_of(request), at=asked_at(request))
    except Refused as refused:
        show_refusal(form, refused, {"REASON_REQUIRED": "reason"} if "reason" in form.fields else {})
        return False
    messages.success(request, form.said)
    return True
