"""The agenda: prepared, changed, printed, and worked through item by item."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from meetings import agenda_items, room
from meetings.expected import family_of
from meetings.models import AgendaItem, Conference
from meetings.views.meeting import conference_for, frame
from meetings.views.room import changed, link_of, rights, writing_address
from meetings.views.room_forms import ItemForm, SkipForm
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, person_of


@login_required
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda as it is planned; whoever runs the meeting prepares and changes it here."""
    conference = conference_for(request, pk)
    what = request.POST.get("what", "")
    form = ItemForm(request.POST if what == "add" else None)
    try:
        if said := _done_with(request, conference, what, form):
            return changed(request, conference, said, "meeting-agenda")
    except Refused as refused:
        show_refusal(form, refused) if what == "add" else messages.error(request, refused.message)
    rows = room.rows_of(conference, asked_at(request))
    shown = frame(request, conference, "meeting-agenda") | rights(request, conference)
    planned = sum(row.item.minutes_planned for row in rows)
    shown |= {"rows": rows, "form": form, "planned": planned, "over": planned - conference.minutes_planned}
    return render(request, "meetings/agenda.html", shown)


def _done_with(request: HttpRequest, conference: Conference, what: str, form: ItemForm) -> str:
    """What was done, in words. Raises what is refused."""
    told = {"by": person_of(request), "at": asked_at(request)}
    if what == "prepare":
        agenda_items.prepare_agenda(conference, **told)
        return "The agenda is prepared. Change what does not fit."
    if what == "add" and form.is_valid():
        item = agenda_items.add_agenda_item(conference, **form.cleaned_data, **told)
        return f"Put on the agenda: {item.title}."
    if what in ("up", "down"):
        item = item_of(conference, request.POST.get("item", ""))
        agenda_items.change_agenda_item(item, move=what, **told)
        return f"“{item.title}” is now item {item.number}."
    return ""


def item_of(conference: Conference, number: str | int) -> AgendaItem:
    """The item with this number. Raises Http404."""
    found = conference.agenda.filter(number=number).first() if str(number).isdecimal() else None
    if found is None:
        raise Http404
    return found


@login_required
def change_item(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Other words, minutes or readers for one item."""
    conference = conference_for(request, pk)
    item = item_of(conference, number)
    names = ("title", "prompt", "minutes_planned", "audience", "kept_from")
    form = ItemForm(
        request.POST if request.method == "POST" else None,
        family=family_of(conference.children),
        initial={name: getattr(item, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        try:
            agenda_items.change_agenda_item(item, **form.cleaned_data, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return changed(request, conference, f"Changed: {item.title}.", "meeting-agenda")
    shown = frame(request, conference, "meeting-agenda") | rights(request, conference)
    return render(request, "meetings/agenda_item.html", shown | {"item": item, "form": form})


# In the meeting


@login_required
def room_item(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One item while the conference sits: taken up, finished, passed over; what is written under it."""
    conference = conference_for(request, pk)
    item = item_of(conference, number)
    form = SkipForm(request.POST if request.POST.get("what") == "skip" else None)
    if request.method == "POST" and form.is_bound and form.is_valid():
        try:
            agenda_items.skip_item(item, **form.cleaned_data, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "reason"})
        else:
            return changed(request, conference, f"Passed over: {item.title}.")
    row = next(row for row in room.rows_of(conference, asked_at(request)) if row.item == item)
    shown = frame(request, conference, "meeting-room") | rights(request, conference) | _about(item)
    return render(request, "meetings/room_item.html", shown | {"row": row, "form": form})


def _about(item: AgendaItem) -> dict[str, Any]:
    return {
        "item": item,
        "is_open": item.conference.state == Conference.State.OPEN,
        "text": room.text_under(item),
        "belongs_to": link_of(item),
        "writing": writing_address(item),
    }


@login_required
@require_POST
def work_on_item(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The meeting comes to an item, is done with it, or with it and goes on to the next."""
    conference = conference_for(request, pk)
    item = item_of(conference, number)
    told = {"by": person_of(request), "at": asked_at(request)}
    try:
        if request.POST.get("what") == "finish":
            agenda_items.finish_item(item, **told)
            said = f"Done: {item.title}."
        else:
            agenda_items.take_up_item(item, **told)
            said = f"Now: {item.title}."
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("meeting-room", pk=pk)
    return changed(request, conference, said)
