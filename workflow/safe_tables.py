"""Tables as CSV and XLSX that open as text and never as a formula, whatever somebody wrote into the record."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What a spreadsheet would read as the beginning of a formula, also behind blanks and in full width.
BEGINS_A_FORMULA = re.compile("^[\\s\u200b\ufeff]*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
LONGEST = 32_767  # characters that a cell of a workbook holds


@dataclass(frozen=True)
class Sheet:
    """One table of an export: its name, its headings, its rows."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


def text_of(value: Any) -> str:
    """What stands in a cell: text without control characters."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return CONTROL.sub("\ufffd", str(value).replace("\r\n", "\n"))


def harmless(text: str) -> str:
    """For CSV, which knows no kinds of cells: an apostrophe before what would be a formula."""
    return f"'{text}" if BEGINS_A_FORMULA.match(text) else text


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a mark, since spreadsheets ask for it."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerows([harmless(text_of(value)) for value in row] for row in (sheet.headings, *sheet.rows))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A workbook in which every cell is text."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        for row in (sheet.headings, *sheet.rows):
            cells = []
            for value in row:
                cell = WriteOnlyCell(page)
                # The value first: setting it guesses a kind, and a formula is one of the guesses.
                cell.value = text_of(value)[:LONGEST]
                cell.data_type = "s"
                cells.append(cell)
            page.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
