"""Who can see a case, and how somebody gets in who cannot: restriction, named readers, break-glass and its review."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from meetings.asking import CaseForm, area, radios
from meetings.views.steps import Step, with_steps
from notifications import need_to_know
from notifications.need_to_know import restriction_of
from workflow.acts import PARTNERSHIP, refuse
from workflow.audiences import Matter, may_read
from workflow.errors import Refused, Unknown
from workflow.models import AgencyPart, BrokenGlass, Case, NamedReader, Professional, Restriction
from workflow.permissions import AGENCY_OVERSIGHT
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, case_for, hats_of, may_do, open_case, person_of, visible_cases_of


class AccessForm(CaseForm):
    """A form about who sees a case."""

    beside: Mapping[str, str] = {"REASON_REQUIRED": "reason"}
    reason = area("Why?", required=False)

    def __init__(self, *args: Any, record: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=record, **kwargs)

    def said_person(self, name: str = "who") -> Professional:
        return Professional.objects.get(key=self.cleaned_data[name])


def people_in_post(**narrowed: Any) -> list[tuple[str, str]]:
    """Everybody who might be named, to choose from."""
    found = (
        Professional.objects.filter(left_on=None, **narrowed).select_related("agency").order_by("agency__name", "id")
    )
    return [("", "Choose"), *((one.key, f"{one}, {one.get_role_display().lower()}, {one.agency}") for one in found)]


class Restrict(AccessForm):
    button = "Restrict this case"
    why = radios("What kind of reason is it?", Restriction.Why.choices)

    def perform(self, *, by: Professional, at: datetime) -> Restriction:
        return need_to_know.restrict_case(self.case, **self.cleaned_data, by=by, at=at)


class Name(AccessForm):
    button = "Let this person see it"

    def ask(self) -> None:
        self.fields["who"] = forms.ChoiceField(label="Who is to see it?", choices=people_in_post())
        self.order_fields(["who", "reason"])

    def perform(self, *, by: Professional, at: datetime) -> NamedReader:
        restriction = _in_force(self.case)
        return need_to_know.name_reader(
            restriction, self.said_person(), reason=self.cleaned_data["reason"], by=by, at=at
        )


class TakeOff(AccessForm):
    button = "Let this person see it no more"

    def ask(self) -> None:
        named = {"named_for__restriction": restriction_of(self.case), "named_for__until_on": None}
        self.fields["who"] = forms.ChoiceField(label="Who is to see it no more?", choices=people_in_post(**named))
        self.order_fields(["who", "reason"])

    def perform(self, *, by: Professional, at: datetime) -> NamedReader:
        restriction = _in_force(self.case)
        return need_to_know.take_reader_off(
            restriction, self.said_person(), reason=self.cleaned_data["reason"], by=by, at=at
        )


class Lift(AccessForm):
    button = "Lift the restriction"

    def perform(self, *, by: Professional, at: datetime) -> Restriction:
        return need_to_know.lift_restriction(_in_force(self.case), **self.cleaned_data, by=by, at=at)


class EndLink(AccessForm):
    button = "End their part in the case"

    def ask(self) -> None:
        linked = people_in_post(links__case=self.case, links__until_on=None)
        self.fields["who"] = forms.ChoiceField(label="Whose part has ended?", choices=linked)
        self.order_fields(["who", "reason"])

    def perform(self, *, by: Professional, at: datetime) -> object:
        link = self.case.links.get(professional__key=self.cleaned_data["who"], until_on=None)
        return need_to_know.end_link(link, reason=self.cleaned_data["reason"], by=by, at=at)


STEPS = (
    Step("restrict_case", "Restrict this case to named people", Restrict, "The case is restricted."),
    Step("name_reader", "Let one more person see it", Name, "They see the case from now on."),
    Step("take_reader_off", "Take somebody off the list", TakeOff, "They see the case no more."),
    Step("lift_restriction", "Lift the restriction", Lift, "The restriction is lifted."),
    Step("end_link", "Somebody’s part in the case has ended", EndLink, "They need to know about it no more."),
)
WHILE_RESTRICTED = {"name_reader", "take_reader_off", "lift_restriction"}


@login_required
def access(request: HttpRequest, reference: str) -> HttpResponse:
    """Who can see this case, why and since when; and what can be changed about it."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    restriction = restriction_of(case)
    return with_steps(
        request,
        case,
        STEPS,
        address=request.path,
        is_shown=lambda step: may_do(request, step.act) and _fits(step.act, restriction),
        template="config/access.html",
        shown={
            "case": case,
            "here": "access",
            "restriction": restriction,
            "readers": restriction.readers.filter(until_on=None).select_related("professional__agency")
            if restriction
            else [],
            "links": case.links.select_related("professional__agency").order_by("until_on", "id"),
            "overseers": _overseers(case),
            "broken": case.broken_glass.select_related("professional__agency").order_by("-opened_at"),
            "asked_at": asked_at(request),
            "reads_why": may_read(Matter.ACCESS, hats_of(request)),
        },
    )


