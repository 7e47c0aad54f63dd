"""What is known about a case and kept from some of those who see it: what the reader may read, and noting more."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings.asking import CaseForm, area, radios
from meetings.views.steps import Step, with_steps
from workflow.audiences import READERS, Matter
from workflow.errors import Refused
from workflow.held_facts import NOTED, end_held_fact, held_facts_for, hold_fact
from workflow.models import Case, HeldFact, Professional, Role
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, case_for, hats_of, may_do, person_of


def readers_in_words(matter: str) -> str:
    """Who reads it, as a form says it before something is written."""
    named = [role.label.lower() for role in Role if role in READERS[matter]]
    return f"{', '.join(named)}; and the agency that gives it, unless that is social care"


class Hold(CaseForm):
    """Notes something."""

    button = "Note it"
    beside = {"REASON_REQUIRED": "words"}
    matter = radios("What is it about?", [])
    words = area("What is known?")

    def __init__(self, *args: object, record: Case, **kwargs: object) -> None:
        super().__init__(*args, case=record, **kwargs)

    def ask(self) -> None:
        self.fields["matter"].choices = [(each.value, f"{each.label}: {readers_in_words(each)}") for each in NOTED]

    def perform(self, *, by: Professional, at: datetime) -> HeldFact:
        return hold_fact(self.case, **self.cleaned_data, by=by, at=at)


class End(forms.Form):
    """Says that it holds no longer."""

    reason = area("Why does it hold no longer?", required=False)


STEPS = (Step("hold_fact", "Note something", Hold, "It is noted, for its readers alone."),)


@login_required
def held_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything of the case that the reader may read and not everybody does."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    shown = {"case": case, "here": "held", "facts": _told(case, request)}
    return with_steps(
        request,
        case,
        STEPS,
        address=request.path,
        is_shown=lambda step: may_do(request, step.act),
        template="config/held_back.html",
        shown=shown,
    )


def _told(case: Case, request: HttpRequest) -> list[dict[str, object]]:
    return [{"fact": each, "about": Matter(each.matter).label} for each in held_facts_for(case, hats_of(request))]


@login_required
def held_fact(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One of them, for its readers: what is known, since when, and saying that it holds no longer."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    fact = held_facts_for(case, hats_of(request)).filter(pk=pk).first()
    if fact is None:
        raise Http404
    form = End(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            end_held_fact(fact, **form.cleaned_data, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "reason"})
        else:
            messages.success(request, "It holds no longer.")
            return redirect("case-held", reference)
    shown = {"case": case, "here": "held", "fact": fact, "about": Matter(fact.matter).label, "form": form}
    return render(request, "config/held_fact.html", shown)
