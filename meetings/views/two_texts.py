"""Two people wrote under one item at once: both texts, and what is to stand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings import writing
from meetings.comparing import Kind, differences, only
from meetings.models import AgendaItem, Conference, Revision
from meetings.views.items import HERE, item_for, minutes_of, writes
from meetings.views.meeting import conference_for, frame
from meetings.views.writing_forms import Choose
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, person_of


@login_required
def choose(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Two people wrote at once: both texts side by side, and what is to stand."""
    conference = conference_for(request, pk)
    found = item_for(request, conference, number)
    waiting = list(writing.waiting_texts(found))
    asked = request.POST.get("parked", "")
    mine = [each for each in waiting if each.by_id == person_of(request).pk]
    parked = next((each for each in waiting if str(each.pk) == asked), next(iter([*mine, *waiting]), None))
    if parked is None:
        messages.info(request, "Nothing waits for a choice here any more.")
        return redirect("meeting-minutes-item", pk=pk, number=number)
    if request.method != "POST":
        return between_two(request, conference, found, parked)
    return _chosen(request, conference, found, parked)


def _chosen(request: HttpRequest, conference: Conference, found: AgendaItem, parked: Revision) -> HttpResponse:
    form = Choose(request.POST, parked=parked, now=writing.text_of(found))
    if not form.is_valid():
        return between_two(request, conference, found, parked, form=form)
    if form.cleaned_data["based_on"] != (form.now.number if form.now else 0):
        form.add_error(None, "Somebody has saved again since you looked. Compare the two texts once more.")
        form.began_from_now()
        return between_two(request, conference, found, parked, form=form, status=409)
    told = {"by": person_of(request), "at": asked_at(request), "based_on": form.cleaned_data["based_on"]}
    try:
        outcome = writing.settle(parked, form.text(), **told)
    except Refused as refused:
        show_refusal(form, refused)
        return between_two(request, conference, found, parked, form=form)
    if isinstance(outcome, writing.Conflict):
        return between_two(request, conference, found, outcome.parked, status=409)
    messages.success(request, "Chosen and saved. The other text stays among the earlier ones.")
    return redirect("meeting-minutes-item", pk=conference.pk, number=found.number)


def between_two(
    request: HttpRequest,
    conference: Conference,
    found: AgendaItem,
    parked: Revision,
    *,
    form: Choose | None = None,
    status: int = 200,
) -> HttpResponse:
    """The text that stands and the one that waits, side by side, and the form for the choice."""
    now = writing.text_of(found)
    compared = differences(now.text if now else "", parked.text)
    shown = {
        "item": found,
        "parked": parked,
        "now": now,
        "form": form or Choose(parked=parked, now=now),
        "now_pieces": only(compared, Kind.SAME, Kind.GONE),
        "parked_pieces": only(compared, Kind.SAME, Kind.NEW),
        "is_mine": parked.by_id == person_of(request).pk,
        "writes": writes(request, conference, minutes_of(conference)),
    }
    return render(request, "meetings/conflict.html", frame(request, conference, HERE) | shown, status=status)
