"""Every read of a case is written down here, at the edge, once the page is made and before it is shown.

A page gets its case from `workflow.signed_in.open_case` and does nothing else for it. A read that cannot be written
never fails the page: it is told in the service's own log, loudly.
"""

import logging
from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from config.doors import DOORS, Door
from config.retention_room import destroyed
from workflow.reads import Kind, has_read, read
from workflow.scope import by_the_service
from workflow.signed_in import CaseDestroyed, SaysNotWhy, asked_at, person_of, post_of

log = logging.getLogger(__name__)

# What an address shows, where it is not simply a page. A file to take away is known by its header.
KINDS = {"meeting-preview": Kind.PREVIEW, "meeting-preview-file": Kind.PREVIEW, "case-printed": Kind.PRINT}
EXPORTS = {"case-bundle", "case-dates-file", "subject-request"}
# Parts that a page on the screen asks for again and again: one read for a quarter of an hour.
RENEWED = {"meeting-room-now", "case-changes"}
A_LOOK = timedelta(minutes=15)
SHOWS_NOTHING = {403, 404, 405}
LONGEST_ATTEMPT = 100


class EveryReadIsKept(MiddlewareMixin):
    """After a page about a case: who looked, when, at what. Before it, of an auditor: why.

    In the place of every page of a case that was destroyed stands that it was.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CaseDestroyed):
            return destroyed(request, exception.case)
        if not isinstance(exception, SaysNotWhy):
            return None
        back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        address = reverse("case-why", args=[exception.case.reference])
        return redirect(f"{address}?{urlencode({'next': back})}" if back else address)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if is_a_look(response) or is_refused(request, response):
            try:
                with by_the_service():
                    keep(request, response)
            except DatabaseError:
                log.exception("a read could not be written down")
        return response


def is_a_look(response: HttpResponse) -> bool:
    """Whether something was shown: not an address that leads on, is refused or failed."""
    status = response.status_code
    return status < 300 or (400 <= status < 500 and status not in SHOWS_NOTHING)


def is_refused(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether somebody who holds a post was told that no such case is there: it may be one that is not theirs."""
    door = DOORS.get(request.resolver_match.view_name) if request.resolver_match else None
    is_hidden = response.status_code == 404 and not hasattr(request, "case_shown")
    return door is Door.CASE and is_hidden and post_of(request) is not None


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Writes the read down, if the page was about a case; or the attempt, the same for a case as for none."""
    case = getattr(request, "case_shown", None)
    name = request.resolver_match.view_name if request.resolver_match else ""
    if is_refused(request, response):
        told = " ".join(str(value) for value in request.resolver_match.kwargs.values())  # type: ignore[union-attr]
        about = f"{name} {told}".replace("\0", "")[:LONGEST_ATTEMPT]
        read(None, by=person_of(request), kind=Kind.DENIED, at=asked_at(request), about=about)
        return
    if case is None:
        if DOORS.get(name) is Door.CASE and response.status_code < 300:
            log.error("%s shows a case and did not get it from open_case: nobody knows who looked", name)
        return
    at, guest = asked_at(request), getattr(request, "guest", "")
    person = None if guest else person_of(request)
    if name in RENEWED and person and has_read(case, by=person, since=at - A_LOOK, about=name):
        return
    read(case, by=person, kind=kind_of(name, response), at=at, about=getattr(request, "about_shown", name), guest=guest)


def kind_of(name: str, response: HttpResponse) -> Kind:
    """A page is looked at, a file is taken; a preview is neither."""
    taken = response.get("Content-Disposition", "").startswith("attachment")
    if taken and name in EXPORTS:
        return Kind.EXPORT
    return KINDS.get(name, Kind.DOWNLOAD if taken else Kind.VIEW)
