"""What a story may ask about the state of things: `kind:key` to a value, and figures. Nothing there is None.

One small function per kind, found by its name. See FORMAT.md section 12.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from config.stories.cast import Cast
from escalation.models import Acknowledgement, Disagreement
from meetings.models import (
    Conference,
    CoreGroup,
    Enquiry,
    LegalPlanningMeeting,
    LookedAfter,
    Referral,
    SeriousIncident,
    StrategyDiscussion,
    Transfer,
)
from plans import drift
from plans.lifecycle import core_group_of
from plans.models import Action, ChildInNeedPlan, Injury, Plan
from workflow import deadlines, history
from workflow.models import Child, Deadline
from workflow.policy import calendar
from workflow.working_days import book_by

Asked = Callable[[Cast, str, date], Any]


def ask(cast: Cast, question: str, on: date) -> Any:
    """The value of one state key as of a day. Raises KeyError for a kind nobody knows."""
    kind, _, key = question.partition(":")
    return plain(STATES[kind](cast, key, on))


def ask_figure(cast: Cast, question: str, on: date) -> Any:
    """The value of one figure as of a day. Raises KeyError for a kind nobody knows."""
    kind, _, key = question.partition(":")
    return plain(FIGURES[kind](cast, key, on))


def plain(value: Any) -> Any:
    """Dates as text; everything else as the story would write it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


# Records by their key


def _state_of(model: Any) -> Asked:
    def asked(cast: Cast, key: str, on: date) -> Any:
        record = model.objects.filter(case=cast.case, key=key).first()
        return record and record.state

    return asked


def _of_conference(read: Callable[[Conference], Any]) -> Asked:
    def asked(cast: Cast, key: str, on: date) -> Any:
        conference = Conference.objects.filter(case=cast.case, key=key).first()
        return None if conference is None else read(conference)

    return asked


def _in_conference(read: Callable[[Conference, str], Any]) -> Asked:
    def asked(cast: Cast, key: str, on: date) -> Any:
        conference_key, _, who = key.partition(":")
        conference = Conference.objects.filter(case=cast.case, key=conference_key).first()
        return None if conference is None else read(conference, who)

    return asked


def _minutes(conference: Conference) -> Any:
    return getattr(conference, "minutes", None)


def _by_who(rows: Any, who: str) -> Any:
    return next((row.state for row in rows if row.party.key == who), None)


def _keys(rows: Any) -> list[str] | None:
    return sorted(row.party.key for row in rows)


def _quorate(conference: Conference) -> bool | None:
    sitting = conference.sitting
    return sitting and sitting.is_quorate


def _copies(conference: Conference, redacted: bool) -> list[str]:
    minutes = _minutes(conference)
    return sorted({row.party.key for row in minutes.copies.filter(is_redacted=redacted)}) if minutes else []


def _receipt(conference: Conference, who: str) -> Any:
    minutes = _minutes(conference)
    return minutes and _by_who(minutes.copies.order_by("-id"), who)


def _exclusion(conference: Conference, who: str) -> Any:
    found = conference.exclusions.filter(person__key=who).first()
    return found and found.state


def _dissent(conference: Conference, who: str) -> Any:
    found = conference.dissents.filter(agency__key=who).first()
    return found and (found.state if found.state != "noted" else None)


# Children and plans


def _child(cast: Cast, key: str) -> Child | None:
    return cast.case.children.filter(key=key).first()


def _of_child(read: Callable[[Child, date], Any]) -> Asked:
    def asked(cast: Cast, key: str, on: date) -> Any:
        child = _child(cast, key)
        return None if child is None else read(child, on)

    return asked


def _of_plan(read: Callable[[Plan, date], Any]) -> Asked:
    def asked(cast: Cast, key: str, on: date) -> Any:
        plan = Plan.objects.filter(case=cast.case, child__key=key).last()
        return None if plan is None else read(plan, on)

    return asked


def _latest_in_need(child: Child) -> ChildInNeedPlan | None:
    return ChildInNeedPlan.objects.filter(child=child).last()


def _in_need_state(child: Child, on: date) -> str | None:
    found = _latest_in_need(child)
    return found and ("ended" if found.ended_on else "open")


def _enquiry(child: Child, on: date) -> Any:
    found = Enquiry.objects.filter(child=child).last()
    return found and found.state


def _looked_after(child: Child, on: date) -> Any:
    found = LookedAfter.objects.filter(child=child, until_on=None).first()
    return found and found.from_on


def _transfer(child: Child, on: date) -> Any:
    found = Transfer.objects.filter(child=child).last()
    return found and found.state


def _previous_plans(child: Child, on: date) -> int:
    here = Plan.objects.filter(child=child).count() - 1
    return max(here, 0) + child.earlier_plans.count()


# Deadlines


def _deadline(cast: Cast, key: str) -> Deadline | None:
    code, _, subject = key.partition(":")
    return deadlines.latest(cast.case, code, subject)


def _of_deadline(read: Callable[[Cast, Deadline], Any]) -> Asked:
    def asked(cast: Cast, key: str, on: date) -> Any:
        found = _deadline(cast, key)
        return None if found is None else read(cast, found)

    return asked


def owner_key(cast: Cast, deadline: Any) -> str:
    """What the story calls the owner of a deadline, or of a row of its history."""
    professional = deadline.owner_professional
    return cast.key_of(professional) if professional else str(deadline.owner_family_member.key)


def _acknowledgement(cast: Cast, key: str, on: date) -> Any:
    rung, _, deadline_key = key.partition(":")
    code, _, subject = deadline_key.partition(":")
    given = Acknowledgement.objects.filter(
        alert__case=cast.case,
        alert__rung=int(rung),
        alert__deadline__code=code,
        alert__deadline__subject=subject,
    ).last()
    return given and given.state


