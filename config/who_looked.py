"""The record of a case: is it whole, and who has looked at it. An auditor says why before the first look."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from config.wording import page_in_words
from meetings.asking import area
from workflow.models import Case, Chain
from workflow.reads import Kind, counted, read, reads_of
from workflow.signed_in import asked_at, case_for, person_of, say_why, visible_cases_of
from workflow.verification import last_verified, verify

READS_ON_A_PAGE = 50
SAYS_SOMETHING = 3
FILTERS = {
    "": ("Everything", {}),
    "outside": ("Outside the team", {"of_team": False}),
    "glass": ("Through broken glass", {"by_glass": True}),
    "taken": ("Prints, exports and files", {"kind__in": (Kind.PRINT, Kind.EXPORT, Kind.DOWNLOAD)}),
}


@login_required
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """When the chain of this case was verified, and who has looked; the reader may have it verified now."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    if request.method == "POST":
        done = verify(case, by=person_of(request), at=asked_at(request))
        if done.findings:
            messages.error(request, "The record of this case is not whole. Tell whoever runs this service today.")
        else:
            messages.success(request, f"All {done.seals} entries of this case are as they were sealed.")
        return redirect("case-record", reference)
    chosen = request.GET.get("show", "")
    narrowed = FILTERS.get(chosen, FILTERS[""])[1]
    page = Paginator(reads_of(case).filter(**narrowed), READS_ON_A_PAGE).get_page(request.GET.get("page"))
    for each in page:
        each.words = each.about if each.kind == Kind.OPENING else page_in_words(each.about)
    shown = {
        "case": case,
        "here": "record",
        "chain": Chain.objects.filter(case=case).first(),
        "verified": last_verified(case),
        "looked": counted(case),
        "page": page,
        "filters": [(key, words, key == chosen) for key, (words, _) in FILTERS.items()],
        "chosen": chosen,
    }
    return render(request, "config/record.html", shown)


@login_required
@require_POST
def printed(request: HttpRequest, reference: str) -> HttpResponse:
    """A script tells that the reader printed the page they are on."""
    case_for(request, reference)
    try:
        request.about_shown = resolve(request.POST.get("page", "")).view_name  # type: ignore[attr-defined]
    except Resolver404:
        raise Http404 from None
    return HttpResponse(status=204)


# Why an auditor opens a case


class Why(forms.Form):
    reason = area("Why do you open this case?", help_text="It is kept with everything you look at here.")

    def clean_reason(self) -> str:
        said = str(self.cleaned_data["reason"]).strip()
        if len(said) < SAYS_SOMETHING:
            raise forms.ValidationError("Say why in a few words.")
        return said


@login_required
def why(request: HttpRequest, reference: str) -> HttpResponse:
    """Whoever sees every case says why they open this one; the reason holds for some hours of this session."""
    if "\0" in reference:
        raise Http404
    case = visible_cases_of(request).filter(reference=reference).first()
    if case is None:
        raise Http404
    form = Why(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        read(case, by=person_of(request), kind=Kind.OPENING, at=asked_at(request), about=form.cleaned_data["reason"])
        say_why(request, case)
        return redirect(_back(request) or "case", *([] if _back(request) else [reference]))
    return render(request, "config/why.html", {"form": form, "reference": reference})


def _back(request: HttpRequest) -> str:
    """The page that was asked for first, if it is one of ours."""
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, None) else ""
