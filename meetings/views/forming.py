"""One form on a page of its own: asked, given to its act, refused with what was typed kept."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings.models import Conference
from meetings.views.meeting import frame
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, person_of

Do = Callable[..., Any]


def data_of(request: HttpRequest) -> Any:
    """What a form is given: the answers when something was sent, nothing when it is only looked at."""
    return request.POST if request.method == "POST" else None


def files_of(request: HttpRequest) -> Any:
    """The files that came with the answers."""
    return request.FILES if request.method == "POST" else None


def done(
    request: HttpRequest, form: forms.Form, do: Callable[[dict[str, Any]], Any], fields: Mapping[str, str] | None = None
) -> bool:
    """Whether the answers were given to `do` and it took them; a refusal is put on the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        do(form.cleaned_data)
    except Refused as refused:
        field = (fields or {}).get(refused.code, "")
        if field in form.fields:
            # Here the details are words for people; whom it is about stands above the form already.
            form.add_error(field, type(refused)(refused.detail).message)
        else:
            show_refusal(form, refused)
        return False
    return True


def stamp(request: HttpRequest) -> dict[str, Any]:
    """Who does it, and when."""
    return {"by": person_of(request), "at": asked_at(request)}


def one_form(
    request: HttpRequest,
    conference: Conference,
    form: forms.Form,
    do: Callable[[dict[str, Any]], Any],
    *,
    heading: str,
    title: str = "",
    said: str,
    button: str = "Save",
    back: str = "meeting",
    anchor: str = "",
    fields: Mapping[str, str] | None = None,
    **shown: Any,
) -> HttpResponse:
    """The page of one form about a conference; afterwards back to `back` with `said`.

    `title` where the heading names somebody, which the title of a page must not.
    """
    if done(request, form, do, fields):
        messages.success(request, said)
        answer = redirect(back, conference.pk)
        answer["Location"] += f"#{anchor}" if anchor else ""
        return answer
    told = {"form": form, "heading": heading, "title": title or heading, "button": button, "back": back, **shown}
    return render(request, "meetings/ready_form.html", frame(request, conference, back) | told)
