"""What a minute-taker marks while typing: a line that begins with /action, /decision, /dissent or /absent."""

from dataclasses import dataclass
from itertools import groupby

MARKS = {"/action": "Action", "/decision": "Decision", "/dissent": "Dissent", "/absent": "Absent"}


@dataclass(frozen=True)
class Passage:
    """One marked line, or lines in a row that are not; `mark` is empty for those."""

    mark: str
    words: str


def marked(text: str) -> list[Passage]:
    """The text in passages, each marked line by itself. No word is lost: only the mark is taken off its line."""
    found = []
    for mark, lines in groupby(text.split("\n"), key=_mark_of):
        said = list(lines)
        if mark:
            found += [Passage(MARKS[mark], line.lstrip()[len(mark) :].strip()) for line in said]
        elif any(line.strip() for line in said):
            found.append(Passage("", "\n".join(said).strip("\n")))
    return found


def _mark_of(line: str) -> str:
    first = line.split(maxsplit=1)[0].lower() if line.strip() else ""
    return first if first in MARKS else ""
