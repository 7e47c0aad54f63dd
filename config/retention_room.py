"""Retention: what is due, what is held, who let what be destroyed, and the certificate of what was."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from config import keeping
from config.keeping import Clock
from meetings.asking import area, radios
from meetings.documents.document import Document, Section, Table
from meetings.documents.pdf import PangoMissing, as_pdf, can_be_drawn
from meetings.views.files import attached
from meetings.views.steps import Step, with_steps
from workflow.acts import PARTNERSHIP
from workflow.chain import Chain
from workflow.destruction import holds_on
from workflow.errors import Refused
from workflow.models import Case, Certificate, DestructionOrder, LegalHold, Professional
from workflow.permissions import RETENTION
from workflow.policy import policy_on
from workflow.retention import KEPT_FOR_GOOD, SCHEDULE, WITH_THE_CASE
from workflow.scope import beyond_the_net
from workflow.signed_in import asked_on, hats_of, may_do, open_case, person_of, visible_cases_of

SHOWN = 50
REASON = {"REASON_REQUIRED": "reason"}


def has_a_part(request: HttpRequest) -> bool:
    """Whether the reader keeps the files, answers for them, or looks over those who do."""
    return any(hat.role in RETENTION for hat in hats_of(request))


# The forms


class Ask(forms.Form):
    """Base of the small steps here. `record` is what the page is about: a clock, or nothing for every case."""

    button = "Save"
    mark_optional = False

    def __init__(self, *args: Any, record: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.ask()

    def ask(self) -> None:
        """Adds the fields that depend on what it is about."""

    def where(self, refused: Refused) -> dict[str, str]:
        return REASON if "reason" in self.fields else {}

    def perform(self, *, by: Professional, at: datetime) -> Any:
        raise NotImplementedError


class Hold(Ask):
    button = "Put the hold on"
    why = radios("What for?", LegalHold.Why.choices)
    reason = area("Which inquiry, court or claim, and who asked for it?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> LegalHold:
        case = self.record.case if self.record else PARTNERSHIP
        return keeping.put_on_hold(case, **self.cleaned_data, by=by, at=at)


class Lift(Ask):
    button = "Lift the hold"
    reason = area("Why is it not needed any more?", required=False)

    def ask(self) -> None:
        found = in_force(self.record.case if self.record else None)
        choices = [(str(one.pk), f"{one.get_why_display()}, put on by {one.put_on_by}") for one in found]
        self.fields["hold"] = radios("Which hold?", choices)
        self.order_fields(["hold", "reason"])

    def perform(self, *, by: Professional, at: datetime) -> LegalHold:
        hold = LegalHold.objects.get(pk=self.cleaned_data["hold"])
        return keeping.lift_hold(hold, reason=self.cleaned_data["reason"], by=by, at=at)


class Propose(Ask):
    button = "Propose that it is destroyed"

    def perform(self, *, by: Professional, at: datetime) -> DestructionOrder:
        return keeping.propose_destruction(self.record.case, by=by, at=at)


class OfAnOrder(Ask):
    """A step of the open order of a case."""

    act = ""

    def perform(self, *, by: Professional, at: datetime) -> Any:
        order = open_order(self.record)
        if order is None:
            raise Http404
        return getattr(keeping, self.act)(order, **self.said(), by=by, at=at)

    def said(self) -> dict[str, Any]:
        return self.cleaned_data


class Release(OfAnOrder):
    act, button = "release_destruction", "Release it"


class Decline(OfAnOrder):
    act, button = "decline_destruction", "Decline it"
    reason = area("Why is it not to be destroyed?", required=False)


class Withdraw(OfAnOrder):
    act, button = "withdraw_destruction", "Take it back"
    reason = area("Why is it taken back?", required=False)


class CarryOut(OfAnOrder):
    act, button = "carry_out_destruction", "Destroy it now"
    sure = forms.BooleanField(
        label="I know that this cannot be undone",
        error_messages={"required": "Say that you know that this cannot be undone."},
    )

    def said(self) -> dict[str, Any]:
        return {}


HOLD = Step("put_on_hold", "Put a legal hold on it", Hold, "The hold is on: nothing of it is destroyed.")
LIFT = Step("lift_hold", "Lift a legal hold", Lift, "The hold is lifted.")
STEPS = (
    Step("propose_destruction", "Propose it", Propose, "It is proposed. Somebody else releases it."),
    Step("release_destruction", "Let it be destroyed", Release, "It is released. Nothing is destroyed yet."),
    Step("carry_out_destruction", "Carry it out", CarryOut, "It is destroyed. The certificate is below."),
    Step("decline_destruction", "Do not let it be destroyed", Decline, "It is declined, and why is on record."),
    Step("withdraw_destruction", "Take the order back", Withdraw, "The order is taken back."),
    HOLD,
    LIFT,
)


def in_force(case: Case | None) -> Any:
    """The holds of one case that are in force, or those on every case."""
    found = LegalHold.objects.filter(case=case, state=LegalHold.State.IN_FORCE)
    return found.select_related("put_on_by__agency")


def open_order(clock: Clock) -> DestructionOrder | None:
    """What is proposed or released of this case now."""
    found = clock.case.destruction_orders.filter(what=clock.what, state__in=DestructionOrder.OPEN)
    return found.select_related("proposed_by__agency", "released_by__agency").first()


# Everything


@login_required
@beyond_the_net("what is kept until when, and what became of it")
def retention(request: HttpRequest) -> HttpResponse:
    """What is due, what is on its way, what is held, what was destroyed, and the schedule; holds on every case."""
    if not has_a_part(request):
        raise PermissionDenied("Retention is for those who keep the files and those who answer for them.")
    on, counted = asked_on(request), Case.objects.counted_for(person_of(request))
    found = keeping.clocks(counted, on)
    logs = keeping.read_logs(on)
    orders = DestructionOrder.objects.filter(state__in=DestructionOrder.OPEN).select_related("case", "proposed_by")
    holds = LegalHold.objects.filter(state=LegalHold.State.IN_FORCE).select_related("case", "put_on_by__agency")
    known = {one.case.pk for one in found}
    of_all = [hold for hold in holds if hold.case_id is None]
    of_one = {hold.case_id for hold in holds if hold.case_id}
    by_case = {(order.case_id, order.what): order for order in orders}
    due = [
        {
            "clock": one,
            "order": by_case.get((one.case.pk, one.what)),
            "is_held": bool(of_all) or one.case.pk in of_one,
        }
        for one in [*found, *logs]
        if one.is_due(on)
    ]
    policy = policy_on(on)
    shown = {
        "due": due[:SHOWN],
        "more": len(due) - SHOWN if len(due) > SHOWN else 0,
        "next": next((one for one in found if not one.is_due(on)), None),
        "holds": [hold for hold in holds if hold.case_id is None or hold.case_id in known],
        "certificates": certificates()[:SHOWN],
        "schedule": [
            (kept.holds, kept.in_words(policy.years_kept(code)), kept.binding, kept.source)
            for code, kept in SCHEDULE.items()
        ],
        "version": policy.version,
        "with_the_case": WITH_THE_CASE,
        "kept_for_good": KEPT_FOR_GOOD,
    }
    return with_steps(
        request,
        None,
        (HOLD, LIFT),
        address=request.path,
        is_shown=lambda step: may_do(request, step.act) and (step is HOLD or bool(of_all)),
        template="config/retention.html",
        shown=shown,
    )


# One case


def _found(request: HttpRequest, reference: str) -> Case:
    """The case, destroyed or not, for whoever sees it or has a part in keeping it. Raises Http404 otherwise."""
    if "\0" in reference:
        raise Http404
    counted = Case.objects.counted_for(person_of(request)).values("pk")
    cases = Case.objects.filter(reference=reference)
    if has_a_part(request):
        case = (cases.filter(pk__in=counted) | cases.exclude(destroyed_on=None)).first()
    else:
        case = cases.filter(pk__in=visible_cases_of(request).values("pk")).first()
    if case is None:
        raise Http404
    return open_case(request, case)


@login_required
@beyond_the_net("what is kept until when, and what became of it")
def of_a_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Until when this case is kept, what keeps it longer, and the way it is destroyed."""
    case = _found(request, reference)
    on, person = asked_on(request), person_of(request)
    clock = keeping.clock_of(case, on)
    order, held = open_order(clock), list(holds_on(case))
    certificates_of = list(certificates().filter(case=case))
    is_gone = any(one.order.what == clock.what for one in certificates_of)

    def is_shown(step: Step) -> bool:
        act = step.act
        if not may_do(request, act):
            return False
        if act == "put_on_hold":
            return not is_gone
        if act == "lift_hold":
            return any(hold.case_id for hold in held)
        if act == "propose_destruction":
            return order is None and not held and not is_gone and clock.is_due(on)
        if order is None:
            return False
        if act in ("release_destruction", "decline_destruction"):
            return (
                order.is_proposed
                and not person.is_same_person_as(order.proposed_by)
                and (act != "release_destruction" or not held)
            )
        return act == "withdraw_destruction" or (order.is_released and not held)

    return with_steps(
        request,
        clock,
        STEPS,
        address=request.path,
        is_shown=is_shown,
        template="config/retention_case.html",
        shown={
            "case": case,
            "clock": clock,
            "is_due": clock.is_due(on),
            "is_gone": is_gone,
            "order": order,
            "waits_for_another": order is not None
            and order.is_proposed
            and person.is_same_person_as(order.proposed_by),
            "holds": held,
            "certificates": certificates_of,
            "ended": case.destruction_orders.exclude(state__in=DestructionOrder.OPEN)
            .filter(certificate=None)
            .select_related("ended_by"),
        },
    )


