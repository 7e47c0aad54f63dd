"""Writing the minutes: one item at a time, saved as one types, the others reading; two texts, and a choice."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from meetings import writing
from meetings.agenda_items import prepare_agenda
from meetings.comparing import differences
from meetings.marks import MARKS, marked
from meetings.mentions import warnings_about
from meetings.minutes import draft_minutes
from meetings.models import AgendaItem, Conference, Minutes, Revision
from meetings.views.items import HERE, family_of, item_for, minutes_of, wants_json, writes
from meetings.views.meeting import can, conference_for, frame
from meetings.views.two_texts import between_two
from meetings.views.writing_forms import ItemText, lines
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, hats_of, person_of

EARLIER_SHOWN = 50


# All items


@login_required
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """How the minutes stand: each item and what is written under it, and the step that comes next."""
    conference = conference_for(request, pk)
    refused = None
    if request.method == "POST":
        try:
            return _next_step(request, conference)
        except Refused as why:
            refused = why.message
    minutes = minutes_of(conference)
    return render(
        request,
        "meetings/minutes.html",
        frame(request, conference, HERE)
        | {
            "minutes": minutes,
            "items": _rows(conference),
            "writes": writes(request, conference, minutes),
            "may": can(request, "draft_minutes", "prepare_agenda"),
            "may_be_drafted": minutes is not None
            and minutes.state in (Minutes.State.NOT_STARTED, Minutes.State.RETURNED),
            "refused": refused,
        },
    )


def _next_step(request: HttpRequest, conference: Conference) -> HttpResponse:
    told = {"by": person_of(request), "at": asked_at(request)}
    if request.POST.get("step") == "prepare":
        prepare_agenda(conference, **told)
        messages.success(request, "The agenda is prepared. Choose an item and begin to write.")
    else:
        draft_minutes(conference, **told)
        messages.success(request, "The draft is with the chair.")
    return redirect(HERE, pk=conference.pk)


def _rows(conference: Conference) -> list[dict[str, Any]]:
    texts = writing.texts_of(conference)
    waiting = list(writing.waiting_in(conference))
    return [
        {
            "item": item,
            "text": texts.get(item.pk),
            "waits": [each for each in waiting if each.writing.item_id == item.pk],
        }
        for item in conference.agenda.all()
    ]


# One item


@login_required
def item(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The text under one item: written, or read when somebody else is writing or the reader may not."""
    conference = conference_for(request, pk)
    found = item_for(request, conference, number)
    if request.method == "POST":
        return _save(request, conference, found)
    return render(request, "meetings/writing.html", _shown(request, conference, found))


def _save(request: HttpRequest, conference: Conference, found: AgendaItem) -> HttpResponse:
    form = ItemText(request.POST)
    if not form.is_valid():
        said = " ".join(message for errors in form.errors.values() for message in errors)
        if wants_json(request):
            return JsonResponse({"said": said}, status=422)
        return render(request, "meetings/writing.html", _shown(request, conference, found, form))
    told = form.cleaned_data
    try:
        outcome = writing.write(
            found,
            told["text"],
            by=person_of(request),
            at=asked_at(request),
            based_on=told["based_on"],
            unsure=[lines(each) for each in request.POST.getlist("unsure")],
        )
    except Refused as refused:
        if wants_json(request):
            return JsonResponse({"said": refused.message}, status=423)
        show_refusal(form, refused)
        return render(request, "meetings/writing.html", _shown(request, conference, found, form))
    return _answer(request, conference, found, outcome)


def _answer(request: HttpRequest, conference: Conference, found: AgendaItem, outcome: writing.Outcome) -> HttpResponse:
    where = {"pk": conference.pk, "number": found.number}
    if isinstance(outcome, writing.Conflict):
        if not wants_json(request):
            return between_two(request, conference, found, outcome.parked, status=409)
        choose = reverse("meeting-item-choose", kwargs=where)
        told = {"who": outcome.now.by.name, "at": _clock(outcome.now.written_at), "choose": choose}
        return JsonResponse(told, status=409)
    if not wants_json(request):
        messages.success(request, f"Saved at {_clock(asked_at(request))}.")
        return redirect("meeting-minutes-item", **where)
    text = outcome.revision.text if outcome.revision else ""
    warnings = warnings_about(found, text)
    return JsonResponse({"number": outcome.number, "at": _clock(asked_at(request)), "warnings": warnings})


