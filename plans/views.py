"""Pages about plans: what was agreed for each child, and how its dates have moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plans.forms import AsItStoodForm
from plans.models import Action, ActionChild, CoreGroupMember, Outcome, OutcomeChild, Plan, PlanMeeting, Risk
from workflow import history
from workflow.acting import LONDON
from workflow.deadlines import lateness
from workflow.history import Course
from workflow.models import Case, Deadline
from workflow.policy import calendar
from workflow.signed_in import asked_on, case_for
from workflow.working_days import Calendar, working_days_between

PLAN_COLOURS = {Plan.State.OUTLINE: "yellow", Plan.State.ACTIVE: "blue"}
ACTION_COLOURS = {
    Action.State.AGREED: "blue",
    Action.State.BLOCKED: "yellow",
    Action.State.COMPLETED: "green",
    Action.State.VERIFIED: "green",
    Action.State.CANCELLED: "grey",
}


# The plan


@login_required
@require_safe
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """What was agreed for each child, and how each action stands."""
    case = _case(request, reference)
    return render(request, "plans/plan.html", {"case": case, "here": "plan", "children": _children(case, request)})


def _case(request: HttpRequest, reference: str) -> Case:
    return case_for(request, reference, Case.objects.prefetch_related("children"))


def _children(case: Case, request: HttpRequest) -> list[dict[str, Any]]:
    """Each child of the case with its latest plan and everything in it. A fixed number of statements."""
    today, days = asked_on(request), calendar()
    plans = {each.child_id: each for each in _plans(case)}
    outcomes = _grouped(OutcomeChild.objects.filter(child__case=case).select_related("outcome").order_by("outcome"))
    actions = _grouped(ActionChild.objects.filter(child__case=case).select_related("action").order_by("action"))
    members = _grouped(CoreGroupMember.objects.filter(child__case=case, left_on=None).select_related("agency"))
    courses = {course.last.subject: course for course in history.courses([case.pk], code="action").get(case.pk, [])}
    return [
        {
            "child": child,
            "plan": plans.get(child.pk),
            "colour": PLAN_COLOURS.get(plans[child.pk].state, "grey") if child.pk in plans else "",
            "risks": _latest_edition(plans.get(child.pk)),
            "scores": _scores(plans.get(child.pk), [row.outcome for row in outcomes.get(child.pk, [])]),
            "actions": [_action(row.action, courses, today, days) for row in actions.get(child.pk, [])],
            "core_group": [member.agency for member in members.get(child.pk, [])],
        }
        for child in case.children.all()
    ]


def _plans(case: Case) -> Iterable[Plan]:
    return Plan.objects.filter(case=case).prefetch_related(
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


# How dates have moved


@dataclass(frozen=True)
class Line:
    """One action on the chart: where it began, where it stands, in words and across a drawing 400 wide."""

    course: Course
    working_days: int
    circle: int
    diamond: int
    meetings: list[int]
    state: str
    owner_agency: Any

    @property
    def finding(self) -> str:
        """What the drawing shows."""
        times = len(self.course.moves)
        if not times:
            return f"Due {_day(self.course.now)}; never moved."
        return (
            f"First due {_day(self.course.first)}, now {_day(self.course.now)}: moved {times} "
            f"time{'' if times == 1 else 's'}, {_signed(self.working_days)}."
        )

    @property
    def by_how_much(self) -> str:
        return _signed(self.working_days) if self.course.has_moved else "not moved"


@dataclass(frozen=True)
class Found:
    """Everything the page says, as the record stood on one day."""

    lines: list[Line] = field(default_factory=list)
    first: date | None = None
    last: date | None = None

    @property
    def moved(self) -> list[Line]:
        return [line for line in self.lines if line.course.has_moved]

    @property
    def sentence(self) -> str:
        """The finding, first thing on the page."""
        if not self.lines:
            return "No action had a date."
        moves = [move for line in self.lines for move in line.course.moves]
        if not moves:
            return f"{_count(len(self.lines), 'action')}; no date has moved."
        later = sum(line.working_days for line in self.lines if line.working_days > 0)
        slipped = sum(line.working_days > 0 for line in self.lines)
        reasons = sum(bool(move.reason.strip()) for move in moves)
        passed = sum(move.after_it_had_passed for move in moves)
        return (
            f"{_count(slipped, 'action')} of {len(self.lines)} slipped {_count(later, 'working day')} in total; "
            f"{_count(len(moves), 'move')}; {reasons} with a reason; {passed} recorded after the date had passed."
        )


@login_required
@require_safe
def dates(request: HttpRequest, reference: str) -> HttpResponse:
    """How far each action's date has slipped since it was agreed, now or as the record stood on an earlier day."""
    case, today = _case(request, reference), asked_on(request)
    form = AsItStoodForm(_asked_day(request), initial={"on": today})
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today
    held = PlanMeeting.objects.filter(plan__case=case).order_by("held_on", "id")
    meetings = list(dict.fromkeys(held.values_list("held_on", "kind")))
    shown = {
        "found": _found(case, on, [day for day, _ in meetings if day <= on]),
        "on": on,
        "is_past": on != today,
        "form": form,
        "before": next(((day, KIND[kind]) for day, kind in reversed(meetings) if day < on), None),
        "after": next(((day, KIND[kind]) for day, kind in meetings if on < day <= today), None),
    }
    return render(request, "plans/dates.html", {"case": case, "here": "dates"} | shown)


KIND = {PlanMeeting.Kind.CONFERENCE.value: "conference", PlanMeeting.Kind.CORE_GROUP.value: "core group"}


def _asked_day(request: HttpRequest) -> dict[str, str] | None:
    """The day asked for: in three boxes, or as one date in a link."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        boxes = request.GET.dict()
        return boxes if any(name.startswith("on-") for name in boxes) else None
    return {"on-day": str(day.day), "on-month": str(day.month), "on-year": str(day.year)}


def _found(case: Case, on: date, meetings: Sequence[date]) -> Found:
    until = datetime.combine(on + timedelta(days=1), time(), LONDON) - timedelta(microseconds=1)
    courses = history.courses([case.pk], code="action", until=until).get(case.pk, [])
    if not courses:
        return Found()
    days = calendar()
    ends = [day for course in courses for day in (course.first, course.now)]
    first, last = min([*ends, *meetings]), max([*ends, *meetings])
    width = max((last - first).days, 1)

    def place(day: date) -> int:
        return 10 + 380 * (day - first).days // width

    lines = [
        Line(
            course,
            _working_days_moved(course, days),
            place(course.first),
            place(course.now),
            sorted({place(day) for day in meetings}),
            Deadline.State(course.last.state).label,
            course.last.agency,
        )
        for course in courses
    ]
    return Found(sorted(lines, key=lambda line: -line.working_days), first, last)


def _working_days_moved(course: Course, days: Calendar) -> int:
    """Working days from the first date to the present one; below nought when it came forward."""
    if course.now >= course.first:
        return working_days_between(course.first, course.now, days)
    return -working_days_between(course.now, course.first, days)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _signed(working_days: int) -> str:
    return f"{_count(abs(working_days), 'working day')} {'later' if working_days >= 0 else 'earlier'}"


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
