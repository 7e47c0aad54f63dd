"""Pages about the meetings that are not conferences: strategy discussion, core group, legal planning, discharge.

Each kind has a page on which it begins and a page of its own; what can be done next stands on that page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from meetings import other_forms as ask
from meetings.asked_for import altered_since
from meetings.asking import CaseForm
from meetings.models import (
    CoreGroup,
    CoreGroupChild,
    DischargeMeeting,
    LegalPlanningMeeting,
    LookedAfterReview,
    Presence,
    RecordCopy,
    StrategyDiscussion,
)
from meetings.views.steps import Step, performed, with_steps
from plans.models import Engagement, Outcome, PlanMeeting
from workflow.models import Case, Professional
from workflow.signed_in import case_for, may_do, open_case, visible_cases_of

AnyModel = TypeVar("AnyModel", bound=models.Model)
MEDICAL_IN_WORDS = dict(ask.MEDICAL)
COLOURS = {"called": "yellow", "recommended": "yellow", "owed": "yellow", "partial": "red", "not_held": "red"}
COLOURS |= {"cancelled": "grey", "not_owed": "grey"}


# Where one begins


@dataclass(frozen=True)
class Start:
    """A form with which a meeting begins: its title, the act it is, and what is said when it is done."""

    title: str
    act: str
    form: type[CaseForm]
    said: str
    about: str = ""


STARTS = {
    "strategy-call": Start(
        "Call a strategy discussion", "call_strategy", ask.CallStrategy, "The strategy discussion is called."
    ),
    "strategy-hold": Start(
        "Record a strategy discussion",
        "conclude_strategy",
        ask.HoldUncalled,
        "The strategy discussion is recorded.",
        "For a discussion that was held at once. Social care, police and health take part; in an emergency social care "
        "and police, and a full one follows.",
    ),
    "core-group-hold": Start(
        "Record a core group",
        "hold_core_group",
        ask.HoldCoreGroupPage,
        "The core group is recorded.",
        "Social care and at least one other group have to be there. With fewer it is partial: no clock is touched, and "
        "its record is owed all the same.",
    ),
    "core-group-miss": Start(
        "A core group did not happen",
        "miss_core_group",
        ask.MissCoreGroup,
        "It is recorded that the core group did not happen. The same due date stays.",
        "The same due date stays, and the chair and the team manager are told.",
    ),
    "legal-planning-recommend": Start(
        "Recommend legal planning",
        "recommend_legal_planning",
        ask.RecommendLegalPlanning,
        "The recommendation is recorded; the team manager owes the meeting.",
    ),
    "discharge-call": Start(
        "Call a discharge meeting",
        "call_discharge_meeting",
        ask.CallDischarge,
        "The discharge meeting is called.",
        "Before a child leaves hospital, social care and health agree whether it is safe and what has to be in place.",
    ),
}


@login_required
def start(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """The form with which a meeting begins; afterwards its own page."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    begins = STARTS[what]
    form = begins.form(request.POST if request.method == "POST" else None, case=case)
    made = performed(form, request)
    if made is not None:
        messages.success(request, begins.said)
        return redirect(address_of(made))
    shown = {"case": case, "here": "meetings", "form": form, "begins": begins, "may": may_do(request, begins.act)}
    return render(request, "meetings/begin.html", shown)


def address_of(record: models.Model) -> str:
    """The address of its page."""
    return reverse(PAGES[type(record)], args=[record.pk])


# The page of one


WRITE = Step("write_record", "Write the record", ask.WriteRecord, "The text is kept.")
SEND = Step("distribute_record", "Send the record out", ask.SendRecord, "The record has gone out.")
HOLD_STRATEGY = Step("conclude_strategy", "Conclude it", ask.ConcludeCalled, "The discussion is concluded.")
CANCEL_STRATEGY = Step("cancel_strategy", "Cancel it", ask.CancelStrategy, "The discussion is cancelled.")
HOLD_LEGAL = Step("hold_legal_planning", "Record the meeting", ask.HoldLegalPlanning, "The meeting is recorded.")
HOLD_DISCHARGE = Step("hold_discharge_meeting", "Record the meeting", ask.HoldDischarge, "The meeting is recorded.")
CANCEL_DISCHARGE = Step("cancel_discharge_meeting", "Cancel it", ask.CancelDischarge, "The meeting is cancelled.")
HOLD_REVIEW = Step(
    "hold_looked_after_review", "Record the review", ask.HoldLookedAfterReview, "The review is recorded."
)

