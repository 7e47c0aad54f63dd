"""What may be handed in and what may not, where it lies, and that it comes back as it was or not at all."""

import os
import subprocess
import sys
import zlib
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED

import pytest

from meetings import uploads
from meetings.inviting import submit_report
from meetings.models import ReportFile
from meetings.report_files import check_files, content_of, put_away, storage
from tests.meetings.handed_in import EICAR, PLAIN, a_file_of, packed_of, pdf, uploaded, word
from tests.meetings.sat import agency, invited, person, ten
from workflow import errors
from workflow.models import Entry

ROOT = Path(__file__).resolve().parents[2]
RELATIONS = "word/_rels/document.xml.rels"
ELSEWHERE = (
    '<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"'
    ' Target="https://elsewhere.example/x" TargetMode="External"/></Relationships>'
)
GROWS = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Types>&b;</Types>'


def there():
    """The names that lie in the storage."""
    place = Path(storage().location)
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


def a_zip_bomb():
    return word(more={"word/media/white.bmp": b"\0" * (uploads.MOST_UNPACKED + 1)})


def a_packed_script():
    packed = zlib.compress(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>")
    return pdf(b"2 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream\n")


BAD = {
    "nothing in it": (b"", "FILE_EMPTY"),
    "a program by its content": (b"MZ\x90\x00" + b"\0" * 100, "FILE_KIND_NOT_TAKEN"),
    "the test virus as text": (EICAR, "FILE_KIND_NOT_TAKEN"),
    "a page": (b"<html><script>alert(1)</script>", "FILE_KIND_NOT_TAKEN"),
    "a PDF behind a page": (b"<html>" + PLAIN, "FILE_KIND_NOT_TAKEN"),
    "a zip that is no document": (packed_of({"a.txt": b"a"}), "FILE_KIND_NOT_TAKEN"),
    "a spreadsheet": (word(more={"[Content_Types].xml": b"<Types/>"}), "FILE_KIND_NOT_TAKEN"),
    "half a PDF": (PLAIN[:40], "FILE_DAMAGED"),
    "half a document": (word()[:2000], "FILE_DAMAGED"),
    "a way out of its folder": (word(more={"../../x": b"x"}), "FILE_DAMAGED"),
    "a macro": (word(more={"word/vbaProject.bin": b"x"}), "FILE_ACTIVE"),
    "an object": (word(more={"word/embeddings/oleObject1.bin": b"x"}), "FILE_ACTIVE"),
    "a template elsewhere": (word(more={RELATIONS: ELSEWHERE.format("attachedTemplate").encode()}), "FILE_ACTIVE"),
    "a picture elsewhere": (word(more={RELATIONS: ELSEWHERE.format("image").encode()}), "FILE_ACTIVE"),
    "XML that grows": (word(more={"[Content_Types].xml": GROWS}), "FILE_ACTIVE"),
    "a script": (pdf(b"<< /S /JavaScript /JS (x) >>"), "FILE_ACTIVE"),
    "a script spelled otherwise": (pdf(b"<< /S /Java#53cript >>"), "FILE_ACTIVE"),
    "a program to start": (pdf(b"<< /S /Launch >>"), "FILE_ACTIVE"),
    "a file inside": (pdf(b"<< /Type /EmbeddedFile >>"), "FILE_ACTIVE"),
    "a script packed away": (a_packed_script(), "FILE_ACTIVE"),
    "too many parts": (packed_of({f"{n}": b"" for n in range(uploads.MOST_PARTS + 1)}), "FILE_UNPACKS_TOO_FAR"),
    "a zip bomb": (a_zip_bomb(), "FILE_UNPACKS_TOO_FAR"),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_with_its_reason_whatever_its_name_says(what):
    content, code = BAD[what]
    with pytest.raises(errors.Refused) as refused:
        uploads.check(uploaded(content, "report.docx"))
    assert refused.value.code == code


def test_a_macro_kind_is_refused_although_its_name_is_not_there():
    with pytest.raises(errors.FileActive):
        uploads._check_kinds(
            b'<Types><Override PartName="/word/document.xml"'
            b' ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
        )


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_taken(settings):
    settings.UPLOAD_LIMIT = len(PLAIN)
    assert uploads.check(uploaded(PLAIN)).format == "pdf"
    with pytest.raises(errors.FileTooLarge):
        uploads.check(uploaded(pdf(b" ")))


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (PLAIN, "pdf"),
        (word(), "docx"),
        (word(more={RELATIONS: ELSEWHERE.format("hyperlink").encode()}), "docx"),
        (word(packing=ZIP_DEFLATED), "docx"),
    ],
)
def test_what_is_taken_is_told_by_its_content(content, format):
    checked = uploads.check(uploaded(content, "holiday.exe"))
    assert (checked.format, checked.content, checked.is_scanned) == (format, content, False)


# The scanner


