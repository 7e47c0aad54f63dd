"""The forms of the meetings that are not conferences: strategy discussion, core group, legal planning, discharge.

A form decides nothing. What the domain refuses is shown beside the field it is about, with everything that was typed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from meetings import core_groups, discharge, enquiries, law, looked_after
from meetings.asking import CaseForm, area, next_key, radios, ticks
from meetings.models import CoreGroup, CoreGroupChild, DischargeMeeting, LegalPlanningMeeting, StrategyDiscussion
from meetings.recipients import is_kept_from_something
from plans.lifecycle import core_group_of, open_plan
from plans.models import CoreGroupMember, Engagement, OutcomeChild, PlanMeeting
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Agency, Child, FamilyMember, Professional

MEDICAL = (("", "No injury"), ("done", "Done"), ("booked", "Booked"), ("not_needed", "Not needed"))
SAFE = (("yes", "Yes, the child may go home"), ("no", "No, not yet"))
NONE_NEEDED = "none"


class RecordForm(CaseForm):
    """Base of a form about one meeting that is on record already."""

    def __init__(self, *args: Any, record: Any, **kwargs: Any) -> None:
        self.record = record
        super().__init__(*args, case=record.case, **kwargs)


# Strategy discussion


class CallStrategy(CaseForm):
    button = "Call the discussion"
    reason = area("Why is it called?")

    def ask(self) -> None:
        self.fields["about"] = ticks("Which children is it about?", self.kids(), required=True)
        self.order_fields(["about", "reason"])

    def perform(self, *, by: Professional, at: datetime) -> StrategyDiscussion:
        return enquiries.call_strategy(
            self.case,
            next_key(self.case.strategy_discussions, "strategy-"),
            children=self.said_children("about"),
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
        )


class StrategyForm(CaseForm):
    """Holds and concludes a discussion; `discussion` is the one that was called, `about` its children."""

    button = "Conclude the discussion"
    beside = {
        "STRATEGY_INQUORATE": "attended",
        "CHILD_NOT_CONSIDERED": "considered",
        "MEDICAL_DECISION_MISSING": "medical",
        "PAEDIATRIC_OPINION_NEEDED": "medical",
    }
    discussion: StrategyDiscussion | None = None
    about: Iterable[Child] = ()
    outcome = radios("What was decided?", StrategyDiscussion.Outcome.choices)
    medical = forms.ChoiceField(label="Medical for an injury", choices=MEDICAL, required=False)
    medical_by = forms.CharField(label="Who decided about the medical?", required=False)
    medical_why = area("Why?", required=False)
    emergency = area("If it could not wait for everybody, why?", required=False)

    def ask(self) -> None:
        self.fields["attended"] = ticks("Who took part?", self.people())
        self.fields["considered"] = ticks("Which children were considered by name?", self.kids())
        emergencies = self.case.strategy_discussions.exclude(emergency="").filter(followed_by=None)
        if emergencies:
            choices = [("", "None"), *((each.key, str(each)) for each in emergencies)]
            self.fields["follows"] = forms.ChoiceField(
                label="Which emergency discussion does it follow?", choices=choices, required=False
            )
        self.order_fields(["about_children", "attended", "considered", "outcome"])

    def perform(self, *, by: Professional, at: datetime) -> StrategyDiscussion:
        said = self.cleaned_data
        medical = (
            enquiries.Medical(said["medical"], said["medical_by"], said["medical_why"]) if said["medical"] else None
        )
        key = self.discussion.key if self.discussion else next_key(self.case.strategy_discussions, "strategy-")
        return enquiries.conclude_strategy(
            self.case,
            key,
            children=list(self.about),
            attended=self.said_people("attended"),
            outcome=said["outcome"],
            considered=self.said_children("considered"),
            medical=medical,
            emergency=said["emergency"],
            follows=self.case.strategy_discussions.filter(key=said.get("follows") or "").first(),
            by=by,
            at=at,
        )


class ConcludeCalled(RecordForm, StrategyForm):
    """Concludes the discussion that was called."""

    def ask(self) -> None:
        self.discussion = self.record
        self.about = [row.child for row in self.record.discussed.select_related("child").order_by("child")]
        super().ask()


class HoldUncalled(StrategyForm):
    """A discussion that nobody had called: held at once."""

    def ask(self) -> None:
        self.fields["about_children"] = ticks("Which children is it about?", self.kids(), required=True)
        super().ask()

    def perform(self, *, by: Professional, at: datetime) -> StrategyDiscussion:
        self.about = self.said_children("about_children")
        return super().perform(by=by, at=at)


class CancelStrategy(RecordForm):
    button = "Cancel the discussion"
    beside = {"REASON_REQUIRED": "reason"}
    reason = area("Why is it not held?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return enquiries.cancel_strategy(self.record, reason=self.cleaned_data["reason"], by=by, at=at)


# Core group


class CoreGroupForm(CaseForm):
    """A core group that took place; `about` are the children on a plan."""

    button = "Record the core group"
    about: list[Child]

    def ask(self) -> None:
        members = members_of(self.about)
        others = Agency.objects.exclude(pk__in=[agency.pk for agency in members])
        self.fields["attended"] = ticks("Which professionals were there?", self.people())
        self.fields["family_present"] = ticks("Which family members were there?", self.family())
        self.fields["apologies_with_report"] = ticks("Who sent a report with apologies?", _named(members))
        self.fields["joined"] = ticks("Which agencies join the core group from now on?", _named(others))
        before, scores = words_last_time(self.about), scores_last_time(self.about)
        for child in self.about:
            said = before.get(child.pk)
            self.fields[f"life_{child.key}"] = area(
                f"What is life like for {child.name} now?",
                required=False,
                help_text=f"Last time, {said.core_group.held_on:%-d %b %Y}: “{said.lived_experience}”" if said else "",
            )
        for row in self._outcomes():
            self.fields[f"score_{row.child.key}_{row.outcome.key}"] = forms.IntegerField(
                label=f"{row.child.name}: {row.outcome.text or row.outcome.measure}",
                help_text=_last_score(scores.get(row.child_id, {}).get(row.outcome.key)),
                min_value=0,
                max_value=10,
                required=False,
            )
        for outcome in {row.outcome.pk: row.outcome for row in self._outcomes()}.values():
            self.fields[f"evidence_{outcome.key}"] = area(
                f"What shows it: {outcome.text or outcome.measure}", required=False
            )
        for member in self.case.family_members.filter(is_deceased=False):
            self.fields[f"engagement_{member.key}"] = radios(
                f"How is {member.name} engaged?", [("", "Not rated"), *Engagement.Rating.choices], required=False
            )

    def _outcomes(self) -> list[OutcomeChild]:
        if not hasattr(self, "_found_outcomes"):
            rows = OutcomeChild.objects.filter(child__in=self.about).select_related("outcome", "child")
            self._found_outcomes = list(rows.order_by("child", "outcome"))
        return self._found_outcomes

    def where(self, refused: Refused) -> dict[str, str]:
        silent = [f"life_{key}" for key in refused.about if f"life_{key}" in self.fields]
        return {"LIVED_EXPERIENCE_MISSING": silent[0]} if silent else {}

    def perform(self, *, by: Professional, at: datetime) -> CoreGroup:
        said = self.cleaned_data
        scores: dict[Child, dict[str, int]] = {}
        for row in self._outcomes():
            score = said[f"score_{row.child.key}_{row.outcome.key}"]
            if score is not None:
                scores.setdefault(row.child, {})[row.outcome.key] = score
        return core_groups.hold_core_group(
            self.case,
            next_key(CoreGroup.objects.filter(case=self.case), "cg-"),
            children=self.about,
            attended=self.said_people("attended"),
            family_present=self.said_family("family_present"),
            lived_experience={child: said[f"life_{child.key}"] for child in self.about},
            apologies_with_report=self.said_agencies("apologies_with_report"),
            joined=self.said_agencies("joined"),
            scores=scores,
            evidence=self._after("evidence_"),
            engagement={
                member: rating
                for member in self.case.family_members.all()
                if (rating := said.get(f"engagement_{member.key}"))
            },
            by=by,
            at=at,
        )

    def _after(self, prefix: str) -> dict[str, str]:
        """What was typed into the fields with this prefix, by what follows it."""
        return {name[len(prefix) :]: words for name, words in self.cleaned_data.items() if name.startswith(prefix)}


class HoldCoreGroupPage(CoreGroupForm):
    def ask(self) -> None:
        self.about = children_on_plans(self.case)
        super().ask()


class MissCoreGroup(CaseForm):
    button = "Record that it did not happen"
    beside = {"REASON_REQUIRED": "reason"}
    reason = area("Why did it not happen?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> CoreGroup:
        return core_groups.miss_core_group(
            self.case,
            next_key(CoreGroup.objects.filter(case=self.case), "cg-"),
            children=children_on_plans(self.case),
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
        )


def children_on_plans(case: Any) -> list[Child]:
    """The children of the case who are on a plan now."""
    return [child for child in case.children.all() if open_plan(child)]


def members_of(children: Iterable[Child]) -> list[Agency]:
    """The agencies in the core group of any of these children, each once."""
    return list(dict.fromkeys(agency for child in children for agency in core_group_of(child)))


def words_last_time(children: Iterable[Child]) -> dict[int, CoreGroupChild]:
    """What each child's section said at the last core group, by child."""
    rows = CoreGroupChild.objects.filter(child__in=children).exclude(lived_experience="")
    return {row.child_id: row for row in rows.select_related("core_group").order_by("id")}


