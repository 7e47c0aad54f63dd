"""The forms on which something is done with one action of a plan: each gives its answer to one domain function.

Who may do it is asked before a form is shown; what stands against it is for the domain to say, beside the field.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from plans import actions, new_dates
from plans.adding import OWNS_ACTIONS, area, called
from plans.models import Action, AskedDate
from workflow.date_input import DateInputField
from workflow.deadlines import Owner
from workflow.models import Agency, Deadline, Professional, Role
from workflow.permissions import LP, MAY, TM

OPEN, DONE = Action.OPEN, (Action.State.COMPLETED,)
OVER = (Action.State.COMPLETED, Action.State.VERIFIED)


@dataclass(frozen=True)
class Around:
    """The action, who looks at it and when, and whom its forms can name: asked for once, for all forms of a page."""

    action: Action
    deadline: Deadline
    asked: AskedDate | None
    by: Professional
    wearing: Sequence[Professional]
    on: date
    at: datetime

    def wears(self, roles: Collection[Role]) -> bool:
        """Whether the person, or somebody they cover today, has one of these roles."""
        return any(hat.role in roles for hat in self.wearing)

    @cached_property
    def people(self) -> list[Professional]:
        """Who is linked to the case, their colleagues, and those senior enough to approve a later date."""
        case = self.action.case
        linked = Q(links__case=case, links__until_on=None)
        colleagues = Q(agency__in=case.agency_parts.values("agency"), role__in=OWNS_ACTIONS)
        seniors = Q(role=Role.SERVICE_MANAGER) | Q(pk__in=[getattr(case, f"{role}_id") for role in case.ROLES])
        found = Professional.objects.filter(linked | colleagues | seniors).in_post(self.on)
        return list(found.select_related("agency").distinct())

    @cached_property
    def owners(self) -> dict[str, Owner]:
        """Who may own it: those who own actions in the case, and the family."""
        found: dict[str, Owner] = {f"person:{one.key}": one for one in self.people if one.role in OWNS_ACTIONS}
        family = self.action.case.family_members.filter(is_deceased=False)
        return found | {f"family:{one.key}": one for one in family}

    @cached_property
    def approvers(self) -> dict[str, Professional]:
        return {one.key: one for one in self.people if one.role in new_dates.APPROVERS[0]}

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        return {one.key: one for one in Agency.objects.order_by("name")}


def anybody(around: Around) -> bool:
    return True


def answers_for_it(around: Around) -> bool:
    """Social care, or somebody of the owner's agency."""
    owed_by = around.deadline.agency_id
    return around.wears(LP | TM) or any(hat.agency_id == owed_by for hat in around.wearing)


def decides_on_it(around: Around) -> bool:
    """Who was asked to approve the new date, or covers them; never the owner."""
    return _is_one_of(around, around.asked and around.asked.approver_id) and not _is_one_of(
        around, around.deadline.owner_professional_id
    )


def asked_for_it(around: Around) -> bool:
    return _is_one_of(around, around.asked and around.asked.asked_by_id)


def _is_one_of(around: Around, person: int | None) -> bool:
    return person is not None and any(hat.pk == person for hat in around.wearing)


def owns_or_leads(around: Around) -> bool:
    """Social care, the owner, or the lead of the owner's agency."""
    deadline, mine = around.deadline, around.wearing
    leads = any(hat.role == Role.AGENCY_LEAD and hat.agency_id == deadline.agency_id for hat in mine)
    owns = any(hat.pk == deadline.owner_professional_id for hat in mine)
    return leads or owns or around.wears(LP | TM)


