"""Drift: what moved, what stood still, who was silent. Explainable flags, no secret score.

Each rule says its facts. Rules that belong to a plan meeting are asked when one is held, the others by the nightly
watch. A flag stands until what it says is no longer so. Source: learning from reviews ("seven conferences and over
thirty core groups, no clear plan"); the numbers are policy data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from statistics import median
from typing import Any

from notifications.tell import tell
from plans.flags import clear, raise_flag, raise_or_clear, standing
from plans.models import Action, CoreGroupMember, Engagement, Flag, Plan, PlanMeeting
from workflow import deadlines, history
from workflow.acting import LONDON
from workflow.models import AgencyPart, Case, Child, FamilyMember, Professional
from workflow.people import executive_of, lead_of, partnership_officer, service_manager, social_care
from workflow.policy import calendar, policy_on
from workflow.working_days import add_months, whole_months_between

TWICE_OF_THESE_IS_RED = frozenset(
    {"ACTION_REDATED", "ACTION_CARRIED", "NO_OUTCOME_MOVEMENT", "CORE_GROUP_GAP", "AGENCY_SILENT"}
)
ALONE_RED = frozenset({"CONTINGENCY_NOT_USED", "CHILD_NOT_SEEN"})
RED_FROM_MONTHS = 15
RED_FROM_NEW_DATES = 3
IN_A_ROW = 3


# When something happens


def when_moved_later(action: Action, times: int, on: date) -> None:
    """ACTION_REDATED: the second later date, and again at each one after it."""
    if times >= 2:
        case, deadline = action.case, action.deadline
        facts = f"Moved later {times} times: {_dates(case, action)}."
        to = [case.chair, lead_of(deadline.agency, on)]
        raise_flag(case, "ACTION_REDATED", action.key, to, facts=facts, on=on, again=True)


def when_action_is_over(action: Action, on: date) -> None:
    """Completed or cancelled: nothing about its dates stands any more."""
    clear(action.case, action.key, "ACTION_REDATED", "ACTION_CARRIED", on=on)


def when_a_plan_starts(plan: Plan, on: date) -> None:
    """REPEAT_PLAN, and the length of a plan that began elsewhere."""
    months = policy_on(on).settings["repeat_plan_months"]
    ended = last_plan_end(plan)
    if ended and plan.started_on <= add_months(ended, months):
        facts = f"An earlier plan ended on {ended:%-d %b %Y}, less than {months} months before this one."
        case = plan.case
        raise_flag(case, "REPEAT_PLAN", plan.child.key, [case.chair, lead_of(social_care(), on)], facts=facts, on=on)
    tell_length(plan, on)


def last_plan_end(plan: Plan) -> date | None:
    """When the child's plan before this one ended, here or elsewhere."""
    here = Plan.objects.filter(child=plan.child).exclude(pk=plan.pk).values_list("ended_on", flat=True)
    before = plan.child.earlier_plans.values_list("until_on", flat=True)
    return max([day for day in [*here, *before] if day], default=None)


def when_agencies_left(case: Case, on: date) -> None:
    """AGENCY_SILENT clears for an agency that is in no core group of the case any more."""
    members = set(_current_members(case).values_list("agency__key", flat=True))
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


# At a plan meeting


@dataclass(frozen=True)
class Seen:
    """What a plan meeting says about one child: the scores and the words that bear them out."""

    scores: dict[str, int]
    evidence: dict[str, str]


def hold_plan_meeting(
    plan: Plan, kind: str, key: str, *, on: date, seen: Seen, was_late: bool = False, ends: bool = False
) -> PlanMeeting:
    """Records that a meeting looked at the plan, pins what it saw, and asks every rule of drift about it.

    `was_late`: held after it was due. A meeting that `ends` the plan raises no flag.
    """
    best = best_scores(plan)
    meeting = PlanMeeting(
        plan=plan,
        kind=kind,
        key=key,
        held_on=on,
        edition=plan.edition,
        category=plan.category,
        scores=seen.scores,
        evidence={outcome: seen.evidence[outcome] for outcome in seen.scores if seen.evidence.get(outcome)},
        was_late=was_late,
        beat_a_best_score=any(score > best[outcome] for outcome, score in seen.scores.items() if outcome in best),
        carried=[action.key for action in _past_their_first_date(plan.child, on)],
    )
    meeting.save()
    if not ends:
        _ask_about_carried_actions(meeting)
        _ask_about_scores(meeting)
        _ask_about_movement(meeting)
    return meeting


