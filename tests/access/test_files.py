"""The walk reads what a reader of a file finds: a word kept from somebody fails it in whatever it is packed."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
from openpyxl import Workbook

from meetings.documents.document import Document, Section, Table
from meetings.documents.pdf import as_pdf, can_be_drawn
from meetings.documents.word import as_word
from tests.access.files import is_said, text_in
from tests.meetings.handed_in import PLAIN
from workflow.safe_tables import Sheet, as_xlsx

KEPT = "A red van was seen twice by the gate & left"
LONG = " ".join(["Nothing of it is known to anybody at all."] * 3 + [KEPT] + ["More is not said."] * 9)
PAPER = Document("Minutes", "SP-T", "1", "Clerk", "20 November", [Section("Known", LONG)])
IN_A_TABLE = Document(
    "Minutes", "SP-T", "1", "Clerk", "20 November", [Section("Known", table=Table(["What"], [[KEPT]]))]
)


def packed(name, content):
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def divided():
    """A Word document in which a word lies in two runs, and the sentence in a header."""
    document, out = docx.Document(), BytesIO()
    header = document.sections[0].header.paragraphs[0]
    header.add_run(KEPT[:9])
    header.add_run(KEPT[9:])
    document.save(out)
    return out.getvalue()


def with_comment():
    book, out = Workbook(), BytesIO()
    book.active.append(["nothing"])
    book.properties.title = KEPT
    book.save(out)
    return out.getvalue()


FILES = {
    "a Word document": lambda: as_word(PAPER),
    "a table of one": lambda: as_word(IN_A_TABLE),
    "a word in two runs of a header": divided,
    "a workbook": lambda: as_xlsx([Sheet("One", ["What"], [["nothing"]]), Sheet("Two", ["What"], [[KEPT]])]),
    "the title of a workbook": with_comment,
    "a bundle of a workbook": lambda: packed("all.xlsx", as_xlsx([Sheet("One", ["What"], [[KEPT]])])),
    "a bundle in a bundle": lambda: packed("all.zip", packed("a.docx", as_word(PAPER))),
}
DRAWN = {
    "a PDF": lambda: as_pdf(PAPER),
    "a table of a PDF": lambda: as_pdf(IN_A_TABLE),
    "a bundle of a PDF": lambda: packed("all.pdf", as_pdf(PAPER)),
}


@pytest.mark.parametrize("made", [*FILES.values(), *DRAWN.values()], ids=[*FILES, *DRAWN])
def test_a_word_is_found_in(made):
    if made in DRAWN.values() and not can_be_drawn():
        pytest.skip("This test needs Pango.")
    content = made()
    assert KEPT.encode() not in content
    assert is_said(KEPT, text_in(content))
    assert not is_said("A green van", text_in(content))


def test_a_file_somebody_handed_in_with_nothing_packed_away_is_read_as_it_is():
    assert is_said("/Type /Catalog", text_in(PLAIN))


def test_a_page_is_read_as_it_is():
    assert is_said("kept from", text_in(b"<p>kept\n   from</p>"))
