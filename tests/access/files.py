"""What an answer says to whoever opens it: also within a PDF, a Word document, a workbook, a bundle of these."""

import html
import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.meetings.reading import all_of_pdf, text_of_word

TAG = re.compile(r"<[^>]*>")


def everything_in(answer: Any) -> str:
    """All the words of an answer, however it is packed."""
    return text_in(answer.content)


def text_in(content: bytes) -> str:
    if content.startswith(b"PK"):
        return _of_an_archive(content)
    if content.startswith(b"%PDF") and b"stream" in content:  # without one, nothing in it is packed away
        return _of_a_pdf(content)
    return content.decode(errors="replace")


def is_said(words: str, said: str) -> bool:
    """Wherever a line or a cell ends in between."""
    return _closed_up(words) in _closed_up(said)


def _closed_up(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b]+", "", text)


def _of_an_archive(content: bytes) -> str:
    """Each part as it stands and without its marks, which may divide a word; and as Word and Excel would show it."""
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: text_in(archive.read(name)) for name in archive.namelist()}
    said = [text for name, part in parts.items() for text in (name, part, html.unescape(TAG.sub("", part)))]
    if "word/document.xml" in parts:
        said += [text_of_word(content), str(docx.Document(BytesIO(content)).core_properties.title)]
    if "xl/workbook.xml" in parts:
        said += [str(cell) for sheet in load_workbook(BytesIO(content)) for row in sheet.values for cell in row if cell]
    return "\n".join(said)


def _of_a_pdf(content: bytes) -> str:
    """What is drawn, as two ways of reading find it, properties, bookmarks, alternatives, and files within."""
    reader = PdfReader(BytesIO(content))
    said = [page.extract_text() for page in reader.pages]
    said += [text_in(file) for files in reader.attachments.values() for file in files]
    return "\n".join([*said, str(reader.metadata), all_of_pdf(content)] if reader.pages else said)
