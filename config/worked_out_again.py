"""One open date, given the value of the policy now in force by a named person, for a reason."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings.asking import area
from workflow import policy_proposals
from workflow.errors import Refused
from workflow.models import Deadline
from workflow.policy import policy_on
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, may_do, person_of


class Recalculate(forms.Form):
    mark_optional = False
    reason = area("Why is this date worked out again?", required=False)


@login_required
def recalculate(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A named person gives one open date the value of the policy now in force, for a reason."""
    case = case_for(request, reference)
    deadline = Deadline.objects.filter(case=case, pk=pk).first()
    if deadline is None:
        raise Http404
    form = Recalculate(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            policy_proposals.recalculate_deadline(
                deadline, reason=form.cleaned_data["reason"], by=person_of(request), at=asked_at(request)
            )
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "reason"})
        else:
            messages.success(request, "The date was worked out again.")
            return redirect("case-date", reference, pk)
    touched = policy_proposals.touched([deadline] if deadline.is_pending else [], policy_on(asked_on(request)))
    shown = {
        "case": case,
        "here": "dates",
        "deadline": deadline,
        "form": form,
        "touched": touched[0] if touched else None,
        "may_do": may_do(request, "recalculate_deadline"),
    }
    return render(request, "config/recalculate.html", shown)
