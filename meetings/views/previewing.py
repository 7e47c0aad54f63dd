"""What was prepared: what each recipient will see, as a page and as the very file, and taking it back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import releasing
from meetings.documents.document import Document
from meetings.documents.pdf import can_be_drawn
from meetings.documents.renditions import kept
from meetings.models import Conference, Copy, Release
from meetings.views.documents import document_in_words, may_see_all
from meetings.views.files import as_file
from meetings.views.forming import data_of, one_form, stamp
from meetings.views.meeting import conference_for, frame
from meetings.views.sending_forms import WithdrawForm

CHANNELS = dict(Copy.Channel.choices)


@login_required
def withdraw(request: HttpRequest, pk: int, release_pk: int) -> HttpResponse:
    """What was prepared does not go out."""
    conference = conference_for(request, pk)
    release = _release(request, conference, release_pk)
    return one_form(
        request,
        conference,
        WithdrawForm(data_of(request)),
        lambda said: releasing.withdraw_release(release, **said, **stamp(request)),
        heading="Take back what was prepared",
        title="Take back what was prepared",
        button="Take it back",
        said="Nothing goes out. It can be worked out anew.",
        back="meeting-sending",
        fields={"REASON_REQUIRED": "reason"},
        note=f"{release.get_of_display()}, prepared by {release.prepared_by}.",
    )


def _release(request: HttpRequest, conference: Conference, release_pk: int) -> Release:
    if not may_see_all(request):
        raise Http404
    found = conference.releases.select_related("prepared_by").filter(pk=release_pk).first()
    if found is None:
        raise Http404
    return found


def _prepared(
    request: HttpRequest, conference: Conference, release_pk: int, number: int
) -> tuple[Release, Any, Document]:
    """One row of a release, counted from 1, and the document kept for it."""
    release = _release(request, conference, release_pk)
    if not 1 <= number <= len(release.rows):
        raise Http404
    row = release.rows[number - 1]
    document = kept(row["sha256"])
    if document is None:
        raise Http404
    return release, row, document


@login_required
@require_safe
def preview(request: HttpRequest, pk: int, release_pk: int, number: int) -> HttpResponse:
    """View as: what one recipient will get, and what they will not."""
    conference = conference_for(request, pk)
    release, row, document = _prepared(request, conference, release_pk, number)
    shown = frame(request, conference, "meeting-sending") | {
        "release": release,
        "row": row,
        "channel": CHANNELS[row["channel"]],
        "number": number,
        "next": number + 1 if number < len(release.rows) else None,
        "document": document_in_words(document),
        "sha256": document.sha256,
        "pdf": can_be_drawn(),
    }
    return render(request, "meetings/preview.html", shown)


@login_required
@require_safe
def preview_file(request: HttpRequest, pk: int, release_pk: int, number: int, format: str) -> HttpResponse:
    """The very file that goes out."""
    conference = conference_for(request, pk)
    _, _, document = _prepared(request, conference, release_pk, number)
    return as_file(request, document, format)
