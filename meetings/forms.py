"""The form of each turn: what somebody is asked, and the one domain function their answer is given to.

A form decides nothing. What the domain refuses is shown on the form with everything that was typed.
"""

from datetime import datetime
from typing import Any

from django import forms

from meetings import arranging, deciding, enquiries, inviting, minutes, sittings
from meetings.asking import CaseForm, area, next_key, radios, ticks
from meetings.course import Course
from meetings.expected import expected_agencies, expected_at, living_children
from meetings.models import Conference, ConferenceChild, Referral, StrategyDiscussion, View
from meetings.other_forms import CoreGroupForm, StrategyForm
from meetings.outcomes import ChildDecision, Decisions
from plans import lifecycle
from plans.models import Action, Category, Outcome, Plan, PlanMeeting
from plans.smart import ActionDraft
from workflow.date_input import DateInputField
from workflow.models import FamilyMember, Professional, Role

YES_NO = (("yes", "Yes"), ("no", "No"))
ENQUIRY_OUTCOMES = (
    ("conference", "Conference: continuing risk"),
    ("child_in_need", "Child in need"),
    ("no_further_action", "No further action"),
    ("existing_plan", "The plan there is goes on"),
)
INTERPRETERS = (("accredited", "Accredited interpreter booked"), ("declined", "Declined an interpreter"))


class TurnForm(CaseForm):
    """Base of every turn's form: it knows where the referral has got to."""

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        self.course = course
        super().__init__(*args, case=course.case, **kwargs)


