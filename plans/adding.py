"""The form on which an action is added to a plan."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q

from plans.actions import add_action
from plans.models import Action, Plan
from plans.proposing import checked, outcomes_of
from plans.smart import ActionDraft, SmartCheck
from workflow.acting import day_of
from workflow.date_input import DateInputField
from workflow.deadlines import Owner
from workflow.models import SOCIAL_CARE, Case, Child, Professional, Role
from workflow.permissions import CHAIR, LP, TM, hats
from workflow.policy import policy_on

OWNS_ACTIONS = (Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.AGENCY_PRACTITIONER)
# Beside which field a finding is shown, by its letter.
FIELD_OF_LETTER = {"S": "text", "M": "measure", "A": "owner", "R": "outcome", "T": "due"}


def area(label: str, hint: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}), required=False)


class AddActionForm(forms.Form):
    """One action: the domain says what is missing, the check what is weak."""

    # What is needed is for the domain to say.
    mark_optional = False

    text = area(
        "What will be done?", "One thing somebody does, that others can see done: “Weigh the baby every two weeks”."
    )
    owner = forms.ChoiceField(label="Who will do it?", required=False)
    due = DateInputField(label="By when?", named="Due date", required=False)
    measure = area("How will anybody know?", "What will be seen, counted or on file, and not only that it was done.", 2)
    outcome = forms.ChoiceField(label="Which outcome does it serve?", required=False)
    children = forms.MultipleChoiceField(
        label="Which children is it for?", widget=forms.CheckboxSelectMultiple, required=False
    )
    smart_override = area(
        "If it is kept as it is, why?", "Only where the check would refuse it. The reason stands beside the action.", 2
    )

    instead_of = forms.ChoiceField(label="Has a cancelled action come back?", required=False)
    why_again = area("If so, why is it wanted after all?", "Both actions show it.", 2)

    def __init__(self, *args: Any, case: Case, by: Professional, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.by, self.at, self.on = case, by, at, day_of(at)
        self.owners = self._owners()
        self.kids = self._kids()
        self.fields["owner"].choices = [("", "Choose one"), *((key, called(one)) for key, one in self.owners.items())]
        self.fields["outcome"].choices = [
            ("", "Choose one"),
            *((key, f"{key}: {says}") for key, says in outcomes_of(case).items()),
        ]
        self.fields["children"].choices = [(key, child.name) for key, child in self.kids.items()]
        actions = list(Action.objects.filter(case=case))
        self.taken = {one.key for one in actions}
        self.cancelled = {one.key: one for one in actions if one.state == Action.State.CANCELLED}
        self.fields["instead_of"].choices = [
            ("", "No, it is new"),
            *((key, f"{key}: {one.text}") for key, one in self.cancelled.items()),
        ]
        if not self.cancelled:
            del self.fields["instead_of"], self.fields["why_again"]
        if not policy_on(self.on).settings["smart_refuses"]:
            del self.fields["smart_override"]

    def _owners(self) -> dict[str, Owner]:
        """Who may own it: people linked to the case and their colleagues, and the family; an agency adds for itself."""
        linked = Q(links__case=self.case, links__until_on=None)
        colleagues = Q(agency__in=self.case.agency_parts.values("agency"), role__in=OWNS_ACTIONS)
        people = Professional.objects.filter(linked | colleagues).in_post(self.on).select_related("agency")
        wearing = hats(self.by, self.on)
        mine = {hat.agency_id for hat in wearing}
        for_anybody = any(hat.role in LP | TM | CHAIR for hat in wearing)
        found: dict[str, Owner] = {
            f"person:{one.key}": one for one in people.distinct() if for_anybody or one.agency_id in mine
        }
        if for_anybody or any(hat.agency.key == SOCIAL_CARE for hat in wearing):
            found |= {f"family:{one.key}": one for one in self.case.family_members.filter(is_deceased=False)}
        return found

    def _kids(self) -> dict[str, Child]:
        """The children with an open plan."""
        plans = Plan.objects.open().filter(case=self.case).select_related("child")
        return {plan.child.key: plan.child for plan in plans}

    def draft(self) -> ActionDraft:
        """What has been typed so far, whole or not."""
        said = getattr(self, "cleaned_data", {})
        return ActionDraft(
            key=self._next_key(),
            text=said.get("text", ""),
            owner=self.owners.get(said.get("owner", "")),
            due=said.get("due"),
            measure=said.get("measure"),
            outcome=said.get("outcome"),
            children=[self.kids[key] for key in said.get("children", []) if key in self.kids],
            smart_override=said.get("smart_override", ""),
        )

    def _next_key(self) -> str:
        """A reference that is not in use in the case yet."""
        return next(key for n in range(1, len(self.taken) + 2) if (key := f"A{n}") not in self.taken)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", "Say what will be done, and by whom")
        if not said.get("children") and "children" not in self.errors:
            self.add_error("children", "Choose at least one child with a plan")
        return said

    def check(self) -> SmartCheck:
        """The five letters of what has been typed so far."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        return checked(self.case, self.draft(), on=self.on)

    def perform(self) -> Action:
        """Adds the action. Raises what `add_action` refuses."""
        earlier = self.cancelled.get(self.cleaned_data.get("instead_of", ""))
        why = self.cleaned_data.get("why_again", "")
        return add_action(self.case, self.draft(), instead_of=earlier, why_again=why, by=self.by, at=self.at)

    def show_what_is_not_smart(self, found: SmartCheck) -> None:
        """Puts each thing that refuses it beside the field it is about, unless that field has a fault already."""
        codes = () if self.draft().smart_override.strip() else policy_on(self.on).settings["smart_refuses"]
        faulty = {*self.errors}
        for letter in found:
            field = FIELD_OF_LETTER[letter.letter]
            for finding in letter.findings:
                if field not in faulty and (finding.refuses or finding.code in codes):
                    self.add_error(field, finding.says)


def called(owner: Owner) -> str:
    if isinstance(owner, Professional):
        return f"{owner.name}, {owner.get_role_display().lower()}, {owner.agency}"
    return f"{owner.name}, {owner.relation}"
