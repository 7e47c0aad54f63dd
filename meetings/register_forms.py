"""The forms of dissent and disagreement. What the domain refuses is shown beside the field it is about."""

from datetime import datetime
from typing import Any

from django import forms

from escalation import disagreements
from escalation.disagreements import LAST_STAGE
from escalation.models import Disagreement
from meetings import letters
from meetings.asking import CaseForm, area, next_key, radios, ticks
from meetings.models import Dissent
from meetings.other_forms import RecordForm
from workflow.models import Agency, Case, Professional, Role

ANSWERS = [choice for choice in Dissent.State.choices if choice[0] in ("decision_stands", "review_brought_forward")]
AT_RISK = ("", "No"), ("yes", "Yes: a child is at immediate risk")
STAGES = [(str(stage), Disagreement.State(f"stage{stage}").label) for stage in range(1, LAST_STAGE + 1)]


def answerers(agencies: list[Agency]) -> list[tuple[str, str]]:
    """Who may be asked to answer: people in post of these agencies, then the partnership's."""
    here = Professional.objects.filter(left_on=None).select_related("agency").order_by("agency__name", "id")
    people = [*here.filter(agency__in=agencies), *here.filter(role=Role.PARTNERSHIP).exclude(agency__in=agencies)]
    return [("", "Choose"), *((one.key, f"{one}, {one.get_role_display().lower()}, {one.agency}") for one in people)]


class DissentForm(CaseForm):
    def __init__(self, *args: Any, record: Dissent, **kwargs: Any) -> None:
        self.dissent = record
        super().__init__(*args, case=record.conference.case, **kwargs)


class Formalise(DissentForm):
    button = "Make the dissent formal"

    def perform(self, *, by: Professional, at: datetime) -> Dissent:
        return letters.formalise_dissent(self.dissent.conference, self.dissent.agency, by=by, at=at)


class Answer(DissentForm):
    button = "Answer the dissent"
    beside = {"REASON_REQUIRED": "reason"}
    outcome = radios("What is the answer?", ANSWERS)
    reason = area("Why?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> Dissent:
        return letters.answer_dissent(self.dissent.conference, self.dissent.agency, **self.cleaned_data, by=by, at=at)


class Raise(CaseForm):
    button = "Raise the disagreement"
    beside = {"STAGE_SKIPPED": "stage"}
    about = area("What is it about?")
    risk = radios("Is a child at immediate risk?", AT_RISK, required=False)
    stage = forms.ChoiceField(
        label="At which stage does it begin?",
        choices=STAGES,
        initial="1",
        help_text="Above stage 1 only when a child is at immediate risk.",
    )

    def __init__(self, *args: Any, case: Case, own: Agency, **kwargs: Any) -> None:
        self.own = own
        super().__init__(*args, case=case, **kwargs)

    def ask(self) -> None:
        others = list(Agency.objects.filter(parts__case=self.case).exclude(pk=self.own.pk))
        choices = [("", "Choose"), *((agency.key, agency.name) for agency in others)]
        self.fields["with_agency"] = forms.ChoiceField(label="With which agency?", choices=choices)
        self.fields["answer_from"] = forms.ChoiceField(label="Who has to answer?", choices=answerers(others))
        self.order_fields(["with_agency", "answer_from", "about", "risk", "stage"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        asked = Professional.objects.filter(key=said.get("answer_from") or "").select_related("agency").first()
        agency = said.get("with_agency")
        if asked and agency and asked.agency.key != agency and asked.role != Role.PARTNERSHIP:
            self.add_error("answer_from", "Choose somebody of the agency you disagree with, or of the partnership.")
        said["person"] = asked
        return said

    def perform(self, *, by: Professional, at: datetime) -> Disagreement:
        said = self.cleaned_data
        return disagreements.raise_disagreement(
            self.case,
            next_key(self.case.disagreements, "dis-"),
            with_agency=Agency.objects.get(key=said["with_agency"]),
            answer_from=said["person"],
            about=said["about"],
            immediate_risk=said["risk"] == "yes",
            stage=int(said["stage"]),
            by=by,
            at=at,
        )


class Escalate(RecordForm):
    button = "Move it up"
    reason = area("Why is it moved up?")

    def ask(self) -> None:
        parties = [self.record.agency, self.record.with_agency]
        self.fields["answer_from"] = forms.ChoiceField(label="Who has to answer now?", choices=answerers(parties))
        self.order_fields(["answer_from", "reason"])

    def perform(self, *, by: Professional, at: datetime) -> Disagreement:
        person = Professional.objects.select_related("agency").get(key=self.cleaned_data["answer_from"])
        reason = self.cleaned_data["reason"]
        return disagreements.escalate_disagreement(self.record, answer_from=person, reason=reason, by=by, at=at)


class Resolve(RecordForm):
    button = "Record that it is resolved"
    beside = {"BOTH_MUST_CONFIRM": "confirmed_by"}
    outcome = area("What was agreed?")
    learning = forms.ChoiceField(
        label="What can the partnership learn from it?",
        choices=[("", "Nothing in particular"), *Disagreement.Learning.choices],
        required=False,
    )

    def ask(self) -> None:
        parties = [self.record.agency, self.record.with_agency]
        self.fields["confirmed_by"] = ticks(
            "Which agencies have confirmed it?",
            [(agency.key, agency.name) for agency in parties],
            help_text="Both have to. One agency alone cannot end a disagreement.",
        )

    def perform(self, *, by: Professional, at: datetime) -> Disagreement:
        confirmed = self.said_agencies("confirmed_by")
        told = {name: self.cleaned_data[name] for name in ("outcome", "learning")}
        return disagreements.resolve_disagreement(self.record, **told, confirmed_by=confirmed, by=by, at=at)
