"""What one person holds, and handing much of it to somebody else at once: their roles in cases, and their open actions.

Each goes by its own act, so that one that is refused keeps no other from going. Whoever leaves has to have handed over
first, and nobody should do eighteen cases one by one. Source: feature 88 (assign and act in bulk).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from meetings.asking import area, named, ticks
from meetings.endings import ROLE_NEEDED, hand_over_case
from plans.actions import hand_over_action
from plans.adding import OWNS_ACTIONS
from plans.models import Action
from workflow.errors import Refused
from workflow.models import Deadline, Professional
from workflow.signed_in import asked_at, asked_on, may_do, person_of, visible_cases_of

AT_MOST = 200  # of either kind on one page


@dataclass(frozen=True)
class Held:
    """One thing that can be handed over: what a form calls it, and the act that does it."""

    words: str
    give: Callable[..., Any]


@dataclass(frozen=True)
class Kind:
    """Things of one kind, by a key that names them in the form, at most `AT_MOST`; and who can be given them."""

    name: str
    title: str
    button: str
    held: Mapping[str, Held]
    to: Mapping[str, Professional]

    @property
    def may_be_more(self) -> bool:
        return len(self.held) == AT_MOST


class HandOverForm(forms.Form):
    """What is ticked goes to one person, for one reason."""

    mark_optional = False

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, prefix=kind.name, **kwargs)
        self.kind = kind
        held = [(key, each.words) for key, each in kind.held.items()]
        if len(held) > 1:
            self.fields["all"] = forms.BooleanField(label=f"All {len(held)} of them", required=False)
        self.fields["items"] = ticks("Which of them?", held)
        people = [("", "Choose one"), *((key, named(one)) for key, one in kind.to.items())]
        self.fields["to"] = forms.ChoiceField(label="To whom?", choices=people)
        self.fields["reason"] = area("Why?")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("all"):
            said["items"] = list(self.kind.held)
        elif "items" in said and not said["items"]:
            self.add_error("items", "Tick what is to be handed over")
        return said

    def perform(self, **told: Any) -> Iterator[tuple[str, Refused]]:
        """Hands over each by itself, and tells which were refused."""
        to = self.kind.to[self.cleaned_data["to"]]
        for key in self.cleaned_data["items"]:
            try:
                self.kind.held[key].give(to, reason=self.cleaned_data["reason"], **told)
            except Refused as refused:
                yield key, refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def holdings(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody holds in the cases the reader sees, with the forms that hand it over."""
    if not may_do(request, "hand_over_case"):
        raise PermissionDenied("Roles in cases are handed over by managers and chairs.")
    person = Professional.objects.filter(pk=pk).select_related("agency").first()
    if person is None:
        raise Http404
    kinds = _kinds(request, person)
    sent = next((HandOverForm(request.POST, kind=kind) for kind in kinds if kind.name in request.POST), None)
    refused: dict[str, Refused] = {}
    again: dict[str, Any] = {}
    if sent is not None and sent.is_valid():
        refused = dict(sent.perform(by=person_of(request), at=asked_at(request)))
        done = len(sent.cleaned_data["items"]) - len(refused)
        if done:
            messages.success(request, f"{done} handed over to {sent.kind.to[sent.cleaned_data['to']]}.")
        if not refused:
            return redirect("person-holds", pk)
        again = sent.cleaned_data | {"items": list(refused), "all": False}
        kinds = _kinds(request, person)
    shown = [_shown(kind, sent, again) for kind in kinds if kind.held]
    return render(
        request,
        "config/holdings.html",
        {
            "person": person,
            "decides_about_posts": may_do(request, "invite_colleague"),
            "is_in_post": person.is_in_post(asked_on(request)),
            "forms": shown,
            "form": next((each for each in shown if each.is_bound), None),
            "refused": [(sent.kind.held[key].words, why.message) for key, why in refused.items()] if sent else [],
        },
    )


def _shown(kind: Kind, sent: HandOverForm | None, again: dict[str, Any]) -> HandOverForm:
    """The form that was sent, if something in it was wrong; else a new one, with what was refused still ticked."""
    is_sent = sent is not None and sent.kind.name == kind.name
    if is_sent and not again:
        return sent  # type: ignore[return-value]
    return HandOverForm(kind=kind, initial=again if is_sent else None)


def _kinds(request: HttpRequest, person: Professional) -> list[Kind]:
    cases, on = visible_cases_of(request), asked_on(request)
    colleagues = Professional.objects.in_post(on).filter(agency=person.agency).exclude(pk=person.pk)  # type: ignore[attr-defined]
    near = list(colleagues.select_related("agency").order_by("name", "id"))
    return [
        Kind(
            "roles",
            "Roles in cases",
            "Hand over these roles",
            dict(_roles(cases, person)),
            {one.key: one for one in near if one.role == person.role},
        ),
        Kind(
            "actions",
            "Open actions",
            "Hand over these actions",
            dict(_actions(cases, person)),
            {one.key: one for one in near if one.role in OWNS_ACTIONS},
        ),
    ]


def _roles(cases: Any, person: Professional) -> Iterator[tuple[str, Held]]:
    for role in (role for role, needed in ROLE_NEEDED.items() if needed == person.role):
        for case in cases.filter(**{role: person}).order_by("reference")[:AT_MOST]:
            yield (
                f"{role}-{case.pk}",
                Held(f"{case.reference}: {role.replace('_', ' ')}", partial(hand_over_case, case, role)),
            )


def _actions(cases: Any, person: Professional) -> Iterator[tuple[str, Held]]:
    owed = Deadline.objects.pending().filter(code="action", owner_professional=person, case__in=cases.values("pk"))
    dates = {(one.case_id, one.subject): one for one in owed.order_by("due_on", "id")[:AT_MOST]}
    open_ones = Action.objects.filter(case__in={key for key, _ in dates}, state__in=Action.OPEN).select_related("case")
    found = {(one.case_id, one.key): one for one in open_ones}
    for key, one in dates.items():
        if key in found:
            action = found[key]
            words = f"{action.case.reference}, due {one.due_on:%-d %b %Y}: {action.text}"
            yield str(action.pk), Held(words, partial(hand_over_action, action))
