"""Is an action specific, measurable, owned, for an outcome, and dated? One answer per letter, in a sentence.

What is missing refuses the action; what is vague is said and let through, because a chair may know better. Source:
learning from case reviews ("plans not being SMART, leading to drift and delay"); vague words are policy data.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from workflow.deadlines import Owner
from workflow.models import Child


@dataclass(frozen=True)
class ActionDraft:
    """An action as somebody proposes it, before anything is checked."""

    key: str
    text: str
    owner: Owner | None
    due: date | None
    measure: str | None
    outcome: str | None
    children: list[Child] = field(default_factory=list)
    immediate_risk: bool = False
    even_if_not_working_day: bool = False


@dataclass(frozen=True)
class Letter:
    """One letter of the check: whether it holds, and a sentence saying why or what is missing."""

    letter: str
    holds: bool
    says: str
    refuses: bool = False


def check(draft: ActionDraft, vague_words: Iterable[str]) -> list[Letter]:
    """The five letters of an action. A letter with `refuses` stops it; the others only say."""
    vague = vague_in(draft.text, vague_words)
    return [
        Letter(
            "S",
            not vague,
            f"Says “{', '.join(vague)}”, which nobody can see done: name what will happen."
            if vague
            else "Says what will happen.",
        ),
        _needs("M", draft.measure, "Says how anybody will know it is done.", "Say how anybody will know it is done."),
        _needs("A", draft.owner, "One person will do it.", "Name the one person who will do it."),
        _needs("R", draft.outcome, "Serves an outcome of the plan.", "Say which outcome of the plan it serves."),
        _needs("T", draft.due, "Has a day by which it is done.", "Give the day by which it will be done."),
    ]


def is_refused(draft: ActionDraft) -> bool:
    """Whether an owner, a due date, a measure or an outcome is missing."""
    return any(letter.refuses for letter in check(draft, ()))


def vague_in(text: str, vague_words: Iterable[str]) -> list[str]:
    """The vague words the text uses, as whole words, in the order of the policy."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    return [word for word in vague_words if word in words]


def _needs(letter: str, value: object, there: str, missing: str) -> Letter:
    is_there = bool(value.strip()) if isinstance(value, str) else value is not None
    return Letter(letter, is_there, there if is_there else missing, refuses=not is_there)
