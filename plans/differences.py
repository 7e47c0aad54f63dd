"""What differs between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Kind(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """Some words in a row: in both texts, only in the earlier, or only in the later."""

    kind: Kind
    words: str


def pieces(was: str, now: str) -> list[Piece]:
    """The later text beside the earlier: what is gone stands before what is new in its place.

    Whole words are compared, whatever space is between them. Changes that only a mark keeps apart are one change.
    """
    before, after = _words(was), _words(now)
    alike = SequenceMatcher(None, [word.strip() for word in before], [word.strip() for word in after], autojunk=False)
    steps = [(what, "".join(before[i:j]), "".join(after[k:m])) for what, i, j, k, m in alike.get_opcodes()]
    return list(_told(steps))


def _words(text: str) -> list[str]:
    """Words and marks, each with the space after it."""
    return re.findall(r"\s*(?:\w+(?:['’.,:/-]\w+)*|[^\w\s])\s*|\s+", text)


def _told(steps: list[tuple[str, str, str]]) -> Iterator[Piece]:
    gone = new = ""
    for number, (what, was, now) in enumerate(steps, start=1):
        is_only_a_mark = what == "equal" and not re.search(r"\w", now)
        if what != "equal" or (is_only_a_mark and (gone or new) and number < len(steps)):
            gone, new = gone + was, new + now
            continue
        yield from _change(gone, new)
        gone = new = ""
        yield Piece(Kind.SAME, now)
    yield from _change(gone, new)


def _change(gone: str, new: str) -> Iterator[Piece]:
    if gone:
        yield Piece(Kind.GONE, gone)
    if new:
        yield Piece(Kind.NEW, new)
