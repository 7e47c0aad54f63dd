"""Sending a letter or minutes out: who gets what, what each will see, letting it go, and what became of every copy."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings import releasing
from meetings.copies import copies_of, standings, waiting_for_post
from meetings.documents.pdf import can_be_drawn, what_to_install
from meetings.models import Challenge, Conference, LetterCopy, Minutes, MinutesCopy, Release
from meetings.views.documents import is_of_the_agency, kind_of, may_see_all
from meetings.views.forming import done, stamp
from meetings.views.meeting import can, conference_for, frame
from meetings.views.sending_forms import PrepareForm, ReleaseForm
from workflow.signed_in import person_of

COLOURS = {"Could not be delivered": "red", "To be posted": "yellow"}


@dataclass
class Part:
    """The letter or the minutes on the page: how far it is, and what can be done about it now."""

    of: str
    title: str
    not_yet: str
    release: Release | None
    copies: list[dict[str, Any]]
    form: BaseForm | None = None

    @property
    def is_out(self) -> bool:
        return bool(self.copies)

    @property
    def waiting(self) -> Release | None:
        """A release that waits for its second person."""
        return self.release if self.release and self.release.state == Release.State.PREPARED else None

    @property
    def unposted(self) -> bool:
        return bool(waiting_for_post(row["copy"] for row in self.copies))


@login_required
def sending(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter and the minutes: worked out, looked at, let go; and every copy that went."""
    conference = conference_for(request, pk)
    if not may_see_all(request):
        return _of_the_agency(request, conference)
    parts = _parts(request, conference)
    by_name = {part.of: part for part in parts}
    chosen = by_name.get(request.POST.get("of", "")) if request.method == "POST" else None
    if chosen is not None and _performed(request, conference, chosen):
        return redirect("meeting-sending", conference.pk)
    shown = frame(request, conference, "meeting-sending") | {
        "parts": parts,
        "form": chosen.form if chosen else None,
        "can": can(request, "prepare_release", "release_document", "withdraw_release", "send_copy_again", "post_copy"),
        "prepared_by_me": person_of(request),
        "pdf": can_be_drawn(),
        "what_to_install": what_to_install(),
    }
    return render(request, "meetings/sending.html", shown)


def _of_the_agency(request: HttpRequest, conference: Conference) -> HttpResponse:
    """For everybody else: the copies of their own agency."""
    mine = [copy for copy in copies_of(conference) if is_of_the_agency(request, copy)]
    shown = frame(request, conference, "meeting-sending") | {"rows": _rows(conference, mine)}
    return render(request, "meetings/sending_agency.html", shown)


def _parts(request: HttpRequest, conference: Conference) -> list[Part]:
    copies = copies_of(conference)
    rows = _rows(conference, copies)
    latest = {release.of: release for release in conference.releases.select_related("prepared_by", "released_by")}
    minutes = Minutes.objects.filter(conference=conference).first()
    titles = {Release.Of.LETTER: "Decision letter", Release.Of.MINUTES: "Minutes"}
    parts = []
    for of, kind in ((Release.Of.LETTER, LetterCopy), (Release.Of.MINUTES, MinutesCopy)):
        not_yet = _why_not_yet(of, conference, minutes)
        mine = [row for row in rows if isinstance(row["copy"], kind)]
        part = Part(str(of), titles[of], not_yet, latest.get(of), mine)
        part.form = _form(request, conference, part)
        parts.append(part)
    return parts


def _rows(conference: Conference, copies: list[Any]) -> list[dict[str, Any]]:
    challenges = Challenge.objects.filter(minutes__conference=conference)
    return [
        {
            "copy": each.copy,
            "steps": each.steps,
            "task": each.task,
            "colour": COLOURS.get(each.task, ""),
            "of": kind_of(each.copy),
        }
        for each in standings(copies, challenges)
    ]


def _why_not_yet(of: str, conference: Conference, minutes: Minutes | None) -> str:
    """Why nothing can be prepared yet, in a sentence; empty when it can or when it is out."""
    if not conference.is_decided:
        return "The conference has not decided yet."
    if of == Release.Of.MINUTES and (minutes is None or not minutes.is_locked):
        return "The chair has not approved them yet."
    return ""


def _form(request: HttpRequest, conference: Conference, part: Part) -> BaseForm | None:
    """What the part asks next: to be worked out, or to be let go."""
    if part.is_out or part.not_yet:
        return None
    data = request.POST if request.method == "POST" and request.POST.get("of") == part.of else None
    asks_release = part.waiting is not None and (data is None or data.get("do") == "release")
    if asks_release:
        return ReleaseForm(data, auto_id=f"{part.of}_%s")
    return PrepareForm(data, case=conference.case, auto_id=f"{part.of}_%s")


def _performed(request: HttpRequest, conference: Conference, part: Part) -> bool:
    """Does what was asked for one part; a refusal stands on its form."""
    if part.form is None:
        messages.warning(request, "Nothing was recorded: this cannot be done from where things stand now.")
        return True
    if isinstance(part.form, ReleaseForm):
        release = part.waiting
        if not done(request, part.form, lambda said: releasing.release_document(release, **stamp(request))):
            return False
        messages.success(request, f"{part.title}: let go. Every copy is on its way.")
        return True
    prepare = part.form
    assert isinstance(prepare, PrepareForm)
    if not done(
        request,
        prepare,
        lambda said: releasing.prepare_release(
            conference, of=part.of, translated_for=prepare.translated_for, **stamp(request)
        ),
    ):
        return False
    messages.success(request, f"{part.title}: worked out for everybody. Somebody else looks at it and lets it go.")
    return True
