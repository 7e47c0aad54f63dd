"""The editions of one plan: what each says and how it was signed; signing, countersigning, the way back."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from plans import comparison
from plans.adding import area
from plans.as_it_stood import Moment, PlanHistory, plans_of
from plans.differences import pieces
from plans.editions import (
    Edition,
    as_signed,
    countersign_edition,
    editions_of,
    seal_of,
    send_back_edition,
    sign_edition,
    take_up_edition,
    would_change,
)
from plans.models import Plan, SignedEdition
from workflow import history
from workflow.errors import Refused
from workflow.models import Case
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, may_do, person_of


class EditionForm(forms.Form):
    """One thing that can be done with an edition. `seal` is that of the signature somebody has before them."""

    mark_optional = False
    beside: ClassVar = {"REASON_REQUIRED": "reason"}
    act: ClassVar[str]
    does: ClassVar[Any]
    title: ClassVar[str]
    button: ClassVar[str]
    said: ClassVar[str]
    is_way_back: ClassVar[bool] = False

    def __init__(self, *args: Any, plan: Plan, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.act}-%s", **kwargs)
        self.plan, self.edition = plan, edition

    @classmethod
    def is_for(cls, plan: Plan, edition: Edition) -> bool:
        """Whether things stand so that it can be done."""
        raise NotImplementedError

    def perform(self, **told: Any) -> None:
        type(self).does(self.plan, **self.cleaned_data, **told)


class SignForm(EditionForm):
    act, does = "sign_edition", staticmethod(sign_edition)
    title, button = "Sign it as it stands now", "Sign this edition"
    said = "You signed it. It waits for a second person."

    @classmethod
    def is_for(cls, plan: Plan, edition: Edition) -> bool:
        return edition.holds and edition.standing is None


class SecondForm(EditionForm):
    seal = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        standing = edition.standing
        super().__init__(*args, edition=edition, initial={"seal": standing.seal if standing else ""}, **kwargs)

    @classmethod
    def is_for(cls, plan: Plan, edition: Edition) -> bool:
        standing = edition.standing
        return edition.holds and standing is not None and standing.state == SignedEdition.State.SIGNED


class CountersignForm(SecondForm):
    act, does = "countersign_edition", staticmethod(countersign_edition)
    title, button = "Countersign what was signed", "Countersign this edition"
    said = "You countersigned it. It is locked: what it says can only become another edition."


class SendBackForm(SecondForm):
    act, does = "send_back_edition", staticmethod(send_back_edition)
    title, button = "Send it back unsigned", "Send it back"
    said = "You sent it back. Whoever signed it finds your reason on their page Today."

    reason = area("What has to be put right first?")


class TakeUpForm(EditionForm):
    act, does = "take_up_edition", staticmethod(take_up_edition)
    title, button = "Take it up again", "Make it the plan again"
    said = "It is the plan again, as a new edition that nobody has signed yet."
    is_way_back = True

    reason = area("Why does the plan go back to this edition?", "It is shown wherever the new edition is.")

    @classmethod
    def is_for(cls, plan: Plan, edition: Edition) -> bool:
        return plan.state == Plan.State.ACTIVE and not edition.holds

    def perform(self, **told: Any) -> None:
        super().perform(edition=self.edition.number, **told)


FORMS: tuple[type[EditionForm], ...] = (SignForm, CountersignForm, SendBackForm, TakeUpForm)


@login_required
@require_safe
def editions(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Every edition of one plan, the last first, and how each was signed."""
    plan, found = _found(request, reference, pk)
    return render(request, "plans/editions.html", _about(plan) | {"editions": found[::-1]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edition(request: HttpRequest, reference: str, pk: int, number: int) -> HttpResponse:
    """What one edition says, what has changed since, and what this person may do with it."""
    plan, one = _edition(request, reference, pk, number)
    sent = _sent(request, plan, one) if request.method == "POST" else None
    if sent is not None and _is_done(request, sent):
        messages.success(request, sent.said)
        return redirect("plan-editions", plan.case.reference, pk)
    if sent is not None:  # as the database has it: not as it was tried
        plan, one = _edition(request, reference, pk, number)
    return render(request, "plans/edition.html", _about(plan) | _shown(request, plan, one, sent))


def _about(plan: Plan) -> dict[str, Any]:
    return {"case": plan.case, "here": "plan", "plan": plan, "child": plan.child}


def _found(request: HttpRequest, reference: str, pk: int) -> tuple[Plan, list[Edition]]:
    """The plan as its latest line of history has it, and its editions."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    children = {child.pk: child for child in case.children.all()}
    lines = plans_of(children.values())
    last = next((rows[-1] for rows in lines if rows[0].id == pk), None)
    if last is None:
        raise Http404
    plan: Any = last.instance
    plan.case, plan.child = case, children[last.child_id]
    plan.lines = [rows for rows in lines if rows[0].child_id == last.child_id]
    return plan, editions_of(plan, plan.lines)


def _edition(request: HttpRequest, reference: str, pk: int, number: int) -> tuple[Plan, Edition]:
    plan, found = _found(request, reference, pk)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        raise Http404
    return plan, one


def _sent(request: HttpRequest, plan: Plan, one: Edition) -> EditionForm:
    kind = next((each for each in FORMS if each.act == request.POST.get("do")), None)
    if kind is None or not may_do(request, kind.act):
        raise PermissionDenied("An edition is signed by social care, and countersigned by a manager or the chair.")
    return kind(request.POST, plan=Plan.objects.select_related("child", "case").get(pk=plan.pk), edition=one)


def _is_done(request: HttpRequest, sent: EditionForm) -> bool:
    try:
        if not sent.is_valid():
            return False
        sent.perform(by=person_of(request), at=asked_at(request))
    except Refused as refused:
        show_refusal(sent, refused, {code: name for code, name in sent.beside.items() if name in sent.fields})
        return False
    return True


def _shown(request: HttpRequest, plan: Any, one: Edition, sent: EditionForm | None) -> dict[str, Any]:
    kept, standing = PlanHistory(plan.child, plans=plan.lines), one.standing
    last = Moment(asked_on(request), "As it says now") if one.holds else Moment(one.until, "As it ended")
    columns, stood = [last], [kept.stood(history.MAX, one.known_by)]
    if standing is not None:
        columns.insert(0, Moment(standing.signed_on, "As it was signed"))
        stood.insert(0, as_signed(kept, standing))
    sections = comparison.compare(stood)
    offered = [each for each in FORMS if each.is_for(plan, one) and may_do(request, each.act)]
    again = list(_changes(kept, plan, one)) if TakeUpForm in offered else []
    if not again:
        offered = [each for each in offered if each is not TakeUpForm]
    open_forms = [sent if type(sent) is each else each(plan=plan, edition=one) for each in offered]
    if sent is not None and type(sent) not in offered:
        open_forms = [sent, *open_forms]  # what was typed is never lost, even where the edition has moved on
    return {
        "edition": one,
        "is_as_signed": standing is None or seal_of(stood[0]) == standing.seal,
        "columns": columns,
        "sections": [
            (each.title, [(row, list(zip(columns, row.cells, strict=True))) for row in each.rows]) for each in sections
        ],
        "differing": comparison.differences(sections),
        "again": again,
        "forms": open_forms,
        "form": sent,
    }


def _changes(kept: PlanHistory, plan: Plan, one: Edition) -> Iterator[tuple[str, Any]]:
    """What taking it up again would put in and take out, word by word."""
    for name, was, becomes in would_change(kept, plan, one):
        yield name, pieces(was, becomes)
