"""What every page about one conference begins with: the conference, if the reader may see it, and its frame."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from meetings.models import Conference, Party
from workflow.models import Agency
from workflow.signed_in import how_seen, may_do, open_case, visible_cases_of


def conference_for(request: HttpRequest, pk: int) -> Conference:
    """The conference. Raises the same Http404 for one that is not there and one of a case they may not see."""
    found = (
        Conference.objects.filter(pk=pk, case__in=visible_cases_of(request).values("pk"))
        .select_related("case__administrator", "case__lead_practitioner__agency", "chair")
        .prefetch_related("case__children")
        .annotate(**how_seen(request, "case"))
        .first()
    )
    if found is None:
        raise Http404
    found.case.is_restricted, found.case.open_until = found.is_restricted, found.open_until
    open_case(request, found.case)
    return found


def frame(request: HttpRequest, conference: Conference, here: str) -> dict[str, Any]:
    """What `meetings/base.html` needs: the conference, its case, and which of its pages this is."""
    return {"conference": conference, "case": conference.case, "here": here}


def can(request: HttpRequest, *acts: str) -> dict[str, bool]:
    """Which of these acts the reader may do, for a page that shows a button only then."""
    return {act: may_do(request, act) for act in acts}


def require_may(request: HttpRequest, act: str) -> None:
    """Raises Http404 for somebody who could only be refused, where the form itself shows what is not for them."""
    if not can(request, act)[act]:
        raise Http404


def party_of(conference: Conference, kind: str, who: str | int) -> Party:
    """An agency, or a family member of the case. Raises Http404."""
    if kind == "agency":
        return get_object_or_404(Agency, pk=who)
    if kind == "person":
        return get_object_or_404(conference.case.family_members, pk=who)
    raise Http404
