"""Writing down what the family and the child say to one plan, and how the child is to be visited."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from plans.adding import area
from plans.models import Plan, PlanAgreement
from plans.with_the_family import record_agreement, set_visit_pattern
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Case
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, may_do, person_of


class AgreementForm(forms.Form):
    """One person's answer."""

    mark_optional = False
    beside = {"TEXT_MISSING": "words", "DATE_IN_FUTURE": "said_on"}

    who = forms.ChoiceField(label="Who?")
    says = forms.ChoiceField(label="What do they say?", choices=PlanAgreement.Says.choices, widget=forms.RadioSelect)
    words = area(
        "In their words", "Needed when they do not agree; when they could not answer, write down why and who was asked."
    )
    said_on = DateInputField(label="On which day?", named="The day")

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        family = plan.case.family_members.filter(is_deceased=False)
        self.members = {one.key: one for one in family}
        child = [] if plan.child.is_unborn else [("", plan.child.name)]
        self.fields["who"].required = False
        self.fields["who"].choices = [
            *child,
            *((key, f"{one.name}, {one.relation}") for key, one in self.members.items()),
        ]

    def perform(self, **told: Any) -> None:
        said = self.cleaned_data
        record_agreement(
            self.plan,
            who=self.members.get(said["who"]),
            says=said["says"],
            words=said["words"],
            said_on=said["said_on"],
            **told,
        )


class PatternForm(forms.Form):
    """How often, and how often unannounced."""

    mark_optional = False
    beside = {"PATTERN_NOT_POSSIBLE": "unannounced"}

    visits = forms.IntegerField(label="How many visits?", min_value=1, max_value=200)
    weeks = forms.IntegerField(label="In how many weeks?", min_value=1, max_value=52)
    unannounced = forms.IntegerField(
        label="How many of them unannounced?",
        min_value=0,
        max_value=200,
        help_text="The visit that is owed keeps its own clock, whatever is agreed here.",
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan

    def perform(self, **told: Any) -> None:
        set_visit_pattern(self.plan, **self.cleaned_data, **told)


@login_required
def agreement(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What somebody says to the plan."""
    return _asked(
        request,
        _plan(request, reference, pk, "record_agreement"),
        AgreementForm,
        initial={"said_on": asked_on(request)},
        title="What the family and the child say to the plan",
        button="Put it on the plan",
        done="It stands on the plan.",
    )


@login_required
def visit_pattern(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """How the child is to be visited."""
    return _asked(
        request,
        _plan(request, reference, pk, "set_visit_pattern"),
        PatternForm,
        title="How the child is to be visited",
        button="Agree these visits",
        done="The visits stand on the plan.",
    )


def _plan(request: HttpRequest, reference: str, pk: int, act: str) -> Plan:
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    plan = get_object_or_404(Plan.objects.select_related("child"), case=case, pk=pk)
    if not may_do(request, act):
        raise PermissionDenied("This is written down by those who work with the family, and the chair.")
    plan.case = plan.child.case = case
    return plan


def _asked(
    request: HttpRequest, plan: Plan, kind: Any, *, title: str, button: str, done: str, initial: Any = None
) -> HttpResponse:
    form = kind(request.POST if request.method == "POST" else None, plan=plan, initial=initial)
    if request.method == "POST" and form.is_valid() and _is_done(request, form):
        messages.success(request, done)
        return redirect("case-plan", plan.case.reference)
    shown = {"case": plan.case, "here": "plan", "plan": plan, "form": form, "title": title, "button": button}
    return render(request, "plans/ask.html", shown)


def _is_done(request: HttpRequest, form: Any) -> bool:
    try:
        form.perform(by=person_of(request), at=asked_at(request))
    except Refused as refused:
        show_refusal(form, refused, form.beside)
        return False
    return True
