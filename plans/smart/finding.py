"""What the check reads and what it says: an action as plain words, and one finding about it. No Django here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Doer:
    """Whoever owns an action, as words to compare a sentence with: their name, what they are, or their agency."""

    name: str
    kind: str = ""


@dataclass(frozen=True)
class Written:
    """An action as it is written down, with what is known around it. None for what nobody knows."""

    text: str
    measure: str
    owner: Doer | None
    due: date | None
    outcome: str
    outcomes: Mapping[str, str] | None = None
    next_review_on: date | None = None
    children: tuple[str, ...] = ()
    vague_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing to put right: its code, the words it is about, and a sentence with what to write instead.

    `is_missing`: there is nothing there at all. `refuses`: the action cannot be kept without it.
    """

    code: str
    says: str
    about: tuple[str, ...] = field(default=())
    is_missing: bool = False
    refuses: bool = False
