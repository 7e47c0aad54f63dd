"""A plan's life: started by a conference or loaded while running, agreed in detail, ended for a shown cause.

One open plan per child. What is owed to a child is owed to each child separately, also for siblings in one meeting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from notifications.tell import tell
from plans import flags, patterns
from plans.actions import call_off, check_all, open_action, open_actions_of
from plans.models import ChildInNeedPlan, CoreGroupMember, Outcome, OutcomeChild, Plan, PlanMeeting, Risk
from plans.smart import ActionDraft
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    ConfirmationMissing,
    ConsultationMissing,
    ContingencyMissing,
    NoCoreGroupYet,
    NoOpenPlan,
    NotYet18,
    OutcomeWithoutMeasure,
    PlanOverlap,
    RiskMissing,
)
from workflow.models import Agency, Case, Child, Professional, WhyWaived
from workflow.people import take_part
from workflow.policy import policy_on
from workflow.working_days import add_months

# What a child on a plan is owed until the plan ends.
OWED_TO_A_CHILD = ("visit", "core_group", "review", "supervision", "contingency")
OF_AGE = 18 * 12


def open_plan(child: Child) -> Plan | None:
    """The child's open plan here, if there is one."""
    return Plan.objects.open().filter(child=child).first()


def require_open_plans(children: Iterable[Child]) -> dict[Child, Plan]:
    """The open plan of each child. Raises NoOpenPlan naming the children without one."""
    found = {child: open_plan(child) for child in children}
    without = [child.key for child, plan in found.items() if plan is None]
    if without:
        raise NoOpenPlan(about=without)
    return {child: plan for child, plan in found.items() if plan is not None}


# Starting


def start_plan(child: Child, category: str, *, on: date, original_started_on: date | None = None) -> Plan:
    """An outline plan from today, as a conference leaves it, and everything owed to the child from now on.

    `original_started_on` when it began with another authority. A child in need plan ends the same day.
    """
    plan = _new_plan(child, category, started_on=on, original=original_started_on or on)
    plan.save()
    end_child_in_need_plan(child, on=on)
    _owe_core_group(plan, "core_group_first", on, "the plan started", on)
    _owe_review(plan, "rcpc_first", on, "the plan started", on)
    owe_visit(child, on, "the plan started", on)
    owe_supervision(child, on, "the plan started", on)
    patterns.when_a_plan_starts(plan, on)
    if child.is_born and "nhs_number" in child.missing:
        tell(plan.case, "DATA_GAP_AT_PLAN_START", f"{child.key}:nhs_number", [plan.case.lead_practitioner], on=on)
    return plan


@act
def load_running_plan(
    child: Child,
    *,
    plan_started_on: date,
    category: str,
    core_group: Sequence[Agency],
    last_review_on: date | None = None,
    last_core_group_on: date | None = None,
    last_seen_on: date | None = None,
    last_supervision_on: date | None = None,
    reviews_held: int | None = None,
    on: date,
) -> Plan:
    """A plan that was running before the partnership began to use this system; its clocks start from its last dates.

    Without a core group yet it is still in outline. Raises PlanOverlap.
    """
    if open_plan(child):
        raise PlanOverlap(about=[child.key])
    plan = _new_plan(child, category, started_on=plan_started_on, original=plan_started_on)
    plan.loaded_on = on
    plan.reviews_held = reviews_held if reviews_held is not None else int(last_review_on is not None)
    if last_core_group_on:
        plan.agree()
    plan.save()
    if last_review_on:
        _owe_review(plan, "rcpc_next", last_review_on, "the last review", on)
    else:
        _owe_review(plan, "rcpc_first", plan_started_on, "the plan started", on)
    if last_core_group_on:
        _owe_core_group(plan, "core_group_next", last_core_group_on, "the last core group", on)
    else:
        _owe_core_group(plan, "core_group_first", plan_started_on, "the plan started", on)
    owe_visit(child, last_seen_on or plan_started_on, "the child was last seen", on)
    owe_supervision(child, last_supervision_on or plan_started_on, "the last supervision", on)
    set_core_group(child, core_group, on=on)
    patterns.tell_length(plan, on, policy_on(on))
    return plan


