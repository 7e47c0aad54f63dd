"""What the chair decides, as it is filled in: child by child, with dissents, actions, scores and dates.

The form decides nothing and loses nothing: what the domain refuses is put beside its field (`put_beside`).
"""

from typing import Any

from django import forms

from meetings import hearing
from meetings.asking import area, named, radios, ticks, who_may_come
from meetings.deciding import needing_a_decision
from meetings.expected import expected_agencies
from meetings.models import Conference, ConferenceChild, View
from meetings.outcomes import ChildDecision, Decisions
from meetings.views.room_forms import family_who_may_come, handle
from plans.models import Category, Outcome
from plans.smart import ActionDraft
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Agency, Child, Deadline
from workflow.policy import policy_on
from workflow.refusals import show_refusal

Outcomes = ConferenceChild.Outcome
GROUNDS = {
    "too_few_involved_agencies": "Too few agencies are involved with the family",
    "delay_harmful_with_enough_information": "Waiting would harm, and enough is known",
    "attendance_difficulty_reported": "The difficulty to attend was reported before",
    "looked_after_combined": "A child is looked after: combined with the looked-after review",
}
HAD = [(value, label) for value, label in View.How.choices if value not in View.NO_VIEW]
MOST_ACTIONS = 20


class DecisionForm(forms.Form):
    """One page for the whole conference. `rows` says how many actions there is room for."""

    mark_optional = False
    contingency = area("What will happen if the plan does not work?", required=False)
    next_review_on = DateInputField(label="When is the next review?", named="The next review", required=False)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=MOST_ACTIONS)
    offered = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, conference: Conference, on: Any, inquorate: bool, actions: int) -> None:
        super().__init__(data)
        self.conference, self.actions = conference, actions
        self.children = needing_a_decision(conference)
        self.had = hearing.heard(conference)
        self.agencies = hearing.asked_for_views(conference)
        self.outcomes = list(Outcome.objects.filter(for_children__child__in=self.children).distinct())
        self.owners = {handle(one): one for one in [*who_may_come(conference.case), *family_who_may_come(conference)]}
        for child in self.children:
            self._ask_about(child)
        self._ask_about_everybody(on, inquorate)
        for number in range(actions):
            self._ask_for_action(number)

    # Fields

    def _ask_about(self, child: Child) -> None:
        right = (Outcomes.CONTINUE, Outcomes.END) if self.conference.is_review else (Outcomes.PLAN, Outcomes.NO_PLAN)
        outcomes = [(value, Outcomes(value).label) for value in right]
        self.fields[f"outcome_{child.pk}"] = radios(f"What is decided for {child.name}?", outcomes, required=False)
        self.fields[f"category_{child.pk}"] = forms.ChoiceField(
            label="Category", choices=[("", "No plan, no category"), *Category.choices], required=False
        )
        self.fields[f"reason_{child.pk}"] = area("Why?", 2, required=False)
        if self.conference.is_review:
            self.fields[f"exceptional_{child.pk}"] = area(
                "If the plan ends at its first review, what is exceptional?", 2, required=False
            )
        self.fields[f"step_down_{child.pk}"] = forms.BooleanField(
            label="A child in need plan starts today", required=False, help_text="When there is no protection plan."
        )
        if child.is_born and self.had.get(child, View.How.NOT_OBTAINED) in View.NO_VIEW:
            self.fields[f"views_{child.pk}"] = radios(f"How were the views of {child.name} had?", HAD, required=False)
        for outcome in self.outcomes_of(child):
            label = f"Score for “{outcome.text or outcome.measure}”"
            self.fields[f"score_{child.pk}_{outcome.pk}"] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=10, help_text="0 to 10; empty: not scored"
            )

    def _ask_about_everybody(self, on: Any, inquorate: bool) -> None:
        expected = expected_agencies(self.conference.kind, self.children, on)
        group = {one.key: one.name for one in [*expected, *self.agencies]}
        self.fields["core_group"] = ticks("Which agencies are in the core group?", list(group.items()))
        for outcome in self.outcomes:
            label = f"What bears out the score of “{outcome.text or outcome.measure}”?"
            self.fields[f"evidence_{outcome.pk}"] = area(label, 2, required=False)
        for agency in self.agencies:
            self.fields[f"dissent_{agency.pk}"] = area(f"What does {agency} disagree with?", 2, required=False)
        if inquorate:
            allowed = policy_on(on).settings["inquorate_override_grounds"]
            grounds = [(ground, GROUNDS.get(ground, ground.replace("_", " ").capitalize())) for ground in allowed]
            self.fields["override"] = radios("On which ground do you go on?", grounds, required=False)
        owed = Deadline.objects.pending().filter(case=self.conference.case, code="looked_after_review")
        if owed.filter(subject__in=[child.key for child in self.children]).exists():
            self.fields["looked_after_review"] = forms.BooleanField(
                label="This was the review of the looked-after child too", required=False
            )

    def _ask_for_action(self, n: int) -> None:
        owners = [("", "Choose one"), *((key, named(one)) for key, one in self.owners.items())]
        self.fields[f"text_{n}"] = area("What will be done?", 2, required=False)
        self.fields[f"owner_{n}"] = forms.ChoiceField(label="Who will do it?", choices=owners, required=False)
        self.fields[f"due_{n}"] = DateInputField(label="By when?", named="The day of the action", required=False)
        self.fields[f"measure_{n}"] = forms.CharField(label="How will anybody know it is done?", required=False)
        self.fields[f"serves_{n}"] = self._serves()
        kids = [(child.key, child.name) for child in self.children]
        self.fields[f"kids_{n}"] = ticks("For whom?", kids, initial=[key for key, _ in kids])
        self.fields[f"immediate_{n}"] = forms.BooleanField(label="Against an immediate risk", required=False)

    def _serves(self) -> forms.Field:
        label = "Which outcome does it serve?"
        if self.outcomes:
            choices = [("", "Choose one"), *((one.key, one.text or one.measure) for one in self.outcomes)]
            return forms.ChoiceField(label=label, choices=choices, required=False)
        return forms.CharField(label=label, required=False, max_length=60, help_text="In a few words")

    def outcomes_of(self, child: Child) -> list[Outcome]:
        return [one for one in self.outcomes if any(row.child_id == child.pk for row in one.for_children.all())]

    # How it stands on the page

    def _fields(self, *starts: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(starts)]

    @property
    def about_children(self) -> list[dict[str, Any]]:
        parts = ("outcome", "category", "reason", "exceptional", "step_down", "views")
        return [
            {
                "child": child,
                "how": View.How(self.had[child]).label if self.had.get(child) else "",
                "fields": [self[name] for part in parts if (name := f"{part}_{child.pk}") in self.fields],
                "scores": self._fields(f"score_{child.pk}_"),
            }
            for child in self.children
        ]

    @property
    def action_rows(self) -> list[dict[str, Any]]:
        parts = ("text", "owner", "due", "measure", "serves", "kids", "immediate")
        return [{"number": n + 1, "fields": [self[f"{part}_{n}"] for part in parts]} for n in range(self.actions)]

    @property
    def dissent_fields(self) -> list[forms.BoundField]:
        return self._fields("dissent_")

    @property
    def evidence_fields(self) -> list[forms.BoundField]:
        return self._fields("evidence_")

    # What was said

    def told(self) -> dict[str, Any]:
        """What `check` and `decide_conference` are told beside the decisions."""
        said = self.cleaned_data
        views = {child: how for child in self.children if (how := said.get(f"views_{child.pk}"))}
        return {"views": views, "next_review_on": said["next_review_on"], "override": said.get("override", "")}

    def decisions(self) -> Decisions:
        said = self.cleaned_data
        return Decisions(
            children=[self._decision(child) for child in self.children if said[f"outcome_{child.pk}"]],
            contingency=said["contingency"],
            core_group=list(Agency.objects.filter(key__in=said["core_group"])),
            dissents={one: words for one in self.agencies if (words := said[f"dissent_{one.pk}"].strip())},
            actions=[self._draft(n) for n in range(self.actions) if said[f"text_{n}"].strip()],
            scores={child: scores for child in self.children if (scores := self._scores(child))},
            evidence={one.key: words for one in self.outcomes if (words := said[f"evidence_{one.pk}"])},
            looked_after_review=bool(said.get("looked_after_review")),
        )

    def _decision(self, child: Child) -> ChildDecision:
        said = self.cleaned_data
        outcome = said[f"outcome_{child.pk}"]
        goes_on = outcome in hearing.ON_A_PLAN
        return ChildDecision(
            child,
            outcome,
            category=said[f"category_{child.pk}"] if goes_on else "",
            reason=said[f"reason_{child.pk}"],
            exceptional_reason=said.get(f"exceptional_{child.pk}", ""),
            step_down="child_in_need" if said[f"step_down_{child.pk}"] and not goes_on else "",
        )

    def _scores(self, child: Child) -> dict[str, int]:
        given = {one.key: self.cleaned_data[f"score_{child.pk}_{one.pk}"] for one in self.outcomes_of(child)}
        return {key: score for key, score in given.items() if score is not None}

    def _draft(self, n: int) -> ActionDraft:
        said = self.cleaned_data
        return ActionDraft(
            key=f"{self.conference.key}-{n + 1}",
            text=said[f"text_{n}"],
            owner=self.owners.get(said[f"owner_{n}"]),
            due=said[f"due_{n}"],
            measure=said[f"measure_{n}"],
            outcome=said[f"serves_{n}"],
            children=[child for child in self.children if child.key in said[f"kids_{n}"]] or list(self.children),
            immediate_risk=said[f"immediate_{n}"],
        )

    # What was refused

    def put_beside(self, refused: Refused) -> None:
        """The refusal at the field it is about: of a child, of an action, or of the whole."""
        about = set(refused.about)
        part = OF_A_CHILD.get(refused.code)
        names = [f"{part}_{child.pk}" for child in self.children if part and child.key in about]
        if refused.code in OF_AN_ACTION:
            rows = [n for n in range(self.actions) if f"{self.conference.key}-{n + 1}" in about]
            names = [name for n in rows for name in self._lacking(refused.code, n)]
        found = [name for name in names if name in self.fields]
        for name in found:
            show_refusal(self, refused, {refused.code: name})
        if not found:
            show_refusal(self, refused, {code: name for code, name in OF_ALL.items() if name in self.fields})

    def _lacking(self, code: str, n: int) -> list[str]:
        if code != "ACTION_NOT_SMART":
            return [f"due_{n}"]
        parts = ("owner", "due", "measure", "serves")
        return [f"{part}_{n}" for part in parts if not self.cleaned_data.get(f"{part}_{n}")]


OF_A_CHILD = {
    "CHILD_WITHOUT_DECISION": "outcome",
    "WRONG_OUTCOME": "outcome",
    "PLAN_SAME_DAY": "outcome",
    "PLAN_OVERLAP": "outcome",
    "CATEGORY_MISSING": "category",
    "VIEWS_MISSING": "views",
    "FIRST_REVIEW_END": "exceptional",
}
OF_AN_ACTION = ("ACTION_NOT_SMART", "DATE_IN_PAST", "NON_WORKING_DAY", "ALREADY_EXISTS")
OF_ALL = {"NOT_QUORATE": "override", "CONTINGENCY_MISSING": "contingency", "REVIEW_DATE_TOO_LATE": "next_review_on"}
