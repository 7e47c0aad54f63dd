"""The proof pack of a meeting, as a page and as one PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.documents.document import Document
from meetings.documents.pdf import PangoMissing, as_pdf, can_be_drawn, what_to_install
from meetings.models import Conference
from meetings.proof import proof_of
from meetings.views.documents import SENDERS, document_in_words
from meetings.views.files import attached, no_pdf
from meetings.views.meeting import conference_for, frame
from workflow.permissions import LP
from workflow.signed_in import asked_at, hats_of


@login_required
@require_safe
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was asked, who came, who got what, how and when."""
    conference = conference_for(request, pk)
    may_see = _may_see(request)
    shown = frame(request, conference, "meeting-proof") | {
        "document": document_in_words(_proof(request, conference)) if may_see else None,
        "pdf": can_be_drawn(),
        "what_to_install": what_to_install(),
    }
    return render(request, "meetings/proof.html", shown)


@login_required
@require_safe
def proof_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as one file, drawn afresh: it says of which moment it is."""
    conference = conference_for(request, pk)
    if not _may_see(request):
        raise Http404
    try:
        drawn = as_pdf(_proof(request, conference))
    except PangoMissing:
        return no_pdf(request)
    return attached(drawn, f"{conference.mark}-proof.pdf".lower(), "application/pdf")


def _may_see(request: HttpRequest) -> bool:
    return any(hat.role in SENDERS | LP for hat in hats_of(request))


def _proof(request: HttpRequest, conference: Conference) -> Document:
    return proof_of(conference, asked_at(request))
