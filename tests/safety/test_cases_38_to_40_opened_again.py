"""Cases 38 to 40: whatever was typed, opened again in every kind of file that leaves here."""

import csv
import email
import unicodedata
from collections import Counter
from dataclasses import replace
from email import policy
from io import BytesIO, StringIO

import docx
import openpyxl
import pytest
from django.core.mail import EmailMessage
from icalendar import Calendar
from pypdf import PdfReader

from meetings.documents.document import Section, Table, drawable
from meetings.documents.pdf import as_pdf
from meetings.documents.word import as_word
from notifications.outside import BREAKS_OUT, _is_one_meeting, breaks_out_of_a_header
from tests.meetings import reading
from tests.meetings import test_calendar_entry as calendar
from tests.meetings import test_documents as documents
from tests.naughty import FORMULAS, NEVER_TEXT, STRANGE
from workflow.safe_tables import Sheet, as_csv, as_xlsx, text_of

ALL = [*STRANGE, *NEVER_TEXT.values()]

test_case_39_every_character_is_in_the_word_file = documents.test_what_goes_into_a_word_file_comes_out_of_it
test_case_39_every_character_is_in_the_pdf = documents.test_what_goes_into_a_pdf_comes_out_of_it
test_case_40_nothing_is_fetched = documents.test_nothing_is_fetched_for_a_pdf


def test_case_38_every_text_is_text_in_a_workbook():
    book = openpyxl.load_workbook(BytesIO(as_xlsx([Sheet("One", ["A"], [[each] for each in ALL])])))
    cells = [row[0] for row in book["One"].iter_rows(min_row=2)]
    assert len(cells) == len(ALL)
    for cell, typed in zip(cells, ALL, strict=True):
        assert cell.data_type in ("s", "n") and (cell.data_type == "s" or cell.value is None)
        assert (cell.value or "") == text_of(typed)


def test_case_38_every_text_is_text_in_a_csv():
    told = as_csv(Sheet("One", ["A"], [[each] for each in ALL])).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(told, newline="")))[1:]
    assert len(rows) == len(ALL)
    for (cell,), typed in zip(rows, ALL, strict=True):
        assert cell.removeprefix("'") == text_of(typed).removeprefix("'")
        assert cell.lstrip("\ufeff \t\r\n\u00a0")[:1] not in ("=", "+", "-", "@")
    assert all(cell.startswith("'") for (cell,), typed in zip(rows, ALL, strict=True) if typed in FORMULAS[:15])


def test_case_39_every_text_is_whole_in_one_word_file():
    document = replace(documents.A_DOCUMENT, sections=[Section("H", "x", Table(["T"], [[each] for each in ALL]))])
    table = docx.Document(BytesIO(as_word(document))).tables[0]
    for row, typed in zip(table.rows[1:], ALL, strict=True):
        assert row.cells[0].text == drawable(typed)


@documents.needs_pango
def test_case_39_every_text_is_drawn_in_one_pdf():
    texts = [each for each in ALL if len(each) < 300]
    empty = replace(documents.A_DOCUMENT, sections=[Section("H", "x", Table(["T"], [["y"]]))])
    full = replace(
        documents.A_DOCUMENT, sections=[Section("H", "x", Table(["T"], [["y"], *([each] for each in texts)]))]
    )
    content = as_pdf(full)
    assert "/EmbeddedFiles" not in PdfReader(BytesIO(content)).trailer["/Root"]
    wanted = Counter(reading.characters(reading.text_of_pdf(as_pdf(empty))))
    for each in texts:
        if each.isascii():  # how a font joins the letters of other scripts is tried text by text, above
            wanted.update(reading.characters(drawable(each)))
    missing = wanted - Counter(reading.characters(reading.text_of_pdf(content)))
    assert not missing


# Half a surrogate is no text: no database of ours keeps one (`config.drafts` refuses it at the only door for it).
@pytest.mark.parametrize("typed", [each for each in ALL if not any("\ud800" <= one <= "\udfff" for one in each)])
def test_case_34_a_text_in_a_calendar_entry_stays_in_its_line_or_is_refused(typed):
    entry = calendar.request(place=typed)
    if not _is_one_meeting(entry):
        assert any(unicodedata.category(each) in BREAKS_OUT for each in typed)
        return
    event = calendar.event_of(entry)
    assert len(Calendar.from_ical(entry.text).subcomponents) == 1
    told = str(event.get("LOCATION", ""))
    assert told.lstrip("\ufeff") == typed.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    assert str(event["SUMMARY"]).startswith("Multi-agency meeting")


@pytest.mark.parametrize("typed", ALL)
def test_case_34_a_text_in_a_header_of_a_mail_is_read_again_as_it_was_or_is_refused(typed):
    if breaks_out_of_a_header(typed):
        return
    mail = EmailMessage(subject=typed, body="x", from_email="a@here.example", to=["b@here.example"])
    read = email.message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    assert "".join(read["Subject"].split()) == "".join(typed.split())
    assert [read.get_all(name) for name in ("Bcc", "Cc")] == [None, None]
    assert read["To"] == "b@here.example" and read.get_content().strip() == "x"