def _past_their_first_date(child: Child, on: date) -> list[Action]:
    open_actions = Action.objects.filter(for_children__child=child, state__in=Action.OPEN)
    return [action for action in open_actions if action.deadline.first_due_on < on]


def _ask_about_carried_actions(meeting: PlanMeeting) -> None:
    """ACTION_CARRIED: open and past its first date at three plan meetings of a child in a row."""
    last = _last(meeting, meeting.plan.meetings.all())
    if len(last) < IN_A_ROW:
        return
    case, on = meeting.plan.case, meeting.held_on
    for key in set.intersection(*(set(each.carried) for each in last)):
        facts = f"Past its first date at {IN_A_ROW} meetings in a row: {_when(last)}."
        raise_flag(case, "ACTION_CARRIED", key, [case.chair, case.lead_practitioner], facts=facts, on=on)


def _ask_about_scores(meeting: PlanMeeting) -> None:
    """NO_OUTCOME_MOVEMENT and SCORE_WITHOUT_EVIDENCE: asked at scored meetings only."""
    if not meeting.scores:
        return
    plan, case, on = meeting.plan, meeting.plan.case, meeting.held_on
    scored = _last(meeting, plan.meetings.exclude(scores={}))
    if len(scored) == IN_A_ROW:
        first, third = scored[-1].scores, scored[0].scores
        raise_or_clear(
            case,
            "NO_OUTCOME_MOVEMENT",
            plan.child.key,
            [case.chair, case.team_manager],
            when=not any(third[outcome] > first[outcome] for outcome in third if outcome in first),
            facts=f"No outcome is higher than three scored meetings ago: {_when(scored)}.",
            on=on,
        )
    before = scored[1].scores if len(scored) > 1 else {}
    bare = [
        outcome
        for outcome, score in meeting.scores.items()
        if score > before.get(outcome, score) and not meeting.evidence.get(outcome, "").strip()
    ]
    raise_or_clear(
        case,
        "SCORE_WITHOUT_EVIDENCE",
        plan.child.key,
        [case.chair],
        when=bool(bare),
        facts=f"Higher score without a word of evidence: {', '.join(bare)}.",
        on=on,
    )


def _ask_about_movement(meeting: PlanMeeting) -> None:
    """MEETINGS_WITHOUT_MOVEMENT: every sixth plan meeting in a row at which no best score was beaten."""
    plan, case, on = meeting.plan, meeting.plan.case, meeting.held_on
    if meeting.beat_a_best_score:
        clear(case, plan.child.key, "MEETINGS_WITHOUT_MOVEMENT", on=on)
        return
    still, every = meetings_since_movement(plan), policy_on(on).settings["meetings_without_movement"]
    if still % every == 0:
        raise_flag(
            case,
            "MEETINGS_WITHOUT_MOVEMENT",
            plan.child.key,
            [case.chair, service_manager(on)],
            facts=f"{meeting_count(plan)}, {outcomes_improved(plan)} outcomes improved; {still} in a row without.",
            on=on,
            again=True,
        )


def ask_about_core_group(meeting: PlanMeeting) -> None:
    """CORE_GROUP_GAP: two core groups in a row held after they were due."""
    case, child = meeting.plan.case, meeting.plan.child
    before = (
        PlanMeeting.objects.filter(plan=meeting.plan, kind=PlanMeeting.Kind.CORE_GROUP, pk__lt=meeting.pk)
        .order_by("-id")
        .first()
    )
    if not meeting.was_late:
        clear(case, child.key, "CORE_GROUP_GAP", on=meeting.held_on)
    elif before is not None and before.was_late:
        raise_flag(
            case,
            "CORE_GROUP_GAP",
            child.key,
            [case.chair, case.team_manager],
            facts=f"Held late twice in a row: {before.held_on:%-d %b %Y} and {meeting.held_on:%-d %b %Y}.",
            on=meeting.held_on,
        )


