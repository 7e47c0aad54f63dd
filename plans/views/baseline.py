"""Writing down where an outcome began, in words."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from plans.adding import area
from plans.baselines import describe_baseline
from plans.models import Outcome
from workflow.errors import Refused
from workflow.models import Case
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, case_for, may_do, person_of


class BaselineForm(forms.Form):
    mark_optional = False
    words = area("How did things stand when it was agreed?", "What somebody saw or counted. Scores are set beside it.")


@login_required
def baseline(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The words on where one outcome began, and the form to write them."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    outcome = get_object_or_404(Outcome, case=case, pk=pk)
    if not may_do(request, "describe_baseline"):
        raise PermissionDenied("Where an outcome began is described by social care, and the chair.")
    form = BaselineForm(request.POST if request.method == "POST" else None, initial={"words": outcome.baseline})
    if request.method == "POST" and form.is_valid():
        try:
            describe_baseline(outcome, **form.cleaned_data, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"TEXT_MISSING": "words"})
        else:
            messages.success(request, "Where the outcome began is on the plan.")
            return redirect("case-plan", case.reference)
    shown = {"title": f"Where {outcome.key} began", "button": "Put it on the plan", "form": form}
    shown |= {"about": f"{outcome.text}. Measured by: {outcome.measure}" if outcome.text else outcome.measure}
    return render(request, "plans/ask.html", {"case": case, "here": "plan"} | shown)
