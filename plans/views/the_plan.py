"""The plan: what was agreed for each child, and how each action stands."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plans.childs_words import needs_with_words
from plans.editions import signed_in_words
from plans.gathered import with_what_stands_around
from plans.models import Action, ActionChild, ChildsWords, CoreGroupMember, Outcome, Plan, PlanMeeting, Risk
from plans.other_plans import beside, booked_in
from plans.with_the_family import by_person, kept
from workflow import history
from workflow.history import Course
from workflow.lateness import lateness
from workflow.models import Case, Deadline
from workflow.policy import calendar
from workflow.signed_in import asked_on, case_for, may_do
from workflow.working_days import Calendar

# What the page asks about before it shows a link.
ASKED = ("add_action", "describe_baseline", "record_childs_words", "record_agreement", "set_visit_pattern")
PLAN_COLOURS = {Plan.State.OUTLINE: "yellow", Plan.State.ACTIVE: "blue"}
ACTION_COLOURS = {
    Action.State.AGREED: "blue",
    Action.State.BLOCKED: "yellow",
    Action.State.COMPLETED: "green",
    Action.State.VERIFIED: "green",
    Action.State.CANCELLED: "grey",
}


@login_required
@require_safe
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """What was agreed for each child, and how each action stands."""
    case = _case(request, reference)
    shown = {
        "case": case,
        "here": "plan",
        "children": _children(case, request),
        "may": {act: may_do(request, act) for act in ASKED},
    }
    return render(request, "plans/plan.html", shown)


def _case(request: HttpRequest, reference: str) -> Case:
    return case_for(request, reference, Case.objects.prefetch_related("children"))


def _children(case: Case, request: HttpRequest) -> list[dict[str, Any]]:
    """Each child of the case with its latest plan and everything in it. A fixed number of statements."""
    today, days = asked_on(request), calendar()
    booked = booked_in(case)
    plans = {each.child_id: each for each in _plans(case)}
    outcomes = _grouped(needs_with_words(case).select_related("outcome").order_by("outcome"))
    actions = _grouped(
        ActionChild.objects.filter(child__case=case).select_related("action__instead_of").order_by("action")
    )
    members = _grouped(CoreGroupMember.objects.filter(child__case=case, left_on=None).select_related("agency"))
    courses = {course.last.subject: course for course in history.courses([case.pk], code="action").get(case.pk, [])}
    return [
        {
            "child": child,
            "plan": plans.get(child.pk),
            "colour": PLAN_COLOURS.get(plans[child.pk].state, "grey") if child.pk in plans else "",
            "risks": _latest_edition(plans.get(child.pk)),
            "scores": _scores(plans.get(child.pk), [row.outcome for row in outcomes.get(child.pk, [])]),
            "needs": [_need(row) for row in outcomes.get(child.pk, [])],
            "told": sum(1 for row in outcomes.get(child.pk, []) if row.said),
            "actions": [_action(row.action, courses, today, days) for row in actions.get(child.pk, [])],
            **_around(plans.get(child.pk), today, booked),
            "core_group": [member.agency for member in members.get(child.pk, [])],
        }
        for child in case.children.all()
    ]


def _need(row: Any) -> Any:
    row.how_said = ChildsWords.How(row.how).label if row.how else ""
    return row


def _around(plan: Any, on: date, booked: Sequence[tuple[str, date]]) -> dict[str, Any]:
    """What the family says to the plan, other plans beside it, and how the visits agreed with it are kept."""
    if plan is None:
        return {}
    return {
        "signed": signed_in_words(plan),
        "answers": by_person(plan.answers or [], plan.edition),
        "others": beside(plan, on, booked),
        "visits": kept(plan.pattern, plan.visits_made or [], on=on),
    }


def _plans(case: Case) -> Iterable[Plan]:
    return with_what_stands_around(Plan.objects.filter(case=case)).prefetch_related(
        Prefetch("risks", Risk.objects.order_by("id")), Prefetch("meetings", PlanMeeting.objects.order_by("id"))
    )


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows about children, by child."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.child_id, []).append(row)
    return found


def _latest_edition(plan: Plan | None) -> list[Risk]:
    """The risk statements of the edition that holds, or of the last one that had any."""
    risks = list(plan.risks.all()) if plan else []
    latest = max((risk.edition for risk in risks), default=0)
    return [risk for risk in risks if risk.edition == latest]


def _scores(plan: Plan | None, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The score of each outcome at each meeting that scored any, with first and last compared in words.

    A meeting may score what the plan has not agreed yet: that is shown, too.
    """
    meetings = [meeting for meeting in plan.meetings.all() if meeting.scores] if plan else []
    agreed = {outcome.key: outcome for outcome in outcomes}
    keys = dict.fromkeys([*agreed, *(key for meeting in meetings for key in meeting.scores)])
    return {"meetings": meetings, "rows": [_outcome(key, agreed.get(key), meetings) for key in keys]}


def _outcome(key: str, outcome: Outcome | None, meetings: Sequence[PlanMeeting]) -> dict[str, Any]:
    given = [meeting.scores.get(key) for meeting in meetings]
    return {
        "key": key,
        "outcome": outcome,
        "cells": [{"meeting": meeting, "score": score} for meeting, score in zip(meetings, given, strict=True)],
        "baseline": next((meeting for meeting, score in zip(meetings, given, strict=True) if score is not None), None),
        "first": next((score for score in given if score is not None), None),
        "borne_out": [
            (meeting, score, str(meeting.evidence.get(key) or ""))
            for meeting, score in zip(meetings, given, strict=True)
            if score is not None
        ],
        "change": _change([score for score in given if score is not None]),
    }


def _change(scores: Sequence[int]) -> str:
    if not scores:
        return "not scored yet"
    if len(scores) == 1:
        return f"first score {scores[0]}"
    difference = scores[-1] - scores[0]
    if not difference:
        return f"unchanged at {scores[-1]}"
    return f"{'better' if difference > 0 else 'worse'}: {scores[0]} to {scores[-1]}"


def _action(action: Action, courses: dict[str, Course], today: date, days: Calendar) -> dict[str, Any]:
    course = courses[action.key]
    late = action.is_open and course.now < today
    return {
        "action": action,
        "course": course,
        "tag": "Overdue" if late else action.get_state_display(),
        "colour": "red" if late else ACTION_COLOURS[action.state],
        "late": lateness(_as_deadline(course), today, days) if action.is_open else "",
    }


def _as_deadline(course: Course) -> Deadline:
    """The deadline as its latest row of history has it."""
    deadline: Deadline = course.last.instance
    return deadline
