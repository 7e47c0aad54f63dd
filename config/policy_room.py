"""The policy: its versions, and changes on their way through two people. What others had raised: `what_if_room`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.policy_file import UnreadableFile, read_text, written
from meetings.asking import area
from meetings.views.steps import Step, with_steps
from workflow import policy_proposals
from workflow.acts import PARTNERSHIP
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Case, Deadline, PolicyProposal, PolicyVersion, Professional, Role
from workflow.policy import policy_on
from workflow.refusals import show_refusal
from workflow.scope import narrow_to, scope_of_figures
from workflow.signed_in import asked_at, asked_on, hats_of, may_do, person_of, visible_cases_of
from workflow.timescales import ENGLAND_2026_1, ENGLAND_DEFAULT, Policy
from workflow.working_days import add_months

MAY_LOOK = {Role.PARTNERSHIP, Role.SYSTEM_ADMIN, Role.CONFERENCE_ADMIN, Role.AUDITOR, Role.DIRECTOR}
FEW = 5
SHOWN = 20
BESIDE = {
    "POLICY_UNREADABLE": "changes",
    "REASON_REQUIRED": "reason",
    "DATE_IN_PAST": "starts_on",
    "STARTS_BEFORE_ANOTHER": "starts_on",
}


def may_look(request: HttpRequest) -> None:
    """Raises PermissionDenied for whoever has no part in making the rules or in looking after them."""
    if not any(hat.role in MAY_LOOK for hat in hats_of(request)):
        raise PermissionDenied("The policy is made by the partnership.")


# The versions


@login_required
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """What holds today, every version with what it changed, and the changes on their way."""
    may_look(request)
    on = asked_on(request)
    versions = list(PolicyVersion.objects.select_related("made_by", "agreed_by"))
    shown = {
        "now": policy_on(on),
        "versions": [
            {"version": one, "differs": _differs(before, one), "ahead": one.effective_from > on}
            for before, one in zip([None, *versions], versions, strict=False)
        ][::-1],
        "proposals": PolicyProposal.objects.select_related("drafted_by"),
        "may_draft": may_do(request, "draft_policy"),
    }
    return render(request, "config/policy.html", shown)


def _differs(before: PolicyVersion | None, after: PolicyVersion) -> list[tuple[str, str, str]]:
    """Each code a version changed: what it was, what it is."""
    was = {**before.values, **before.settings} if before else {}
    now = {**after.values, **after.settings}
    return [
        (code, in_words(was.get(code, default_of(code))), in_words(value))
        for code, value in now.items()
        if value != was.get(code, default_of(code))
    ]


def default_of(code: str) -> Any:
    return str(ENGLAND_2026_1[code].value) if code in ENGLAND_2026_1 else ENGLAND_DEFAULT.settings[code]


def in_words(value: Any) -> str:
    """A value of the policy for a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return str(value)


# A change on its way


