"""Files as somebody hands them in: a PDF and a Word document that may be kept, and the ways one may be bad."""

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from meetings.models import Report, ReportFile
from meetings.report_files import add_report_file, put_away
from workflow.models import Professional

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PLAIN = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def pdf(said: bytes = b"") -> bytes:
    return PLAIN.replace(b"endobj\n", b"endobj\n" + said, 1)


def word(
    text: str = "Mira is fed and warm", more: dict[str, bytes] | None = None, packing: int = ZIP_DEFLATED
) -> bytes:
    """A real Word document, with other parts put in or in the place of its own."""
    document, out = Document(), BytesIO()
    document.add_paragraph(text)
    document.save(out)
    with ZipFile(out) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return packed_of(parts | (more or {}), packing)


def packed_of(parts: dict[str, bytes], packing: int = ZIP_STORED) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", packing) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def uploaded(content: bytes, name: str = "report.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def a_file_of(
    report: Report, content: bytes = PLAIN, *, by: Professional, at: datetime, reason: str = ""
) -> ReportFile:
    """Hands a file in the way the page does."""
    with put_away(uploaded(content), "add_report_file", report.case, by=by, at=at) as file:
        return add_report_file(report, file, reason=reason, by=by, at=at)
