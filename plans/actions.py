"""Plan actions: added, given a new date, blocked, completed, verified, reopened, cancelled, handed over.

The first due date is kept for ever, and each later one needs a reason and somebody senior enough. Nobody approves or
verifies their own. A blocked action keeps its clock.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from notifications.tell import tell
from plans import patterns
from plans.models import Action, ActionChild, Plan
from plans.smart import ActionDraft, is_refused, vague_in
from workflow import deadlines, history
from workflow.acts import act
from workflow.deadlines import Owner
from workflow.errors import (
    ActionNotSmart,
    AlreadyExists,
    ApproverTooJunior,
    DateInPast,
    EvidenceMissing,
    NonWorkingDay,
    NoOpenPlan,
    NotPermitted,
    OwnAction,
    ReasonRequired,
    WrongState,
)
from workflow.models import Agency, Case, Child, Professional, Role, WhyWaived
from workflow.people import lead_of, take_part
from workflow.permissions import CHAIR, LP, TM, has_role, hats, speaks_for
from workflow.policy import calendar, policy_on
from workflow.records import ready

# Who may approve a later date: the first, the second, the third and every one after it.
APPROVERS = (
    {Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.CONFERENCE_CHAIR, Role.SERVICE_MANAGER},
    {Role.TEAM_MANAGER, Role.CONFERENCE_CHAIR, Role.SERVICE_MANAGER},
    {Role.CONFERENCE_CHAIR, Role.SERVICE_MANAGER},
)


# Adding


@act
def add_action(case: Case, draft: ActionDraft, *, by: Professional, on: date) -> Action:
    """A new action. One against an immediate risk may stand without a plan and climbs the fast ladder.

    An agency adds actions for its own people only. Raises AlreadyExists, NoOpenPlan, ActionNotSmart, DateInPast,
    NonWorkingDay.
    """
    if Action.objects.filter(case=case, key=draft.key).exists():
        raise AlreadyExists(about=[draft.key])
    if not has_role(by, LP | TM | CHAIR, on) and draft.owner and not speaks_for(by, draft.owner.owning_agency, on):
        raise NotPermitted(about=[draft.key])
    on_a_plan = Plan.objects.open().filter(child__in=draft.children).exists()
    if not on_a_plan and not draft.immediate_risk:
        raise NoOpenPlan(about=[child.key for child in draft.children])
    check_all(case, [draft], on=on)
    return open_action(case, draft, on=on)


def check_all(case: Case, drafts: Sequence[ActionDraft], *, on: date) -> None:
    """Raises AlreadyExists, ActionNotSmart, DateInPast or NonWorkingDay, naming the actions."""
    taken = Action.objects.filter(case=case, key__in=[draft.key for draft in drafts]).values_list("key", flat=True)
    if taken:
        raise AlreadyExists(about=taken)
    not_smart = [draft.key for draft in drafts if is_refused(draft)]
    if not_smart:
        raise ActionNotSmart(about=not_smart)
    for draft in drafts:
        assert draft.due is not None
        _check_date(draft.key, draft.due, on=on, even_if_not_working_day=draft.even_if_not_working_day)


def _check_date(key: str, due: date, *, on: date, even_if_not_working_day: bool = False) -> None:
    if due < on:
        raise DateInPast(about=[key])
    if not even_if_not_working_day and not calendar().is_working_day(due):
        raise NonWorkingDay(about=[key])


def open_action(case: Case, draft: ActionDraft, *, on: date, from_conference: str = "") -> Action:
    """The action and its deadline, once `check_all` has let it pass."""
    assert draft.owner is not None and draft.due is not None
    action = Action(
        case=case,
        key=draft.key,
        text=draft.text,
        measure=draft.measure or "",
        outcome_key=draft.outcome or "",
        is_immediate_risk=draft.immediate_risk,
        from_conference=from_conference,
        added_on=on,
    )
    action.save()
    for child in draft.children:
        ActionChild(action=action, child=child).save()
    deadlines.start_chosen(
        case,
        "action",
        draft.key,
        due=draft.due,
        because=f"the date agreed for action {draft.key}",
        owner=draft.owner,
        title=draft.text,
        on=on,
        about=action,
        fast=draft.immediate_risk,
    )
    take_part(case, draft.owner.owning_agency)
    if vague_in(draft.text, policy_on(on).settings["vague_words"]):
        tell(case, "VAGUE_ACTION", draft.key, [case.lead_practitioner], on=on)
    _tell_if_not_working_day(action, draft.due, on)
    return action


def _tell_if_not_working_day(action: Action, due: date, on: date) -> None:
    if not calendar().is_working_day(due):
        tell(action.case, "NON_WORKING_DAY", action.key, [action.case.lead_practitioner], on=on)


# A new date


@act
def redate_action(
    action: Action,
    to: date,
    *,
    reason: str,
    approved_by: Professional,
    even_if_not_working_day: bool = False,
    by: Professional,
    on: date,
) -> Action:
    """A new due date, with a reason and an approver; the first date is kept and the ladder starts again.

    A later date counts, and each needs somebody more senior (`APPROVERS`). Raises ReasonRequired, DateInPast,
    NonWorkingDay, OwnAction, ApproverTooJunior.
    """
    _require_open(action)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    _check_date(action.key, to, on=on, even_if_not_working_day=even_if_not_working_day)
    if action.is_owned_by(approved_by):
        raise OwnAction(about=[approved_by.key])
    deadline = action.deadline
    is_later = to > deadline.due_on
    moved_before = later_dates(action)
    if is_later and approved_by.role not in APPROVERS[min(moved_before, len(APPROVERS) - 1)]:
        raise ApproverTooJunior(about=[approved_by.key])
    deadlines.move(deadline, to, on=on, because=reason)
    if is_later:
        patterns.when_moved_later(action, moved_before + 1, on)
    _tell_if_altered(action, by, on)
    _tell_if_not_working_day(action, to, on)
    return action


def later_dates(action: Action) -> int:
    """How often the action was given a later date."""
    return history.later_moves(action.case, "action", action.key)


def _tell_if_altered(action: Action, by: Professional, on: date) -> None:
    """What a conference asked for was changed by somebody who is not a conference chair."""
    if action.from_conference and not has_role(by, CHAIR, on):
        tell(action.case, "RECOMMENDATION_ALTERED", action.key, [action.case.chair], on=on)


# What becomes of it


@act
def block_action(action: Action, *, reason: str, needs_from: Agency, on: date) -> Action:
    """It waits for another agency. The clock does not stop. Raises ReasonRequired."""
    ready(action.block)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    action.block(needs_from=needs_from)
    action.save()
    case = action.case
    take_part(case, needs_from)
    tell(case, "ACTION_BLOCKED", action.key, [case.lead_practitioner, lead_of(needs_from, on)], on=on)
    return action


@act
def complete_action(action: Action, *, evidence: str, by: Professional, on: date) -> Action:
    """Done, with evidence, by social care or by the owner's agency. Raises NotPermitted, EvidenceMissing."""
    if not has_role(by, LP | TM, on) and not speaks_for(by, action.deadline.agency, on):
        raise NotPermitted(about=[action.key])
    ready(action.complete)
    if not evidence.strip():
        raise EvidenceMissing(about=[action.key])
    action.complete(evidence=evidence)
    action.save()
    deadlines.meet(action.deadline, on=on)
    patterns.when_action_is_over(action, on)
    return action