def ask_about_review(meeting: PlanMeeting) -> None:
    """REVIEW_WITHOUT_CHANGE, at each such review: the plan goes on as it was, hardly an action touched since."""
    plan, case, on = meeting.plan, meeting.plan.case, meeting.held_on
    before = plan.meetings.filter(kind=PlanMeeting.Kind.CONFERENCE, pk__lt=meeting.pk).last()
    if before is None:
        return
    changed, total = actions_changed_since(plan.child, before.held_on)
    same = before.category == meeting.category and bool(before.scores) and before.scores == meeting.scores
    if not same or changed * 5 >= max(total, 1):
        clear(case, plan.child.key, "REVIEW_WITHOUT_CHANGE", on=on)
        return
    facts = f"Same category and scores as on {before.held_on:%-d %b %Y}; {changed} of {total} actions changed since."
    hear = [case.chair, service_manager(on)]
    raise_flag(case, "REVIEW_WITHOUT_CHANGE", plan.child.key, hear, facts=facts, on=on, again=True)


def actions_changed_since(child: Child, day: date) -> tuple[int, int]:
    """How many of the child's actions were added, completed, reopened or cancelled after `day`, of how many."""
    actions = list(Action.objects.filter(for_children__child=child))
    changed = [action for action in actions if action.added_on > day or _state_changed_after(action, day)]
    return len(changed), len(actions)


def _state_changed_after(action: Action, day: date) -> bool:
    telling = {Action.State.COMPLETED, Action.State.CANCELLED, Action.State.AGREED}
    return any(
        change.field == "state" and change.now in telling and change.happened_at.astimezone(LONDON).date() > day
        for change in history.changes(action)
    )


def _last(meeting: PlanMeeting, meetings: Any) -> list[PlanMeeting]:
    """This meeting and those before it, newest first, three at most."""
    return list(meetings.filter(pk__lte=meeting.pk).order_by("-id")[:IN_A_ROW])


# Every night


def watch(today: date) -> None:
    """What only the passing of time brings: length, a child not seen, silence, a contingency plan not used."""
    for plan in Plan.objects.open().select_related("case", "child"):
        tell_length(plan, today)
        _watch_outline(plan, today)
        _watch_sight(plan, today)
        _watch_contingency(plan, today)
    _watch_silence(today)


def tell_length(plan: Plan, on: date) -> None:
    """PLAN_9M and so on: the highest band the plan has reached, once, in calendar months from its original start."""
    bands = policy_on(on).settings["plan_flags_months"]
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


def _watch_outline(plan: Plan, today: date) -> None:
    """PLAN_STILL_OUTLINE, once: the day of the first core group has passed without a detailed plan."""
    first = deadlines.of(plan.case, "core_group", plan.child.key).filter(
        running_since__gte=plan.loaded_on or plan.started_on
    )
    due = first.order_by("id").values_list("first_due_on", flat=True).first()
    if plan.is_outline and not plan.told_still_outline and due is not None and today > due:
        case = plan.case
        tell(
            case,
            "PLAN_STILL_OUTLINE",
            plan.child.key,
            [case.lead_practitioner, case.team_manager, case.chair],
            on=today,
        )
        plan.told_still_outline = True
        plan.save()


def _watch_sight(plan: Plan, today: date) -> None:
    """CHILD_NOT_SEEN: more than twice the visiting interval since the child was last seen."""
    visit = deadlines.pending(plan.case, "visit", plan.child.key)
    if visit is None or visit.span is None or visit.counted_from is None:
        return
    twice = type(visit.span)(visit.span.amount * 2, visit.span.unit)
    if today > twice.after(visit.counted_from, calendar()):
        case = plan.case
        raise_flag(
            case,
            "CHILD_NOT_SEEN",
            plan.child.key,
            [case.team_manager, case.chair, lead_of(social_care(), today)],
            facts=f"Last seen {visit.counted_from:%-d %b %Y}; more than {twice.in_words} ago.",
            on=today,
        )


