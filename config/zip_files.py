"""Files that leave together in one ZIP, each stamped with the moment it was made."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from meetings.documents.document import Document
from meetings.documents.pdf import PangoMissing, as_pdf


def as_zip(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """The files by their names, in the order given."""
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name, content in files:
            info = ZipInfo(name, stamp)
            info.compress_type = ZIP_DEFLATED
            packed.writestr(info, content)
    return out.getvalue()


def drawn(name: str, document: Document) -> tuple[str, bytes]:
    """The document as `name`.pdf; without what draws PDF, a file that says so in its place."""
    try:
        return f"{name}.pdf", as_pdf(document)
    except PangoMissing as missing:
        return "no-pdf.txt", str(missing).encode()
