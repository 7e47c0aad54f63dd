"""Drift as anybody may ask it: the rating with its reasons, slippage, movement, meetings, time on the plan.

Explainable, no secret score. What raises a flag is in `plans.patterns` (when something happens), `plans.plan_meetings`
(when a plan meeting is held) and `plans.watch` (every night). Source: learning from reviews ("seven conferences and
over thirty core groups, no clear plan"); the numbers are policy data.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from statistics import median
from typing import Any

from plans.flags import standing
from plans.models import Action, CoreGroupMember, Flag, Plan, PlanMeeting
from workflow import history
from workflow.lateness import slippage
from workflow.models import Case, Child
from workflow.working_days import whole_months_between

TWICE_OF_THESE_IS_RED = frozenset(
    {"ACTION_REDATED", "ACTION_CARRIED", "NO_OUTCOME_MOVEMENT", "CORE_GROUP_GAP", "AGENCY_SILENT"}
)
ALONE_RED = frozenset({"CONTINGENCY_NOT_USED", "CHILD_NOT_SEEN"})
RED_FROM_MONTHS = 15
RED_FROM_NEW_DATES = 3


def rating(plan: Plan) -> str:
    """red, amber or green, always with the flags that made it so (`touching`). Rule: the module and `flags`."""
    return rate(touching(plan), lambda action_key: history.later_moves(plan.case, "action", action_key))


def rate(flags: Iterable[Flag], later_moves: Callable[[str], int]) -> str:
    """The rating these standing flags give; `later_moves` tells how often an action was moved later."""
    codes = [(flag.code, flag.about) for flag in flags]
    five = {code for code, _ in codes if code in TWICE_OF_THESE_IS_RED}
    long = any(code.startswith("PLAN_") and int(code[5:-1]) >= RED_FROM_MONTHS for code, _ in codes)
    often = any(code == "ACTION_REDATED" and later_moves(about) >= RED_FROM_NEW_DATES for code, about in codes)
    if len(five) >= 2 or long or often or any(code in ALONE_RED for code, _ in codes):
        return "red"
    return "amber" if five else "green"


def touching(plan: Plan) -> list[Flag]:
    """The standing flags that touch the child: about the child, its actions, the agencies of its core group."""
    child = plan.child
    actions = set(Action.objects.filter(for_children__child=child).values_list("key", flat=True))
    agencies = {
        member.agency.key for member in core_group_members(plan.case).filter(child=child).select_related("agency")
    }
    return [flag for flag in standing(plan.case) if touches(flag, child, actions, agencies)]


def touches(flag: Flag, child: Child, actions: Collection[str], agencies: Collection[str]) -> bool:
    """Whether a flag is about the child, one of its actions or an agency of its core group, each by key."""
    mine = {"ACTION_REDATED": actions, "ACTION_CARRIED": actions, "AGENCY_SILENT": agencies}
    return flag.about in mine.get(flag.code, {child.key})


def best_scores(plan: Plan) -> dict[str, int]:
    """The best score each outcome has had on this plan."""
    best: dict[str, int] = {}
    for meeting in plan.meetings.all():
        for outcome, score in meeting.scores.items():
            best[outcome] = max(score, best.get(outcome, score))
    return best


def meetings_since_movement(plan: Plan) -> int:
    """Plan meetings in a row, up to the last, at which no outcome beat its best score so far."""
    newest_first = plan.meetings.order_by("-id").values_list("beat_a_best_score", flat=True)
    return sum(1 for _ in takewhile(lambda beat: not beat, newest_first))


def outcomes_improved(plan: Plan) -> int:
    """Outcomes whose latest score beats their first on this plan."""
    return improved(plan.meetings.order_by("id"))


def improved(meetings: Iterable[PlanMeeting]) -> int:
    """Outcomes whose latest score beats their first at these meetings, oldest first."""
    first: dict[str, int] = {}
    latest: dict[str, int] = {}
    for meeting in meetings:
        for outcome, score in meeting.scores.items():
            first.setdefault(outcome, score)
            latest[outcome] = score
    return sum(latest[outcome] > first[outcome] for outcome in latest)


def meetings_held(plan: Plan) -> dict[str, int]:
    """How many conferences and core groups have looked at this plan."""
    kinds = list(plan.meetings.values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in PlanMeeting.Kind}


def meeting_count(plan: Plan) -> str:
    """7 + 33 meetings."""
    held = meetings_held(plan)
    return f"{held['conference']} + {held['core_group']} meetings"


def action_slippage(action: Action, on: date) -> int:
    """Working days from the first due date to completion, or to `on`; 0 if not past it."""
    return slippage(action.deadline, on)


@dataclass(frozen=True)
class PlanSlippage:
    """Slippage over the actions of a plan that were not cancelled, in working days."""

    sum: int
    median: float
    worst: int


def plan_slippage(child: Child, on: date) -> PlanSlippage:
    """The sum, the median and the worst slippage of a child's actions."""
    counted = Action.objects.filter(for_children__child=child).exclude(state=Action.State.CANCELLED)
    slipped = [action_slippage(action, on) for action in counted] or [0]
    return PlanSlippage(sum(slipped), median(slipped), max(slipped))


def months_on_plan(plan: Plan, on: date) -> int:
    """Whole calendar months from the original start to the end, or to `on`."""
    return whole_months_between(plan.original_started_on, plan.ended_on or on)


def core_group_members(case: Case) -> Any:
    """The agencies in the core groups of the case now."""
    return CoreGroupMember.objects.filter(child__case=case, left_on=None)
