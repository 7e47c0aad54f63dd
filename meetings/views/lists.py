"""Pages about meetings: which are coming, which were held."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.agenda import conferences_between, held_conferences, held_core_groups, with_reports
from workflow.models import Case
from workflow.signed_in import asked_on, visible_cases_of

SHOWN = 20


@dataclass(frozen=True)
class Held:
    """One meeting that took place, of whatever kind."""

    kind: str
    day: date
    case: Case
    state: str


@login_required
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """The meetings of every case the person may see."""
    cases = visible_cases_of(request).values("pk")
    coming = with_reports(conferences_between(asked_on(request)).filter(case__in=cases))
    conferences = [
        Held(each.get_kind_display(), each.booked_for, each.case, each.get_state_display())
        for each in held_conferences().filter(case__in=cases)[:SHOWN]
    ]
    core_groups = [
        Held("Core group", each.held_on, each.case, each.get_state_display())
        for each in held_core_groups().filter(case__in=cases)[:SHOWN]
    ]
    held = sorted([*conferences, *core_groups], key=lambda one: one.day, reverse=True)
    return render(request, "meetings/meetings.html", {"coming": coming, "held": held, "shown": SHOWN})
