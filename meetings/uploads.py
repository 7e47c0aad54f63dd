"""Files from outside: what is taken, judged by what is in them and never by their name.

Two kinds are taken, PDF and Word (.docx). What could run, unpack without end or fetch something is refused with its
reason. The name a file came with is dropped on the way in (`NoMoreThanIsTaken`): it may be a child's.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from meetings.models import ReportFile
from meetings.virus_scan import is_set_up, scan
from workflow.errors import FileActive, FileDamaged, FileEmpty, FileKindNotTaken, FileTooLarge, FileUnpacksTooFar

Format = ReportFile.Format

MEGABYTE = 1024 * 1024
MOST_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 2000
AT_ONCE = 64 * 1024

WORD_TEXT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CAN_RUN_IN_WORD = re.compile(r"vbaproject|vbadata|activex|oleobject|\.exe$|\.js$|\.vbs$", re.IGNORECASE)
# A link that a reader may click fetches nothing by itself; a template, a picture or an object elsewhere does.
MAY_LEAD_OUT = "/hyperlink"
CAN_RUN_IN_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
PDF_STREAM_OF_OBJECTS = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    content: bytes
    format: str
    is_scanned: bool

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


class NoMoreThanIsTaken(FileUploadHandler):
    """Holds a file in memory, nameless, and no more of it than is taken: the rest is read past; the form says so."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= settings.UPLOAD_LIMIT:
            self.held.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(self.held, self.field_name, "file", self.content_type, file_size, self.charset)


def check(uploaded: File) -> Checked:
    """The file, looked at from its first byte to its last. Raises FileEmpty, FileTooLarge, FileKindNotTaken,
    FileDamaged, FileActive, FileUnpacksTooFar, FileInfected, FileNotScanned.
    """
    if not uploaded.size:
        raise FileEmpty()
    if uploaded.size > settings.UPLOAD_LIMIT:
        raise FileTooLarge(f"It may have {settings.UPLOAD_LIMIT // MEGABYTE} MB.")
    content = uploaded.read()
    format = format_of(content)
    scan(content)
    return Checked(content, format, is_scanned=is_set_up())


def format_of(content: bytes) -> str:
    """Which of the two it is, by its content. Raises what `check` raises of it."""
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return Format.PDF
    if content.startswith(b"PK\x03\x04"):
        _check_word(content)
        return Format.WORD
    raise FileKindNotTaken()


# PDF


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise FileDamaged()
    for part in (content, *_objects_packed_in(content)):
        plain = PDF_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)
        if any(word in plain for word in CAN_RUN_IN_PDF):
            raise FileActive()


def _objects_packed_in(content: bytes) -> Iterator[bytes]:
    """What a PDF says in its compressed object streams, where a script would hide."""
    left = MOST_UNPACKED
    for found in PDF_STREAM_OF_OBJECTS.finditer(content):
        try:
            unpacked = zlib.decompressobj().decompress(content[found.end() :], left)
        except zlib.error:
            continue  # locked or packed otherwise; a reader that cannot unpack it runs nothing of it either
        left -= len(unpacked)
        if left <= 0:
            raise FileUnpacksTooFar()
        yield unpacked


# Word


def _check_word(content: bytes) -> None:
    try:
        with ZipFile(BytesIO(content)) as packed:
            _check_parts(packed)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, expat.ExpatError) as trouble:
        raise FileDamaged() from trouble


def _check_parts(packed: ZipFile) -> None:
    parts = packed.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS:
        raise FileUnpacksTooFar()
    if len(set(names)) < len(names) or any(
        _leads_away(name) or part.flag_bits & 1 for name, part in zip(names, parts, strict=True)
    ):
        raise FileDamaged()
    if not {"[Content_Types].xml", "word/document.xml"} <= set(names):
        raise FileKindNotTaken()
    if any(CAN_RUN_IN_WORD.search(name) for name in names):
        raise FileActive()
    left = MOST_UNPACKED
    for part in parts:
        text = _unpacked(packed, part, left)
        left -= len(text)
        if part.filename == "[Content_Types].xml":
            _check_kinds(text)
        elif part.filename.endswith(".rels"):
            _check_relations(text)


def _leads_away(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _unpacked(packed: ZipFile, part: ZipInfo, most: int) -> bytes:
    """What is in one part, unpacked a little at a time: what it says of its own size is not believed."""
    told = BytesIO()
    with packed.open(part) as reading:
        while piece := reading.read(AT_ONCE):
            told.write(piece)
            if told.tell() > most:
                raise FileUnpacksTooFar()
    return told.getvalue()


def _check_kinds(text: bytes) -> None:
    kinds = {attributes.get("ContentType", "").lower() for _, attributes in _elements(text)}
    if any("macroenabled" in kind or "vba" in kind for kind in kinds):
        raise FileActive()
    if WORD_TEXT not in kinds:
        raise FileKindNotTaken()


def _check_relations(text: bytes) -> None:
    for _, attributes in _elements(text):
        if attributes.get("TargetMode") == "External" and not attributes.get("Type", "").endswith(MAY_LEAD_OUT):
            raise FileActive("It fetches something from elsewhere when it is opened.")


def _elements(text: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of one part with their attributes. A document type, which lets XML grow without end, is refused."""
    found: list[tuple[str, dict[str, str]]] = []

    def refuse(*args: Any) -> None:
        raise FileActive()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
    parser.Parse(text, True)
    return found