def _action(cast: Cast, key: str) -> Action | None:
    return Action.objects.filter(case=cast.case, key=key).first()


def _redates(cast: Cast, key: str, on: date) -> int | None:
    return history.later_moves(cast.case, "action", key) if _action(cast, key) else None


def _resolved_stage(cast: Cast, key: str, on: date) -> Any:
    found = Disagreement.objects.filter(case=cast.case, key=key).first()
    return found and found.resolved_stage


STATES: dict[str, Asked] = {
    "referral": _state_of(Referral),
    "strategy": _state_of(StrategyDiscussion),
    "s47": _of_child(_enquiry),
    "conference": _state_of(Conference),
    "booked_for": _of_conference(lambda conference: conference.booked_for),
    "sittings": _of_conference(lambda conference: conference.sittings.count()),
    "quorate": _of_conference(_quorate),
    "invitation": _in_conference(lambda conference, who: _by_who(conference.invitations.all(), who)),
    "exclusion": _in_conference(_exclusion),
    "minutes": _of_conference(lambda conference: m.state if (m := _minutes(conference)) else "not_started"),
    "minutes_version": _of_conference(lambda conference: m and m.text_version if (m := _minutes(conference)) else None),
    "challenge_window": _of_conference(lambda conference: m.window_until if (m := _minutes(conference)) else None),
    "receipt": _in_conference(_receipt),
    "letter_to": _of_conference(lambda conference: _keys(conference.letter_copies.filter(decision_only=False))),
    "letter_decision_only": _of_conference(
        lambda conference: _keys(conference.letter_copies.filter(decision_only=True))
    ),
    "minutes_to": _of_conference(lambda conference: _copies(conference, redacted=False)),
    "minutes_redacted": _of_conference(lambda conference: _copies(conference, redacted=True)),
    "dissent": _in_conference(_dissent),
    "plan": _of_plan(lambda plan, on: plan.state),
    "category": _of_plan(lambda plan, on: plan.category),
    "initial_category": _of_plan(lambda plan, on: plan.initial_category),
    "plan_start": _of_plan(lambda plan, on: plan.started_on),
    "plan_start_original": _of_plan(lambda plan, on: plan.original_started_on),
    "plan_end": _of_plan(lambda plan, on: plan.ended_on),
    "plan_version": _of_plan(lambda plan, on: plan.edition),
    "reviews_held": _of_plan(lambda plan, on: plan.reviews_held),
    "conferences_held": _of_plan(lambda plan, on: drift.meetings_held(plan)["conference"]),
    "core_groups_held": _of_plan(lambda plan, on: drift.meetings_held(plan)["core_group"]),
    "months_on_plan": _of_plan(drift.months_on_plan),
    "core_group_members": _of_child(lambda child, on: sorted(agency.key for agency in core_group_of(child))),
    "previous_plans": _of_child(_previous_plans),
    "cin_plan": _of_child(_in_need_state),
    "cin_plan_start": _of_child(lambda child, on: (found := _latest_in_need(child)) and found.started_on),
    "cin_plan_end": _of_child(lambda child, on: (found := _latest_in_need(child)) and found.ended_on),
    "child": _of_child(lambda child, on: child.state),
    "looked_after": _of_child(_looked_after),
    "transfer": _of_child(_transfer),
    "core_group": _state_of(CoreGroup),
    "action": _state_of(Action),
    "redates": _redates,
    "due_dates": lambda cast, key, on: history.due_dates(cast.case, "action", key) or None,
    "disagreement": _state_of(Disagreement),
    "resolved_stage": _resolved_stage,
    "legal_planning": _state_of(LegalPlanningMeeting),
    "serious_incident": _state_of(SeriousIncident),
    "acknowledgement": _acknowledgement,
    "deadline": _of_deadline(lambda cast, deadline: deadline.state),
    "due": _of_deadline(lambda cast, deadline: deadline.due_on),
    "original_due": _of_deadline(lambda cast, deadline: deadline.first_due_on),
    "owner": _of_deadline(owner_key),
    "book_by": _of_deadline(lambda cast, deadline: book_by(deadline.due_on, calendar())),
}


# Figures


def _slippage(cast: Cast, key: str, on: date) -> int | None:
    action = _action(cast, key)
    return None if action is None else drift.action_slippage(action, on)


def _meetings(plan: Plan, on: date) -> dict[str, int]:
    held = drift.meetings_held(plan)
    return {
        "conferences": held["conference"],
        "core_groups": held["core_group"],
        "outcomes_improved": drift.outcomes_improved(plan),
    }


def _lead_practitioners(cast: Cast, key: str, on: date) -> int:
    return len(set(cast.case.history.values_list("lead_practitioner", flat=True)))


def _rearranged(cast: Cast, key: str, on: date) -> int:
    return sum(Conference.objects.filter(case=cast.case).values_list("times_moved", flat=True))


def _days_to_refer(cast: Cast, key: str, on: date) -> int | None:
    """Calendar days from the concern to the referral."""
    referral = Referral.objects.filter(case=cast.case, key=key).first()
    if referral is None or referral.noticed_on is None:
        return None
    return (referral.received_on - referral.noticed_on).days


FIGURES: dict[str, Asked] = {
    "slippage": _slippage,
    "plan_slippage": _of_child(lambda child, on: asdict(drift.plan_slippage(child, on))),
    "redates": _redates,
    "meetings": _of_plan(_meetings),
    "meetings_since_movement": _of_plan(lambda plan, on: drift.meetings_since_movement(plan)),
    "lead_practitioners": _lead_practitioners,
    "rearranged_meetings": _rearranged,
    "days_to_refer": _days_to_refer,
    "injuries": _of_child(lambda child, on: Injury.objects.filter(child=child).count()),
}
