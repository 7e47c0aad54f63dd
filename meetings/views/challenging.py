"""Pages for what is said of minutes that are out: challenges, the chair's answer, words added later."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings.challenging import add_addendum, answer_challenge, challenge_minutes
from meetings.minutes import text_to_release
from meetings.models import Challenge, Minutes
from meetings.models.parties import Party
from meetings.views.meeting import frame
from meetings.views.signing_off import HERE, chairs, minutes_for
from meetings.views.writing_forms import AddAddendum, Answer, RecordChallenge, recipients_of
from workflow.errors import Refused
from workflow.models import Agency, Role
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, hats_of, person_of


@login_required
def challenges(request: HttpRequest, pk: int) -> HttpResponse:
    """Who says the minutes are wrong, when, and what the chair answered; another challenge can be recorded here."""
    minutes = minutes_for(request, pk)
    parties = _speaks_for(request, recipients_of(minutes))
    form = RecordChallenge(request.POST if request.method == "POST" else None, parties=parties)
    if request.method == "POST" and form.is_valid():
        try:
            made = challenge_minutes(
                minutes.conference,
                form.party(),
                point=form.cleaned_data["point"],
                by=person_of(request),
                at=asked_at(request),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _recorded(made))
            return redirect("minutes-challenges", pk=pk)
    found = minutes.challenges.select_related("agency", "family_member")
    return render(
        request,
        "meetings/minutes_challenges.html",
        frame(request, minutes.conference, HERE)
        | {
            "minutes": minutes,
            "challenges": [{"challenge": each, "is_open": each.state == Challenge.State.OPEN} for each in found],
            "chairs": chairs(request, minutes.conference),
            "form": form if parties and minutes.is_out else None,
        },
    )


def _recorded(made: Challenge) -> str:
    if made.state == Challenge.State.KEPT:
        return "Recorded, and marked as made after the window: it is kept, and the chair is told."
    return "Recorded. The chair has to answer it."


def _speaks_for(request: HttpRequest, parties: dict[str, Party]) -> dict[str, Party]:
    """Those the reader may speak for: their own agency; the administrator for anybody who wrote or rang."""
    hats = hats_of(request)
    if any(hat.role == Role.CONFERENCE_ADMIN for hat in hats):
        return parties
    mine = {hat.agency_id for hat in hats}
    return {key: each for key, each in parties.items() if isinstance(each, Agency) and each.pk in mine}


@login_required
def challenge(request: HttpRequest, pk: int, challenge: int) -> HttpResponse:
    """The chair's answer to one challenge: accepted, with the corrected words, or rejected with a reason."""
    minutes = minutes_for(request, pk)
    found = minutes.challenges.filter(pk=challenge).select_related("agency", "family_member").first()
    if found is None:
        raise Http404
    version = text_to_release(minutes)
    form = Answer(request.POST if request.method == "POST" else None, sections=version.sections if version else [])
    if request.method == "POST" and form.is_valid():
        accept = form.cleaned_data["verdict"] == "accept"
        try:
            answer_challenge(
                minutes.conference,
                found.party,
                accept=accept,
                reason=form.cleaned_data["reason"],
                corrections=form.corrections() if accept else {},
                by=person_of(request),
                at=asked_at(request),
            )
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "reason"})
        else:
            messages.success(
                request,
                "Answered. The new version goes to everybody who had the earlier one." if accept else "Answered.",
            )
            return redirect("minutes-challenges", pk=pk)
    shown = {
        "minutes": minutes,
        "challenge": found,
        "is_open": found.state == Challenge.State.OPEN,
        "chairs": chairs(request, minutes.conference),
        "form": form,
        "has_sections": bool(version and version.sections),
    }
    return render(request, "meetings/minutes_challenge.html", frame(request, minutes.conference, HERE) | shown)


# Added later


@login_required
def addenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Dated words under minutes that are final, and the chair's form to add some."""
    minutes = minutes_for(request, pk)
    form = AddAddendum(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_addendum(
                minutes.conference, text=form.cleaned_data["text"], by=person_of(request), at=asked_at(request)
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, "Added, with today’s date.")
            return redirect("minutes-addenda", pk=pk)
    may_add = chairs(request, minutes.conference) and minutes.state == Minutes.State.FINAL
    shown = {"minutes": minutes, "addenda": list(minutes.addenda.all()), "form": form, "may_add": may_add}
    return render(request, "meetings/minutes_addenda.html", frame(request, minutes.conference, HERE) | shown)
