"""A new date for an action: given by somebody senior enough, or asked for and approved by them on their own sign-in.

Nobody approves their own action, and each later date needs somebody more senior. What is asked for changes nothing: the
due date, the ladder and every count of drift stay as they are until it is approved. Source: the roles matrix.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from plans import patterns
from plans.actions import check_date, require_open, tell_if_altered, tell_if_not_working_day
from plans.models import Action, AskedDate
from workflow import deadlines, history
from workflow.acts import act
from workflow.errors import ApproverTooJunior, OwnAction, ReasonRequired, WrongState
from workflow.models import Case, Professional, Role
from workflow.permissions import hats, require_wears

# Who may approve a later date: the first, the second, the third and every one after it.
APPROVERS = (
    {Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.CONFERENCE_CHAIR, Role.SERVICE_MANAGER},
    {Role.TEAM_MANAGER, Role.CONFERENCE_CHAIR, Role.SERVICE_MANAGER},
    {Role.CONFERENCE_CHAIR, Role.SERVICE_MANAGER},
)


@act
def redate_action(
    action: Action, to: date, *, reason: str, even_if_not_working_day: bool = False, by: Professional, on: date
) -> Action:
    """A new due date by whoever may approve it themselves; the first date is kept and the ladder starts again.

    A later date counts, and each needs somebody more senior (`APPROVERS`). Raises ReasonRequired, DateInPast,
    NonWorkingDay, OwnAction, ApproverTooJunior.
    """
    _check(action, to, reason, even_if_not_working_day, on)
    _check_approver(action, to, by, hats(by, on))
    _move(action, to, reason, on)
    tell_if_altered(action, by, on)
    return action


@act
def ask_for_new_date(
    action: Action,
    to: date,
    *,
    reason: str,
    approver: Professional,
    even_if_not_working_day: bool = False,
    by: Professional,
    on: date,
) -> AskedDate:
    """Asks somebody senior enough for a new date; until they approve it nothing moves. An earlier request is replaced.

    Raises what `redate_action` raises, about the approver.
    """
    _check(action, to, reason, even_if_not_working_day, on)
    _check_approver(action, to, approver, [approver])
    for earlier in action.asked_dates.filter(state=AskedDate.State.ASKED):
        earlier.take_back(on=on)
        earlier.save()
    asked = AskedDate(
        case=action.case,
        action=action,
        to=to,
        was_due=action.deadline.due_on,
        even_if_not_working_day=even_if_not_working_day,
        reason=reason.strip(),
        asked_by=by,
        asked_on=on,
        approver=approver,
    )
    asked.save()
    return asked


@act
def approve_new_date(action: Action, *, by: Professional, on: date) -> Action:
    """The one who was asked, or their cover, approves: now the date moves, for the reason that was given.

    Raises NotPermitted for anybody else, WrongState when nothing is asked for, the action is over or its date has moved
    since, and what `redate_action` raises as things stand now.
    """
    asked = _asked(action)
    _require_approver(asked, by, on)
    _check(action, asked.to, asked.reason, asked.even_if_not_working_day, on)
    if action.deadline.due_on != asked.was_due:
        raise WrongState("Its date has moved since this was asked for.", about=[action.key])
    _check_approver(action, asked.to, asked.approver, [asked.approver])
    asked.approve(by=by, on=on)
    asked.save()
    _move(action, asked.to, asked.reason, on)
    tell_if_altered(action, asked.asked_by, on)
    return action


@act
def decline_new_date(action: Action, *, reason: str, by: Professional, on: date) -> Action:
    """The one who was asked says no, and why: the date stays. Raises NotPermitted, WrongState, ReasonRequired."""
    asked = _asked(action)
    _require_approver(asked, by, on)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    asked.decline(by=by, on=on, why_not=reason.strip())
    asked.save()
    return action


@act
def take_back_new_date(action: Action, *, by: Professional, on: date) -> Action:
    """Whoever asked asks no longer. Raises NotPermitted, WrongState."""
    asked = _asked(action)
    require_wears(by, [asked.asked_by], on)
    asked.take_back(on=on)
    asked.save()
    return action


def _asked(action: Action) -> AskedDate:
    """The new date that is asked for now. Raises WrongState."""
    found = action.asked_dates.filter(state=AskedDate.State.ASKED).first()
    if found is None:
        raise WrongState("No new date is asked for any more.", about=[action.key])
    return found


def _require_approver(asked: AskedDate, by: Professional, on: date) -> None:
    require_wears(by, [asked.approver], on)
    if asked.action.is_owned_by(by):
        raise OwnAction(about=[by.key])


def _check(action: Action, to: date, reason: str, even_if_not_working_day: bool, on: date) -> None:
    require_open(action)
    if not reason.strip():
        raise ReasonRequired(about=[action.key])
    check_date(action.key, to, on=on, even_if_not_working_day=even_if_not_working_day)


def _check_approver(action: Action, to: date, person: Professional, wearing: Sequence[Professional]) -> None:
    """They do not own it, and one of the posts they wear is senior enough."""
    if action.is_owned_by(person):
        raise OwnAction(about=[person.key])
    if to > action.deadline.due_on and not any(hat.role in approvers_of(action) for hat in wearing):
        raise ApproverTooJunior(about=[person.key])


def _move(action: Action, to: date, reason: str, on: date) -> None:
    deadline, moved_before = action.deadline, later_dates(action)
    is_later = to > deadline.due_on
    deadlines.move(deadline, to, on=on, because=reason)
    if is_later:
        patterns.when_moved_later(action, moved_before + 1, on)
    tell_if_not_working_day(action, to, on)


def waiting_for(people: Sequence[Professional]) -> QuerySet[AskedDate]:
    """The new dates that wait for one of these people to approve them, the longest waiting first. One statement."""
    asked = AskedDate.objects.filter(approver__in=people, state=AskedDate.State.ASKED, action__state__in=Action.OPEN)
    return asked.select_related("action", "case", "asked_by").order_by("id")


def behind(case: Case, moves: Iterable[history.Move]) -> dict[history.Move, AskedDate]:
    """What was asked for behind each move of an action that somebody else approved. One statement at most."""
    approved = {_place(move): move for move in moves if move.act == approve_new_date.__name__}
    if not approved:
        return {}
    found = AskedDate.objects.filter(case=case, state=AskedDate.State.APPROVED)
    asked = {_place_of(one): one for one in found.select_related("action", "asked_by__agency")}
    return {move: asked[place] for place, move in approved.items() if place in asked}


def _place_of(asked: AskedDate) -> tuple[str, date | None, date]:
    return asked.action.key, asked.ended_on, asked.to


def _place(move: history.Move) -> tuple[str, date | None, date]:
    return str(move.line.subject), move.on, move.now


def approvers_of(action: Action) -> set[Role]:
    """Whose approval the next later date needs."""
    return APPROVERS[min(later_dates(action), len(APPROVERS) - 1)]


def later_dates(action: Action) -> int:
    """How often the action was given a later date."""
    return history.later_moves(action.case, "action", action.key)