NEXT: dict[type[models.Model], dict[str, tuple[Step, ...]]] = {
    StrategyDiscussion: {"called": (HOLD_STRATEGY, CANCEL_STRATEGY), "concluded": (WRITE, SEND)},
    CoreGroup: {"held": (WRITE, SEND), "partial": (WRITE, SEND)},
    LegalPlanningMeeting: {"recommended": (HOLD_LEGAL,), "held": (WRITE,)},
    DischargeMeeting: {"called": (HOLD_DISCHARGE, CANCEL_DISCHARGE), "held": (WRITE, SEND)},
    LookedAfterReview: {"owed": (HOLD_REVIEW,)},
}


def _page(request: HttpRequest, record: Any, template: str, shown: Mapping[str, Any]) -> HttpResponse:
    """Shows the meeting with what can be done next, and does what was sent."""
    steps = NEXT[type(record)].get(record.state, ())
    frame = {"case": record.case, "here": "meetings", "record": record, "colour": COLOURS.get(record.state, "green")}
    return with_steps(
        request,
        record,
        steps,
        address=address_of(record),
        is_shown=lambda step: _is_open_to(request, step, record),
        template=template,
        shown=frame | dict(shown),
    )


def _is_open_to(request: HttpRequest, step: Step, record: Any) -> bool:
    """Whether the reader is shown this step: they may do it, and nothing goes out that nobody has written."""
    return may_do(request, step.act) and (step is not SEND or bool(record.what_was_said))


def _found(request: HttpRequest, rows: "models.QuerySet[AnyModel]", pk: int) -> AnyModel:
    """The record, if it is of a case the reader may see. Raises the same Http404 for one that is not there."""
    visible = rows.filter(pk=pk, case__in=visible_cases_of(request).values("pk"))
    found = visible.select_related("case").prefetch_related("case__children").first()
    if found is None:
        raise Http404
    open_case(request, found.case)
    return found


def _people(keys: Iterable[str]) -> str:
    """Names and agencies of the professionals with these keys."""
    found = Professional.objects.filter(key__in=list(keys)).select_related("agency")
    return "; ".join(f"{one.name}, {one.agency}" for one in found)


def _children(case: Case, keys: Iterable[str]) -> str:
    wanted = set(keys)
    return ", ".join(child.name for child in case.children.all() if child.key in wanted)


def _copies(case: Case, key: str) -> list[RecordCopy]:
    rows = RecordCopy.objects.filter(case=case, record_key=key)
    return list(rows.select_related("agency", "family_member", "to_chair"))


@login_required
def strategy(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, StrategyDiscussion.objects.select_related("follows"), pk)
    about = ", ".join(row.child.name for row in found.discussed.select_related("child").order_by("child"))
    medical = "; ".join(
        said
        for said in (MEDICAL_IN_WORDS.get(found.medical_decision, ""), found.medical_decided_by, found.medical_why)
        if said
    )
    rows = [
        ("About", about),
        ("Why it was called", found.reason),
        ("Called", found.called_on),
        ("Concluded", found.concluded_on),
        ("Who took part", _people(found.attended)),
        ("Children considered by name", _children(found.case, found.considered)),
        ("Decided", found.get_outcome_display() if found.outcome else ""),
        ("Medical", medical if found.medical_decision else ""),
        ("Why it could not wait", found.emergency),
        ("Follows", str(found.follows) if found.follows else ""),
    ]
    shown = {
        "title": "Strategy discussion",
        "kind": found.kind.label,
        "rows": rows,
        "copies": _copies(found.case, found.key),
    }
    return _page(request, found, "meetings/small_meeting.html", shown)