def _watch_contingency(plan: Plan, today: date) -> None:
    """CONTINGENCY_NOT_USED: the condition has come true and nobody has answered in time."""
    owed = deadlines.pending(plan.case, "contingency", plan.child.key)
    if owed is not None and owed.is_overdue(today):
        case = plan.case
        raise_flag(
            case,
            "CONTINGENCY_NOT_USED",
            plan.child.key,
            [case.chair, lead_of(social_care(), today)],
            facts=f"The condition was recorded as met; an answer was due {owed.due_on:%-d %b %Y}.",
            on=today,
        )


def _current_members(case: Case) -> Any:
    return CoreGroupMember.objects.filter(child__case=case, left_on=None)


def _watch_silence(today: date) -> None:
    """AGENCY_SILENT: no act, attendance, report or reported apology from a core group agency for so many calendar days."""
    silent_after = timedelta(days=policy_on(today).settings["agency_silent_days"])
    members = CoreGroupMember.objects.filter(left_on=None).exclude(agency__key="social_care")
    joined: dict[tuple[int, int], date] = {}
    for member in members.select_related("child"):
        where = (member.child.case_id, member.agency_id)
        joined[where] = min(member.joined_on, joined.get(where, member.joined_on))
    for (case_id, agency_id), joined_on in joined.items():
        part = AgencyPart.objects.select_related("case", "agency").get(case=case_id, agency=agency_id)
        heard_on = part.last_heard_at.astimezone(LONDON).date() if part.last_heard_at else joined_on
        last = max(joined_on, heard_on)
        if today > last + silent_after:
            case, agency = part.case, part.agency
            settle_silence(part, today)
            raise_flag(
                case,
                "AGENCY_SILENT",
                agency.key,
                [lead_of(agency, today), case.chair],
                facts=f"Nothing heard since {last:%-d %b %Y}.",
                on=today,
            )


def settle_silence(part: AgencyPart, today: date) -> None:
    """Writes down that an earlier silence was broken, so that a new one can be raised."""
    for flag in Flag.objects.filter(case=part.case, code="AGENCY_SILENT", about=part.agency.key, cleared_on=None):
        if part.last_heard_at and part.last_heard_at > flag.raised_at:
            clear(part.case, part.agency.key, "AGENCY_SILENT", on=part.last_heard_at.astimezone(LONDON).date())


# Asking


def rating(plan: Plan) -> str:
    """red, amber or green, always with the flags that made it so (`touching`). Rule: the module and `flags`."""
    codes = [(flag.code, flag.about) for flag in touching(plan)]
    five = {code for code, _ in codes if code in TWICE_OF_THESE_IS_RED}
    long = any(code.startswith("PLAN_") and int(code[5:-1]) >= RED_FROM_MONTHS for code, _ in codes)
    often = any(
        code == "ACTION_REDATED" and history.later_moves(plan.case, "action", about) >= RED_FROM_NEW_DATES
        for code, about in codes
    )
    if len(five) >= 2 or long or often or any(code in ALONE_RED for code, _ in codes):
        return "red"
    return "amber" if five else "green"


def touching(plan: Plan) -> list[Flag]:
    """The standing flags that touch the child: about the child, its actions, the agencies of its core group."""
    child = plan.child
    actions = set(Action.objects.filter(for_children__child=child).values_list("key", flat=True))
    agencies = {
        member.agency.key for member in _current_members(plan.case).filter(child=child).select_related("agency")
    }
    mine = {"ACTION_REDATED": actions, "ACTION_CARRIED": actions, "AGENCY_SILENT": agencies}
    return [flag for flag in standing(plan.case) if flag.about in mine.get(flag.code, {child.key})]


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
    first: dict[str, int] = {}
    latest: dict[str, int] = {}
    for meeting in plan.meetings.order_by("id"):
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
    return deadlines.slippage(action.deadline, on)


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


def _dates(case: Case, action: Action) -> str:
    return ", ".join(f"{due:%-d %b %Y}" for due in history.due_dates(case, "action", action.key))


def _when(meetings: Iterable[PlanMeeting]) -> str:
    return ", ".join(f"{meeting.held_on:%-d %b %Y}" for meeting in reversed(list(meetings)))
