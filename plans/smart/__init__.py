"""Is an action specific, measurable, owned, for an outcome, and dated? One answer per letter, in a sentence.

What is missing refuses the action; what is weak is said and let through, because a chair may know better, unless the
partnership's policy (`smart_refuses`) says otherwise. Source: learning from case reviews ("plans not being SMART,
leading to drift and delay"). How the sentence is read: `grammar`; a module for each letter; the words: `words`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from plans.smart import dated, measured, owned, serving, specific
from plans.smart import words as w
from plans.smart.finding import Doer, Finding, Written
from workflow.deadlines import Owner
from workflow.models import Child, FamilyMember

__all__ = [
    "ActionDraft",
    "Finding",
    "Letter",
    "SmartCheck",
    "Verdict",
    "check",
    "check_written",
    "is_refused",
    "vague_in",
]


class Verdict(Enum):
    GOOD = "good"
    WEAK = "weak"  # said, and let through
    MISSING = "missing"  # nothing there


# Characters of a text: many times what one action takes.
READ = 5_000

LETTERS = {
    "S": ("Specific", specific.findings, "Says what somebody will do."),
    "M": ("Measurable", measured.findings, "Says how anybody will know it is done."),
    "A": ("Achievable", owned.findings, "One person will do it."),
    "R": ("Relevant", serving.findings, "Serves an outcome of the plan."),
    "T": ("Time-bound", dated.findings, "Has a day by which it is done."),
}


@dataclass(frozen=True)
class ActionDraft:
    """An action as somebody proposes it, before anything is checked.

    `smart_override`: why it is kept although the policy would refuse it as weak.
    """

    key: str
    text: str
    owner: Owner | None
    due: date | None
    measure: str | None
    outcome: str | None
    children: list[Child] = field(default_factory=list)
    immediate_risk: bool = False
    even_if_not_working_day: bool = False
    smart_override: str = ""


@dataclass(frozen=True)
class Letter:
    """One letter of the check: its verdict, and one sentence saying why and what to write instead."""

    letter: str
    name: str
    verdict: Verdict
    says: str
    findings: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        return self.verdict is Verdict.GOOD

    @property
    def refuses(self) -> bool:
        return any(finding.refuses for finding in self.findings)


@dataclass(frozen=True)
class SmartCheck:
    """The five letters of an action, in order."""

    letters: tuple[Letter, ...]

    def __iter__(self) -> Iterator[Letter]:
        return iter(self.letters)

    @property
    def findings(self) -> list[Finding]:
        return [finding for letter in self.letters for finding in letter.findings]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]

    @property
    def is_refused(self) -> bool:
        """Whether an owner, a due date, a measure or an outcome is missing."""
        return any(letter.refuses for letter in self.letters)

    def named(self, codes: Iterable[str]) -> list[Finding]:
        """The findings with one of these codes."""
        wanted = set(codes)
        return [finding for finding in self.findings if finding.code in wanted]

    @property
    def in_words(self) -> str:
        """How many letters hold, for somebody who cannot see the list."""
        held = sum(letter.holds for letter in self.letters)
        if held == len(self.letters):
            return "All five letters hold."
        return f"{held} of 5 letters hold; to put right: {', '.join(each.name for each in self if not each.holds)}."


def check(
    draft: ActionDraft,
    vague_words: Iterable[str] = (),
    *,
    outcomes: Mapping[str, str] | None = None,
    next_review_on: date | None = None,
) -> SmartCheck:
    """The five letters of an action. A letter with `refuses` stops it; the others only say.

    `outcomes`: the plan's, by key, with what they say; None where nobody asks. `next_review_on`: the first review of
    any of its children's plans.
    """
    return check_written(
        Written(
            text=draft.text,
            measure=draft.measure or "",
            owner=_doer(draft.owner),
            due=draft.due,
            outcome=draft.outcome or "",
            outcomes=outcomes,
            next_review_on=next_review_on,
            children=tuple(child.name for child in draft.children),
            vague_words=tuple(vague_words),
        )
    )


def check_written(written: Written) -> SmartCheck:
    """The same for plain words, without a record; of what is too long to be one action only the beginning is read."""
    written = replace(written, text=written.text[:READ], measure=written.measure[:READ])
    return SmartCheck(
        tuple(_letter(letter, name, good, tuple(find(written))) for letter, (name, find, good) in LETTERS.items())
    )


def _letter(letter: str, name: str, good: str, found: tuple[Finding, ...]) -> Letter:
    if not found:
        return Letter(letter, name, Verdict.GOOD, good)
    verdict = Verdict.MISSING if any(finding.is_missing for finding in found) else Verdict.WEAK
    return Letter(letter, name, verdict, found[0].says, found)


def is_refused(draft: ActionDraft) -> bool:
    """Whether an owner, a due date, a measure or an outcome is missing."""
    return check(draft).is_refused


def vague_in(text: str, vague_words: Iterable[str]) -> list[str]:
    """The vague words the text uses, as whole words, in the order of the policy."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    return [word for word in vague_words if word in words]


def _doer(owner: Owner | None) -> Doer | None:
    """The owner in words: a family member by their relation, a professional by what their agency is."""
    if owner is None:
        return None
    if isinstance(owner, FamilyMember):
        said = owner.relation.lower().split()
        return Doer(owner.name, next((w.KIND_OF[word] for word in said if word in w.KIND_OF), ""))
    agency = owner.agency if owner.agency_id else None
    return Doer(owner.name, owned.agency_kind(f"{agency.key} {agency.name}") if agency else "")
