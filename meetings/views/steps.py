"""A page with what can be done next: several small forms on it, of which one is sent at a time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings.asking import CaseForm
from workflow.errors import Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, person_of


@dataclass(frozen=True)
class Step:
    """Something that can be done next: the act it is, its heading, its form, and what is said when it is done."""

    act: str
    title: str
    form: type[CaseForm]
    said: str


def performed(form: CaseForm, request: HttpRequest) -> Any:
    """What came of the form; None when it was not sent, is incomplete or was refused (then the form says so)."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return form.perform(by=person_of(request), at=asked_at(request))
    except Refused as refused:
        show_refusal(form, refused, form.where(refused))
        return None


def with_steps(
    request: HttpRequest,
    record: Any,
    steps: Iterable[Step],
    *,
    address: str,
    is_shown: Callable[[Step], bool],
    template: str,
    shown: Mapping[str, Any],
) -> HttpResponse:
    """The page of a record, with a form for each step the reader is shown; does the one that was sent.

    A step that is not shown may still be sent, and is then refused by the domain, which writes that down.
    """
    by_act = {step.act: step for step in steps}
    chosen = by_act.get(request.POST.get("do", "")) if request.method == "POST" else None
    if request.method == "POST" and chosen is None:
        messages.warning(request, "Nothing was recorded: this cannot be done from where things stand now.")
        return redirect(address)
    forms = {
        act: step.form(request.POST if step is chosen else None, record=record, auto_id=f"{act}_%s")
        for act, step in by_act.items()
        if step is chosen or is_shown(step)
    }
    if chosen and performed(forms[chosen.act], request) is not None:
        messages.success(request, chosen.said)
        return redirect(address)
    offered = [(by_act[act], form) for act, form in forms.items()]
    form = forms[chosen.act] if chosen else None
    return render(request, template, dict(shown) | {"offered": offered, "form": form})
