"""Who is asking, and when: the professional behind a sign-in, worked out once for each request.

The moment is put on the request by the edge (`config.clock`), so that a page and the act it does agree on the time.
"""

from datetime import date, datetime
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from workflow.acting import day_of
from workflow.models import SOCIAL_CARE, Case, CaseLink, Professional
from workflow.models.case import CaseQuerySet


def asked_at(request: HttpRequest) -> datetime:
    """The moment of the request."""
    return cast(datetime, request.at)  # type: ignore[attr-defined]


def asked_on(request: HttpRequest) -> date:
    """The day of the request in London."""
    return day_of(asked_at(request))


def _found_for(request: HttpRequest) -> list[Professional]:
    """The post of the person signed in, then everybody that post covers today: one question for the whole request."""
    if not hasattr(request, "_found_for_the_sign_in"):
        user = getattr(request.user, "pk", None)
        found = _posts_and_covered(user, asked_on(request)) if user else ()
        request._found_for_the_sign_in = sorted(found, key=lambda one: (one.user_id != user, one.pk))  # type: ignore[attr-defined]
    return cast(list[Professional], request._found_for_the_sign_in)  # type: ignore[attr-defined]


def _posts_and_covered(user: int, on: date) -> "QuerySet[Professional]":
    own = Q(user=user) & (Q(left_on=None) | Q(left_on__gt=on))
    covered = Q(covered_by__cover__user=user, covered_by__from_on__lte=on, covered_by__until_on__gte=on)
    return Professional.objects.filter(own | covered).select_related("agency").distinct()


def post_of(request: HttpRequest) -> Professional | None:
    """The post the person signed in holds today; None for a stranger and for somebody out of post."""
    return next((one for one in _found_for(request) if one.user_id == request.user.pk), None)


def person_of(request: HttpRequest) -> Professional:
    """The professional who is asking. Raises PermissionDenied for a sign-in without a post."""
    person = post_of(request)
    if person is None:
        raise PermissionDenied("Your sign-in belongs to nobody who holds a post here today.")
    return person


def hats_of(request: HttpRequest) -> list[Professional]:
    """The person who is asking and everybody they cover today."""
    person = person_of(request)
    return [person, *(one for one in _found_for(request) if one.user_id != person.user_id)]


def visible_cases_of(request: HttpRequest) -> CaseQuerySet:
    """The cases the person who is asking may see, in their own post or for somebody they cover today."""
    return Case.objects.visible_to(person_of(request), wearing=hats_of(request))


def case_for(request: HttpRequest, reference: str, cases: "QuerySet[Case] | None" = None) -> Case:
    """The case with this reference. Raises the same Http404 for one that is not there and one they may not see."""
    if "\0" in reference:  # PostgreSQL keeps no such text, and would say so loudly
        raise Http404
    cases = Case.objects.all() if cases is None else cases
    found = cases.filter(pk__in=visible_cases_of(request).values("pk"), reference=reference).first()
    if found is None:
        raise Http404
    return found


def own_cases(person: Professional) -> "QuerySet[Case]":
    """The visible cases this person works in: by a role in the case, an open link, or their agency's part in it.

    Oversight of every case of social care does not make every case one's own.
    """
    mine = Q(pk__in=CaseLink.objects.filter(professional=person, until_on=None).values("case"))
    for role in Case.ROLES:
        mine |= Q(**{role: person})
    if person.agency.key != SOCIAL_CARE:
        mine |= Q(agency_parts__agency=person.agency)
    return Case.objects.visible_to(person).filter(mine).distinct()
