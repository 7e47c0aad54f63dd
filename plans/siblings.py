"""Children of one family side by side: what differs between their plans, and whether anybody wrote down why.

Nothing says that siblings' plans must be alike. A difference that nobody gave a reason for is shown, so that it is a
decision and not an oversight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from plans.as_it_stood import PlanHistory, Stood
from workflow.models import Child, Entry

NOT_THERE = "Not in this plan"
Planned: TypeAlias = tuple[Child, Stood]


@dataclass(frozen=True)
class Difference:
    """One thing the plans of the children do not say alike, and what each says."""

    what: str
    told: list[tuple[Child, str]]
    reason: str = ""


@dataclass(frozen=True)
class SideBySide:
    children: list[Child]
    differences: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        return sum(not each.reason for each in self.differences)


def side_by_side(children: Sequence[Child], at: datetime) -> SideBySide:
    """The children who were on a plan at that moment, and where their plans differed; alike or alone, no difference."""
    if len(children) < 2:
        return SideBySide(list(children))
    family = PlanHistory(*children)
    stood = [(one.child, one.stood(at, with_risk=False)) for one in family.each()]
    on_plans = [(child, plan) for child, plan in stood if _is_open(plan)]
    who = [child for child, _ in on_plans]
    if len(on_plans) < 2:
        return SideBySide(who)
    differences = [
        *_in_the_plan(on_plans, _reasons(who[0].case_id, at)),
        *_held_by_some(on_plans, "What should be different", "Outcome"),
        *_held_by_some(on_plans, "Actions", "Action"),
    ]
    return SideBySide(who, differences)


def _is_open(plan: Stood) -> bool:
    whole = plan.item("The plan", "")
    state = whole and whole.point("State")
    return bool(state and not state.words.startswith("Ended"))


def _in_the_plan(plans: Sequence[Planned], reasons: dict[str, str]) -> Iterator[Difference]:
    """Category, core group, visiting and what to do if it does not work; the state where it differs."""
    for label in ("State", "Category", "Core group", "Seen at least every", "If the plan does not work"):
        told = [(child, _said(plan, "The plan", "", label)) for child, plan in plans]
        if len({words for _, words in told}) > 1:
            given = dict.fromkeys(reasons.get(child.key, "") for child, _ in plans) if label == "Category" else {}
            yield Difference(label, told, "; ".join(reason for reason in given if reason))


def _held_by_some(plans: Sequence[Planned], section: str, name: str) -> Iterator[Difference]:
    """Outcomes or actions that some of the children have and others have not."""
    keys = dict.fromkeys(item.key for _, plan in plans for item in plan.items if item.section == section)
    label = "What" if section == "Actions" else "Outcome"
    for key in keys:
        if len({plan.item(section, key) is None for _, plan in plans}) > 1:
            yield Difference(f"{name} {key}", [(child, _said(plan, section, key, label)) for child, plan in plans])


def _said(plan: Stood, section: str, key: str, label: str) -> str:
    item = plan.item(section, key)
    point = item and item.point(label)
    return point.words if point else NOT_THERE if item is None else "Not said"


def _reasons(case: int, at: datetime) -> dict[str, str]:
    """What the conferences wrote down as the reason for each child's decision, by child; the last one holds."""
    decided = Entry.objects.filter(case=case, act="decide_conference", outcome=Entry.Outcome.DONE, happened_at__lte=at)
    found: dict[str, str] = {}
    for entry in decided:
        decisions: Any = entry.details.get("decisions") or []
        for decision in decisions if isinstance(decisions, list) else []:
            if decision.get("child"):
                found[decision["child"]] = decision.get("reason") or ""
    return found
