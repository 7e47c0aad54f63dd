"""What a ladder is, as policy data: when each rung comes, who hears it, and whose answer it waits for. No Django.

The settings `ladder` and `fast_ladder` give the days of the ordinary ladder and of the one for immediate risk.
`ladders` gives a kind of duty a ladder of its own, by its timescale or its code:

    {"icpc": {"ordinary": [{"at": "2 wd before", "to": ["owner"]},
                           {"at": "1 wd", "to": ["agency_lead", "chair"], "answers": "each_agency"}],
              "fast": [...]}}

A rung comes so many working days, calendar days or real hours after the due day, or before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow.spans import Span

ROLES = {
    "owner": "who owes it",
    "lead_practitioner": "the lead practitioner",
    "team_manager": "the team manager",
    "chair": "the chair",
    "agency_lead": "the lead of the agency that owes it",
    "agency_exec": "the executive of the agency that owes it",
    "partnership": "the partnership",
}
ANSWERS = {
    "each_person": "everybody it went to answers for themselves",
    "any_one": "one answer is enough for all it went to",
    "each_agency": "every agency it went to must answer",
    "named": "the roles that are named must answer",
}
# Who hears on which rung, where a partnership says nothing else. No national figure exists: a product default.
ORDINARILY = (("owner", "lead_practitioner"), ("agency_lead",), ("agency_exec", "chair"), ("partnership",))
MOST_RUNGS = 9
KEYS = {"at", "to", "answers", "must_answer"}


@dataclass(frozen=True)
class Rung:
    """One rung: so long after the due day, or `before` it, these roles hear, and so many of them must answer."""

    offset: Span
    to: tuple[str, ...]
    before: bool = False
    answers: str = "each_person"
    must_answer: tuple[str, ...] = ()

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Rung":
        """Reads a rung of the policy. Raises ValueError saying what is wrong with it."""
        unknown = set(told) - KEYS
        if unknown or not told.get("to"):
            raise ValueError(f"a rung says `at` and `to`, and may say `answers` and `must_answer`: {dict(told)!r}")
        at = str(told.get("at", ""))
        span = Span.parse(at.removesuffix(" before"))
        if span.unit == "m":
            raise ValueError(f"a rung is counted in working days, days or hours, not in months: {at!r}")
        rung = cls(
            span,
            tuple(told["to"]),
            before=at.endswith(" before"),
            answers=told.get("answers", "each_person"),
            must_answer=tuple(told.get("must_answer", ())),
        )
        rung._check()
        return rung

    def _check(self) -> None:
        strangers = {*self.to, *self.must_answer} - set(ROLES)
        if strangers or len(set(self.to)) != len(self.to):
            raise ValueError(f"a rung goes to different roles of {', '.join(ROLES)}: {self.to!r}")
        if self.answers not in ANSWERS:
            raise ValueError(f"{self.answers!r} is none of {', '.join(ANSWERS)}")
        if (self.answers == "named") != bool(self.must_answer) or not set(self.must_answer) <= set(self.to):
            raise ValueError("`must_answer` names roles the rung goes to, where `answers` is `named`")

    @property
    def told(self) -> dict[str, Any]:
        """The rung as policy data: what `read` reads."""
        said: dict[str, Any] = {"at": f"{self.offset}{' before' if self.before else ''}", "to": list(self.to)}
        if self.answers != "each_person":
            said["answers"] = self.answers
        if self.must_answer:
            said["must_answer"] = list(self.must_answer)
        return said

    @property
    def when(self) -> str:
        """For a sentence: 5 working days after the due day."""
        return f"{self.offset.in_words} {'before' if self.before else 'after'} the due day"

    @property
    def who(self) -> str:
        """For a heading: who hears it, in words."""
        words = [ROLES[role] for role in self.to]
        said = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
        return said[0].upper() + said[1:]

    @property
    def whose_answer(self) -> str:
        """Whose answer it waits for, in words."""
        if self.must_answer:
            return f"must be answered by {' and '.join(ROLES[role] for role in self.must_answer)}"
        return ANSWERS[self.answers]


Rungs = tuple[Rung, ...]


def ordinary(offsets: Sequence[str]) -> Rungs:
    """The ordinary ladder with these days. Raises ValueError unless there is one for each rung."""
    if len(offsets) != len(ORDINARILY):
        raise ValueError(f"the ladder has {len(ORDINARILY)} rungs: {list(offsets)!r}")
    return tuple(Rung(Span.parse(offset), to) for offset, to in zip(offsets, ORDINARILY, strict=True))


def read(told: Sequence[Mapping[str, Any]]) -> Rungs:
    """Reads a whole ladder. Raises ValueError saying what is wrong with it."""
    if not 1 <= len(told) <= MOST_RUNGS:
        raise ValueError(f"a ladder has one to {MOST_RUNGS} rungs")
    return tuple(Rung.read(rung) for rung in told)


def told(rungs: Rungs) -> list[dict[str, Any]]:
    """A ladder as policy data: what `read` reads, written in one way only."""
    return [rung.told for rung in rungs]


def check_ladders(ladders: Mapping[str, Any]) -> None:
    """Raises ValueError unless this is a value of the setting `ladders`."""
    for code, kinds in ladders.items():
        if not isinstance(kinds, Mapping) or not kinds or set(kinds) - {"ordinary", "fast"}:
            raise ValueError(f"{code!r} has an `ordinary` ladder, a `fast` one, or both")
        for rungs in kinds.values():
            read(rungs)


def differences(frozen: Rungs, now: Rungs) -> list[str]:
    """In words, rung by rung: where the ladder of today differs from the one an alert climbs."""
    found = []
    for number in range(1, max(len(frozen), len(now)) + 1):
        before, after = (ladder[number - 1] if number <= len(ladder) else None for ladder in (frozen, now))
        if before is None and after is not None:
            found.append(f"Rung {number} is new: {after.when}, to {after.who.lower()}.")
        elif after is None:
            found.append(f"Rung {number} is there no more.")
        elif before is not None and before != after:
            found.append(f"Rung {number}: {_said(before, after)}.")
    return found


def _said(before: Rung, after: Rung) -> str:
    parts = [
        (before.when, after.when),
        (before.who.lower(), after.who.lower()),
        (before.whose_answer, after.whose_answer),
    ]
    return "; ".join(f"today {now}, here {was}" for was, now in parts if was != now)
