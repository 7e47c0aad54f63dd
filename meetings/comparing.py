"""Two texts of the minutes side by side: by lines first, and word by word where lines differ."""

import re
from difflib import SequenceMatcher

from plans.differences import Kind, Piece, pieces

# Beyond this, comparing words would take longer than a reader waits; then whole lines are shown as changed.
WORD_BY_WORD = 20_000
LINE_BY_LINE = 4_000
SENTENCE = re.compile(r".+?(?:[.!?][”’\"')\]]*\s+|\n+|\Z)", re.DOTALL)


def differences(was: str, now: str) -> list[Piece]:
    """What is the same, what is gone and what is new, in order. Whole: the pieces put together are the two texts."""
    before, after = was.splitlines(keepends=True), now.splitlines(keepends=True)
    if len(before) + len(after) > LINE_BY_LINE:
        return _block(was, now)
    found: list[Piece] = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, new = "".join(before[i:j]), "".join(after[k:m])
        found += [Piece(Kind.SAME, new)] if what == "equal" else _block(gone, new)
    return found


def _block(gone: str, new: str) -> list[Piece]:
    if gone == new:
        return [Piece(Kind.SAME, new)] if new else []
    if gone and new and len(gone) + len(new) <= WORD_BY_WORD:
        return pieces(gone, new)
    return [Piece(kind, words) for kind, words in ((Kind.GONE, gone), (Kind.NEW, new)) if words]


def only(found: list[Piece], *kinds: Kind) -> list[Piece]:
    """One side of the comparison."""
    return [piece for piece in found if piece.kind in kinds]


def together(was: str, now: str) -> str:
    """Both texts in one: every sentence they share once, and of what each has alone no word left out.

    Sentence by sentence, not word by word: two people's words must not be mixed into a sentence that nobody wrote.
    """
    before, after = _sentences(was), _sentences(now)
    text = ""
    for what, i, j, k, m in SequenceMatcher(None, _bare(before), _bare(after), autojunk=False).get_opcodes():
        alone = "" if what == "equal" else "".join(after[k:m])
        for words in ("".join(before[i:j]), alone):
            text += f"\n{words}" if text and words and not text[-1].isspace() else words
    return text


def _sentences(text: str) -> list[str]:
    """Put together they are the text; a very long one is a single sentence."""
    found = SENTENCE.findall(text)
    return found if len(found) <= LINE_BY_LINE else [text]


def _bare(sentences: list[str]) -> list[str]:
    return [each.strip() for each in sentences]
