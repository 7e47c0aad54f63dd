"""What the family and the child say to the plan, and how the child is to be visited.

An answer belongs to one edition of the plan; an earlier one is kept and shown as earlier.
Source: reviews found plans nobody had asked the parents about, and visits that were always expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plans.models import Plan, PlanAgreement, VisitPattern
from workflow.acts import act
from workflow.errors import DateInFuture, PatternNotPossible, TextMissing, Unknown, WrongState
from workflow.models import FamilyMember, Professional


@act
def record_agreement(
    plan: Plan, *, who: FamilyMember | None, says: str, words: str, said_on: date, by: Professional, on: date
) -> PlanAgreement:
    """Keeps what somebody of the family (or, without `who`, the child) says to the plan as it is now.

    Whoever does not agree, or could not answer, has their words or the reason written down. Raises WrongState, Unknown,
    TextMissing, DateInFuture.
    """
    _require_open(plan)
    if who is not None and who.case_id != plan.case_id:
        raise Unknown(about=[who.key])
    if says != PlanAgreement.Says.AGREES and not words.strip():
        raise TextMissing(about=[who.key if who else plan.child.key])
    if said_on > on:
        raise DateInFuture(about=[said_on.isoformat()])
    said = PlanAgreement(
        plan=plan, edition=plan.edition, member=who, says=says, words=words.strip(), said_on=said_on, written_by=by
    )
    said.save()
    return said


@act
def set_visit_pattern(plan: Plan, *, visits: int, weeks: int, unannounced: int, on: date) -> VisitPattern:
    """The child is to be visited so often, and so many times unannounced. The visit that is owed keeps its own clock.

    Raises WrongState, PatternNotPossible.
    """
    _require_open(plan)
    if min(visits, weeks) < 1 or not 0 <= unannounced <= visits:
        raise PatternNotPossible(about=[plan.child.key])
    pattern = VisitPattern(plan=plan, visits=visits, weeks=weeks, unannounced=unannounced, agreed_on=on)
    pattern.save()
    return pattern


def _require_open(plan: Plan) -> None:
    if not plan.is_open:
        raise WrongState("The plan has ended.", about=[plan.child.key])


@dataclass(frozen=True)
class Kept:
    """A visit pattern beside the visits that were made in the weeks up to a day, in words."""

    pattern: dict[str, Any]
    made: int
    unannounced: int
    is_measured: bool

    @property
    def in_words(self) -> str:
        told = self.pattern
        return (
            f"{_many(told['visits'], 'visit')} in {_many(told['weeks'], 'week')}, "
            f"{told['unannounced']} of them unannounced. In the last {_many(told['weeks'], 'week')} the child was seen "
            f"at {_many(self.made, 'visit')}, {self.unannounced} unannounced."
        )

    @property
    def falls_short(self) -> bool:
        """Fewer than agreed, once the pattern has been in force for as many weeks as it speaks of."""
        return self.is_measured and (
            self.made < self.pattern["visits"] or self.unannounced < self.pattern["unannounced"]
        )


def kept(pattern: dict[str, Any] | None, visits: Sequence[dict[str, Any]], *, on: date) -> Kept | None:
    """How the latest pattern was kept in the weeks up to a day; None without one."""
    if pattern is None:
        return None
    since = on - timedelta(weeks=pattern["weeks"])
    seen = [one for one in visits if one["seen"] and since < date.fromisoformat(one["on"]) <= on]
    is_measured = date.fromisoformat(pattern["agreed_on"]) <= since
    return Kept(pattern, len(seen), sum(1 for one in seen if one["unannounced"]), is_measured)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def by_person(agreements: Sequence[dict[str, Any]], edition: int) -> list[dict[str, Any]]:
    """The latest answer of each person, the child first: who, what, their words, the day, and whether it is earlier."""
    latest: dict[int, dict[str, Any]] = {}
    for one in sorted(agreements, key=lambda one: (one["said_on"], one["id"])):
        latest[one["member"] or 0] = one
    return [
        {
            "who": one["name"],
            "is_child": not key,
            "says": PlanAgreement.Says(one["says"]).label,
            "colour": COLOURS[one["says"]],
            "words": one["words"],
            "said_on": date.fromisoformat(one["said_on"]),
            "earlier": one["edition"] if one["edition"] < edition else None,
        }
        for key, one in sorted(latest.items())
    ]


COLOURS = {
    PlanAgreement.Says.AGREES: "green",
    PlanAgreement.Says.DOES_NOT: "red",
    PlanAgreement.Says.COULD_NOT: "yellow",
}