def scores_last_time(children: Iterable[Child]) -> dict[int, dict[str, int]]:
    """The latest score of each outcome, by child."""
    found: dict[int, dict[str, int]] = {}
    for meeting in PlanMeeting.objects.filter(plan__child__in=children).select_related("plan").order_by("id"):
        found.setdefault(meeting.plan.child_id, {}).update(meeting.scores)
    return found


def _last_score(score: int | None) -> str:
    return "0 to 10. Not scored before." if score is None else f"0 to 10. Last score: {score}."


def _named(agencies: Iterable[Agency]) -> list[tuple[str, str]]:
    return [(agency.key, agency.name) for agency in agencies]


# Legal planning


class RecommendLegalPlanning(CaseForm):
    button = "Recommend legal planning"
    due = DateInputField(
        label="By which day?", named="The day", required=False, help_text="Leave it empty for the ordinary limit."
    )

    def ask(self) -> None:
        self.fields["about"] = ticks("Which children is it about?", self.kids(), required=True)
        self.order_fields(["about", "due"])

    def perform(self, *, by: Professional, at: datetime) -> LegalPlanningMeeting:
        return law.recommend_legal_planning(
            self.case,
            next_key(self.case.legal_planning_meetings, "legal-"),
            children=self.said_children("about"),
            due=self.cleaned_data["due"],
            by=by,
            at=at,
        )


