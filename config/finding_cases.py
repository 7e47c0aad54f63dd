"""Finding a case by its reference or by a name.

What is searched for is sent, not put into an address: browsers, proxies and logs keep those. Every search is in the
read log, its words hashed with a key.
"""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from workflow.models import Case, Child, FamilyMember
from workflow.models.case import CaseQuerySet
from workflow.reads import Kind, read
from workflow.signed_in import asked_at, person_of, visible_cases_of

FEWEST_LETTERS = 2
SHOWN = 50


class FindCase(forms.Form):
    words = forms.CharField(
        label="Reference, or name of a child or family member",
        max_length=200,
        min_length=FEWEST_LETTERS,
        error_messages={
            "required": "Type a reference or a name.",
            "min_length": f"Type at least {FEWEST_LETTERS} letters.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@sensitive_post_parameters("words")
@login_required
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The cases the person may see whose reference or people bear these words; the search is written down first."""
    form = FindCase(request.POST if request.method == "POST" else None)
    shown: dict[str, Any] = {"form": form, "most": SHOWN}
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        read(None, by=person_of(request), kind=Kind.SEARCH, at=asked_at(request), about=words)
        found = list(found_by(words, visible_cases_of(request))[: SHOWN + 1])
        shown |= {"found": found[:SHOWN], "more": len(found) > SHOWN, "words": words}
    return render(request, "config/find_case.html", shown)


def found_by(words: str, cases: CaseQuerySet) -> CaseQuerySet:
    """Those of the cases that bear the words, each knowing where: two statements with their children."""
    of_case = {"case": OuterRef("pk"), "name__icontains": words}
    by_child, by_family = Exists(Child.objects.filter(**of_case)), Exists(FamilyMember.objects.filter(**of_case))
    visible: CaseQuerySet = Case.objects.filter(pk__in=cases.values("pk"))
    return (
        visible.annotate(by_child=by_child, by_family=by_family)
        .filter(Q(reference__icontains=words) | Q(by_child=True) | Q(by_family=True))
        .prefetch_related("children")
        .order_by("reference")
    )
