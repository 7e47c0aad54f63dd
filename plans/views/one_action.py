"""One action: what was agreed, how it stands, what was recorded about it, and everything that may be done with it."""

from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from plans.doing import FORMS, Around, DoForm
from plans.models import Action, AskedDate
from workflow import deadlines
from workflow.errors import Refused, StaleRecord
from workflow.lateness import lateness
from workflow.models import Case
from workflow.policy import calendar
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, hats_of, person_of

STATES = {state.value: state.label for state in Action.State}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The action with a form for each thing this person may do with it; and the one that was sent, done or refused.

    Sent from a page that was opened before somebody else changed the action, it is not done: 409, with their change
    and what was typed.
    """
    case = case_for(request, reference, Case.objects.select_related("lead_practitioner", "chair"))
    around = _around(request, case, pk)
    sent = _sent(request, around) if request.method == "POST" else None
    meanwhile = _since(around, request.POST.get("seen", ""))
    if sent is not None and _is_done(sent, meanwhile):
        messages.success(request, f"{around.action.key}: {sent.said}")
        return redirect("plan-action", case.reference, pk)
    shown = _shown(_around(request, case, pk) if sent else around, sent) | {"meanwhile": meanwhile}
    return render(request, "plans/action.html", shown, status=409 if meanwhile else 200)


def _around(request: HttpRequest, case: Case, pk: int) -> Around:
    """The action as the database has it: after a refusal not as it was tried."""
    found = Action.objects.select_related("blocked_by", "instead_of").filter(case=case, pk=pk).first()
    if found is None:
        raise Http404
    found.case = case
    owed = deadlines.of(case, "action", found.key).select_related("agency", "owner_professional", "owner_family_member")
    deadline = owed.latest("id")
    asked = found.asked_dates.select_related("asked_by__agency", "approver__agency", "decided_by").last()
    if asked is not None:
        asked.action = found
    found.asked_last = asked
    waiting = asked if asked is not None and asked.state == AskedDate.State.ASKED else None
    told = person_of(request), hats_of(request), asked_on(request), asked_at(request)
    return Around(found, deadline, waiting, *told)


def _sent(request: HttpRequest, around: Around) -> DoForm:
    """The form that was sent. Raises PermissionDenied for one that was not offered."""
    kind = next((each for each in FORMS if each.act == request.POST.get("do")), None)
    if kind is None:
        raise PermissionDenied("Nothing was asked for that can be done with an action.")
    return kind(request.POST, around=around)


def _seen(around: Around) -> str:
    """How the action and its date stand on the page that is shown."""
    return f"{around.action.version}-{around.deadline.version}"


def _since(around: Around, seen: str) -> list[Any]:
    """What others recorded of the action and of its date after the page that was sent was shown, the last first."""
    versions = seen.split("-")
    if seen == _seen(around) or len(versions) != 2 or not all(each.isdecimal() for each in versions):
        return []
    rows = [
        row
        for record, version in zip((around.action, around.deadline), versions, strict=True)
        for row in record.history.filter(version__gt=int(version)).select_related("history_by__agency")
    ]
    return sorted(rows, key=lambda row: row.recorded_at, reverse=True)


def _is_done(sent: DoForm, meanwhile: list[Any]) -> bool:
    """Does it, or puts what stands against it beside its field."""
    try:
        if not sent.is_valid():
            return False
        if meanwhile:
            raise StaleRecord
        sent.perform()
    except Refused as refused:
        show_refusal(sent, refused, sent.beside)
        return False
    return True


def _shown(around: Around, sent: DoForm | None) -> dict[str, Any]:
    one, deadline = around.action, around.deadline
    offered = [each for each in FORMS if each.is_for(around)]
    forms = [sent if sent is not None and type(sent) is each else each(around=around) for each in offered]
    if sent is not None and type(sent) not in offered:
        forms = [sent, *forms]  # what was typed is never lost, even where the action has moved on
    return {
        "case": one.case,
        "here": "plan",
        "action": one,
        "deadline": deadline,
        "late": lateness(deadline, around.on, calendar()) if one.is_open else "",
        "lines": _lines(one),
        "came_back_as": list(one.came_back_as.all()) if one.state == Action.State.CANCELLED else [],
        "asked": around.asked if one.is_open else None,
        "declined": _declined(one),
        "forms": forms,
        "form": sent,
        "seen": _seen(around),
    }


def _declined(one: Action) -> AskedDate | None:
    """The last new date that was asked for, if it was not approved."""
    asked: AskedDate | None = one.asked_last  # type: ignore[attr-defined]
    return asked if asked is not None and asked.state == AskedDate.State.DECLINED else None


def _lines(one: Action) -> list[Any]:
    """What was recorded about it, the last first: what it became, who recorded it, and why."""
    rows = list(one.history.select_related("history_by__agency").order_by("version"))
    kept = [rows[0], *(now for was, now in pairwise(rows) if now.state != was.state)]
    return [(line, STATES[line.state]) for line in reversed(kept)]
