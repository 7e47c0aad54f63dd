"""A document as a Word file, built by code: real headings, table heads, and on every page whose copy it is.

The same document gives the same bytes: the file holds no moment, no author but the product, and no path.
"""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from meetings.documents.document import Document, Table, drawable
from meetings.documents.moment import EVER

FONT = "Arial"
DARK = RGBColor(0x0B, 0x0C, 0x0C)
# The first moment a zip archive can name.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)
SIZES = {"Title": 20, "Heading 1": 15, "Normal": 11}


def as_word(document: Document) -> bytes:
    """The bytes of the file."""
    file = docx.Document()
    _page(file)
    _styles(file)
    _properties(file, document)
    _margins(file, document)
    file.add_heading(drawable(document.title), level=0)
    _text(file, f"{document.day}\nFor {document.recipient}")
    for section in document.sections:
        file.add_heading(drawable(section.heading), level=1)
        if section.text:
            _text(file, section.text)
        if section.table:
            _table(file, section.table)
    return _without_moments(file)


def _page(file: Any) -> None:
    page = file.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2.3)


def _styles(file: Any) -> None:
    for name, size in SIZES.items():
        style = file.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), DARK
        fonts = style.element.rPr.rFonts
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        fonts.set(qn("w:hAnsi"), FONT)
        fonts.set(qn("w:cs"), FONT)
    file.styles["Normal"].paragraph_format.space_after = Pt(4)
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")


def _properties(file: Any, document: Document) -> None:
    """Nothing about anybody: the reference is the title."""
    told = file.core_properties
    told.title, told.author, told.last_modified_by = document.reference, "Throughline", "Throughline"
    told.subject = told.keywords = told.comments = told.category = ""
    told.language, told.version, told.revision = "en-GB", document.version, 1
    told.created = told.modified = EVER


def _margins(file: Any, document: Document) -> None:
    """At the top what it is and whose copy, at the foot the page."""
    section = file.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    top = section.header.paragraphs[0]
    top.text = f"{document.reference} · version {document.version}\tCopy for {drawable(document.recipient)}"
    foot = section.footer.paragraphs[0]
    foot.add_run("Confidential\tPage ")
    _field(foot, "PAGE")
    foot.add_run(" of ")
    _field(foot, "NUMPAGES")
    for line in (top, foot):
        stops = line.paragraph_format.tab_stops
        stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
        line.style = file.styles["Normal"]


def _field(paragraph: Any, code: str) -> None:
    """A number that Word works out itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _text(file: Any, text: str) -> None:
    """A paragraph for each line, so that what was written line by line is read line by line."""
    for line in drawable(text).split("\n"):
        file.add_paragraph(line)


def _table(file: Any, table: Table) -> None:
    drawn = file.add_table(rows=1, cols=len(table.headings), style="Table Grid")
    for cell, heading in zip(drawn.rows[0].cells, table.headings, strict=True):
        cell.paragraphs[0].add_run(drawable(heading)).bold = True
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    drawn.rows[0]._tr.get_or_add_trPr().append(head)
    for row in table.rows:
        cells = drawn.add_row().cells
        for cell, said in zip(cells, row, strict=True):
            cell.text = drawable(said)
    for each in drawn.rows:
        whole = OxmlElement("w:cantSplit")
        each._tr.get_or_add_trPr().append(whole)
    file.add_paragraph()


def _without_moments(file: Any) -> bytes:
    """The archive written again, each part with the same moment and without the picture of the empty template."""
    drawn, kept = BytesIO(), BytesIO()
    file.save(drawn)
    with ZipFile(drawn) as told, ZipFile(kept, "w", ZIP_DEFLATED) as again:
        for name in told.namelist():
            again.writestr(ZipInfo(name, NO_MOMENT), told.read(name), ZIP_DEFLATED)
    return kept.getvalue()