def _new_plan(child: Child, category: str, *, started_on: date, original: date) -> Plan:
    return Plan(
        case=child.case,
        child=child,
        category=category,
        initial_category=category,
        started_on=started_on,
        original_started_on=original,
    )


def _owe_core_group(plan: Plan, timescale: str, since: date, because: str, on: date) -> None:
    child = plan.child
    owner, title = child.case.lead_practitioner, f"Core group about {child.name}"
    _owe(child, "core_group", timescale, since, because, on, owner=owner, title=title)


def owe_next_core_group(plan: Plan, *, on: date) -> None:
    """The next core group, counted from the one just held; conferences do not restart this clock."""
    _owe_core_group(plan, "core_group_next", on, "core group held", on)


def _owe_review(plan: Plan, timescale: str, since: date, because: str, on: date) -> None:
    child = plan.child
    owner, title = child.case.chair, f"Review conference about {child.name}"
    _owe(child, "review", timescale, since, because, on, owner=owner, title=title)


def owe_next_review(plan: Plan, *, on: date) -> None:
    """The next review, counted from the one just held."""
    _owe_review(plan, "rcpc_next", on, "review held", on)


def owe_visit(child: Child, since: date, because: str, on: date) -> None:
    """The next visit, counted from the day the child was last seen."""
    owner, title = child.case.lead_practitioner, f"Visit to {child.name}"
    _owe(child, "visit", "visit", since, because, on, owner=owner, title=title)


def owe_supervision(child: Child, since: date, because: str, on: date) -> None:
    """The next supervision of the work with this child."""
    owner, title = child.case.team_manager, f"Supervision of the work with {child.name}"
    _owe(child, "supervision", "supervision", since, because, on, owner=owner, title=title)


def _owe(
    child: Child, code: str, timescale: str, since: date, because: str, on: date, *, owner: Professional, title: str
) -> None:
    """Something owed to one child, under the child's own key."""
    deadlines.start(
        child.case,
        code,
        child.key,
        timescale=timescale,
        since=since,
        because=because,
        owner=owner,
        title=title,
        on=on,
        about=child,
    )


# The core group


def core_group_of(child: Child) -> list[Agency]:
    """The agencies in the child's core group now."""
    members = CoreGroupMember.objects.filter(child=child, left_on=None).select_related("agency")
    return [member.agency for member in members]


def set_core_group(child: Child, agencies: Sequence[Agency], *, on: date) -> None:
    """The core group is these agencies from now on: new ones join, others leave."""
    for member in CoreGroupMember.objects.filter(child=child, left_on=None).exclude(agency__in=agencies):
        member.left_on = on
        member.save()
    add_to_core_group(child, agencies, on=on)
    patterns.when_agencies_left(child.case, on)


def add_to_core_group(child: Child, agencies: Iterable[Agency], *, on: date) -> None:
    """These agencies join the child's core group, unless they are in it already."""
    already = core_group_of(child)
    for agency in agencies:
        if agency not in already:
            CoreGroupMember(child=child, agency=agency, joined_on=on).save()
            take_part(child.case, agency)


# Agreeing


@dataclass(frozen=True)
class OutcomeDraft:
    """An outcome as somebody proposes it."""

    key: str
    children: Sequence[Child]
    measure: str
    text: str = ""
    baseline: str = ""


