"""Patterns seen when something happens: new dates, a plan that comes back, silence broken, a child seen.

A flag stands until what it says is no longer so. Exact rules: FORMAT.md, section 8; the numbers are policy data.
"""

from datetime import date

from plans.drift import core_group_members
from plans.flags import clear, raise_flag, raise_or_clear
from plans.models import Action, Engagement, Flag, Plan
from workflow import history
from workflow.models import Case, Child, FamilyMember, Professional
from workflow.people import executive_of, lead_of, partnership_officer, social_care
from workflow.policy import policy_on
from workflow.timescales import Policy
from workflow.working_days import add_months


def when_moved_later(action: Action, times: int, on: date) -> None:
    """ACTION_REDATED: the second later date, and again at each one after it."""
    if times >= 2:
        case, deadline = action.case, action.deadline
        facts = f"Moved later {times} times: {dates_of(case, action)}."
        to = [case.chair, lead_of(deadline.agency, on)]
        raise_flag(case, "ACTION_REDATED", action.key, to, facts=facts, on=on, again=True)


def when_action_is_over(action: Action, on: date) -> None:
    """Completed or cancelled: nothing about its dates stands any more."""
    clear(action.case, action.key, "ACTION_REDATED", "ACTION_CARRIED", on=on)


def when_a_plan_starts(plan: Plan, on: date) -> None:
    """REPEAT_PLAN, and the length of a plan that began elsewhere."""
    policy = policy_on(on)
    months = policy.settings["repeat_plan_months"]
    ended = last_plan_end(plan)
    if ended and plan.started_on <= add_months(ended, months):
        facts = f"An earlier plan ended on {ended:%-d %b %Y}, less than {months} months before this one."
        case = plan.case
        raise_flag(case, "REPEAT_PLAN", plan.child.key, [case.chair, lead_of(social_care(), on)], facts=facts, on=on)
    tell_length(plan, on, policy)


def last_plan_end(plan: Plan) -> date | None:
    """When the child's plan before this one ended, here or elsewhere."""
    here = Plan.objects.filter(child=plan.child).exclude(pk=plan.pk).values_list("ended_on", flat=True)
    before = plan.child.earlier_plans.values_list("until_on", flat=True)
    return max([day for day in [*here, *before] if day], default=None)


def when_agencies_left(case: Case, on: date) -> None:
    """AGENCY_SILENT clears for an agency that is in no core group of the case any more."""
    members = set(core_group_members(case).values_list("agency__key", flat=True))
    for flag in Flag.objects.filter(case=case, code="AGENCY_SILENT", cleared_on=None):
        if flag.about not in members:
            clear(case, flag.about, "AGENCY_SILENT", on=on)


def when_seen(child: Child, on: date) -> None:
    clear(child.case, child.key, "CHILD_NOT_SEEN", on=on)


def when_contingency_is_answered(child: Child, on: date) -> None:
    clear(child.case, child.key, "CONTINGENCY_NOT_USED", on=on)


def when_rated(member: FamilyMember, on: date) -> None:
    """NON_ENGAGEMENT: not engaged at so many core groups in a row that rate the person."""
    needed = policy_on(on).settings["non_engagement"]
    last = list(Engagement.objects.filter(member=member).order_by("-id")[:needed])
    all_not = len(last) == needed and all(each.rating == Engagement.Rating.NOT_ENGAGED for each in last)
    if all_not or last[0].rating != Engagement.Rating.NOT_ENGAGED:
        case = member.case
        raise_or_clear(
            case,
            "NON_ENGAGEMENT",
            member.key,
            [case.chair, case.lead_practitioner],
            when=all_not,
            facts=f"Not engaged at {needed} core groups in a row.",
            on=on,
        )


def tell_length(plan: Plan, on: date, policy: Policy) -> None:
    """PLAN_9M and so on: the highest band the plan has reached, once, in calendar months from its original start."""
    bands = policy.settings["plan_flags_months"]
    reached = max((band for band in bands if add_months(plan.original_started_on, band) <= on), default=0)
    if reached <= plan.longest_band_told:
        return
    case, child = plan.case, plan.child
    for band in bands:
        clear(case, child.key, f"PLAN_{band}M", on=on)
    facts = f"On a plan since {plan.original_started_on:%-d %b %Y}."
    raise_flag(case, f"PLAN_{reached}M", child.key, _who_hears_length(case, reached, on), facts=facts, on=on)
    plan.longest_band_told = reached
    plan.save()


def _who_hears_length(case: Case, months: int, on: date) -> list[Professional | None]:
    beside: Professional | None = None
    if months >= 24:
        beside = partnership_officer(on)
    elif months >= 18:
        beside = executive_of(social_care(), on)
    elif months >= 15:
        beside = lead_of(social_care(), on)
    elif months >= 12:
        beside = case.team_manager
    return [case.chair, beside]


def dates_of(case: Case, action: Action) -> str:
    """Every date an action has had, in words."""
    return ", ".join(f"{due:%-d %b %Y}" for due in history.due_dates(case, "action", action.key))
