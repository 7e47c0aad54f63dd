"""Who is asking, and when: the professional behind a sign-in, worked out once for each request.

The moment is put on the request by the edge (`config.clock`), so that a page and the act it does agree on the time.
"""

from datetime import date, datetime, timedelta
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest

from workflow.acting import day_of
from workflow.models import SOCIAL_CARE, BrokenGlass, Case, CaseLink, Entry, Professional, Restriction
from workflow.models.case import CaseQuerySet
from workflow.permissions import MAY, NOBODY, SEES_ALL, knew

OPENED = "opened"
A_REASON_HOLDS = timedelta(hours=12)


def asked_at(request: HttpRequest) -> datetime:
    """The moment of the request."""
    return cast(datetime, request.at)  # type: ignore[attr-defined]


def asked_on(request: HttpRequest) -> date:
    """The day of the request in London."""
    return day_of(asked_at(request))


def _found_for(request: HttpRequest) -> list[Professional]:
    """The post of the person signed in, then everybody that post covers today: one question for the whole request.

    Asked already where the sign-in itself was read with its posts, on the same day (`config.signing_in`).
    """
    if not hasattr(request, "_found_for_the_sign_in"):
        user = getattr(request.user, "pk", None)
        read_on, found = getattr(request.user, "posts_found", (None, ()))
        if user and read_on != asked_on(request):
            found = posts_and_covered(user, asked_on(request))
        request._found_for_the_sign_in = sorted(found, key=lambda one: (one.user_id != user, one.pk))  # type: ignore[attr-defined]
    return cast(list[Professional], request._found_for_the_sign_in)  # type: ignore[attr-defined]


def posts_and_covered(user: int, on: date) -> "QuerySet[Professional]":
    """The posts of a sign-in on a day, and of those it covers that day; a post that was left covers nobody."""
    own = Q(user=user) & (Q(left_on=None) | Q(left_on__gt=on))
    covered = Q(covered_by__cover__user=user, covered_by__from_on__lte=on, covered_by__until_on__gte=on)
    covered &= Q(covered_by__cover__left_on=None) | Q(covered_by__cover__left_on__gt=on)
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


def may_do(request: HttpRequest, act: str) -> bool:
    """Whether the reader's role, or one they cover today, lets them do this: for a page that shows a form only then."""
    return any(hat.role in MAY.get(act, NOBODY) for hat in hats_of(request))


def visible_cases_of(request: HttpRequest) -> CaseQuerySet:
    """The cases the person who is asking may see, in their own post or for somebody they cover today."""
    person, at = person_of(request), asked_at(request)
    return Case.objects.visible_to(person, day_of(at), hats_of(request), at)


class SaysNotWhy(Exception):
    """An auditor opens a case and has not said why yet."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


class CaseDestroyed(Exception):
    """What the case said was lawfully destroyed; whoever knew of it is told so."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


def open_case(request: HttpRequest, case: Case) -> Case:
    """Every page about a case gets it here, so that the edge writes down who looked (`config.reading`).

    Raises SaysNotWhy for an auditor who has not said why they open it.
    """
    person = person_of(request)
    if person.role in SEES_ALL and not has_said_why(request, case):
        raise SaysNotWhy(case)
    request.case_shown = case  # type: ignore[attr-defined]
    return case


def has_said_why(request: HttpRequest, case: Case) -> bool:
    """Whether the reason given in this session for opening this case still holds."""
    until = request.session.get(OPENED, {}).get(str(case.pk))
    return until is not None and asked_at(request) < datetime.fromisoformat(until)


def say_why(request: HttpRequest, case: Case) -> None:
    """The reason was given: it holds for this session, for some hours."""
    until = asked_at(request) + A_REASON_HOLDS
    request.session[OPENED] = request.session.get(OPENED, {}) | {str(case.pk): until.isoformat()}


def case_for(request: HttpRequest, reference: str, cases: "QuerySet[Case] | None" = None) -> Case:
    """The case with this reference. Raises the same Http404 for one that is not there and one they may not see.

    Raises CaseDestroyed for one that is not there any more, to whoever knew of it.
    """
    if "\0" in reference:  # PostgreSQL keeps no such text, and would say so loudly
        raise Http404
    cases = Case.objects.all() if cases is None else cases
    visible = cases.filter(pk__in=visible_cases_of(request).values("pk"), reference=reference)
    found = visible.annotate(**how_seen(request)).first()
    if found is None:
        _tell_if_destroyed(request, reference)
        raise Http404
    return open_case(request, found)


def _tell_if_destroyed(request: HttpRequest, reference: str) -> None:
    gone = Case.objects.filter(reference=reference).exclude(destroyed_on=None).first()
    if gone is not None and knew(gone, person_of(request), asked_on(request), hats_of(request)):
        request.case_shown = gone  # type: ignore[attr-defined]
        raise CaseDestroyed(gone)


def how_seen(request: HttpRequest, case: str = "pk") -> "dict[str, Exists | Subquery]":
    """For a query of cases, or of what leads to one by `case`: is it restricted, until when is its glass broken, and
    the number its journal has come to.
    """
    person, at = person_of(request), asked_at(request)
    in_force = Restriction.objects.filter(case=OuterRef(case), state=Restriction.State.IN_FORCE)
    opened = BrokenGlass.objects.filter(case=OuterRef(case), professional=person, opened_at__lte=at, ends_at__gt=at)
    return {
        "is_restricted": Exists(in_force),
        "open_until": Subquery(opened.order_by("-ends_at").values("ends_at")[:1]),
        "changes": Subquery(Entry.objects.filter(case=OuterRef(case)).order_by("-number").values("number")[:1]),
    }


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
