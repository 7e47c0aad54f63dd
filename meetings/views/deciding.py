"""The decision: filled in by the chair, read back, and only then recorded."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from meetings import deciding, hearing, room
from meetings.models import Conference
from meetings.views.deciding_forms import MOST_ACTIONS, DecisionForm
from meetings.views.meeting import conference_for, frame
from meetings.views.room import changed, rights
from workflow.errors import Refused
from workflow.signed_in import asked_at, asked_on, person_of

NOT_TYPED = ("csrfmiddlewaretoken", "step")


@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; what was typed read back; recorded. The step is named by the button that was pressed."""
    conference = conference_for(request, pk)
    shown = frame(request, conference, "meeting-room") | rights(request, conference)
    is_open = conference.state == Conference.State.OPEN
    if not is_open or not shown["chairs"]:
        return render(request, "meetings/decide_closed.html", shown | {"is_open": is_open})
    step = request.POST.get("step", "check") if request.method == "POST" else ""
    form = _form(request, conference, step)
    if step in ("check", "record") and form.is_valid():
        read_back = _checked(request, conference, form, step)
        if isinstance(read_back, HttpResponse):
            return read_back
        if read_back:
            return render(request, "meetings/decide_check.html", shown | read_back)
    return render(request, "meetings/decide.html", shown | _beside(request, conference, form))


def _form(request: HttpRequest, conference: Conference, step: str) -> DecisionForm:
    data: QueryDict | None = None
    actions = 0
    if request.method == "POST":
        data = request.POST.copy()
        typed = data.get("rows", "0")
        actions = min(int(typed) if typed.isdecimal() else 0, MOST_ACTIONS)
        if step == "add_action":
            actions = min(actions + 1, MOST_ACTIONS)
            _tick_everybody(data, conference, actions - 1)
        data["rows"] = str(actions)
    assert conference.sitting is not None
    inquorate = not conference.sitting.is_quorate
    form = DecisionForm(data, conference=conference, on=asked_on(request), inquorate=inquorate, actions=actions)
    if step in ("add_action", "change"):
        form.is_valid()
        form._errors = type(form.errors)()  # nothing has been asked yet: a half-filled form is not wrong
    return form


def _tick_everybody(data: QueryDict, conference: Conference, n: int) -> None:
    data.setlist(f"kids_{n}", [child.key for child in deciding.needing_a_decision(conference)])


def _checked(
    request: HttpRequest, conference: Conference, form: DecisionForm, step: str
) -> HttpResponse | dict[str, Any] | None:
    """What is read back, or the way on once it is recorded; None when something is to be put right first."""
    decisions, told = form.decisions(), form.told()
    person = person_of(request)
    try:
        if step == "record":
            deciding.decide_conference(conference, decisions, **told, by=person, at=asked_at(request))
            return changed(request, conference, "The decisions are recorded. The letter and the minutes are due.")
        deciding.check(conference, decisions, **told, by=person, on=asked_on(request))
    except Refused as refused:
        form.put_beside(refused)
        return None
    if _offers_dissent(form, decisions):
        return None
    return {"form": None, "typed": _typed(request.POST), "decisions": decisions, **_read_back(form, decisions, told)}


def _offers_dissent(form: DecisionForm, decisions: Any) -> bool:
    """An agency that thinks otherwise is asked once if it dissents: its words are put where dissent is noted."""
    outcomes = {one.child: (one.outcome, one.category) for one in decisions.children}
    offered = set(form.cleaned_data["offered"].split())
    asked = [
        each
        for each in hearing.who_differs(form.conference, outcomes)
        if str(each.agency.pk) not in offered and each.agency not in decisions.dissents
    ]
    for each in asked:
        name = f"dissent_{each.agency.pk}"
        form.data[name] = each.words
        form.add_error(
            name, f"{each.agency} thinks otherwise. Ask if it dissents: keep its words here, or take them out."
        )
    form.data["offered"] = " ".join(sorted(offered | {str(each.agency.pk) for each in asked}))
    return bool(asked)


def _typed(posted: QueryDict) -> list[tuple[str, str]]:
    """Everything that was typed, to be carried over the page on which it is read back."""
    return [(name, value) for name, values in posted.lists() if name not in NOT_TYPED for value in values]


def _read_back(form: DecisionForm, decisions: Any, told: dict[str, Any]) -> dict[str, Any]:
    labels = dict(form.fields["override"].choices) if "override" in form.fields else {}
    return {
        "children": [_child(one, form) for one in decisions.children],
        "score_rows": list(_scores(form, decisions)),
        "next_review_on": told["next_review_on"],
        "override": labels.get(told["override"], ""),
    }


def _child(one: Any, form: DecisionForm) -> dict[str, Any]:
    field = form.fields[f"outcome_{one.child.pk}"]
    categories = dict(form.fields[f"category_{one.child.pk}"].choices)
    return {
        "decision": one,
        "outcome": dict(field.choices)[one.outcome],
        "category": categories[one.category] if one.category else "",
    }


def _scores(form: DecisionForm, decisions: Any) -> Iterable[dict[str, Any]]:
    for child, scores in decisions.scores.items():
        for outcome in form.outcomes_of(child):
            if outcome.key in scores:
                yield {
                    "child": child,
                    "outcome": outcome.text or outcome.measure,
                    "score": scores[outcome.key],
                    "evidence": decisions.evidence.get(outcome.key, ""),
                }


def _beside(request: HttpRequest, conference: Conference, form: DecisionForm) -> dict[str, Any]:
    """What the chair sees beside the form: who is here, what the agencies think, the limit of the next review."""
    assert conference.sitting is not None
    return {
        "form": form,
        "inside": room.in_the_room(conference.sitting, asked_at(request)),
        "agency_views": conference.agency_views.select_related("agency", "child"),
        "limit": deciding.latest_next_review(conference, asked_on(request)),
    }
