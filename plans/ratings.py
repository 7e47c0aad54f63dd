"""How children on plans stand: many plans rated at once, each with its reasons, in a fixed number of statements."""

from collections.abc import Collection
from dataclasses import dataclass

from plans import drift, flags
from plans.models import ActionChild, CoreGroupMember, Flag, Plan
from workflow import history
from workflow.models import Case


@dataclass(frozen=True)
class Standing:
    """One open plan, its rating (red, amber or green) and the flags that made it so."""

    plan: Plan
    rating: str
    reasons: list[Flag]


def of_cases(cases: Collection[Case]) -> dict[int, list[Standing]]:
    """Every open plan of these cases with its rating, by case. The same answers as `drift.rating` gives one by one."""
    wanted = [case.pk for case in cases]
    plans = list(Plan.objects.open().filter(case__in=wanted).select_related("child", "case"))
    actions = _by_child(
        ActionChild.objects.filter(child__case__in=wanted, child__plans__in=plans).values_list("child", "action__key")
    )
    agencies = _by_child(
        CoreGroupMember.objects.filter(child__case__in=wanted, left_on=None).values_list("child", "agency__key")
    )
    raised = flags.standing_in(cases)
    courses = history.courses(wanted, code="action")
    later = {
        (case, course.last.subject): sum(move.later for move in course.moves)
        for case, found in courses.items()
        for course in found
    }
    by_case: dict[int, list[Standing]] = {}
    for plan in plans:
        child = plan.child
        reasons = [
            flag
            for flag in raised.get(plan.case_id, [])
            if drift.touches(flag, child, actions.get(child.pk, ()), agencies.get(child.pk, ()))
        ]
        rating = drift.rate(reasons, lambda key, case=plan.case_id: later.get((case, key), 0))
        by_case.setdefault(plan.case_id, []).append(Standing(plan, rating, reasons))
    return by_case


def _by_child(pairs: Collection[tuple[int, str]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for child, key in pairs:
        found.setdefault(child, set()).add(key)
    return found
