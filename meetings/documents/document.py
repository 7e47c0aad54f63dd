"""A document before it is drawn: who it is for, what it says, section by section. The same however it is drawn."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

# Control characters; and numbers that no character has, which nothing draws, so that nobody would see them missing.
# Source: Unicode 16, PropList, Other_Default_Ignorable_Code_Point.
NO_CHARACTER = "\u2065\ufff0-\ufff8\U000e0000\U000e0002-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
NOT_TEXT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff{NO_CHARACTER}]")


@dataclass(frozen=True)
class Table:
    """Rows under headings, for what reads better across than down."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """A heading, its text as it was written (lines kept), and a table where there is one."""

    heading: str
    text: str = ""
    table: Table | None = None
    audience: str = "everyone"


@dataclass(frozen=True)
class Document:
    """Everything one recipient gets. `reference` and `recipient` stand on every page; no name is in `file_name`."""

    title: str
    reference: str
    version: str
    recipient: str
    day: str
    sections: Sequence[Section]
    removed: Sequence[str] = field(default=(), metadata={"drawn": False})

    @property
    def sha256(self) -> str:
        """Of everything that is drawn."""
        return sha256(self.as_json).hexdigest()

    @property
    def as_json(self) -> bytes:
        """Everything that is drawn, always written in the same way."""
        drawn = {key: value for key, value in asdict(self).items() if key != "removed"}
        return json.dumps(drawn, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, kept: bytes) -> "Document":
        """The document as it was kept, with nothing of what was taken out of it."""
        told = json.loads(kept)
        return cls(**{**told, "sections": [_section(each) for each in told["sections"]]})

    @property
    def file_name(self) -> str:
        """Names nobody: reference and version."""
        return f"{self.reference}-v{self.version}".lower().replace(" ", "-")


def _section(told: dict[str, Any]) -> Section:
    return Section(**{**told, "table": Table(**told["table"]) if told["table"] else None})


def drawable(text: str) -> str:
    """The text with one kind of line end and a mark (U+FFFD) for each character that no file can hold or show."""
    return NOT_TEXT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