# Certificates


def certificates() -> Any:
    """Every certificate, the newest first, with what it tells."""
    beside = ("proposed_by__agency", "released_by__agency")
    return Certificate.objects.select_related(
        "case", "entry__seal", "carried_out_by__agency", *(f"order__{each}" for each in beside)
    ).order_by("-pk")


def told_by(certificate: Certificate) -> list[tuple[str, str]]:
    """What a certificate says, line by line. Nothing of what was destroyed."""
    order, seal = certificate.order, certificate.entry.seal
    kept = SCHEDULE[order.record_class]
    before, after = seal.number - 1, seal.number
    return [
        ("What was destroyed", f"{order.get_what_display()}: {certificate.rows} rows and lines of history"),
        ("Rule", f"{kept.in_words(order.years)}, to the end of the calendar year; policy {order.policy_version}"),
        ("Kept until", _day(order.due_on)),
        ("Proposed by", _who(order.proposed_by, order.proposed_on)),
        ("Released by", _who(order.released_by, order.released_on)),
        ("Carried out by", _who(certificate.carried_out_by, certificate.carried_out_on)),
        ("Chain before", f"seal {before}: {seal.previous}"),
        ("Chain after", f"seal {after}: {seal.hash}"),
    ]


def _who(person: Professional | None, on: date | None) -> str:
    return f"{person}, {person.agency}, on {_day(on)}" if person and on else ""


