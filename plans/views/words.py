"""Writing down what a child says about one need of the plan."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from plans.childs_words import record_childs_words
from plans.models import ChildsWords, OutcomeChild
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Case
from workflow.permissions import may
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, person_of

BESIDE = {"TEXT_MISSING": "words", "DATE_IN_FUTURE": "said_on"}


class WordsForm(forms.Form):
    """Word for word, dated."""

    mark_optional = False
    words = forms.CharField(
        label="What did the child say, word for word?",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For a child who does not speak yet: what was seen.",
        required=False,
    )
    how = forms.ChoiceField(label="How was it told?", choices=ChildsWords.How.choices, widget=forms.RadioSelect)
    said_on = DateInputField(label="On which day?", named="The day")


@login_required
def childs_words(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The words on one need, and those there were before."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    needs = OutcomeChild.objects.filter(child__case=case).select_related("child", "outcome")
    need = get_object_or_404(needs, pk=pk)
    person = person_of(request)
    if not may("record_childs_words", person, asked_on(request)):
        raise PermissionDenied("A child’s words are written down by those who work with the child, and the chair.")
    form = WordsForm(request.POST if request.method == "POST" else None, initial={"said_on": asked_on(request)})
    if request.method == "POST" and form.is_valid() and _recorded(request, need, form):
        messages.success(request, "The child’s words are on the plan.")
        return redirect("case-plan", case.reference)
    shown: dict[str, Any] = {"case": case, "here": "plan", "need": need, "form": form, "before": need.words.all()}
    return render(request, "plans/childs_words.html", shown)


def _recorded(request: HttpRequest, need: OutcomeChild, form: WordsForm) -> bool:
    try:
        record_childs_words(need, **form.cleaned_data, by=person_of(request), at=asked_at(request))
    except Refused as refused:
        show_refusal(form, refused, BESIDE)
        return False
    return True
