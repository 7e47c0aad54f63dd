"""What a reader of a file finds in it: the text of Word and PDF, and everything else a file says about itself."""

import re
import unicodedata
from io import BytesIO
from zipfile import ZipFile

import docx
from pypdf import PdfReader
from pypdf.generic import ContentStream, IndirectObject


def text_of_word(content: bytes) -> str:
    """The paragraphs and the cells, in the order in which they stand."""
    file = docx.Document(BytesIO(content))
    found = []
    for part in file.iter_inner_content():
        if hasattr(part, "rows"):
            found += [cell.text for row in part.rows for cell in row.cells]
        else:
            found.append(part.text)
    return "\n".join(found)


def all_of_word(content: bytes) -> str:
    """Every part of the archive, so also properties, settings and the names of the parts."""
    with ZipFile(BytesIO(content)) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode(errors='replace')}" for name in archive.namelist())


def text_of_pdf(content: bytes) -> str:
    """What is drawn, each glyph as the character that the file says it stands for."""
    reader = PdfReader(BytesIO(content))
    return "\n".join(_text_of_page(reader, page) for page in reader.pages)


def _text_of_page(reader: PdfReader, page: object) -> str:
    fonts = {name: _characters(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    drawn, font = [], {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"Tf":
            font = fonts[operands[0]]
        elif operator in (b"Tj", b"TJ"):
            given = operands[0] if operator == b"TJ" else operands
            drawn += [_decoded(each, font) for each in given if isinstance(each, (bytes, str))]
        elif operator in (b"Td", b"Tm", b"ET"):
            drawn.append(" ")
    return "".join(drawn)


def _decoded(glyphs: object, font: dict[int, str]) -> str:
    raw = getattr(glyphs, "original_bytes", glyphs)
    return "".join(font.get(int.from_bytes(raw[at : at + 2]), "\ufffe") for at in range(0, len(raw), 2))


def _characters(font: object) -> dict[int, str]:
    told = font["/ToUnicode"].get_data().decode()
    pairs = re.findall(r"<([0-9a-f]+)> <([0-9a-f]*)>", told.split("endcodespacerange")[1])
    return {int(glyph, 16): bytes.fromhex(character).decode("utf-16-be") for glyph, character in pairs}


def all_of_pdf(content: bytes) -> str:
    """What is drawn, the properties, the bookmarks, and every text there is in any object: alternatives, titles."""
    reader = PdfReader(BytesIO(content))
    said = [text_of_pdf(content), str(reader.metadata), str(reader.xmp_metadata and _xmp(reader)), str(reader.outline)]
    said += [str(each) for each in _everything(reader)]
    return "\n".join(said)


def _xmp(reader: PdfReader) -> str:
    return reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()


def _everything(reader: PdfReader) -> list:
    """Every object of the file that is one."""
    numbered = (IndirectObject(number, 0, reader).get_object() for number in range(1, int(reader.trailer["/Size"])))
    return [held for held in numbered if held is not None]


# Marks that only change how the one before them is drawn, and have no shape of their own.
SHAPELESS = re.compile("[\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def characters(text: str) -> list[str]:
    """The characters of a text whatever the order they are drawn in, composed, without spaces and invisible marks."""
    composed = SHAPELESS.sub("", unicodedata.normalize("NFKC", text))
    return sorted(each for each in composed if not each.isspace() and unicodedata.category(each) not in ("Cf", "Cc"))
