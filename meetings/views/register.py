"""The register of dissent and disagreement: the list, the page of each, and where a new one is raised."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from escalation.disagreements import LAST_STAGE
from escalation.models import Disagreement
from meetings import register_forms as ask
from meetings.models import Dissent
from meetings.register import CLOSED, NOTED, OPEN, Difference, register
from meetings.views.steps import Step, performed, with_steps
from workflow import history
from workflow.lateness import lateness
from workflow.models import Case
from workflow.policy import calendar
from workflow.signed_in import asked_at, asked_on, case_for, hats_of, may_do, open_case, person_of, visible_cases_of
from workflow.working_days import Calendar

ON_A_PAGE = 25
VIEWS = {OPEN: "Open", NOTED: "Noted and left at that", CLOSED: "Closed", "all": "All"}
COLOURS = {OPEN: "yellow", NOTED: "grey", CLOSED: "green"}

FORMALISE = Step(
    "formalise_dissent", "Make it formal", ask.Formalise, "The dissent is formal; the chair owes an answer."
)
ANSWER = Step("answer_dissent", "Answer it", ask.Answer, "The dissent is answered.")
ESCALATE = Step("escalate_disagreement", "Move it up", ask.Escalate, "The disagreement has moved up a stage.")
RESOLVE = Step("resolve_disagreement", "Resolve it", ask.Resolve, "The disagreement is resolved.")


@login_required
@require_safe
def register_of(request: HttpRequest) -> HttpResponse:
    """Every dissent and disagreement the reader may see: open, noted, closed or all; of one case if it is named."""
    chosen = request.GET.get("view", OPEN)
    chosen = chosen if chosen in VIEWS else OPEN
    reference = request.GET.get("case", "")
    cases = visible_cases_of(request)
    if reference:
        cases = Case.objects.filter(pk=case_for(request, reference).pk)
    found = register(cases, asked_at(request))
    here = [each for each in found if chosen in (each.standing, "all")]
    shown = {
        "page": Paginator(here, ON_A_PAGE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "reference": reference,
        "views": [_view(name, label, found, chosen, reference) for name, label in VIEWS.items()],
        "any": bool(found),
    }
    days = calendar()
    shown["rows"] = [_row(each, request, days) for each in shown["page"]]
    return render(request, "meetings/register.html", shown)


def _view(name: str, label: str, found: list[Difference], chosen: str, reference: str) -> dict[str, object]:
    kept = {"view": name} | ({"case": reference} if reference else {})
    return {
        "label": label,
        "href": f"{reverse('register')}?{urlencode(kept)}",
        "current": name == chosen,
        "count": sum(name in (each.standing, "all") for each in found),
    }


def _row(each: Difference, request: HttpRequest, days: Calendar) -> dict[str, object]:
    late = lateness(each.owed, asked_on(request), days) if each.owed else ""
    return {"each": each, "address": address_of(each.of), "colour": COLOURS[each.standing], "late": late}


def address_of(one: Dissent | Disagreement) -> str:
    """Where this dissent or disagreement has its page."""
    return reverse("dissent" if isinstance(one, Dissent) else "disagreement", args=[one.pk])


# One dissent


@login_required
def dissent(request: HttpRequest, pk: int) -> HttpResponse:
    """Who differed from which decision, until when it may be made formal, and the chair's answer."""
    rows = Dissent.objects.filter(pk=pk, conference__case__in=visible_cases_of(request).values("pk"))
    found = rows.select_related("agency", "conference__case", "conference__chair").first()
    if found is None:
        raise Http404
    case = open_case(request, found.conference.case)
    told = next(each for each in register(Case.objects.filter(pk=case.pk), asked_at(request)) if each.of == found)
    steps = {Dissent.State.NOTED: [FORMALISE] if told.standing == OPEN else [], Dissent.State.FORMAL: [ANSWER]}
    hats = hats_of(request)
    open_to = {
        FORMALISE.act: any(hat.agency_id == found.agency_id for hat in hats),
        ANSWER.act: any(hat == found.conference.chair for hat in hats),
    }
    return with_steps(
        request,
        found,
        steps.get(found.state, []),
        address=address_of(found),
        is_shown=lambda step: open_to[step.act] and may_do(request, step.act),
        template="meetings/difference.html",
        shown=_about(told, request) | {"title": f"Dissent of {found.agency}"},
    )


# One disagreement


@login_required
def disagreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Who differs from whom, the stage and its clock, every stage before, and how it ends."""
    rows = Disagreement.objects.filter(pk=pk, case__in=visible_cases_of(request).values("pk"))
    found = rows.select_related("case", "agency", "with_agency", "raised_by", "answer_from__agency").first()
    if found is None:
        raise Http404
    open_case(request, found.case)
    told = next(each for each in register(Case.objects.filter(pk=found.case_id), asked_at(request)) if each.of == found)
    steps = [] if found.is_resolved else [RESOLVE] if found.stage == LAST_STAGE else [RESOLVE, ESCALATE]
    is_party = any(hat.agency_id in (found.agency_id, found.with_agency_id) for hat in hats_of(request))
    return with_steps(
        request,
        found,
        steps,
        address=address_of(found),
        is_shown=lambda step: is_party and may_do(request, step.act),
        template="meetings/difference.html",
        shown=_about(told, request)
        | {"title": f"Disagreement of {found.agency} with {found.with_agency}", "stages": _stages(found)},
    )


def _about(told: Difference, request: HttpRequest) -> dict[str, object]:
    return _row(told, request, calendar()) | {"case": told.case, "here": "story"}


def _stages(found: Disagreement) -> list[object]:
    """The clock of each stage there has been, as it ended or stands."""
    courses = history.courses([found.case_id], code="disagreement").get(found.case_id, [])
    return [course.last for course in courses if course.last.subject.rpartition(":")[0] == found.key]


# A new one


@login_required
def raise_one(request: HttpRequest, reference: str) -> HttpResponse:
    """A professional disagreement with another agency of the case is raised."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    form = ask.Raise(request.POST if request.method == "POST" else None, case=case, own=person_of(request).agency)
    made = performed(form, request)
    if made is not None:
        messages.success(request, "The disagreement is raised, and its first clock runs.")
        return redirect(address_of(made))
    shown = {"case": case, "here": "story", "form": form, "may": may_do(request, "raise_disagreement")}
    return render(request, "meetings/raise.html", shown)