def _clock(moment: Any) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _shown(
    request: HttpRequest, conference: Conference, found: AgendaItem, form: ItemText | None = None
) -> dict[str, Any]:
    text = _as_read(request, found)
    minutes = minutes_of(conference)
    may_write = writes(request, conference, minutes)
    rows = _rows(conference)
    initial = {"text": text["revision"].text if text["revision"] else "", "based_on": text["number"]}
    return (
        frame(request, conference, HERE)
        | text
        | {
            "items": rows,
            "writes": may_write,
            "form": form or ItemText(initial=initial),
            "warnings": warnings_about(found, initial["text"]) if may_write else [],
            "waiting": next((row["waits"] for row in rows if row["item"].pk == found.pk), []),
            "kept_from": [family_of(conference).get(key, key) for key in found.kept_from],
            "marks": MARKS,
            "agenda_address": _address("meeting-agenda", conference),
            "minutes": minutes,
        }
    )


def _address(name: str, conference: Conference) -> str:
    try:
        return reverse(name, args=[conference.pk])
    except NoReverseMatch:
        return ""


def _as_read(request: HttpRequest, found: AgendaItem) -> dict[str, Any]:
    """What the live part shows: the text as it reads, and who is writing."""
    state = writing.state_of(found)
    revision = writing.text_of(found)
    holder = writing.holder_of(state, asked_at(request))
    return {
        "item": found,
        "revision": revision,
        "number": state.number if state else 0,
        "passages": marked(revision.text) if revision else [],
        "holder": holder,
        "is_mine": holder is not None and holder in hats_of(request),
    }


@login_required
@require_safe
def item_text(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The live part alone; as JSON the text as it was typed, for a page that catches up."""
    found = item_for(request, conference_for(request, pk), number)
    shown = _as_read(request, found)
    if wants_json(request):
        text = shown["revision"].text if shown["revision"] else ""
        return JsonResponse({"number": shown["number"], "text": text})
    return render(request, "meetings/writing_text.html", shown)


@login_required
@require_POST
def hold(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Begin to write here, take over from somebody, or let go."""
    conference = conference_for(request, pk)
    found = item_for(request, conference, number)
    told = {"by": person_of(request), "at": asked_at(request)}
    what = request.POST.get("what")
    try:
        if what == "release":
            writing.release(found, **told)
        else:
            (writing.take_over if what == "take_over" else writing.hold)(found, **told)
    except Refused as refused:
        if wants_json(request):
            return JsonResponse({"said": refused.message}, status=423)
        messages.warning(request, refused.message)
    if not wants_json(request):
        return redirect("meeting-minutes-item", pk=pk, number=number)
    shown = _as_read(request, found)
    holder = shown["holder"].name if shown["holder"] else ""
    return JsonResponse({"mine": shown["is_mine"], "holder": holder, "number": shown["number"]})


@login_required
@require_safe
def earlier(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Every saved state of the text under an item, the latest first, each against the one before it."""
    conference = conference_for(request, pk)
    found = item_for(request, conference, number)
    saved = list(Revision.objects.filter(writing__item=found).select_related("by").order_by("-id")[: EARLIER_SHOWN + 1])
    numbered = {each.number: each for each in saved if each.number}
    rows = [{"revision": each, "pieces": _since(each, numbered)} for each in saved[:EARLIER_SHOWN]]
    return render(
        request,
        "meetings/writing_earlier.html",
        frame(request, conference, HERE) | {"item": found, "rows": rows, "shown": EARLIER_SHOWN},
    )


def _since(one: Revision, numbered: dict[int | None, Revision]) -> list[Any]:
    before = numbered.get(one.based_on)
    return differences(before.text if before else "", one.text)