class DoForm(forms.Form):
    """Base of every form about one action."""

    act: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    said: ClassVar[str]  # once it is done
    states: ClassVar[tuple[str, ...]]
    also: ClassVar[Callable[[Around], bool]] = staticmethod(anybody)
    beside: ClassVar[dict[str, str]] = {}
    # What is needed is for the domain to say.
    mark_optional = False

    def __init__(self, *args: Any, around: Around, **kwargs: Any) -> None:
        super().__init__(*args, prefix=self.act, **kwargs)
        self.around = around
        self.ask()

    @classmethod
    def is_for(cls, around: Around) -> bool:
        """Whether this person may do it, from where the action stands."""
        return around.action.state in cls.states and around.wears(MAY[cls.act]) and cls.also(around)

    def ask(self) -> None:
        """Fills the choices."""

    def choose(self, name: str, found: dict[str, Any]) -> None:
        self.fields[name].choices = [  # type: ignore[attr-defined]
            ("", "Choose one"),
            *((key, one.name if isinstance(one, Agency) else called(one)) for key, one in found.items()),
        ]

    def must_choose(self, name: str, words: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, words)

    def perform(self) -> Action:
        """Does it. Raises what the domain refuses."""
        told = {"by": self.around.by, "at": self.around.at}
        return self.do(self.around.action, self.cleaned_data, told)

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        raise NotImplementedError


class CompleteForm(DoForm):
    act, title, button, said = "complete_action", "It is done", "Record that it is done", "Done."
    states, also = OPEN, staticmethod(answers_for_it)
    beside: ClassVar = {"EVIDENCE_MISSING": "evidence"}

    evidence = area("How do you know?", "What was seen, counted or is on file.")

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return actions.complete_action(action, evidence=said["evidence"], **told)


class RedateForm(DoForm):
    act, title, button, said = "redate_action", "It needs another date", "Ask for this date", "The date was moved."
    states = OPEN
    beside: ClassVar = {
        "REASON_REQUIRED": "reason",
        "DATE_IN_PAST": "to",
        "NON_WORKING_DAY": "to",
        "OWN_ACTION": "approver",
        "APPROVER_TOO_JUNIOR": "approver",
    }

    to = DateInputField(label="New date", named="New date", required=False)
    even_if_not_working_day = forms.BooleanField(label="A weekend or bank holiday is meant", required=False)
    approver = forms.ChoiceField(label="Who is to approve it?", required=False)
    reason = area("Why?", "The first date is kept for ever and stands beside every later one.")

    def ask(self) -> None:
        self.choose("approver", self.around.approvers)
        # 0, 1, and from there on the conference chair.
        told = WHO_APPROVES[min(new_dates.later_dates(self.around.action), len(WHO_APPROVES) - 1)]
        self.fields["approver"].help_text = f"{told} Until they approve it the date stays as it is."

    def clean(self) -> dict[str, Any]:
        self.must_choose("to", "Give the new date")
        self.must_choose("approver", "Say who is to approve it")
        return self.cleaned_data

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        """Moves it where the approver is the reader; otherwise it is asked for, and nothing moves."""
        approver = self.around.approvers[said["approver"]]
        told |= {"reason": said["reason"], "even_if_not_working_day": said["even_if_not_working_day"]}
        if approver == self.around.by:
            return new_dates.redate_action(action, said["to"], **told)
        self.said = f"Asked for. The date stays as it is until {approver} approves it."  # type: ignore[misc]
        return new_dates.ask_for_new_date(action, said["to"], approver=approver, **told).action


class ApproveDateForm(DoForm):
    act, title, button, said = "approve_new_date", "Approve the new date", "Approve it", "The date was moved."
    states = OPEN
    also = staticmethod(decides_on_it)

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return new_dates.approve_new_date(action, **told)


class DeclineDateForm(DoForm):
    act, title, button, said = "decline_new_date", "Do not approve it", "Keep the date", "The date stays as it is."
    states = OPEN
    also = staticmethod(decides_on_it)
    beside: ClassVar = {"REASON_REQUIRED": "reason"}

    reason = area("Why not?", "Whoever asked reads it here.")

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return new_dates.decline_new_date(action, reason=said["reason"], **told)