class DecideReferral(TurnForm):
    decision = radios("What should happen?", Referral.Decision.choices)
    spoke_to_referrer = radios("Has somebody spoken to the referrer?", YES_NO)
    why_not = area("If not, why not?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> None:
        said = self.cleaned_data
        enquiries.decide_referral(
            self.course.referral,
            decision=said["decision"],
            spoke_to_referrer=said["spoke_to_referrer"] == "yes",
            strategy=next_key(StrategyDiscussion.objects.filter(case=self.case), "strategy-"),
            why_not=said["why_not"],
            by=by,
            at=at,
        )


class ConcludeStrategy(TurnForm, StrategyForm):
    def ask(self) -> None:
        self.discussion, self.about = self.course.discussion, self.course.children
        super().ask()


class ProposeOutcome(TurnForm):
    button = "Propose"
    outcome = radios("What do you propose?", ENQUIRY_OUTCOMES)
    not_seen_reason = area("If a child was not seen, why not?", required=False)

    def ask(self) -> None:
        self.fields["seen"] = ticks("Which children were seen?", self.kids())
        self.order_fields(["seen", "outcome"])

    def perform(self, *, by: Professional, at: datetime) -> None:
        enquiries.propose_s47_outcome(
            self.case,
            children=[enquiry.child for enquiry in self.course.enquiries],
            seen=self.said_children("seen"),
            outcome=self.cleaned_data["outcome"],
            not_seen_reason=self.cleaned_data["not_seen_reason"],
            by=by,
            at=at,
        )


class AuthoriseOutcome(TurnForm):
    button = "Authorise"
    outcome = radios("What do you authorise?", ENQUIRY_OUTCOMES)
    rationale = area("Why?", required=False)

    def ask(self) -> None:
        proposed = {enquiry.proposed_outcome for enquiry in self.course.enquiries}
        self.fields["outcome"].initial = next(iter(proposed), None)

    def perform(self, *, by: Professional, at: datetime) -> None:
        enquiries.authorise_s47(
            self.case,
            children=[enquiry.child for enquiry in self.course.enquiries],
            rationale=self.cleaned_data["rationale"],
            outcome=self.cleaned_data["outcome"],
            by=by,
            at=at,
        )


class RequestConference(TurnForm):
    button = "Ask for the conference"
    left_out = area("If a child is left out, why?", required=False)

    def ask(self) -> None:
        self.fields["about"] = ticks(
            "Which children is it about?", self.kids(), initial=[key for key, _ in self.kids()]
        )
        self.order_fields(["about", "left_out"])

    def perform(self, *, by: Professional, at: datetime) -> None:
        about = self.said_children("about")
        all_unborn = bool(about) and all(child.is_unborn for child in about)
        others = [child for child in living_children(self.case) if child not in about]
        arranging.request_conference(
            self.case,
            next_key(self.case.conferences, "icpc-"),
            kind=Conference.Kind.PRE_BIRTH if all_unborn else Conference.Kind.INITIAL,
            children=about,
            left_out=dict.fromkeys(others, self.cleaned_data["left_out"]),
            by=by,
            at=at,
        )


class BookConference(TurnForm):
    button = "Book"
    day = DateInputField(label="On which day?", named="The day", help_text="A working day, for example 3 12 2026")
    late_reason = area("If it is past the legal limit, why?", required=False)

    def ask(self) -> None:
        managers = Professional.objects.filter(role=Role.SERVICE_MANAGER, left_on=None)
        choices = [("", "Nobody"), *((one.key, one.name) for one in managers)]
        self.fields["approved_by"] = forms.ChoiceField(
            label="Who agreed to a late day?", choices=choices, required=False
        )

    def perform(self, *, by: Professional, at: datetime) -> None:
        assert self.course.conference is not None
        arranging.book_conference(
            self.case,
            self.course.conference.key,
            day=self.cleaned_data["day"],
            late_reason=self.cleaned_data["late_reason"],
            approved_by=Professional.objects.filter(key=self.cleaned_data["approved_by"]).first(),
            by=by,
            at=at,
        )


class SendInvitations(TurnForm):
    button = "Send the invitations"

    def ask(self) -> None:
        assert self.course.conference is not None
        on = self.course.conference.booked_for
        assert on is not None
        self.parties = {party.key: party for party in expected_at(self.course.conference, on)}
        choices = [(key, str(party)) for key, party in self.parties.items()]
        self.fields["invited"] = ticks("Who is invited?", choices, initial=list(self.parties))
        for key, party in self.parties.items():
            if isinstance(party, FamilyMember) and party.language:
                label = f"Interpreter for {party.name} ({party.language})"
                self.fields[f"interpreter_{key}"] = radios(label, INTERPRETERS, required=False)

    def perform(self, *, by: Professional, at: datetime) -> None:
        assert self.course.conference is not None
        said = self.cleaned_data
        answered = {key: said[f"interpreter_{key}"] for key in self.parties if said.get(f"interpreter_{key}")}
        inviting.send_invitations(
            self.course.conference,
            [self.parties[key] for key in said["invited"]],
            interpreters={
                party: answered[key]
                for key, party in self.parties.items()
                if key in answered and isinstance(party, FamilyMember)
            },
            by=by,
            at=at,
        )


class OpenConference(TurnForm):
    button = "Open the conference"

    def ask(self) -> None:
        self.fields["attended"] = ticks("Which professionals are here?", self.people())
        self.fields["family_present"] = ticks("Which family members are here?", self.family())

    def perform(self, *, by: Professional, at: datetime) -> None:
        assert self.course.conference is not None
        sittings.open_conference(
            self.course.conference,
            attended=self.said_people("attended"),
            family_present=self.said_family("family_present"),
            by=by,
            at=at,
        )


class DecideConference(TurnForm):
    button = "Record the decisions"
    contingency = area("What will happen if the plan does not work?", required=False)

    def ask(self) -> None:
        assert self.course.conference is not None
        outcomes = [(value, label) for value, label in ConferenceChild.Outcome.choices if value in ("plan", "no_plan")]
        views = [(value, label) for value, label in View.How.choices if value not in View.NO_VIEW]
        self.about = deciding.needing_a_decision(self.course.conference)
        for child in self.about:
            self.fields[f"outcome_{child.key}"] = radios(f"Decision for {child.name}", outcomes)
            self.fields[f"category_{child.key}"] = forms.ChoiceField(
                label=f"Category for {child.name}", choices=[("", "No plan"), *Category.choices], required=False
            )
            if child.is_born:
                self.fields[f"views_{child.key}"] = radios(f"How were {child.name}’s views had?", views, required=False)
        on = self.course.conference.booked_for
        assert on is not None
        agencies = expected_agencies(self.course.conference.kind, self.about, on)
        self.fields["core_group"] = ticks(
            "Which agencies are in the core group?", [(agency.key, agency.name) for agency in agencies]
        )
        self.order_fields([name for name in self.fields if name != "contingency"])

    def perform(self, *, by: Professional, at: datetime) -> None:
        assert self.course.conference is not None
        said = self.cleaned_data
        decided = [
            ChildDecision(child, said[f"outcome_{child.key}"], category=said[f"category_{child.key}"])
            for child in self.about
        ]
        deciding.decide_conference(
            self.course.conference,
            Decisions(decided, contingency=said["contingency"], core_group=self.said_agencies("core_group")),
            views={child: how for child in self.about if (how := said.get(f"views_{child.key}"))},
            by=by,
            at=at,
        )


class DraftMinutes(TurnForm):
    button = "Give the draft to the chair"

    def perform(self, *, by: Professional, at: datetime) -> None:
        assert self.course.conference is not None
        minutes.draft_minutes(self.course.conference, by=by, at=at)


class ApproveMinutes(TurnForm):
    verdict = radios("What do you say to the draft?", (("approve", "Approve it"), ("return", "Give it back")))
    notes = area("If you give it back: what is to be put right?", required=False)

    def perform(self, *, by: Professional, at: datetime) -> None:
        assert self.course.conference is not None
        if self.cleaned_data["verdict"] == "approve":
            minutes.approve_minutes(self.course.conference, by=by, at=at)
        else:
            minutes.return_minutes(self.course.conference, notes=self.cleaned_data["notes"], by=by, at=at)


class HoldCoreGroup(TurnForm, CoreGroupForm):
    def ask(self) -> None:
        self.about = [plan.child for plan in self.course.plans]
        super().ask()


OF_AN_ACTION = ("action", "owner", "due", "action_measure")


class AgreePlan(TurnForm):
    button = "Agree the plan"
    outcome = area("What should be different for the children?", required=False)
    measure = area("How will anybody know?", required=False)
    baseline = area("How do things stand now?", required=False)
    action = area("The first action: what will be done?", required=False)
    action_measure = forms.CharField(label="How will anybody know it is done?", required=False)
    due = DateInputField(label="By when?", named="The action's date", required=False)
    contingency = area("What will happen if the plan does not work?", required=False)

    def ask(self) -> None:
        self.about = [plan.child for plan in self.course.plans]
        for child in self.about:
            self.fields[f"risk_{child.key}"] = area(f"What is the risk to {child.name}, from what?", required=False)
        owners = [("", "Choose"), *self.people(), *self.family()]
        self.fields["owner"] = forms.ChoiceField(label="Who will do it?", choices=owners, required=False)
        risks = [name for name in self.fields if name.startswith("risk_")]
        self.order_fields([*risks, "outcome", "measure", "baseline", *OF_AN_ACTION, "contingency"])

    def perform(self, *, by: Professional, at: datetime) -> None:
        said = self.cleaned_data
        outcome = next_key(Outcome.objects.filter(case=self.case), "O")
        owner = Professional.objects.filter(key=said["owner"]).first()
        draft = ActionDraft(
            key=next_key(Action.objects.filter(case=self.case), "A"),
            text=said["action"],
            owner=owner or self.case.family_members.filter(key=said["owner"]).first(),
            due=said["due"],
            measure=said["action_measure"],
            outcome=outcome,
            children=self.about,
        )
        lifecycle.agree_plan(
            self.about,
            risks={child: said[f"risk_{child.key}"] for child in self.about},
            outcomes=[lifecycle.OutcomeDraft(outcome, self.about, said["measure"], said["outcome"], said["baseline"])],
            contingency=said["contingency"],
            actions=[draft] if said["action"].strip() else [],
            by=by,
            at=at,
        )


# Turns that two people take together, and the page on which they do.
PAGES = {"send_letter": "meeting-sending", "distribute_minutes": "meeting-sending"}
FORMS: dict[str, type[TurnForm]] = {
    "decide_referral": DecideReferral,
    "conclude_strategy": ConcludeStrategy,
    "propose_s47_outcome": ProposeOutcome,
    "authorise_s47": AuthoriseOutcome,
    "request_conference": RequestConference,
    "book_conference": BookConference,
    "send_invitations": SendInvitations,
    "draft_minutes": DraftMinutes,
    "approve_minutes": ApproveMinutes,
}


def form_for(act: str, course: Course) -> type[TurnForm]:
    """The form of a turn as things stand: a conference opens before it decides, a core group comes before the plan."""
    if act == "decide_conference":
        is_open = course.conference is not None and course.conference.state == Conference.State.OPEN
        return DecideConference if is_open else OpenConference
    if act == "agree_plan":
        return HoldCoreGroup if any(_needs_core_group(plan) for plan in course.plans) else AgreePlan
    return FORMS[act]


def _needs_core_group(plan: Plan) -> bool:
    return plan.is_outline and not plan.meetings.filter(kind=PlanMeeting.Kind.CORE_GROUP).exists()
