"""Adding an action to a plan, and the check of it as one types."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from plans.adding import AddActionForm
from plans.smart import SmartCheck
from workflow.errors import ActionNotSmart, Refused
from workflow.models import Case
from workflow.permissions import may
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, person_of

BESIDE = {
    "REASON_REQUIRED": "why_again",
    "DATE_IN_PAST": "due",
    "NON_WORKING_DAY": "due",
    "NO_OPEN_PLAN": "children",
    "NOT_PERMITTED": "owner",
}


@login_required
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """The form; the button that only checks; and the action added."""
    case, form = _form(request, reference)
    found = form.check() if form.is_bound else None  # before an error takes an answer out of what was said
    if "check" in request.POST:
        form.errors.clear()  # an unfinished form is no mistake: only its letters are shown
    elif found and _is_added(request, form, found):
        return redirect("case-plan", case.reference)
    return render(request, "plans/add_action.html", {"case": case, "here": "plan", "form": form, "check": found})


def _is_added(request: HttpRequest, form: AddActionForm, found: SmartCheck) -> bool:
    """Adds the action, or puts what stands against it beside its fields: everything at once."""
    try:
        if not form.is_valid():
            form.show_what_is_not_smart(found)
            return False
        action = form.perform()
    except ActionNotSmart:
        form.show_what_is_not_smart(found)
        return False
    except Refused as refused:
        show_refusal(form, refused, BESIDE)
        return False
    messages.success(request, f"Added to the plan: {action.key}, due {action.deadline.due_on:%-d %B %Y}.")
    return True


@login_required
@require_POST
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """The five letters alone, asked for again after each pause in typing. Nothing is kept."""
    case, form = _form(request, reference)
    return render(request, "plans/_smart.html", {"case": case, "check": form.check()})


def _form(request: HttpRequest, reference: str) -> tuple[Case, AddActionForm]:
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    person = person_of(request)
    if not may("add_action", person, asked_on(request)):
        raise PermissionDenied(
            "Actions are added by social care, the chair and the agencies that work with the family."
        )
    return case, AddActionForm(request.POST or None, case=case, by=person, at=asked_at(request))
