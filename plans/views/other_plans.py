"""The register of other plans of one case: what is known, one more, and what has become of one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from plans.adding import area
from plans.models import OtherPlan
from plans.other_plans import change_other_plan, end_other_plan, record_other_plan
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Case, Child, FamilyMember
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, case_for, may_do, person_of


class ChangeForm(forms.Form):
    """Who leads it and when it is reviewed next."""

    mark_optional = False
    beside = {"TEXT_MISSING": "led_by", "DATE_IN_PAST": "next_review_on", "ALREADY_EXISTS": "kind"}

    led_by = forms.CharField(label="Who leads it?", help_text="A person or an agency.", max_length=120, required=False)
    next_review_on = DateInputField(
        label="When is it reviewed next?",
        named="The review",
        help_text="Leave it empty if nobody knows.",
        required=False,
    )


class RecordForm(ChangeForm):
    """A plan that is not on the register yet."""

    who = forms.ChoiceField(label="Whose plan is it?")
    kind = forms.ChoiceField(label="What kind of plan?", choices=OtherPlan.Kind.choices)
    field_order = ("who", "kind", "led_by", "next_review_on")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adults = case.family_members.filter(is_deceased=False)
        self.people: dict[str, Child | FamilyMember] = {f"child:{one.key}": one for one in case.children.all()}
        self.people |= {f"adult:{one.key}": one for one in adults}
        self.fields["who"].choices = [("", "Choose one"), *((key, one.name) for key, one in self.people.items())]


class EndForm(forms.Form):
    mark_optional = False
    beside = {"REASON_REQUIRED": "reason"}
    reason = area("Why does it run no longer?", "It stays on the register as ended.")


@login_required
def other_plans(request: HttpRequest, reference: str) -> HttpResponse:
    """Every plan others lead for this family, and the form for one more."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    may_record = _may(request, "record_other_plan")
    form = RecordForm(request.POST if request.method == "POST" else None, case=case) if may_record else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("The register is kept by those who work with the family, and the chair.")
        if form.is_valid() and _is_done(request, form, record_other_plan, case, form.people[form.cleaned_data["who"]]):
            messages.success(request, "It is on the register.")
            return redirect("other-plans", case.reference)
    plans = OtherPlan.objects.filter(case=case).select_related("child", "member").order_by("-state", "id")
    return render(request, "plans/other_plans.html", {"case": case, "here": "plan", "plans": plans, "form": form})


@login_required
def other_plan(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One of them: who leads it and when it is reviewed, changed or ended."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    plan = get_object_or_404(OtherPlan.objects.select_related("child", "member"), case=case, pk=pk)
    plan.case = case
    ends = "reason" in request.POST
    if request.method == "POST":
        if not _may(request, "end_other_plan" if ends else "change_other_plan"):
            raise PermissionDenied("The register is kept by those who work with the family, and the chair.")
        sent: forms.Form = EndForm(request.POST) if ends else ChangeForm(request.POST)
        if sent.is_valid() and _is_done(request, sent, end_other_plan if ends else change_other_plan, plan):
            messages.success(request, "The register is changed.")
            return redirect("other-plans", case.reference)
        plan = get_object_or_404(OtherPlan.objects.select_related("child", "member"), pk=pk)
    else:
        sent = forms.Form()
    was = {"led_by": plan.led_by, "next_review_on": plan.next_review_on}
    shown = {
        "case": case,
        "here": "plan",
        "plan": plan,
        "form": sent if sent.is_bound else None,
        "may": plan.is_running and _may(request, "change_other_plan"),
        "change": sent if isinstance(sent, ChangeForm) else ChangeForm(initial=was),
        "end": sent if isinstance(sent, EndForm) else EndForm(),
    }
    return render(request, "plans/other_plan.html", shown)


def _may(request: HttpRequest, act: str) -> bool:
    return may_do(request, act)


def _is_done(request: HttpRequest, form: Any, act: Any, *about: Any) -> bool:
    told = {name: said for name, said in form.cleaned_data.items() if name != "who"}
    try:
        act(*about, **told, by=person_of(request), at=asked_at(request))
    except Refused as refused:
        show_refusal(form, refused, {code: name for code, name in form.beside.items() if name in form.fields})
        return False
    return True
