"""The auditor's room: samples, the checklist of a case, findings and who owes them, a second auditor's view."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from config.bundle import NOT_IN_IT, export_bundle, file_name
from meetings.asking import area, radios, ticks
from meetings.views.files import attached
from meetings.views.steps import Step, with_steps
from plans import auditing
from plans.models import AuditAnswer, AuditFinding, AuditSample, SampledCase, SecondView
from workflow.acts import PARTNERSHIP
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Case, CaseLink, Professional, Role
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, case_for, hats_of, may_do, open_case, person_of

NOBODY_YET = [("", "Choose")]


def auditors_only(request: HttpRequest) -> None:
    """Raises PermissionDenied: what an auditor asks and finds is not read by those it is about, but by finding."""
    if person_of(request).role != Role.AUDITOR:
        raise PermissionDenied("This room is the auditors’.")


class Draw(forms.Form):
    mark_optional = False
    seed = forms.CharField(
        label="Seed", help_text="Any words. The same seed over the same cases draws the same sample.", max_length=40
    )
    wanted = forms.IntegerField(label="How many cases?", min_value=1, max_value=500)
    strata = ticks("Divided by what?", list(auditing.STRATA.items()), initial=["category", "age", "rating"])


@login_required
def audits(request: HttpRequest) -> HttpResponse:
    """Every sample there is, how far each has got, and drawing another."""
    auditors_only(request)
    form = Draw(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            sample = auditing.draw_sample(PARTNERSHIP, **form.cleaned_data, by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"UNKNOWN": "seed"})
        else:
            messages.success(request, "The sample is drawn and kept.")
            return redirect("audit", sample.pk)
    samples = AuditSample.objects.select_related("drawn_by").prefetch_related("cases")
    return render(request, "config/audits.html", {"form": form, "samples": samples})


@login_required
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """One sample: its strata, its cases and how far each has got, and how the questions were answered."""
    auditors_only(request)
    sample = AuditSample.objects.select_related("drawn_by").filter(pk=pk).first()
    if sample is None:
        raise Http404
    cases = sample.cases.select_related("case", "second_view").prefetch_related("answers", "findings")
    shown = {
        "sample": sample,
        "strata": [(name, of, drawn) for name, (of, drawn) in sample.counts.items()],
        "divided_by": [auditing.STRATA[name].lower() for name in sample.strata],
        "cases": [(each, _view_of(each)) for each in cases],
        "asked": len(sample.questions),
        "figures": [(question, list(given.values())) for question, given in auditing.figures(sample)],
        "answers": AuditAnswer.Answer.labels,
    }
    return render(request, "config/audit.html", shown)


def _view_of(sampled: SampledCase) -> SecondView | None:
    return getattr(sampled, "second_view", None)


class Answers(forms.Form):
    """Every question of the checklist with its answer and the evidence; what is blank is not answered yet."""

    button = "Keep the answers"
    mark_optional = False

    def __init__(self, *args: Any, record: SampledCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        given = {one.question: one for one in record.answers.all()}
        for one in record.sample.questions:
            before = given.get(one["code"])
            choices = [("", "Not answered yet"), *AuditAnswer.Answer.choices]
            self.fields[f"{one['code']}-answer"] = forms.ChoiceField(
                label=one["question"],
                help_text=f"Look at: {one['look']}.",
                choices=choices,
                required=False,
                initial=before.answer if before else "",
            )
            self.fields[f"{one['code']}-evidence"] = area(
                "What in the record shows it?", required=False, initial=before.evidence if before else ""
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for one in self.record.sample.questions:
            if said.get(f"{one['code']}-answer") and not said.get(f"{one['code']}-evidence", "").strip():
                self.add_error(f"{one['code']}-evidence", "Say what in the record shows it.")
        return said

    def where(self, refused: Refused) -> Mapping[str, str]:
        return {}

    def perform(self, *, by: Professional, at: datetime) -> list[AuditAnswer]:
        """Each answer that is new or says something else is an act of its own."""
        given = {one.question: (one.answer, one.evidence) for one in self.record.answers.all()}
        said = self.cleaned_data
        return [
            auditing.answer_audit_question(self.record, code, answer, evidence=evidence, by=by, at=at)
            for one in self.record.sample.questions
            if (code := one["code"])
            and (answer := said[f"{code}-answer"])
            and (evidence := said[f"{code}-evidence"]) is not None
            and given.get(code) != (answer, evidence)
        ]


class Finding(forms.Form):
    button = "Record the finding"
    mark_optional = False
    found = area("What was found?", required=False)
    action = area("What is to be done about it?", required=False)
    owner = forms.ChoiceField(label="By whom?", required=True)
    due = DateInputField(label="By which day?", named="The day")

    def __init__(self, *args: Any, record: SampledCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        linked = CaseLink.objects.filter(case=record.case, until_on=None, professional__left_on=None)
        people = {one.professional.key: one.professional for one in linked.select_related("professional__agency")}
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            *NOBODY_YET,
            *((key, f"{one}, {one.get_role_display().lower()}, {one.agency}") for key, one in people.items()),
        ]

    def where(self, refused: Refused) -> Mapping[str, str]:
        return {"REASON_REQUIRED": "found", "DATE_IN_PAST": "due", "NOT_PERMITTED": "owner"}

    def perform(self, *, by: Professional, at: datetime) -> AuditFinding:
        said = dict(self.cleaned_data)
        owner = Professional.objects.get(key=said.pop("owner"))
        return auditing.record_finding(self.record, **said, owner=owner, by=by, at=at)


class View(forms.Form):
    button = "Give the second view"
    mark_optional = False
    agrees = radios("Do you agree with these answers?", [("yes", "Yes"), ("no", "No")])
    words = area("If not, why not?", required=False)

    def __init__(self, *args: Any, record: SampledCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record

    def where(self, refused: Refused) -> Mapping[str, str]:
        return {"REASON_REQUIRED": "words", "SECOND_PERSON_NEEDED": "agrees", "WRONG_STATE": "agrees"}

    def perform(self, *, by: Professional, at: datetime) -> SecondView:
        said = self.cleaned_data
        return auditing.give_second_view(self.record, agrees=said["agrees"] == "yes", words=said["words"], by=by, at=at)


STEPS = (
    Step("answer_audit_question", "The checklist", Answers, "The answers are kept."),  # type: ignore[arg-type]
    Step("record_finding", "Record a finding", Finding, "The finding is recorded, and owed by its day."),  # type: ignore[arg-type]
    Step("give_second_view", "A second auditor’s view", View, "The second view is recorded."),  # type: ignore[arg-type]
)


@login_required
def audited_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist of one case of a sample, its findings, and a second auditor's view."""
    auditors_only(request)
    found = SampledCase.objects.select_related("sample", "case", "second_view__by").filter(pk=pk)
    sampled = found.prefetch_related("answers__by", "findings__owner__agency").first()
    if sampled is None:
        raise Http404
    open_case(request, sampled.case)
    view, person = _view_of(sampled), person_of(request)
    answers = list(sampled.answers.all())
    complete = len(answers) >= len(sampled.sample.questions)
    mine = any(one.by_id == person.pk for one in answers)
    fits = {
        "answer_audit_question": view is None,
        "record_finding": True,
        "give_second_view": view is None and complete and not mine,
    }
    return with_steps(
        request,
        sampled,
        STEPS,
        address=request.path,
        is_shown=lambda step: fits[step.act],
        template="config/audited_case.html",
        shown={
            "sampled": sampled,
            "case": sampled.case,
            "view": view,
            "answers": answers,
            "asked": len(sampled.sample.questions),
            "waits": complete and mine and view is None,
        },
    )