class Change(forms.Form):
    """The changes as text, the day they hold from, and why."""

    button = "Keep the draft"
    mark_optional = False
    changes = forms.CharField(
        label="What changes?",
        help_text='One line for each: minutes_distribute = "15 wd". The reference lists the keys.',
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    starts_on = DateInputField(label="From which day does it hold?", named="The day it starts")
    reason = area("Why?", required=False)

    def __init__(self, *args: Any, record: PolicyProposal | None = None, **kwargs: Any) -> None:
        if record is not None:
            said = {"changes": written(record.changes), "starts_on": record.starts_on, "reason": record.reason}
            kwargs["initial"] = said
        super().__init__(*args, **kwargs)
        self.record = record

    def clean_changes(self) -> dict[str, Any]:
        return read_changes(self.cleaned_data["changes"])

    def where(self, refused: Refused) -> dict[str, str]:
        return BESIDE

    def perform(self, *, by: Professional, at: datetime) -> PolicyProposal:
        said = self.cleaned_data
        return policy_proposals.change_draft_policy(
            self.record,
            said["changes"],
            starts_on=said["starts_on"],
            reason=said["reason"],
            by=by,
            at=at,
        )


def read_changes(text: str) -> dict[str, Any]:
    """What somebody typed. Raises the form's error."""
    try:
        return read_text(text)
    except UnreadableFile as fault:
        raise forms.ValidationError(str(fault)) from fault


@login_required
def draft(request: HttpRequest) -> HttpResponse:
    """Begins a change of the policy."""
    may_look(request)
    form = Change(request.POST if request.method == "POST" else None, initial={"changes": request.GET.get("text", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = policy_proposals.draft_policy(
                PARTNERSHIP,
                said["changes"],
                starts_on=said["starts_on"],
                reason=said["reason"],
                by=person_of(request),
                at=asked_at(request),
            )
        except Refused as refused:
            show_refusal(form, refused, BESIDE)
        else:
            messages.success(request, "The draft is kept. Nothing changes until it was proposed and approved.")
            return redirect("policy-proposal", made.pk)
    return render(request, "config/policy_draft.html", {"form": form, "may_draft": may_do(request, "draft_policy")})


class Proposal(forms.Form):
    """Base of the small steps of a proposal."""

    button = "Save"
    mark_optional = False
    act = ""

    def __init__(self, *args: Any, record: PolicyProposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record

    def where(self, refused: Refused) -> dict[str, str]:
        return {"REASON_REQUIRED": "reason"} if "reason" in self.fields else {}

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return getattr(policy_proposals, self.act)(self.record, **self.cleaned_data, by=by, at=at)


class Propose(Proposal):
    act, button = "propose_policy", "Propose it"


class Approve(Proposal):
    act, button = "approve_policy", "Approve it"


class Decline(Proposal):
    act, button = "decline_policy", "Decline it"
    reason = area("Why not?", required=False)


class Withdraw(Proposal):
    act, button = "withdraw_policy", "Take it back"
    reason = area("Why is it taken back?", required=False)


STEPS = (
    Step("propose_policy", "Propose it to a second person", Propose, "It waits for a second person."),  # type: ignore[arg-type]
    Step("approve_policy", "Approve it", Approve, "It is approved, and holds from its day."),  # type: ignore[arg-type]
    Step("decline_policy", "Decline it", Decline, "It is declined."),  # type: ignore[arg-type]
    Step("change_draft_policy", "Change the draft", Change, "The draft is kept."),  # type: ignore[arg-type]
    Step("withdraw_policy", "Take it back", Withdraw, "It is taken back."),  # type: ignore[arg-type]
)
FITS = {
    "draft": ("propose_policy", "change_draft_policy", "withdraw_policy"),
    "proposed": ("approve_policy", "decline_policy", "withdraw_policy"),
}


@login_required
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One change of the policy: what differs, which open dates keep another value, and what can be done next."""
    may_look(request)
    found = PolicyProposal.objects.select_related("drafted_by", "proposed_by", "decided_by", "made").filter(pk=pk)
    record = found.first()
    if record is None:
        raise Http404
    on, person = asked_on(request), person_of(request)
    now = policy_on(on)
    touched = list(_touched(request, record, on))
    own = person in (record.drafted_by, record.proposed_by)

    def is_shown(step: Step) -> bool:
        second = step.act in ("approve_policy", "decline_policy")
        return step.act in FITS.get(record.state, ()) and may_do(request, step.act) and not (second and own)

    return with_steps(
        request,
        record,
        STEPS,
        address=request.path,
        is_shown=is_shown,
        template="config/policy_proposal.html",
        shown={
            "proposal": record,
            "differs": [(code, in_words(_value(now, code)), in_words(value)) for code, value in record.changes.items()],
            "touched": touched[:SHOWN],
            "more": max(len(touched) - SHOWN, 0),
            "figures": _by_timescale(request, record, on),
            "few": FEW,
            "waits_for_another": record.is_proposed and own,
            "what_if": f"{reverse('policy-what-if')}?{_asked_again(record, on)}",
        },
    )


def _value(policy: Policy, code: str) -> Any:
    return str(policy.values[code]) if code in policy.values else policy.settings[code]


def _asked_again(record: PolicyProposal, on: date) -> str:
    query = QueryDict(mutable=True)
    first = add_months(on, -3)
    query.update({"changes": written(record.changes)})
    for name, day in (("first", first), ("last", on)):
        query.update({f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)})
    return query.urlencode()


def _touched(request: HttpRequest, record: PolicyProposal, on: date) -> Iterable[policy_proposals.Touched]:
    """The open dates of the reader's cases that were opened with another value than this policy's."""
    open_now = Deadline.objects.pending().filter(timescale__in=list(record.changes))
    open_now = open_now.filter(case__in=visible_cases_of(request).values("pk")).select_related("case")
    return policy_proposals.touched(open_now.order_by("due_on", "id"), policy_proposals.policy_with(record, on))


def _by_timescale(request: HttpRequest, record: PolicyProposal, on: date) -> list[tuple[str, str, str]]:
    """How many dates and cases of the whole partnership, by timescale; few are not told."""
    narrow_to(scope_of_figures(person_of(request)))
    counted = Case.objects.counted_for(person_of(request)).values("pk")
    open_now = Deadline.objects.pending().filter(timescale__in=list(record.changes), case__in=counted)
    found: dict[str, list[Deadline]] = {}
    for one in policy_proposals.touched(open_now, policy_proposals.policy_with(record, on)):
        found.setdefault(one.deadline.timescale, []).append(one.deadline)
    return [(code, few(len(rows)), few(len({one.case_id for one in rows}))) for code, rows in sorted(found.items())]


def few(number: int) -> str:
    return f"fewer than {FEW}" if 0 < number < FEW else str(number)
