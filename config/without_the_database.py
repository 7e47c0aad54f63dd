"""What is answered when something of ours fails: a page that says what became of the work, drawn without the database.

A database that is away, starting, locked or full is no fault of the page, and passes: that is answered 503, says what
is kept, and is tried again by the scripts that keep what is typed. Everything else stays Django's own 500.
"""

import re
import sqlite3
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from config.doors import Door, door_of
from config.drafts import as_sent

# Seconds. A server that restarts is back in a few; nobody gains by asking more often.
TRY_AGAIN_AFTER = 5
SAID = "The service cannot reach its record just now. Nothing was changed. Try again in a moment."
# What the script of a form says of its draft beside it ("10:42"): for this page alone, which cannot ask for the draft.
SAVED_AT = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def went_wrong(request: HttpRequest) -> HttpResponse:
    """For every error nobody caught: 503 when it was the database that did not answer, else 500."""
    return unanswered(request) if is_without(sys.exc_info()[1]) else server_error(request)


def is_without(error: BaseException | None) -> bool:
    """Whether this error, or one that led to it, says that the database is away, busy or full.

    SQLite names a statement that makes no sense by the same kind of error; that is a fault of ours.
    """
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
        error = error.__cause__ or error.__context__
    return False


def unanswered(request: HttpRequest) -> HttpResponse:
    """The page, or the same in few words for a script or another system. Asks the database for nothing."""
    response = _in_few_words(request) if is_a_machine(request) else _page(request)
    response["Retry-After"] = str(TRY_AGAIN_AFTER)
    return response


def is_a_machine(request: HttpRequest) -> bool:
    """Whether who asks reads JSON: it says so, or its address is for nobody else."""
    match = request.resolver_match
    door = door_of(match.view_name) if match else None
    is_one = door in (Door.MACHINE, Door.SCRIPT) or (match is not None and match.view_name == "health")
    return is_one or "application/json" in request.headers.get("Accept", "")


def _in_few_words(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"said": SAID, "error": SAID}, status=503)


def _page(request: HttpRequest) -> HttpResponse:
    was_sent = request.method == "POST"
    told = request.POST.get("draft-saved-at", "") if was_sent else ""
    shown = {
        "was_sent": was_sent,
        "place": request.get_full_path(),
        "draft_saved_at": told if SAVED_AT.fullmatch(told) else "",
        "sent": as_sent(request) if was_sent else [],
    }
    # Without the request: what every page is told about its reader stands in the database.
    return HttpResponse(render_to_string("503.html", shown), status=503)