def _fits(act: str, restriction: Restriction | None) -> bool:
    if act == "restrict_case":
        return restriction is None
    return act not in WHILE_RESTRICTED or restriction is not None


def _overseers(case: Case) -> Any:
    """Leads and executives of the agencies that have a part in it; those of social care oversee every case."""
    agencies = AgencyPart.objects.filter(case=case).values("agency")
    here = Professional.objects.filter(left_on=None, agency__in=agencies, role__in=AGENCY_OVERSIGHT)
    return here.select_related("agency").order_by("agency__name", "id")


def _in_force(case: Case) -> Restriction:
    found = restriction_of(case)
    if found is None:
        raise Http404
    return found


# Break-glass


class Break(forms.Form):
    """Asks for what is told at once to the owner of the case. That it is really them was asked before this."""

    reference = forms.CharField(label="Reference of the case", max_length=40)
    why = radios("What kind of reason is it?", BrokenGlass.Why.choices)
    reason = area("Why do you need to see it now?", help_text="The lead practitioner and the partnership read this.")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_reference(self) -> Case:
        """Somebody who has said who they are may learn that a case is not there; the attempt is written down."""
        wanted = self.cleaned_data["reference"].replace("\0", "").strip()
        found = Case.objects.filter(reference=wanted, destroyed_on=None).first()
        if found is None:
            unknown = Unknown(about=["case"])
            refuse("break_glass", PARTNERSHIP, {}, unknown, by=person_of(self.request), at=asked_at(self.request))
            raise forms.ValidationError("No case has this reference. Check it and try again.")
        return found


@login_required
def break_glass(request: HttpRequest) -> HttpResponse:
    """Opens a case that is not the reader's for some hours, with a reason that is told at once."""
    wanted = {"reference": request.GET.get("case", "").replace("\0", "")[:40]}
    form = Break(request.POST if request.method == "POST" else None, request=request, initial=wanted)
    if request.method == "POST" and form.is_valid():
        case, said = form.cleaned_data["reference"], {name: form.cleaned_data[name] for name in ("why", "reason")}
        try:
            opened = need_to_know.break_glass(case, **said, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "reason", "ALREADY_YOURS": "reference"})
        else:
            messages.success(
                request, f"You see this case until {opened.ends_at:%H:%M}. Its owner and the partnership were told."
            )
            return redirect("case", case.reference)
    return render(request, "config/break_glass.html", {"form": form})


@login_required
@require_safe
def broken_glass(request: HttpRequest) -> HttpResponse:
    """Every break-glass access in the cases the reader sees: those to be reviewed first."""
    found = BrokenGlass.objects.filter(case__in=visible_cases_of(request).values("pk"))
    found = found.select_related("case", "professional__agency", "reviewed_by").order_by("-state", "-opened_at")
    reads_why = may_read(Matter.ACCESS, hats_of(request))
    shown = {"found": found, "may_review": may_do(request, "review_broken_glass"), "reads_why": reads_why}
    return render(request, "config/broken_glass.html", shown)


class Review(forms.Form):
    verdict = radios("Was it justified?", [("yes", "Yes"), ("no", "No")])
    words = area("What did you find?")


@login_required
def review_broken_glass(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else says whether it was justified."""
    visible = visible_cases_of(request).values("pk")
    opened = BrokenGlass.objects.filter(pk=pk, case__in=visible).select_related("case", "professional__agency").first()
    if opened is None:
        raise Http404
    open_case(request, opened.case)
    form = Review(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            need_to_know.review_broken_glass(
                opened,
                is_justified=said["verdict"] == "yes",
                words=said["words"],
                by=person_of(request),
                at=asked_at(request),
            )
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "words"})
        else:
            messages.success(request, "The review is recorded.")
            return redirect("broken-glass")
    reads_why = may_read(Matter.ACCESS, hats_of(request))
    may_review = may_do(request, "review_broken_glass")
    shown = {"form": form, "opened": opened, "may_review": may_review, "reads_why": reads_why}
    return render(request, "config/review_broken_glass.html", shown)
