"""Letters and minutes: what each recipient reads, what no file of theirs holds, and that every character arrives."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from io import BytesIO
from unittest import mock
from zipfile import ZipFile

import docx
import pytest
from django.core.checks import run_checks
from django.test import TestCase
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from meetings.documents import pdf
from meetings.documents.document import Document, Section, Table, drawable
from meetings.documents.pdf import PangoMissing, as_pdf, can_be_drawn, drawn, joined, on_paper
from meetings.documents.renditions import file_of, keep, kept
from meetings.documents.word import as_word
from meetings.minutes import approve_minutes, draft_minutes, minutes_of
from meetings.models import Addendum, Exclusion, Rendition
from tests.making import doing
from tests.meetings import reading
from tests.meetings.sent import (
    ADDRESS,
    CLOSED_PART,
    EVERYBODY,
    KEPT_FROM_OLE,
    MONDAY,
    decided,
    person,
    prepared,
    ready_to_send,
    relative,
    row_of,
    written,
)
from tests.services import missing


def needs_pango(test):
    """Says so and skips where PDF files cannot be drawn."""

    @wraps(test)
    def asked(*args, **kwargs):
        return test(*args, **kwargs) if can_be_drawn() else missing("Pango")

    return asked


A_DOCUMENT = Document(
    title="Minutes of a meeting",
    reference="7F3A2C",
    version="2",
    recipient="Ann & “Bob” <Reed>",
    day="5 January 2026",
    sections=[
        Section("What was said", 'Ann said "I can\'t" & <b>left</b>\n\n  then came back'),
        Section("Who", table=Table(["Name", "From"], [["Ann", "10:00"], ["Bo & Co", "<11:00>"]])),
    ],
    removed=["A part nobody else may know of"],
)
HARD = "a & b < c > d \" e ' f é e\u0301 שלום مرحبا 😀 漢字 ก็ \u202e x\u00ady fi ffl 𝒜 {{7*7}} {% now %} =1+1 \t z"


def in_words(document):
    """Everything a document says."""
    cells = [cell for each in document.sections if each.table for row in each.table.rows for cell in row]
    return "\n".join([*(f"{each.heading}\n{each.text}" for each in document.sections), *cells])


class TheLetter(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conference = ready_to_send()
        cls.release = prepared(cls.conference)

    def letter_of(self, key):
        return kept(row_of(self.release, key)["sha256"])

    def test_an_agency_reads_of_every_child_why_the_plan_who_when_and_how_to_dissent(self):
        said = in_words(self.letter_of("health"))
        for part in (
            "The child protection plan of Mira Lowe continues.",
            "Category: neglect.",
            "Why: Jonah is still afraid at night",
            "Take Jonah to the sleep clinic",
            "Olga Reed, Health",
            "12 October 2026",
            "Back to conference if a visit is refused",
            "Lead social worker: Ada Quill.",
            "Core group: Children's social care, Health and School.",
            "Review conference for Jonah Lowe",
            "by 18 March 2027",
            "within 6 calendar months of 18 September 2026",
            "formal within 72 hours of the decision (18 September 2026, 12:00)",
        ):
            assert part in said, part

    def test_family_is_told_how_to_complain_and_not_how_an_agency_dissents(self):
        said = in_words(self.letter_of("ida"))
        assert "you may complain to children's social care" in said
        assert "72 hours" not in said

    def test_a_father_of_one_of_two_siblings_gets_only_that_childs_decision(self):
        document = self.letter_of("ole")
        assert "Decision about Mira Lowe" in [each.heading for each in document.sections]
        assert "Jonah" not in in_words(document)
        assert row_of(self.release, "ole")["removed"] == ["Decision about Jonah Lowe"]

    def test_the_kept_document_does_not_hold_what_was_taken_out_of_it(self):
        assert self.letter_of("ole").removed == ()
        assert "Jonah" not in self.letter_of("ole").as_json.decode()

    def test_two_recipients_have_two_documents(self):
        hashes = [row["sha256"] for row in self.release.rows]
        assert len(set(hashes)) == len(hashes)


class TheDecisionOnly(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conference = ready_to_send()
        with doing(cls.conference.case, on=MONDAY):
            exclusion = Exclusion(conference=cls.conference, person=relative("ole"), grounds=["violence"])
            exclusion.save()
            exclusion.decide(excluded=True, reason="Threats", other_means="A call", may_receive="decision_only")
            exclusion.save()
            invitation = cls.conference.invitations.get(family_member=relative("ole"))
            invitation.exclude()
            invitation.save()
        cls.row = row_of(prepared(cls.conference), "ole")

    def test_somebody_excluded_reads_what_was_decided_and_neither_why_nor_what_follows(self):
        document = kept(self.row["sha256"])
        said = in_words(document)
        assert self.row["less"]
        assert "The child protection plan of Mira Lowe continues." in said and "Category: neglect." in said
        assert "If you disagree" in said
        for left_out in ("Meals are still missed", "sleep clinic", "Core group", "18 March 2027", "a visit is refused"):
            assert left_out not in said, left_out
        assert {"Reasons for the decision", "What happens next"} <= set(self.row["removed"])

    def test_the_minutes_do_not_go_to_somebody_who_may_have_the_decision_only(self):
        written(self.conference)
        assert "ole" not in [row["party"] for row in prepared(self.conference, "minutes").rows]


class TheMinutes(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conference = ready_to_send()
        written(cls.conference)
        cls.release = prepared(cls.conference, "minutes")

    def copy_of(self, key):
        return kept(row_of(self.release, key)["sha256"])

    def headings(self, key):
        return [each.heading for each in self.copy_of(key).sections]

    def test_professionals_read_every_section(self):
        assert {EVERYBODY, CLOSED_PART, KEPT_FROM_OLE} <= set(self.headings("police"))
        assert row_of(self.release, "police")["removed"] == []

    def test_family_does_not_read_what_is_for_professionals(self):
        assert EVERYBODY in self.headings("ida") and KEPT_FROM_OLE in self.headings("ida")
        assert CLOSED_PART not in self.headings("ida")

    def test_who_somebody_is_protected_from_reads_neither_their_section_nor_their_views_nor_where_they_are(self):
        said = in_words(self.copy_of("ole"))
        assert EVERYBODY in said and "She is well." in said
        for secret in (CLOSED_PART, KEPT_FROM_OLE, "Views of Ida", "Quarry", "le17qx", "Jonah", "moved twice"):
            assert secret not in said, secret
        assert "[withheld], [withheld]. She is well." in said
        assert {CLOSED_PART, KEPT_FROM_OLE, "Views of Ida Lowe"} <= set(row_of(self.release, "ole")["removed"])

    def test_the_sender_is_asked_to_look_at_a_name_no_rule_can_judge(self):
        assert row_of(self.release, "ole")["look_at"] == ["Ida Lowe"]
        assert row_of(self.release, "ida")["look_at"] == []
        assert row_of(self.release, "police")["look_at"] == []

    def test_the_facts_come_from_the_record(self):
        said = in_words(self.copy_of("health"))
        for part in (
            "Olga Reed",
            "Health (agency practitioner)",
            "from 12:00",
            "Police: absent without apologies",
            "School: Neglect describes Jonah better",
            "Take Jonah to the sleep clinic",
            "challenged for 10 working days",
            "not received",
        ):
            assert part in said, part

    def test_an_addendum_is_told_to_agencies(self):
        record = minutes_of(self.conference)
        with doing(self.conference.case, on=MONDAY):
            Addendum(minutes=record, text="The clinic is in Leicester.", added_on=MONDAY).save()
        again = prepared(self.conference, "minutes")
        assert "The clinic is in Leicester." in in_words(kept(row_of(again, "health")["sha256"]))
        assert "The clinic is in Leicester." not in in_words(kept(row_of(again, "ida")["sha256"]))

    @needs_pango
    def test_no_file_of_the_fathers_holds_a_trace_of_what_he_may_not_read(self):
        document = self.copy_of("ole")
        word, paper = as_word(document), as_pdf(document)
        everything = reading.all_of_word(word) + reading.all_of_pdf(paper) + document.file_name
        assert "She is well." in reading.text_of_word(word)
        for secret in (CLOSED_PART, KEPT_FROM_OLE, "Views of Ida", "Quarry", "Jonah", "moved twice", "ida@post"):
            assert secret not in everything, secret
            assert secret.encode("utf-16-be") not in paper, secret
        for number, line in enumerate(ADDRESS.splitlines()):
            assert number == 1 or line not in everything


def test_without_a_text_the_minutes_are_the_facts_alone(db):
    _, conference = decided()
    draft_minutes(conference, by=person("clerk"), on=MONDAY)
    approve_minutes(conference, by=person("cp_chair"), on=MONDAY)
    document = kept(row_of(prepared(conference, "minutes"), "health")["sha256"])
    assert "Disagreement with the decision" in [each.heading for each in document.sections]
    assert EVERYBODY not in in_words(document)


# Drawn


def test_the_hash_is_of_what_is_drawn_and_of_nothing_else():
    assert replace(A_DOCUMENT, removed=[]).sha256 == A_DOCUMENT.sha256
    assert replace(A_DOCUMENT, recipient="Somebody else").sha256 != A_DOCUMENT.sha256
    assert Document.from_json(A_DOCUMENT.as_json).sha256 == A_DOCUMENT.sha256
    assert "removed" not in json.loads(A_DOCUMENT.as_json)


def test_a_word_file_has_headings_a_table_head_the_marks_on_each_page_and_says_nothing_of_anybody():
    content = as_word(A_DOCUMENT)
    file = docx.Document(BytesIO(content))
    styles = {each.text: each.style.name for each in file.paragraphs}
    assert styles["Minutes of a meeting"] == "Title" and styles["What was said"] == "Heading 1"
    assert "7F3A2C · version 2" in file.sections[0].header.paragraphs[0].text
    assert "Copy for Ann & “Bob” <Reed>" in file.sections[0].header.paragraphs[0].text
    foot = file.sections[0].footer._element.xml
    assert 'w:instr="PAGE"' in foot and 'w:instr="NUMPAGES"' in foot
    assert "w:tblHeader" in file.tables[0]._tbl.xml
    told = file.core_properties
    assert (told.title, told.author, told.last_modified_by) == ("7F3A2C", "Throughline", "Throughline")
    assert told.created == told.modified.replace(tzinfo=told.created.tzinfo)
    assert 'w:val="en-GB"' in file.styles.element.xml


def test_the_same_document_gives_the_same_word_file_whenever_it_is_drawn():
    assert as_word(A_DOCUMENT) == as_word(A_DOCUMENT)
    with ZipFile(BytesIO(as_word(A_DOCUMENT))) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@needs_pango
def test_a_pdf_is_tagged_in_english_has_bookmarks_and_the_marks_on_every_page():
    longer = replace(A_DOCUMENT, sections=[*A_DOCUMENT.sections, Section("More", "A line.\n" * 120)])
    reader = PdfReader(BytesIO(as_pdf(longer)))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    assert dict(reader.metadata)["/Title"] == "7F3A2C" and dict(reader.metadata)["/Author"] == "Throughline"
    assert [each["/Title"] for each in reader.outline[1]] == ["What was said", "Who", "More"]
    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, start=1):
        said = " ".join(page.extract_text().split())
        assert f"Page {number} of {len(reader.pages)}" in said
        assert "7F3A2C · version 2" in said and "Copy for Ann & “Bob” <Reed>" in said


@needs_pango
def test_the_same_document_gives_the_same_pdf():
    assert as_pdf(A_DOCUMENT) == as_pdf(A_DOCUMENT)


@needs_pango
def test_papers_of_two_people_in_one_file_count_their_own_pages():
    longer = replace(A_DOCUMENT, recipient="Ada", sections=[Section("More", "A line.\n" * 120)])
    papers = [drawn("meetings/documents/file.html", {"document": on_paper(each)}) for each in (longer, A_DOCUMENT)]
    said = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(joined(papers))).pages]
    assert "Page 1 of 3" in said[0] and "Page 3 of 3" in said[2] and "Copy for Ada" in said[2]
    assert "Page 1 of 1" in said[3] and "Copy for Ann" in said[3] and "Ada" not in said[3]


@needs_pango
@pytest.mark.parametrize("text", ["file:///etc/passwd", "http://169.254.169.254/", "@import url(http://x.example/)"])
def test_nothing_is_fetched_for_a_pdf(text):
    said = f'<img src="{text}"><a rel=attachment href="{text}">x</a><style>{text}</style>'
    with mock.patch("weasyprint.urls.URLFetcher.open", side_effect=AssertionError("fetched")) as fetched:
        content = as_pdf(replace(A_DOCUMENT, title=said, sections=[Section(said, said)]))
    fetched.assert_not_called()
    assert "/EmbeddedFiles" not in PdfReader(BytesIO(content)).trailer["/Root"]
    assert said.replace(" ", "") in reading.text_of_pdf(content).replace(" ", "").replace("\n", "")


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=200)


@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT)
@example(text=HARD)
@example(text="\x00\x07\x0b one\r\ntwo\rthree\u2028four\x85 \ufffe")
def test_what_goes_into_a_word_file_comes_out_of_it(text):
    document = replace(A_DOCUMENT, sections=[Section("H", text, Table(["T"], [[text]]))])
    file = docx.Document(BytesIO(as_word(document)))
    lines = [each.text for each in file.paragraphs]
    said = "\n".join(lines[lines.index("H") + 1 : -1])
    assert said == drawable(text)
    assert file.tables[0].cell(1, 0).text == drawable(text)


@needs_pango
@settings(max_examples=25, deadline=None)
@given(text=ANY_TEXT)
@example(text=HARD)
@example(text="\x00\x07 one\r\ntwo\rthree\x85")
@example(text="\U000e0080 \u2065 \ufff0 a heart \u2764\ufe0f")
def test_what_goes_into_a_pdf_comes_out_of_it(text):
    """Letters that run from right to left are drawn in an order of their own, so the characters are compared."""
    empty = replace(A_DOCUMENT, sections=[Section("H", "x")])
    document = replace(A_DOCUMENT, sections=[Section("H", f"x{text}")])
    before = reading.characters(reading.text_of_pdf(as_pdf(empty)))
    after = reading.characters(reading.text_of_pdf(as_pdf(document)))
    assert sorted(after) == sorted(before + reading.characters(drawable(text)))


# Kept


def test_a_document_is_kept_once_and_drawn_once(db):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert keep(A_DOCUMENT, at) == keep(A_DOCUMENT, at)
    first = file_of(A_DOCUMENT, "docx", at)
    with mock.patch.dict("meetings.documents.renditions.DRAWN", {"docx": lambda document: b"another"}):
        assert file_of(A_DOCUMENT, "docx", at).sha256 == first.sha256
    assert Rendition.objects.count() == 2
    assert kept("0" * 64) is None


def test_only_the_two_kinds_of_file_are_drawn(db):
    with pytest.raises(KeyError):
        file_of(A_DOCUMENT, "exe", datetime(2026, 1, 1, tzinfo=UTC))


# Without Pango


@pytest.fixture
def no_pango(monkeypatch):
    """A machine on which the library that draws cannot find Pango."""

    class Broken:
        def find_spec(self, name, *rest):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    pdf.weasyprint.cache_clear()
    yield
    pdf.weasyprint.cache_clear()


def test_without_pango_a_pdf_says_what_to_install_and_word_works(no_pango):
    with pytest.raises(PangoMissing, match="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"):
        as_pdf(A_DOCUMENT)
    assert reading.text_of_word(as_word(A_DOCUMENT)).startswith("Minutes of a meeting")


def test_without_pango_the_systems_check_says_so(no_pango):
    [said] = [each for each in run_checks(tags=["documents"]) if each.id == "throughline.W001"]
    assert "libpangoft2-1.0-0" in said.msg


@needs_pango
def test_with_pango_the_check_has_nothing_to_say():
    assert run_checks(tags=["documents"]) == []