class HoldLegalPlanning(RecordForm):
    button = "Record the meeting"
    beside = {"ADVICE_MISSING": "advice"}
    advice = area("What is the legal advice?", required=False)
    outcome = area("What was decided?")

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return law.hold_legal_planning(self.record, **self.cleaned_data, by=by, at=at)


# Discharge


class CallDischarge(CaseForm):
    button = "Call the meeting"
    beside = {"DATE_IN_PAST": "planned_for", "NON_WORKING_DAY": "planned_for"}
    hospital = forms.CharField(label="Which hospital or ward?", max_length=200)
    planned_for = DateInputField(label="When will it meet?", named="The day")

    def ask(self) -> None:
        self.fields["about"] = radios("Which child?", self.kids())
        self.order_fields(["about", "hospital", "planned_for"])

    def perform(self, *, by: Professional, at: datetime) -> DischargeMeeting:
        said = self.cleaned_data
        return discharge.call_discharge_meeting(
            self.case.children.get(key=said["about"]),
            next_key(self.case.discharge_meetings, "discharge-"),
            hospital=said["hospital"],
            planned_for=said["planned_for"],
            by=by,
            at=at,
        )


class HoldDischarge(RecordForm):
    button = "Record the meeting"
    beside = {"DISCHARGE_INQUORATE": "attended", "CONDITIONS_MISSING": "conditions"}
    is_safe = radios("Is it agreed that it is safe for the child to go home?", SAFE)
    conditions = area("What has to be in place first, and who sees to it?", required=False)
    none_needed = forms.BooleanField(label="Nothing has to be in place first", required=False)

    def ask(self) -> None:
        self.fields["attended"] = ticks("Who took part?", self.people())
        self.order_fields(["attended", "is_safe", "conditions"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("none_needed") and said.get("conditions", "").strip():
            self.add_error("conditions", "Say what has to be in place, or that nothing has to be: not both.")
        return said

    def perform(self, *, by: Professional, at: datetime) -> Any:
        said = self.cleaned_data
        return discharge.hold_discharge_meeting(
            self.record,
            is_safe=said["is_safe"] == "yes",
            conditions=NONE_NEEDED if said["none_needed"] else said["conditions"],
            attended=self.said_people("attended"),
            by=by,
            at=at,
        )


class CancelDischarge(RecordForm):
    button = "Cancel the meeting"
    beside = {"REASON_REQUIRED": "reason"}
    reason = area("Why is it not held?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return discharge.cancel_discharge_meeting(self.record, reason=self.cleaned_data["reason"], by=by, at=at)


# Review of a looked-after child


class HoldLookedAfterReview(RecordForm):
    button = "Record the review"
    beside = {"REASON_REQUIRED": "outcome", "REVIEWED_APART": "why_apart"}
    outcome = area("What was decided?", required=False)
    why_apart = area(
        "If the child is on a protection plan: why are the two not reviewed together?",
        required=False,
        help_text="One plan and one review, unless something is exceptional.",
    )

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return looked_after.hold_looked_after_review(self.record.child, **self.cleaned_data, by=by, at=at)


# The record of any of them


class WriteRecord(RecordForm):
    button = "Keep this text"
    beside = {"TEXT_MISSING": "text"}
    text = forms.CharField(label="The record", widget=forms.Textarea(attrs={"rows": 10}), required=False)

    def ask(self) -> None:
        self.fields["text"].initial = self.record.what_was_said

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return core_groups.write_record(self.record, text=self.cleaned_data["text"], by=by, at=at)


def _left_out(kept_from: Iterable[FamilyMember]) -> str:
    """Who is not offered, since an address or a person is kept from them: this record has no redacted copy."""
    names = " and ".join(str(one) for one in kept_from)
    return f"Not offered: {names}, from whom somebody in the family is protected." if names else ""


class SendRecord(RecordForm):
    """To whom it goes: agencies always; family only of a core group, and only whom nobody is protected from."""

    button = "Send the record out"

    def ask(self) -> None:
        self.parties: dict[str, Agency | FamilyMember] = {agency.key: agency for agency in self._agencies()}
        chosen, kept_from = list(self.parties), []
        if isinstance(self.record, CoreGroup):
            family = self.case.family_members.filter(is_deceased=False)
            kept_from = [one for one in family if is_kept_from_something(one)]
            self.parties |= {one.key: one for one in family if one not in kept_from}
        choices = [(key, str(party)) for key, party in self.parties.items()]
        self.fields["to"] = ticks("Who gets it?", choices, initial=chosen, help_text=_left_out(kept_from))

    def _agencies(self) -> list[Agency]:
        if isinstance(self.record, CoreGroup):
            about = self.record.about.values("child")
            rows = CoreGroupMember.objects.filter(child__in=about, left_on=None)
            return list(Agency.objects.filter(pk__in=rows.values("agency")))
        return list(Agency.objects.filter(professionals__key__in=self.record.attended).distinct())

    def clean_to(self) -> list[str]:
        if not self.cleaned_data["to"]:
            raise forms.ValidationError("Say who gets it.")
        return self.cleaned_data["to"]

    def perform(self, *, by: Professional, at: datetime) -> Any:
        to = [self.parties[key] for key in self.cleaned_data["to"]]
        return core_groups.distribute_record(self.record, to=to, by=by, at=at)