# The case's own page of findings


class Complete(forms.Form):
    mark_optional = False
    evidence = area("What was done?", required=False)


@login_required
def findings(request: HttpRequest, reference: str) -> HttpResponse:
    """What audits found in this case, and what became of it; whoever owes something says that it is done."""
    case = case_for(request, reference, Case.objects.all())
    found = list(case.audit_findings.select_related("owner__agency", "by"))
    hats = {hat.pk for hat in hats_of(request)}
    form, chosen = Complete(), None
    if request.method == "POST":
        form = Complete(request.POST)
        chosen = next((one for one in found if str(one.pk) == request.POST.get("finding")), None)
        if chosen is None:
            raise Http404
        if form.is_valid():
            try:
                auditing.complete_finding(
                    chosen, evidence=form.cleaned_data["evidence"], by=person_of(request), at=asked_at(request)
                )
            except Refused as refused:
                show_refusal(form, refused, {"EVIDENCE_MISSING": "evidence"})
            else:
                messages.success(request, "It is recorded as done.")
                return redirect("case-findings", reference)
    due = dict(case.deadlines.filter(code="audit_finding").values_list("subject", "due_on"))
    rows = [
        {
            "finding": one,
            "due": due.get(str(one.pk)),
            "form": (form if one is chosen else Complete(auto_id=f"f{one.pk}_%s"))
            if one.owner_id in hats and one.state == AuditFinding.State.OPEN
            else None,
        }
        for one in found
    ]
    shown = {"case": case, "here": "findings", "rows": rows, "on": asked_on(request), "form": form if chosen else None}
    return render(request, "config/findings.html", shown)


# For an inspector


class Bundle(forms.Form):
    mark_optional = False
    reason = area("For whom is it, and why?", required=False)


@login_required
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks for whom a case is taken out and gives the file; its name is the reference alone."""
    case = case_for(request, reference, Case.objects.all())
    form = Bundle(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = export_bundle(case, reason=form.cleaned_data["reason"], by=person_of(request), at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"REASON_REQUIRED": "reason"})
        else:
            return attached(made, file_name(case), "application/zip")
    shown = {
        "case": case,
        "here": "bundle",
        "form": form,
        "not_in_it": NOT_IN_IT,
        "may_do": may_do(request, "export_bundle"),
    }
    return render(request, "config/bundle.html", shown)