def _day(on: date) -> str:
    return f"{on:%-d %B %Y}"


@login_required
@require_safe
@beyond_the_net("what is kept until when, and what became of it")
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """What was destroyed, by whom and under which rule; nothing of what it said."""
    found = _certificate(request, pk)
    shown = {
        "certificate": found,
        "told": told_by(found),
        "counts": keeping.in_words(found.counts),
        "pdf": can_be_drawn(),
    }
    return render(request, "config/certificate.html", shown)


@login_required
@require_safe
@beyond_the_net("what is kept until when, and what became of it")
def certificate_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper. Leads back to the page where a PDF cannot be drawn."""
    found = _certificate(request, pk)
    try:
        content = as_pdf(on_paper(found))
    except PangoMissing as missing:
        messages.warning(request, str(missing))
        return redirect("certificate", pk)
    return attached(content, f"certificate-{found.pk}.pdf", "application/pdf")


def _certificate(request: HttpRequest, pk: int) -> Certificate:
    if not has_a_part(request):
        raise Http404
    found: Certificate = get_object_or_404(certificates(), pk=pk)
    request.case_shown = found.case  # type: ignore[attr-defined]
    return found


def on_paper(found: Certificate) -> Document:
    """The certificate as a document."""
    counted = [[kind, str(rows), str(lines)] for kind, rows, lines in keeping.in_words(found.counts)]
    return Document(
        title="Certificate of destruction",
        reference=found.case.reference,
        version=str(found.pk),
        recipient="Kept for good",
        day=_day(found.carried_out_on),
        sections=[
            Section("What was done", table=Table(["What", "Which"], [list(line) for line in told_by(found)])),
            Section("How much", table=Table(["Kind", "Rows", "Lines of history"], counted)),
        ],
    )


def destroyed(request: HttpRequest, case: Case) -> HttpResponse:
    """Every page of a case that was destroyed."""
    found = certificates().filter(case=case).last()
    shown = {
        "case": case,
        "certificate": found,
        "told": told_by(found) if found else [],
        "counts": keeping.in_words(found.counts) if found else [],
        "address": reverse("certificate", args=[found.pk]) if found and has_a_part(request) else "",
        "chain": Chain.objects.filter(case=case).first(),
    }
    return render(request, "config/destroyed.html", shown, status=410)
