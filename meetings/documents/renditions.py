"""Documents and the files drawn from them, kept once and for ever under the hash of what they say.

A file is drawn from the document that was kept, never from the record again: what was looked at, what went out and
what is opened a year later are the same bytes.
"""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from meetings.documents.document import Document
from meetings.documents.pdf import as_pdf
from meetings.documents.word import as_word
from meetings.models import Rendition

DRAWN = {"docx": as_word, "pdf": as_pdf}
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
AS_IT_IS = "json"


def keep(document: Document, at: datetime) -> str:
    """Keeps what is drawn of the document. Returns its hash, under which it is found."""
    _keep(document.sha256, AS_IT_IS, document.as_json, at)
    return document.sha256


def kept(document_sha256: str) -> Document | None:
    """The document with this hash, as it was kept; None when there is none."""
    found = Rendition.objects.filter(document_sha256=document_sha256, format=AS_IT_IS).first()
    return Document.from_json(bytes(found.content)) if found else None


def file_of(document: Document, format: str, at: datetime) -> Rendition:
    """The document as a file, drawn the first time somebody asks. Raises KeyError, PangoMissing."""
    draw = DRAWN[format]
    found = Rendition.objects.filter(document_sha256=document.sha256, format=format).first()
    return found or _keep(document.sha256, format, draw(document), at)


def _keep(document_sha256: str, format: str, content: bytes, at: datetime) -> Rendition:
    with transaction.atomic():
        return Rendition.objects.get_or_create(
            document_sha256=document_sha256,
            format=format,
            defaults={"sha256": sha256(content).hexdigest(), "content": content, "made_at": at},
        )[0]
