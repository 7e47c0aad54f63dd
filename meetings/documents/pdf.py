"""A document as a tagged PDF (PDF/UA-1), drawn by WeasyPrint. Nothing is ever fetched for it.

WeasyPrint draws letters with Pango, which the operating system brings and a bare machine may lack. It is imported only
when a PDF is drawn, so that everything else works without.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from meetings.documents.document import Document, Section, Table, drawable

WHAT_TO_INSTALL = (
    "PDF files are drawn with Pango, which this machine lacks. On Debian or Ubuntu: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. Word files and everything else work without."
)
STYLE = "app/print/document.css"


class PangoMissing(Exception):
    """A PDF cannot be drawn on this machine; the message says what to install."""

    def __init__(self) -> None:
        super().__init__(WHAT_TO_INSTALL)


@cache
def weasyprint() -> Any:
    """The library that draws. Raises PangoMissing."""
    try:
        import weasyprint as found
    except OSError as missing:
        raise PangoMissing from missing
    return found


def can_be_drawn() -> bool:
    try:
        weasyprint()
    except PangoMissing:
        return False
    return True


def what_to_install() -> str:
    """What this machine lacks for PDF files, in a sentence; empty where nothing is lacking."""
    return "" if can_be_drawn() else WHAT_TO_INSTALL


def as_pdf(document: Document) -> bytes:
    """The bytes of the file; the same document gives the same bytes. Raises PangoMissing."""
    return drawn("meetings/documents/file.html", {"document": on_paper(document)}).write_pdf(**TAGGED)


TAGGED = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "uncompressed_pdf": False}


def drawn(template: str, told: dict[str, Any]) -> Any:
    """The pages of a template, with the style of every paper here. Raises PangoMissing."""
    library = weasyprint()
    fetcher = library.urls.URLFetcher(allowed_protocols=[])
    style = library.CSS(string=_style(), url_fetcher=fetcher)
    page = library.HTML(string=drawable(render_to_string(template, told)), url_fetcher=fetcher)
    return page.render(stylesheets=[style], **TAGGED)


def joined(papers: Sequence[Any]) -> bytes:
    """Several papers in one file, each with its own count of pages."""
    first, *others = papers
    pages = [page for paper in (first, *others) for page in paper.pages]
    return bytes(first.copy(pages).write_pdf(**TAGGED))


def on_paper(document: Document) -> Document:
    """The document with nothing in it that a file cannot hold."""
    sections = [
        Section(drawable(each.heading), drawable(each.text), each.table and _table(each.table), each.audience)
        for each in document.sections
    ]
    return Document(
        drawable(document.title),
        document.reference,
        document.version,
        drawable(document.recipient),
        document.day,
        sections,
    )


def _table(table: Table) -> Table:
    return Table(table.headings, [[drawable(cell) for cell in row] for row in table.rows])


@cache
def _style() -> str:
    path = finders.find(STYLE)
    assert path is not None, f"{STYLE} belongs to the product"
    with open(path, encoding="utf-8") as file:
        return file.read()
