"""The room: a sitting opened, its agenda worked through, people coming and going, quorum always in view."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from meetings import coming_and_going, room, sittings
from meetings.asking import who_may_come
from meetings.models import AgendaItem, Conference
from meetings.views.meeting import conference_for, frame
from meetings.views.room_forms import (
    AdjournForm,
    ArrivalForm,
    CorrectionForm,
    OpenForm,
    family_who_may_come,
    handle,
)
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, hats_of, person_of

# What an item of the agenda is worked on with: the name of a page, and what its link says.
BELONGS_TO = {
    "introductions": ("meeting-room-people", "Who is here"),
    "third_time": ("meeting-last-time", "Look at the action"),
    "last_time": ("meeting-last-time", "Look at each action"),
    "child_view": ("meeting-views", "Record what was said"),
    "parent_view": ("meeting-views", "Record what was said"),
    "agency_views": ("meeting-views", "Record what each agency thinks"),
    "decision": ("meeting-decide", "Decide for each child"),
    "plan": ("meeting-decide", "Actions and contingency"),
    "scores": ("meeting-decide", "Scores and evidence"),
    "dates": ("meeting-decide", "Core group and dates"),
}


def rights(request: HttpRequest, conference: Conference) -> dict[str, bool]:
    """Whether the reader chairs this conference, and whether they run it: chair or administrator, or their cover."""
    wearing = {hat.pk for hat in hats_of(request)}
    chairs = conference.chair_id in wearing
    return {"chairs": chairs, "runs": chairs or conference.case.administrator_id in wearing}


def changed(request: HttpRequest, conference: Conference, words: str, to: str = "meeting-room") -> HttpResponse:
    """After something was done: others look again, the doer is told and goes on."""
    room.nudge(conference)
    messages.success(request, words)
    return redirect(to, pk=conference.pk)


# What is shown


@login_required
@require_safe
def meeting_room(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the meeting stands; before it, how to open it; after it, what became of it."""
    conference = conference_for(request, pk)
    return render(request, "meetings/room.html", _room(request, conference))


