"""Drafts at the edge: where a page keeps what is being typed, and what is said when a form could not be read.

A draft is kept by script and forgotten when its form is accepted. Without script nothing is kept; then the page that
refuses a form shows what was in it, so that it can be copied.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from workflow.drafting import (
    NewerElsewhere,
    NotKept,
    NotText,
    SentMeanwhile,
    TooLong,
    aside_at,
    draft_at,
    forget_aside,
    forget_draft,
    keep_draft,
)
from workflow.models import Draft
from workflow.signed_in import asked_at, person_of, post_of

ANSWERS = {NewerElsewhere: 409, SentMeanwhile: 410, TooLong: 413, NotText: 422}
NEVER_SHOWN = ("csrfmiddlewaretoken", "draft", "password")


@require_http_methods(["GET", "POST", "DELETE"])
def draft(request: HttpRequest) -> JsonResponse:
    """The draft of the person signed in at one address: asked for, kept, thrown away. Told in words and a status.

    401 when nobody is signed in, 409 when the form is open twice, 410 when it was sent meanwhile, 413 when it is too
    long, 422 when it holds what cannot be kept.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"said": "Nobody is signed in."}, status=401)
    if request.method == "GET":
        return _kept(request)
    if request.method == "DELETE":
        return _thrown_away(request)
    return _keep(request)


def _kept(request: HttpRequest) -> JsonResponse:
    person, place = person_of(request), request.GET.get("place", "")
    here = None if "\0" in place else draft_at(person, place)
    aside = None if "\0" in place else aside_at(person, place)
    return JsonResponse({"draft": here and _told(here), "aside": aside and _told(aside)})


def _thrown_away(request: HttpRequest) -> JsonResponse:
    person, place = person_of(request), request.GET.get("place", "").replace("\0", "")
    (forget_aside if request.GET.get("aside") else forget_draft)(person, place)
    return JsonResponse({})


def _keep(request: HttpRequest) -> JsonResponse:
    try:
        said = _said(request)
        kept = keep_draft(person_of(request), at=asked_at(request), **said)
    except NotKept as refused:
        words = {"said": " ".join((type(refused).__doc__ or "").split())}
        if isinstance(refused, NewerElsewhere):
            words |= _told(refused.newer, typed=False)
        return JsonResponse(words, status=ANSWERS[type(refused)])
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"said": "This is not a draft."}, status=400)
    return JsonResponse(_told(kept, typed=False))


def _said(request: HttpRequest) -> dict[str, Any]:
    """What a page sent. Raises TooLong, or ValueError and its like for what no page of ours sends."""
    try:
        said = json.loads(request.body)
    except RequestDataTooBig as too_big:
        raise TooLong() from too_big
    if not str(said["place"]).startswith("/"):
        raise ValueError
    return {
        "place": str(said["place"]),
        "typed": _texts(said["typed"]),
        "number": int(said["number"]),
        "unsure": _unsure(said.get("unsure") or []),
        "instead": bool(said.get("instead")),
    }


def _unsure(said: list[dict[str, list[str]]] | dict[str, list[str]]) -> list[dict[str, list[str]]]:
    """Everything a page never heard about; one that was opened long ago names only the last."""
    return [_texts(each) for each in ([said] if isinstance(said, dict) else said)]


def _texts(typed: dict[str, list[str]]) -> dict[str, list[str]]:
    return {str(name): [str(value) for value in values] for name, values in typed.items()}


def _told(one: Draft, *, typed: bool = True) -> dict[str, Any]:
    told = {"number": one.number, "at": f"{timezone.localtime(one.saved_at):%H:%M}"}
    if typed:
        told |= {"typed": one.typed, "day": f"{timezone.localtime(one.saved_at):%-d %b}"}
    return told


def forgotten_when_sent(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a form that was accepted (its answer leads on to another page) has no draft any more.

    Where several forms share an address, the script says in `draft` which of them it was.
    """

    def and_forget(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if request.method == "POST" and response.status_code in (302, 303) and (person := post_of(request)):
            sent = request.POST.get("draft", "").replace("\0", "")
            forget_draft(person, sent if sent.startswith(f"{request.path}#") else request.path)
        return response

    return and_forget


def not_read(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the mark that it came from our page: too old, or somebody signed in again meanwhile.

    Nothing is lost: the draft is named, and what was in the form is shown to be copied.
    """
    person = post_of(request)
    place = request.path
    return render(
        request,
        "403_csrf.html",
        {
            "place": place,
            "draft": person and draft_at(person, place),
            "sent": as_sent(request),
        },
        status=403,
    )


def as_sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of the form, in words, without what is nobody's business; nothing of a sign-in."""
    if urlsplit(request.path).path.startswith("/sign-"):
        return []
    return [
        (name.replace("_", " ").replace("-", " ").capitalize(), value)
        for name, values in request.POST.lists()
        if not any(hidden in name for hidden in NEVER_SHOWN)
        for value in values
        if value.strip()
    ]
