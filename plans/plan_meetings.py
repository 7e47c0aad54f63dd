"""A plan meeting: a core group held or a conference decided.

What it saw is pinned, and every rule of drift asked about it.

Exact rules: FORMAT.md, section 8.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from plans.actions import open_actions_of
from plans.drift import best_scores, meeting_count, meetings_since_movement, outcomes_improved
from plans.flags import clear, raise_flag, raise_or_clear
from plans.models import Action, Plan, PlanMeeting
from workflow import history
from workflow.acting import day_of
from workflow.models import Child
from workflow.people import service_manager
from workflow.policy import policy_on

IN_A_ROW = 3


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
    return [action for action in open_actions_of(child) if action.deadline.first_due_on < on]


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
        change.field == "state" and change.now in telling and day_of(change.happened_at) > day
        for change in history.changes(action)
    )


def _last(meeting: PlanMeeting, meetings: Any) -> list[PlanMeeting]:
    """This meeting and those before it, newest first, three at most."""
    return list(meetings.filter(pk__lte=meeting.pk).order_by("-id")[:IN_A_ROW])


def _when(meetings: Iterable[PlanMeeting]) -> str:
    return ", ".join(f"{meeting.held_on:%-d %b %Y}" for meeting in reversed(list(meetings)))