@contextmanager
def clamd(how):
    command = [sys.executable, "-m", "tests.meetings.fake_clamd", how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def test_what_the_scanner_finds_is_refused_and_what_it_passes_is_marked(settings):
    with clamd("looks") as settings.CLAMAV:
        assert uploads.check(uploaded(pdf(b"%" + b"x" * 200_000))).is_scanned
        with pytest.raises(errors.FileInfected):
            uploads.check(uploaded(pdf(EICAR)))


@pytest.mark.parametrize("how", ["errs", "hangs_up", "babbles"])
def test_anything_but_a_clear_yes_is_a_no(settings, how):
    with clamd(how) as settings.CLAMAV, pytest.raises(errors.FileNotScanned):
        uploads.check(uploaded(PLAIN))


@pytest.mark.parametrize("away", ["127.0.0.1:1", "/nowhere/clamd.ctl"])
def test_without_its_scanner_nothing_is_kept(settings, away):
    settings.CLAMAV = away
    with pytest.raises(errors.FileNotScanned):
        uploads.check(uploaded(PLAIN))


# In the record


@pytest.fixture
def report(db):
    _, conference = invited()
    return submit_report(conference, agency("education"), shared_with_family=True, by=person("teacher"), at=ten())


def test_it_lies_under_a_name_that_says_nothing_and_comes_back_as_it_was(report):
    file = a_file_of(report, by=person("teacher"), at=ten())
    assert content_of(file) == PLAIN and file.kept_as in there()
    assert len(file.kept_as) == 32 and file.kept_as.isalnum()
    assert file.file_name == "SP-T-report-education-1.pdf"
    kept = Path(storage().path(file.kept_as))
    assert kept.stat().st_mode & 0o077 == 0


def test_a_new_version_takes_the_place_of_the_old_one_and_nothing_is_taken_away(report):
    first = a_file_of(report, by=person("teacher"), at=ten())
    with pytest.raises(errors.ReasonRequired):
        a_file_of(report, word(), by=person("teacher"), at=ten(5))
    second = a_file_of(report, word(), by=person("clerk"), at=ten(6), reason="A page was missing")
    assert [each.number for each in report.files.all()] == [1, 2]
    assert content_of(first) == PLAIN and second.format == "docx"
    assert second.history.get().history_change_reason == "A page was missing"


def test_what_is_refused_leaves_nothing_and_is_written_down(report):
    before = there()
    with pytest.raises(errors.NotYourAgency):
        a_file_of(report, by=person("health_visitor"), at=ten())
    with pytest.raises(errors.FileKindNotTaken):
        a_file_of(report, b"MZ", by=person("teacher"), at=ten())
    assert there() == before and not ReportFile.objects.exists()
    told = Entry.objects.filter(act="add_report_file", outcome="refused").values_list("code", "by__key")
    assert list(told) == [("NOT_YOUR_AGENCY", "health_visitor"), ("FILE_KIND_NOT_TAKEN", "teacher")]


def test_a_failure_on_the_way_leaves_nothing(report):
    before = there()
    said = {"by": person("teacher"), "at": ten()}
    with pytest.raises(ZeroDivisionError), put_away(uploaded(PLAIN), "add_report_file", report.case, **said) as file:
        assert file.kept_as in there()
        raise ZeroDivisionError
    assert there() == before


def test_the_journal_has_the_hash_and_not_the_file(report):
    file = a_file_of(report, by=person("teacher"), at=ten())
    asked = Entry.objects.get(act="add_report_file").details
    assert asked["file"]["sha256"] == file.sha256
    assert "content" not in asked["file"]


def test_bytes_that_were_changed_are_not_given_out_and_are_found(report):
    file = a_file_of(report, by=person("teacher"), at=ten())
    assert not list(check_files())
    Path(storage().path(file.kept_as)).write_bytes(b"%PDF-another")
    assert content_of(file) is None
    assert [finding.what for finding in check_files(report.case)] == ["is not whole"]
    storage().delete(file.kept_as)
    assert content_of(file) is None


def test_a_file_of_no_record_is_found_once_nobody_can_be_putting_it_away(report):
    place = Path(storage().location)
    place.mkdir(exist_ok=True)
    left = place / "left-by-a-process-that-died"
    left.write_bytes(PLAIN)
    try:
        assert not [each for each in check_files() if left.name in each.record]
        os.utime(left, (0, 0))
        assert [each.what for each in check_files() if left.name in each.record] == ["is of no record"]
        assert not list(check_files(report.case))
    finally:
        left.unlink()


@pytest.mark.django_db
def test_a_report_and_its_file_come_in_one_act():
    _, conference = invited()
    said = {"by": person("teacher"), "at": ten()}
    with put_away(uploaded(PLAIN), "submit_report", conference.case, **said) as file:
        report = submit_report(conference, agency("education"), shared_with_family=False, file=file, **said)
    assert content_of(report.files.get()) == PLAIN
    with pytest.raises(errors.WrongState), put_away(uploaded(PLAIN), "submit_report", conference.case, **said) as file:
        submit_report(conference, agency("education"), shared_with_family=False, file=file, **said)
    assert file.kept_as not in there()