@act
def agree_plan(
    children: Sequence[Child],
    *,
    risks: Mapping[Child, str],
    outcomes: Sequence[OutcomeDraft],
    contingency: str,
    actions: Sequence[ActionDraft],
    on: date,
) -> list[Plan]:
    """The detailed plan, agreed once a core group has been held; an active plan gets a new edition.

    Raises NoOpenPlan, NoCoreGroupYet, RiskMissing, OutcomeWithoutMeasure, ContingencyMissing and what a new action
    raises. Source: Working Together; learning from reviews (risk per child, measure per outcome).
    """
    plans = require_open_plans(children)
    without_core_group = [
        child.key
        for child, plan in plans.items()
        if plan.is_outline and not plan.meetings.filter(kind=PlanMeeting.Kind.CORE_GROUP).exists()
    ]
    if without_core_group:
        raise NoCoreGroupYet(about=without_core_group)
    without_risk = [child.key for child in children if not risks.get(child, "").strip()]
    if without_risk:
        raise RiskMissing(about=without_risk)
    without_measure = [outcome.key for outcome in outcomes if not outcome.measure.strip()]
    if without_measure:
        raise OutcomeWithoutMeasure(about=without_measure)
    if not contingency.strip():
        raise ContingencyMissing()
    agreed = {outcome.key: f"{outcome.text} {outcome.measure}".strip() for outcome in outcomes}
    check_all(children[0].case, actions, on=on, also_agreed=agreed)
    for child, plan in plans.items():
        plan.agree()
        plan.contingency = contingency
        plan.save()
        Risk(plan=plan, text=risks[child], edition=plan.edition).save()
    for outcome in outcomes:
        _agree_outcome(children[0].case, outcome, on)
    for draft in actions:
        open_action(children[0].case, draft, on=on)
    return list(plans.values())


def _agree_outcome(case: Case, draft: OutcomeDraft, on: date) -> None:
    outcome = Outcome.objects.filter(case=case, key=draft.key).first() or Outcome(
        case=case, key=draft.key, agreed_on=on
    )
    outcome.measure, outcome.text = draft.measure, draft.text
    outcome.baseline = draft.baseline.strip() or outcome.baseline
    outcome.save()
    already = set(outcome.for_children.values_list("child", flat=True))
    for child in draft.children:
        if child.pk not in already:
            OutcomeChild(outcome=outcome, child=child).save()


# Ending


def check_may_end(
    child: Child,
    cause: str,
    *,
    consulted: Sequence[Agency],
    confirmed_in_writing: bool,
    receiving_conference_on: date | None,
    on: date,
) -> None:
    """What an ending without a conference needs: a plan, consultation, confirmation, an age.

    Raises NoOpenPlan and ConsultationMissing (neither when the child died), ConfirmationMissing, NotYet18.
    """
    if cause == "died":
        return
    require_open_plans([child])
    if not consulted:
        raise ConsultationMissing(about=[child.key])
    if cause == "transferred" and not (confirmed_in_writing and receiving_conference_on):
        raise ConfirmationMissing(about=[child.key])
    if cause == "turned_18" and (child.born_on is None or on < add_months(child.born_on, OF_AGE)):
        raise NotYet18(about=[child.key])


def end_without_conference(plan: Plan, cause: str, *, on: date) -> None:
    """Ends the plan by transfer, or for a cause that needs no conference."""
    if cause == "transferred":
        plan.end_by_transfer(on=on)
    else:
        plan.end_without_conference(on=on)
    plan.save()
    stop_what_is_owed(plan.child, on=on)


def end_at_review(plan: Plan, *, on: date) -> None:
    """Ends the plan by decision of a review."""
    plan.end_at_review(on=on)
    plan.save()
    stop_what_is_owed(plan.child, on=on)


def stop_what_is_owed(child: Child, *, on: date) -> None:
    """The child's plan has ended: only what is owed for this child stops; an action shared with a sibling goes on."""
    for code in OWED_TO_A_CHILD:
        deadlines.waive(deadlines.pending(child.case, code, child.key))
    for action in open_actions_of(child):
        if not any(open_plan(shared.child) for shared in action.for_children.select_related("child")):
            call_off(action, WhyWaived.NO_LONGER_OWED, on=on)
    set_core_group(child, [], on=on)
    flags.clear(child.case, child.key, on=on)


def start_child_in_need_plan(child: Child, *, on: date) -> None:
    """The step down after a protection plan, or instead of one."""
    if not ChildInNeedPlan.objects.filter(child=child, ended_on=None).exists():
        ChildInNeedPlan(case=child.case, child=child, started_on=on).save()


def end_child_in_need_plan(child: Child, *, on: date) -> None:
    """A protection plan replaces it on the same day: the two never run side by side."""
    for plan in ChildInNeedPlan.objects.filter(child=child, ended_on=None):
        plan.ended_on = on
        plan.save()
