"""The chair's brief: the one that was kept, or how it would read now."""

from dataclasses import asdict

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.brief import brief_for
from meetings.views.meeting import conference_for, frame
from workflow.signed_in import asked_at


@login_required
@require_safe
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """The brief of the next or last sitting as it was kept; before it is made, and when asked, as of now."""
    conference = conference_for(request, pk)
    kept = conference.briefs.filter(for_day=conference.booked_for).first() if conference.booked_for else None
    as_of_now = kept is None or request.GET.get("as") == "now"
    content = asdict(brief_for(conference, asked_at(request))) if as_of_now else kept.content
    shown = {"content": content, "kept": kept, "as_of_now": as_of_now, "asked_at": asked_at(request)}
    return render(request, "meetings/brief.html", frame(request, conference, "meeting-brief") | shown)