@login_required
@require_safe
def room_now(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the room that changes, shown again whenever the socket says so."""
    return render(request, "meetings/room_now.html", _room(request, conference_for(request, pk)))


def _room(request: HttpRequest, conference: Conference) -> dict[str, Any]:
    today, is_open = asked_on(request), conference.state == Conference.State.OPEN
    shown = frame(request, conference, "meeting-room") | rights(request, conference)
    shown |= {
        "is_open": is_open,
        "can_be_opened": conference.state in CAN_BE_OPENED,
        "is_today": _is_today(conference, today),
    }
    return shown | _sitting(request, conference) if is_open else shown


CAN_BE_OPENED = (Conference.State.INVITED, *Conference.ADJOURNED)


def _is_today(conference: Conference, today: date) -> bool:
    return conference.booked_for == today


def _sitting(request: HttpRequest, conference: Conference) -> dict[str, Any]:
    sitting, at = conference.sitting, asked_at(request)
    assert sitting is not None, "an open conference has a sitting"
    rows = room.rows_of(conference, at)
    now = room.under_way(rows)
    return {
        "inside": room.in_the_room(sitting, at),
        "rows": rows,
        "now": now,
        "next": room.next_planned(rows),
        "text": room.text_under(now.item) if now else "",
        "belongs_to": link_of(now.item) if now else None,
        "writing": writing_address(now.item) if now else "",
        "minutes_planned": sum(row.item.minutes_planned for row in rows),
    }


def link_of(item: AgendaItem) -> dict[str, str] | None:
    """The page on which what belongs to the item is done."""
    name, words = BELONGS_TO.get(item.code, ("", ""))
    return {"href": reverse(name, args=[item.conference_id]), "words": words} if name else None


def writing_address(item: AgendaItem) -> str:
    """Where the minutes under the item are written; nothing where they cannot be."""
    try:
        return reverse("meeting-minutes-item", args=[item.conference_id, item.number])
    except NoReverseMatch:
        return ""


# Opening and adjourning


@login_required
def open_sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is here, how, and who sent apologies."""
    conference = conference_for(request, pk)
    form = OpenForm(request.POST if request.method == "POST" else None, conference=conference)
    if request.method == "POST" and form.is_valid():
        try:
            sitting = sittings.open_conference(conference, **form.told(), by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused)
        else:
            judged = "Quorum is there." if sitting.is_quorate else "Too few agencies are here: see what you can do."
            return changed(request, conference, f"Sitting {sitting.number} is open. {judged}")
    shown = frame(request, conference, "meeting-room") | rights(request, conference) | {"form": form}
    shown |= {"can_be_opened": conference.state in CAN_BE_OPENED, "is_today": _is_today(conference, asked_on(request))}
    return render(request, "meetings/room_open.html", shown)


@login_required
def adjourn(request: HttpRequest, pk: int) -> HttpResponse:
    """Come together again within the limit, with the children kept safe until then."""
    conference, today = conference_for(request, pk), asked_on(request)
    form = AdjournForm(
        request.POST if request.method == "POST" else None,
        starts_plans=conference.kind in (Conference.Kind.INITIAL, Conference.Kind.PRE_BIRTH),
        asks_manager=sittings.needs_the_chairs_manager(conference, today),
        initial={"reason": request.GET.get("reason", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            sittings.adjourn_conference(conference, **form.told(), by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, _adjourning_fields(form))
        else:
            return changed(request, conference, f"Adjourned until {conference.booked_for:%A %-d %B %Y}.")
    shown = frame(request, conference, "meeting-room") | rights(request, conference)
    limit = sittings.latest_next_date(conference, today)
    return render(request, "meetings/room_adjourn.html", shown | {"form": form, "limit": limit})


def _adjourning_fields(form: AdjournForm) -> dict[str, str]:
    plan = "interim_safety_plan" if "interim_safety_plan" in form.fields else "existing_plan_reviewed"
    fields = {"INTERIM_PLAN_MISSING": plan, "NEXT_DATE_TOO_LATE": "next_date", "NON_WORKING_DAY": "next_date"}
    return fields | ({"SECOND_INQUORATE": "agreed_by"} if "agreed_by" in form.fields else {})


# Who is here


@login_required
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is here: somebody comes, leaves, was ticked by mistake."""
    conference = conference_for(request, pk)
    if conference.state != Conference.State.OPEN or conference.sitting is None:
        messages.warning(request, "No sitting is going on: who is here is recorded while it sits.")
        return redirect("meeting-room", pk=pk)
    inside = room.in_the_room(conference.sitting, asked_at(request))
    here = [each.person for each in inside.here if each.person]
    others = [one for one in [*who_may_come(conference.case), *family_who_may_come(conference)] if one not in here]
    what = request.POST.get("what", "")
    arrival = ArrivalForm(request.POST if what == "arrived" else None, people=others, prefix="arrival")
    correction = CorrectionForm(request.POST if what == "correct" else None, people=here, prefix="correction")
    try:
        said = _done_with(request, conference, what, here, arrival, correction)
    except Refused as refused:
        if what == "left":
            messages.error(request, refused.message)
            return redirect("meeting-room-people", pk=pk)
        show_refusal(arrival if what == "arrived" else correction, refused, {"REASON_REQUIRED": "reason"})
        said = ""
    if said:
        return changed(request, conference, said, "meeting-room-people")
    shown = frame(request, conference, "meeting-room") | rights(request, conference)
    shown |= {"inside": inside, "arrival": arrival, "correction": correction}
    return render(request, "meetings/room_people.html", shown | {"form": arrival if what == "arrived" else correction})


def _done_with(
    request: HttpRequest,
    conference: Conference,
    what: str,
    here: list[Any],
    arrival: ArrivalForm,
    correction: CorrectionForm,
) -> str:
    """What was done, in words; nothing when nothing was asked or a form is not whole. Raises what is refused."""
    told = {"by": person_of(request), "at": asked_at(request)}
    if what == "arrived" and arrival.is_valid():
        said = arrival.cleaned_data
        coming_and_going.record_arrival(
            conference, arrival.who, mode=said["mode"], stands_in_for=said["stands_in_for"], **told
        )
        return f"{arrival.who} is here."
    if what == "correct" and correction.is_valid():
        how, reason = correction.cleaned_data["how"], correction.cleaned_data["reason"]
        was_here = how != "mistake"
        mode = how if was_here else ""
        coming_and_going.correct_attendance(
            conference, correction.who, was_here=was_here, mode=mode, reason=reason, **told
        )
        return f"Put right: {correction.who}."
    who = next((one for one in here if handle(one) == request.POST.get("who")), None) if what == "left" else None
    if who is not None:
        sittings.record_departure(conference, who, **told)
        return f"{who} has left."
    return ""
