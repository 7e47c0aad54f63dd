"""What only the passing of time brings to a plan: its length, a child not seen, silence, a contingency plan not used.

One pass a night over every open plan, in a fixed number of queries; only what is new is written.
"""

from datetime import date, timedelta

from django.db.models import Min

from notifications.tell import tell
from plans.flags import clear, heard_since, raise_flag
from plans.models import CoreGroupMember, Flag, Plan
from plans.patterns import tell_length
from workflow import deadlines
from workflow.acting import day_of
from workflow.models import SOCIAL_CARE, AgencyPart, Deadline
from workflow.people import lead_of, social_care
from workflow.policy import calendar, policy_on
from workflow.timescales import Policy, Span
from workflow.working_days import Calendar


def watch(today: date) -> None:
    """Asks every open plan, and every agency of a core group, what a day more means."""
    policy, days = policy_on(today), calendar()
    owed = Deadline.objects.pending().filter(code__in=("visit", "contingency"))
    by_key = {(one.case_id, one.code, one.subject): one for one in owed}
    for plan in Plan.objects.open().select_related("case__chair", "case__team_manager", "child"):
        tell_length(plan, today, policy)
        _watch_outline(plan, today)
        _watch_sight(plan, by_key.get((plan.case_id, "visit", plan.child.key)), today, days)
        _watch_contingency(plan, by_key.get((plan.case_id, "contingency", plan.child.key)), today)
    _settle_silence()
    _watch_silence(today, policy)


def _watch_outline(plan: Plan, today: date) -> None:
    """PLAN_STILL_OUTLINE, once: the day of the first core group has passed without a detailed plan."""
    if not plan.is_outline or plan.told_still_outline:
        return
    case, since = plan.case, plan.loaded_on or plan.started_on
    owed = deadlines.of(case, "core_group", plan.child.key).filter(running_since__gte=since).order_by("id").first()
    if owed is not None and today > owed.first_due_on:
        hear = [case.lead_practitioner, case.team_manager, case.chair]
        tell(case, "PLAN_STILL_OUTLINE", plan.child.key, hear, on=today)
        plan.told_still_outline = True
        plan.save()


def _watch_sight(plan: Plan, visit: Deadline | None, today: date, days: Calendar) -> None:
    """CHILD_NOT_SEEN: more than twice the visiting interval since the child was last seen."""
    if visit is None or visit.span is None or visit.counted_from is None:
        return
    twice = Span(visit.span.amount * 2, visit.span.unit)
    if today > twice.after(visit.counted_from, days):
        case = plan.case
        facts = f"Last seen {visit.counted_from:%-d %b %Y}; more than {twice.in_words} ago."
        hear = [case.team_manager, case.chair, lead_of(social_care(), today)]
        raise_flag(case, "CHILD_NOT_SEEN", plan.child.key, hear, facts=facts, on=today)


def _watch_contingency(plan: Plan, owed: Deadline | None, today: date) -> None:
    """CONTINGENCY_NOT_USED: the condition has come true and nobody has answered in time."""
    if owed is not None and owed.is_overdue(today):
        case = plan.case
        facts = f"The condition was recorded as met; an answer was due {owed.due_on:%-d %b %Y}."
        hear = [case.chair, lead_of(social_care(), today)]
        raise_flag(case, "CONTINGENCY_NOT_USED", plan.child.key, hear, facts=facts, on=today)


def _settle_silence() -> None:
    """Writes down that a silence was broken, on the day it was, so that a new one can be raised."""
    for flag in Flag.objects.filter(code="AGENCY_SILENT", cleared_on=None).select_related("case"):
        part = AgencyPart.objects.filter(case=flag.case, agency__key=flag.about).first()
        if part is not None and heard_since(flag, part.last_heard_at):
            assert part.last_heard_at is not None
            clear(flag.case, flag.about, flag.code, on=day_of(part.last_heard_at))


def _watch_silence(today: date, policy: Policy) -> None:
    """AGENCY_SILENT: no act, attendance, report or reported apology from an agency for so many calendar days."""
    joined = {
        (row["child__case"], row["agency"]): row["first"]
        for row in CoreGroupMember.objects.filter(left_on=None)
        .exclude(agency__key=SOCIAL_CARE)
        .values("child__case", "agency")
        .annotate(first=Min("joined_on"))
    }
    parts = AgencyPart.objects.filter(agency__in={agency for _, agency in joined})
    for part in parts.select_related("case__chair", "agency"):
        joined_on = joined.get((part.case_id, part.agency_id))
        if joined_on is None:
            continue
        heard_on = day_of(part.last_heard_at) if part.last_heard_at else joined_on
        last = max(joined_on, heard_on)
        if today > last + timedelta(days=policy.settings["agency_silent_days"]):
            hear = [lead_of(part.agency, today), part.case.chair]
            facts = f"Nothing heard since {last:%-d %b %Y}."
            raise_flag(part.case, "AGENCY_SILENT", part.agency.key, hear, facts=facts, on=today)
