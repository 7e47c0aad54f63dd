"""A document as a file to take away, or what to install where it cannot be drawn."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from meetings.documents.document import Document
from meetings.documents.pdf import WHAT_TO_INSTALL, PangoMissing
from meetings.documents.renditions import KINDS, file_of
from workflow.signed_in import asked_at

# What a file may do if a browser shows it in spite of being told to take it away: nothing at all.
NOTHING_AT_ALL = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


def as_file(request: HttpRequest, document: Document | None, format: str, template: str = "") -> HttpResponse:
    """The document as Word or PDF, the very bytes that were kept. Raises Http404 where there is none."""
    if document is None or format not in KINDS:
        raise Http404
    try:
        rendition = file_of(document, format, asked_at(request))
    except PangoMissing:
        return no_pdf(request, template)
    return attached(bytes(rendition.content), f"{document.file_name}.{format}", KINDS[format])


def attached(content: bytes, name: str, kind: str) -> HttpResponse:
    """To be taken away under a name that names nobody."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = NOTHING_AT_ALL
    return answer


def no_pdf(request: HttpRequest, template: str = "") -> HttpResponse:
    """What is missing on this machine, in words."""
    shown = {"what_to_install": WHAT_TO_INSTALL}
    return render(request, template or "meetings/documents/no_pdf.html", shown, status=503)
