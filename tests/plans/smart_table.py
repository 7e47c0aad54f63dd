"""The table of actions, and how often the check says of them what a careful reader said."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from plans.smart import SmartCheck, check_written
from plans.smart.finding import Doer, Written
from plans.smart.owned import agency_kind
from plans.smart.words import KIND_OF
from workflow.timescales import ENGLAND_SETTINGS

TABLE = tomllib.loads((Path(__file__).parent / "smart_actions.toml").read_text())


def doer(key: str) -> Doer | None:
    if not key:
        return None
    person = TABLE["people"][key]
    if "relation" in person:
        return Doer(person["name"], KIND_OF[person["relation"]])
    return Doer(person["name"], agency_kind(f"{person['key']} {person['agency']}"))


def checked(row: dict) -> SmartCheck:
    """What the check says of a row, with everything the plan page knows."""
    due = row.get("due", TABLE["due"])
    return check_written(
        Written(
            text=row["text"],
            measure=row["measure"],
            owner=doer(row["owner"]),
            due=due if isinstance(due, date) else None,
            outcome=row["outcome"],
            outcomes=TABLE["outcomes"],
            next_review_on=TABLE["next_review_on"],
            children=tuple(TABLE["children"]),
            vague_words=tuple(ENGLAND_SETTINGS["vague_words"]),
        )
    )


@dataclass
class Score:
    """How often a finding was said rightly, said wrongly, and left unsaid."""

    right: Counter = field(default_factory=Counter)
    wrong: Counter = field(default_factory=Counter)
    unsaid: Counter = field(default_factory=Counter)

    @property
    def codes(self) -> list[str]:
        return sorted({*self.right, *self.wrong, *self.unsaid})

    def precision(self, *codes: str) -> float:
        right, wrong = self._sum(self.right, codes), self._sum(self.wrong, codes)
        return right / (right + wrong) if right + wrong else 1.0

    def recall(self, *codes: str) -> float:
        right, unsaid = self._sum(self.right, codes), self._sum(self.unsaid, codes)
        return right / (right + unsaid) if right + unsaid else 1.0

    def _sum(self, counted: Counter, codes: tuple[str, ...]) -> int:
        return sum(counted[code] for code in codes or self.codes)


def score(part: str, *, without: frozenset[str] = frozenset()) -> Score:
    """The part's score: `develop` or `held_out`."""
    found = Score()
    for row in TABLE[part]["rows"]:
        said, expected = {*checked(row).codes} - without, {*row["expect"]} - without
        found.right.update(said & expected)
        found.wrong.update(said - expected)
        found.unsaid.update(expected - said)
    return found
