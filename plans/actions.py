"""Plan actions: added, blocked, completed, verified, reopened, cancelled, handed over. A new date: `plans.new_dates`.

The first due date is kept for ever. Nobody verifies their own. A blocked action keeps its clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from notifications.tell import tell
from plans import patterns
from plans.models import Action, ActionChild, Plan
from plans.proposing import require_smart
from plans.smart import ActionDraft, vague_in
from workflow import deadlines
from workflow.acts import act
from workflow.deadlines import Owner
from workflow.errors import (
    AlreadyExists,
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

# Adding


@act
def add_action(
    case: Case,
    draft: ActionDraft,
    *,
    instead_of: Action | None = None,
    why_again: str = "",
    by: Professional,
    on: date,
) -> Action:
    """A new action. One against an immediate risk may stand without a plan and climbs the fast ladder.

    An agency adds actions for its own people only. One that was cancelled and comes back (`instead_of`) is a new one,
    linked to the earlier, with a reason. Raises AlreadyExists, NoOpenPlan, ActionNotSmart, DateInPast,
    NonWorkingDay, WrongState, ReasonRequired.
    """
    if Action.objects.filter(case=case, key=draft.key).exists():
        raise AlreadyExists(about=[draft.key])
    if not has_role(by, LP | TM | CHAIR, on) and draft.owner and not speaks_for(by, draft.owner.owning_agency, on):
        raise NotPermitted(about=[draft.key])
    on_a_plan = Plan.objects.open().filter(child__in=draft.children).exists()
    if not on_a_plan and not draft.immediate_risk:
        raise NoOpenPlan(about=[child.key for child in draft.children])
    if instead_of is not None:
        _check_comes_back(case, instead_of, why_again)
    check_all(case, [draft], on=on)
    return open_action(case, draft, on=on, instead_of=instead_of, why_again=why_again if instead_of else "")


def _check_comes_back(case: Case, earlier: Action, why: str) -> None:
    if earlier.case_id != case.pk or earlier.state != Action.State.CANCELLED:
        raise WrongState("Only an action of this case that was cancelled comes back.", about=[earlier.key])
    if not why.strip():
        raise ReasonRequired(about=[earlier.key])


def check_all(
    case: Case, drafts: Sequence[ActionDraft], *, on: date, also_agreed: Mapping[str, str] | None = None
) -> None:
    """Raises AlreadyExists, ActionNotSmart, DateInPast or NonWorkingDay, naming the actions.

    `also_agreed`: outcomes that are agreed together with the actions, by key.
    """
    taken = Action.objects.filter(case=case, key__in=[draft.key for draft in drafts]).values_list("key", flat=True)
    if taken:
        raise AlreadyExists(about=taken)
    require_smart(case, drafts, on=on, also_agreed=also_agreed)
    for draft in drafts:
        assert draft.due is not None
        check_date(draft.key, draft.due, on=on, even_if_not_working_day=draft.even_if_not_working_day)


def check_date(key: str, due: date, *, on: date, even_if_not_working_day: bool = False) -> None:
    """Raises DateInPast or NonWorkingDay."""
    if due < on:
        raise DateInPast(about=[key])
    if not even_if_not_working_day and not calendar().is_working_day(due):
        raise NonWorkingDay(about=[key])


def open_action(
    case: Case,
    draft: ActionDraft,
    *,
    on: date,
    from_conference: str = "",
    instead_of: Action | None = None,
    why_again: str = "",
) -> Action:
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
        smart_override=draft.smart_override.strip(),
        added_on=on,
        instead_of=instead_of,
        why_again=why_again.strip(),
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
    tell_if_not_working_day(action, draft.due, on)
    return action


def tell_if_not_working_day(action: Action, due: date, on: date) -> None:
    """A weekend or bank holiday was meant: the lead practitioner hears of it."""
    if not calendar().is_working_day(due):
        tell(action.case, "NON_WORKING_DAY", action.key, [action.case.lead_practitioner], on=on)


def tell_if_altered(action: Action, by: Professional, on: date) -> None:
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
    if not may_complete(action, by, on):
        raise NotPermitted(about=[action.key])
    ready(action.complete)
    if not evidence.strip():
        raise EvidenceMissing(about=[action.key])
    done_with(action, evidence=evidence, on=on)
    return action


def may_complete(action: Action, by: Professional, on: date) -> bool:
    """Social care, or somebody of the owner's agency."""
    return has_role(by, LP | TM, on) or speaks_for(by, action.deadline.agency, on)


def done_with(action: Action, *, evidence: str, on: date) -> None:
    """The action is done and what is owed for it is met: on its own, or as a meeting looks at it."""
    action.complete(evidence=evidence)
    action.save()
    deadlines.meet(action.deadline, on=on)
    patterns.when_action_is_over(action, on)


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
    check_date(action.key, due, on=on)
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
    require_open(action)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    deadlines.hand_over(action.deadline, to, on=on)
    tell_if_altered(action, by, on)
    return action


def require_open(action: Action) -> None:
    """Raises WrongState for what is done or cancelled."""
    if not action.is_open:
        raise WrongState(f"The action is {action.get_state_display().lower()}.", about=[action.key])


def open_actions_of(child: Child) -> Iterable[Action]:
    """The child's actions that are still to be done."""
    return Action.objects.filter(for_children__child=child, state__in=Action.OPEN)