@act
def verify_action(action: Action, *, effect: str, by: Professional, on: date) -> Action:
    """Somebody else looks at what it did. One without effect may be verified too, and is shown. Raises OwnAction."""
    ready(action.verify)
    if action.is_owned_by(by):
        raise OwnAction(about=[action.key])
    action.verify(effect=effect)
    action.save()
    return action


@act
def reopen_action(action: Action, *, due: date, reason: str, on: date) -> Action:
    """It was not done after all: owed again by a new working day, its first date kept.

    Raises ReasonRequired, DateInPast, NonWorkingDay.
    """
    ready(action.reopen)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    _check_date(action.key, due, on=on)
    action.reopen()
    action.save()
    deadlines.restart(action.deadline, on=on, due=due, because=f"reopened: {reason}")
    return action


@act
def cancel_action(action: Action, *, reason: str, on: date) -> Action:
    """Not wanted any more, by the chair. Raises ReasonRequired."""
    ready(action.cancel)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    call_off(action, WhyWaived.CANCELLED, on=on)
    return action


def call_off(action: Action, why: WhyWaived, *, on: date) -> None:
    """Cancels the action and waives what is owed for it: by the chair, or because its plan has ended."""
    action.cancel()
    action.save()
    deadlines.waive(action.deadline, why)
    patterns.when_action_is_over(action, on)


@act
def hand_over_action(action: Action, to: Owner, *, reason: str, by: Professional, on: date) -> Action:
    """A new owner; the date and the rungs already raised stay. By social care, the owner or their agency's lead.

    Raises NotPermitted, ReasonRequired.
    """
    is_lead = any(hat.role == Role.AGENCY_LEAD and hat.agency_id == action.deadline.agency_id for hat in hats(by, on))
    is_owner = any(action.is_owned_by(hat) for hat in hats(by, on))
    if not (has_role(by, LP | TM, on) or is_lead or is_owner):
        raise NotPermitted(about=[action.key])
    _require_open(action)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    deadlines.hand_over(action.deadline, to, on=on)
    _tell_if_altered(action, by, on)
    return action


def _require_open(action: Action) -> None:
    if not action.is_open:
        raise WrongState(f"The action is {action.get_state_display().lower()}.", about=[action.key])


def open_actions_of(child: Child) -> Iterable[Action]:
    """The child's actions that are still to be done."""
    return Action.objects.filter(for_children__child=child, state__in=Action.OPEN)
