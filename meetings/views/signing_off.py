"""What becomes of the minutes: approved or given back, their versions, challenges to them, words added later."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from meetings.comparing import differences
from meetings.marks import marked
from meetings.minutes import (
    another_has_to_approve,
    approve_minutes,
    latest_version,
    may_approve,
    return_minutes,
)
from meetings.models import AgendaItem, Conference, Minutes, MinutesVersion
from meetings.views.items import family_of
from meetings.views.meeting import conference_for, frame
from meetings.views.writing_forms import Approve, GiveBack
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, hats_of, person_of

HERE = "meeting-minutes"


def minutes_for(request: HttpRequest, pk: int) -> Minutes:
    """The minutes of a decided conference the reader may see; the same Http404 for any other."""
    conference = conference_for(request, pk)
    found = Minutes.objects.filter(conference=conference).first()
    if found is None:
        raise Http404
    found.conference = conference
    return found


def chairs(request: HttpRequest, conference: Conference) -> bool:
    return any(hat.pk == conference.chair_id for hat in hats_of(request))


def sections_shown(version: MinutesVersion | None, family: dict[str, str]) -> list[dict[str, Any]]:
    """Each section as it reads, with who may read it in words."""
    return [
        section
        | {
            "passages": marked(section["text"]),
            "audience_in_words": AgendaItem.Audience(section["audience"]).label,
            "kept_from_in_words": [family.get(key, key) for key in section["kept_from"]],
        }
        for section in (version.sections if version else [])
    ]


# Approved or given back


@login_required
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole text as the chair is given it, who may read which part, and the chair's yes or no."""
    minutes = minutes_for(request, pk)
    version = latest_version(minutes)
    approve, give_back = Approve(initial={"version": version.number if version else 0}), GiveBack()
    if request.method == "POST":
        approve, give_back, answer = _said(request, minutes, version)
        if answer is not None:
            return answer
    conference = minutes.conference
    instead = another_has_to_approve(conference, asked_on(request))
    return render(
        request,
        "meetings/minutes_sign_off.html",
        frame(request, conference, HERE)
        | {
            "minutes": minutes,
            "version": version,
            "sections": sections_shown(version, family_of(conference)),
            "form": approve if approve.errors else give_back,
            "approve": approve,
            "give_back": give_back,
            "chairs": chairs(request, conference),
            "approves": may_approve(conference, person_of(request), asked_on(request)),
            "another_has_to": instead,
            "waits": minutes.state == Minutes.State.WITH_CHAIR,
        },
    )


def _said(
    request: HttpRequest, minutes: Minutes, version: MinutesVersion | None
) -> tuple[Approve, GiveBack, HttpResponse | None]:
    """The two forms as they were filled in, and where to go when one of them was accepted."""
    told: dict[str, Any] = {"by": person_of(request), "at": asked_at(request)}
    number = version.number if version else 0
    gives_back = "notes" in request.POST
    approve = Approve(None if gives_back else request.POST, initial={"version": number})
    give_back = GiveBack(request.POST if gives_back else None)
    form = give_back if gives_back else approve
    if not form.is_valid():
        return approve, give_back, None
    try:
        if gives_back:
            return_minutes(minutes.conference, notes=give_back.cleaned_data["notes"], **told)
            messages.success(request, "Given back to the minute-taker with your notes.")
        elif approve.cleaned_data["version"] != number:
            approve.add_error(None, "There is a newer draft than the one you read. Read this one first.")
            return approve, give_back, None
        else:
            approve_minutes(minutes.conference, **told)
            messages.success(request, "Approved. From now on the text is not edited; it can go out.")
    except Refused as refused:
        show_refusal(form, refused)
        return approve, give_back, None
    return approve, give_back, redirect(HERE, pk=minutes.conference.pk)


# Versions


@login_required
@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version there has been, and what differs between any two of them."""
    minutes = minutes_for(request, pk)
    found = list(minutes.versions.all())
    older, newer = _two(request, found)
    return render(
        request,
        "meetings/minutes_versions.html",
        frame(request, minutes.conference, HERE)
        | {
            "minutes": minutes,
            "versions": list(reversed(found)),
            "older": older,
            "newer": newer,
            "compared": _compared(older, newer) if older and newer else [],
            "addenda": list(minutes.addenda.all()),
        },
    )


def _two(request: HttpRequest, found: list[MinutesVersion]) -> tuple[MinutesVersion | None, MinutesVersion | None]:
    by_number = {str(each.number): each for each in found}
    newer = by_number.get(request.GET.get("to", ""), found[-1] if found else None)
    before = [each for each in found if newer and each.number < newer.number]
    older = by_number.get(request.GET.get("from", ""), before[-1] if before else None)
    return older, newer


def _compared(older: MinutesVersion, newer: MinutesVersion) -> list[dict[str, Any]]:
    before = {section["key"]: section for section in older.sections}
    after = {section["key"]: section for section in newer.sections}
    keys = [*after, *(key for key in before if key not in after)]
    rows = []
    for key in keys:
        was, now = before.get(key), after.get(key)
        pieces = differences(was["text"] if was else "", now["text"] if now else "")
        rows.append(
            {
                "section": now or was,
                "pieces": pieces,
                "is_same": was is not None and now is not None and was["text"] == now["text"],
                "was_added": was is None,
                "was_dropped": now is None,
                "audience_changed": bool(was and now) and _readers(was) != _readers(now),
            }
        )
    return rows


def _readers(section: dict[str, Any]) -> tuple[str, list[str]]:
    return section["audience"], sorted(section["kept_from"])
