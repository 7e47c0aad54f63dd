"""What this service writes about itself: one line of JSON for each event, and nothing that could name anybody.

Every logger's lines pass through here, ours and those of every package. The text of a line is kept only if it stands
word for word in the source that wrote it; what is put into its gaps is kept only if it is a number, a day, a code or
a reference. An error is told by its kind and by where it happened: never its message, which quotes what was typed,
nor anybody's variables. Line breaks cannot forge a second event, for JSON writes them out.
"""

import json
import linecache
import logging
import re
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

LEFT_OUT = "[left out]"
REFERENCE = re.compile(r"[A-Z]{2,6}-[A-Z0-9-]{1,30}")
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
GAP = re.compile(r"%(?:\([a-z_]+\))?[-#0 +]*\d*(?:\.\d+)?[sdrifxc]")
OF_PYTHON = (date, bool, int, float, type(None))

log = logging.getLogger(__name__)
# Python would print a line that it cannot write, and all that was to go into it, past this formatter.
logging.raiseExceptions = False
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class OneLine(logging.Formatter):
    """The only formatter there is."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "said": said(record),
            **asked(),
        }
        if record.exc_info and record.exc_info[1]:
            told["error"] = list(errors(record.exc_info[1]))
        return json.dumps(told)


def said(record: logging.LogRecord) -> str:
    """The text as it stands in the source, its gaps filled with what may be told."""
    if not is_in_the_source(record):
        return LEFT_OUT
    text = str(record.msg)
    given = record.args if isinstance(record.args, tuple) else ()
    filled = iter(given)
    return GAP.sub(lambda gap: may_be_told(next(filled, LEFT_OUT)), text) if record.args else text


def is_in_the_source(record: logging.LogRecord) -> bool:
    """Whether somebody wrote this text into a program, so that it cannot hold what somebody typed into a form."""
    text = str(record.msg)
    quoted = (f'"{text}"', f"'{text}'")
    return isinstance(record.msg, str) and any(
        each in line for line in linecache.getlines(record.pathname) for each in quoted
    )


def may_be_told(value: Any) -> str:
    """A number, a day, a reference, a code of ours; an error by its kind. Anything else may be a name."""
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, OF_PYTHON):
        return str(value)
    if callable(value):
        return str(getattr(value, "__name__", LEFT_OUT))
    if isinstance(value, str) and (REFERENCE.fullmatch(value) or value in codes()):
        return value
    return LEFT_OUT


def codes() -> set[str]:
    """Words that the program itself made up: acts, addresses, refusals, turns of the engine."""
    from config.doors import DOORS  # here, because logging is set up before the models are there
    from workflow.errors import REFUSALS
    from workflow.permissions import MAY

    return {*DOORS, *REFUSALS, *MAY, *METHODS}


METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}


def errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An error and what caused it, newest first: which kind, with which code, where. No messages, no variables."""
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        yield {
            "kind": type(error).__name__,
            **({"code": error.code} if isinstance(getattr(error, "code", None), str) else {}),
            "where": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
        }
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


# Which request


def asked() -> dict[str, Any]:
    """Whose request this is about, how, which address, and what stands in its gaps if it may be told."""
    request = _request.get()
    if request is None:
        return {}
    match = request.resolver_match
    user = getattr(request, "_cached_user", None)  # never asked for here: a log line must not go to the database
    return {
        "request": request.number,  # type: ignore[attr-defined]
        "who": user.pk if user is not None else None,
        "method": request.method if request.method in METHODS else LEFT_OUT,
        "address": match.route if match else None,
        "of": {name: may_be_told(value) for name, value in match.kwargs.items()} if match else {},
    }


def numbered(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a request has a number, its proxy's or a new one, in every line it causes and on its answer.

    Who was refused a page that is there for others, or asked for one that is not, is written down.
    """

    def with_its_number(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.number = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = answer(request)
            response["X-Request-ID"] = request.number  # type: ignore[attr-defined]
            if response.status_code in (403, 404) and request.resolver_match is not None:
                log.warning("answered %s: not shown", response.status_code)
            return response
        finally:
            _request.reset(token)

    return with_its_number
