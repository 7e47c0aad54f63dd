"""The week's looks that are worth a question, for whoever answers for the people who looked."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workflow.policy import calendar
from workflow.signed_in import asked_on, person_of, visible_cases_of
from workflow.unusual_access import (
    AUDITS_AUDITORS,
    ONE_WEEK,
    looks_of_auditors,
    looks_to_ask_about,
    often_denied,
    watches_access,
    week_before,
)


@login_required
@require_safe
def unusual_access(request: HttpRequest) -> HttpResponse:
    """One whole week, the last one unless another is asked for; a director sees what auditors opened too."""
    person = person_of(request)
    if not watches_access(person):
        raise PermissionDenied("This list is for managers, and for the leads and executives of agencies.")
    latest = week_before(asked_on(request))
    monday = min(_monday(request.GET.get("week", "")) or latest, latest)
    cases = visible_cases_of(request)
    audits = person.role in AUDITS_AUDITORS
    shown = {
        "monday": monday,
        "sunday": monday + ONE_WEEK - timedelta(days=1),
        "earlier": monday - ONE_WEEK,
        "later": monday + ONE_WEEK if monday < latest else None,
        "found": looks_to_ask_about(person, cases, monday, calendar()),
        "denied": often_denied(person, monday),
        "audits": audits,
        "auditors": looks_of_auditors(cases, monday) if audits else [],
    }
    return render(request, "config/unusual_access.html", shown)


def _monday(text: str) -> date | None:
    """The Monday of the week a day is in; None for what is no day of this century."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day - timedelta(days=day.weekday()) if 2020 <= day.year < 2100 else None