@login_required
def legal_planning(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, LegalPlanningMeeting.objects.all(), pk)
    rows = [
        ("About", _children(found.case, found.children)),
        ("Recommended", found.recommended_on),
        ("Held", found.held_on),
        ("Legal advice", found.advice),
        ("Decided", found.outcome),
    ]
    note = "Legal advice is for those who have the case; this record is sent to nobody."
    shown = {"title": "Legal planning meeting", "rows": rows, "note": note}
    return _page(request, found, "meetings/small_meeting.html", shown)


@login_required
def discharge_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, DischargeMeeting.objects.select_related("child", "called_by"), pk)
    safe = {True: "Yes, the child may go home", False: "No, not yet", None: ""}[found.is_safe]
    rows = [
        ("About", found.child.name),
        ("Hospital", found.hospital),
        ("Planned for", found.planned_for),
        ("Called by", found.called_by),
        ("Held", found.held_on),
        ("Who took part", _people(found.attended)),
        ("Agreed that it is safe", safe),
        ("In place first", found.conditions if found.has_conditions or not found.held_on else "Nothing"),
        ("Why it was cancelled", found.why_cancelled),
    ]
    shown = {"title": "Discharge meeting", "rows": rows, "copies": _copies(found.case, found.key)}
    return _page(request, found, "meetings/small_meeting.html", shown)


@login_required
def looked_after_review(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, LookedAfterReview.objects.select_related("child", "conference", "chaired_by"), pk)
    rows = [
        ("About", found.child.name),
        ("Held", found.held_on),
        ("Chaired by", found.chaired_by),
        ("Together with", str(found.conference) if found.conference else ""),
        ("Decided", found.outcome),
        ("Why apart from the plan’s review", found.why_apart),
    ]
    shown = {"title": "Review of a looked-after child", "rows": rows}
    return _page(request, found, "meetings/small_meeting.html", shown)


@login_required
def core_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was there, each child's life then and before, scores, engagement, the record, and what was altered."""
    found = _found(request, CoreGroup.objects.all(), pk)
    presences = Presence.objects.filter(case=found.case, occasion=Presence.Occasion.CORE_GROUP, key=found.key)
    there = list(found.attendance.select_related("professional__agency", "family_member"))
    shown = {
        "professionals": [each.professional for each in there if each.professional],
        "family_there": [each.family_member for each in there if each.family_member],
        "presences": presences.select_related("agency"),
        "about": _about(found),
        "engagement": Engagement.objects.filter(
            member__case=found.case, core_group_key=found.key, rated_on=found.held_on
        ).select_related("member"),
        "copies": _copies(found.case, found.key),
        "altered": altered_since(found.case),
    }
    return _page(request, found, "meetings/core_group.html", shown)


def _about(core_group: CoreGroup) -> list[dict[str, Any]]:
    """Each child: the words now and the time before, and the scores given. A fixed number of statements."""
    so_far = CoreGroupChild.objects.filter(core_group__case=core_group.case, core_group__lte=core_group.pk)
    rows: list[CoreGroupChild] = []
    before: dict[int, CoreGroupChild] = {}
    for row in so_far.select_related("core_group", "child").order_by("id"):
        if row.core_group_id == core_group.pk:
            rows.append(row)
        elif row.lived_experience:
            before[row.child_id] = row
    outcomes = {outcome.key: outcome for outcome in Outcome.objects.filter(case=core_group.case)}
    meetings = PlanMeeting.objects.filter(plan__case=core_group.case, kind=PlanMeeting.Kind.CORE_GROUP)
    seen = {each.plan.child_id: each for each in meetings.filter(key=core_group.key).select_related("plan")}
    return [
        {
            "row": row,
            "before": before.get(row.child_id),
            "scores": [
                (outcomes.get(key, key), score, seen[row.child_id].evidence.get(key, ""))
                for key, score in (seen[row.child_id].scores.items() if row.child_id in seen else ())
            ],
        }
        for row in rows
    ]


PAGES: dict[type[models.Model], str] = {
    StrategyDiscussion: "strategy",
    CoreGroup: "core-group",
    LegalPlanningMeeting: "legal-planning",
    DischargeMeeting: "discharge",
    LookedAfterReview: "looked-after-review",
}