class TakeBackDateForm(DoForm):
    act, title, button = "take_back_new_date", "The new date is not needed any more", "Take it back"
    states = OPEN
    said, also = "The date stays as it is.", staticmethod(asked_for_it)

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return new_dates.take_back_new_date(action, **told)


WHO_APPROVES = (
    "A first later date: the lead practitioner, the team manager, the conference chair or a service manager. "
    "Never the owner.",
    "A second later date: the team manager, the conference chair or a service manager. Never the owner.",
    "A third later date, and each after it: the conference chair or a service manager. Never the owner.",
)


class BlockForm(DoForm):
    act, title, button = "block_action", "It waits for another agency", "Record what it waits for"
    said, states = "Recorded. The date stays as it is.", (Action.State.AGREED,)
    beside: ClassVar = {"REASON_REQUIRED": "reason"}

    needs_from = forms.ChoiceField(label="Which agency does it wait for?", required=False)
    reason = area("What for?", "The clock does not stop, and both agencies are told.")

    def ask(self) -> None:
        self.choose("needs_from", self.around.agencies)

    def clean(self) -> dict[str, Any]:
        self.must_choose("needs_from", "Say which agency it waits for")
        return self.cleaned_data

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        needs_from = self.around.agencies[said["needs_from"]]
        return actions.block_action(action, reason=said["reason"], needs_from=needs_from, **told)


class HandOverForm(DoForm):
    act, title, button, said = "hand_over_action", "Somebody else will do it", "Hand it over", "Handed over."
    states, also = OPEN, staticmethod(owns_or_leads)
    beside: ClassVar = {"REASON_REQUIRED": "reason"}

    to = forms.ChoiceField(label="Who will do it?", required=False)
    reason = area("Why?", "The date stays as it is.")

    def ask(self) -> None:
        self.choose("to", self.around.owners)

    def clean(self) -> dict[str, Any]:
        self.must_choose("to", "Name the one person who will do it")
        return self.cleaned_data

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return actions.hand_over_action(action, self.around.owners[said["to"]], reason=said["reason"], **told)


class VerifyForm(DoForm):
    act, title, button, said = "verify_action", "What did it do?", "Record its effect", "Its effect is recorded."
    states = DONE
    beside: ClassVar = {"OWN_ACTION": "effect"}

    effect = area("What is different for the child?", "“Nothing is different” is an answer too, and is shown.")

    def clean(self) -> dict[str, Any]:
        self.must_choose("effect", "Say what it did, or that it did nothing")
        return self.cleaned_data

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return actions.verify_action(action, effect=said["effect"], **told)


class ReopenForm(DoForm):
    act, title, button, said = "reopen_action", "It was not done after all", "Open it again", "Open again."
    states = OVER
    beside: ClassVar = {"REASON_REQUIRED": "reason", "DATE_IN_PAST": "due", "NON_WORKING_DAY": "due"}

    due = DateInputField(label="By when now?", named="New date", required=False)
    reason = area("Why?", "Its first date is kept.")

    def clean(self) -> dict[str, Any]:
        self.must_choose("due", "Give the new date")
        return self.cleaned_data

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return actions.reopen_action(action, due=said["due"], reason=said["reason"], **told)


class CancelForm(DoForm):
    act, title, button, said = "cancel_action", "It is not wanted any more", "Cancel it", "Cancelled."
    states = OPEN
    beside: ClassVar = {"REASON_REQUIRED": "reason"}

    reason = area("Why?", "It is never deleted: it stands in the plan as cancelled, with the reason in its history.")

    def do(self, action: Action, said: dict[str, Any], told: dict[str, Any]) -> Action:
        return actions.cancel_action(action, reason=said["reason"], **told)


FORMS: tuple[type[DoForm], ...] = (
    ApproveDateForm,
    DeclineDateForm,
    TakeBackDateForm,
    CompleteForm,
    RedateForm,
    BlockForm,
    HandOverForm,
    VerifyForm,
    ReopenForm,
    CancelForm,
)
