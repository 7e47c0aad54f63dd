"""A change of the policy from a draft to the day it holds: written, proposed by one, let go by another person.

Nothing that is open moves by it. A deadline keeps the value it was opened with until a named person works that one
out again, for a reason (`recalculate_deadline`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    DateInPast,
    PolicyUnreadable,
    ReasonRequired,
    SecondPersonNeeded,
    WrongState,
)
from workflow.models import Deadline, PolicyProposal, Professional
from workflow.policy import add_version, calendar, policy_on
from workflow.records import ready
from workflow.timescales import Policy, Span, checked_changes


@act
def draft_policy(
    scope: object, changes: Mapping[str, Any], *, starts_on: date, reason: str, by: Professional, on: date
) -> PolicyProposal:
    """A change of the policy is written down. Raises PolicyUnreadable, ReasonRequired, DateInPast for no later day."""
    proposal = PolicyProposal(drafted_by=by)
    _write(proposal, changes, starts_on, reason, on)
    return proposal


@act
def change_draft_policy(
    proposal: PolicyProposal, changes: Mapping[str, Any], *, starts_on: date, reason: str, by: Professional, on: date
) -> PolicyProposal:
    """The draft says something else; whoever wrote last counts as its writer. Raises as `draft_policy`, WrongState."""
    if not proposal.is_draft:
        raise WrongState(f"It is {proposal.get_state_display().lower()}.")
    proposal.drafted_by = by
    _write(proposal, changes, starts_on, reason, on)
    return proposal


def _write(proposal: PolicyProposal, changes: Mapping[str, Any], starts_on: date, reason: str, on: date) -> None:
    """It starts tomorrow at the earliest: what was done today was done under the policy of today."""
    if not reason.strip():
        raise ReasonRequired()
    if starts_on <= on:
        raise DateInPast(about=[starts_on.isoformat()])
    try:
        values, settings = checked_changes(changes)
    except (ValueError, TypeError) as unreadable:
        raise PolicyUnreadable(str(unreadable), about=sorted(changes)) from unreadable
    if not (values or settings):
        raise PolicyUnreadable("Nothing is changed.")
    proposal.changes, proposal.starts_on, proposal.reason = {**values, **settings}, starts_on, reason
    proposal.save()


@act
def propose_policy(proposal: PolicyProposal, *, by: Professional, on: date) -> PolicyProposal:
    """From now on it waits for a second person. Raises WrongState, DateInPast when its day has come meanwhile."""
    ready(proposal.propose)
    _still_ahead(proposal, on)
    proposal.propose(by=by, on=on)
    proposal.save()
    return proposal


@act
def approve_policy(proposal: PolicyProposal, *, by: Professional, on: date) -> PolicyProposal:
    """A second person lets it go: the version is made, and holds from its day. Open deadlines keep their value.

    Raises WrongState, DateInPast, SecondPersonNeeded for who wrote or proposed it, StartsBeforeAnother.
    """
    if not proposal.is_proposed:
        raise WrongState(f"It is {proposal.get_state_display().lower()}.")
    _second(proposal, by)
    _still_ahead(proposal, on)
    made = add_version(proposal.changes, on=proposal.starts_on, made_by=proposal.proposed_by, agreed_by=by)
    proposal.approve(by=by, on=on, made=made)
    proposal.save()
    return proposal


@act
def decline_policy(proposal: PolicyProposal, *, reason: str, by: Professional, on: date) -> PolicyProposal:
    """A second person does not let it go, and says why. Raises WrongState, SecondPersonNeeded, ReasonRequired."""
    ready(proposal.decline)
    _second(proposal, by)
    if not reason.strip():
        raise ReasonRequired()
    proposal.decline(by=by, on=on, reason=reason)
    proposal.save()
    return proposal


@act
def withdraw_policy(proposal: PolicyProposal, *, reason: str, by: Professional, on: date) -> PolicyProposal:
    """The partnership takes it back before it is decided. Raises WrongState, ReasonRequired."""
    ready(proposal.withdraw)
    if not reason.strip():
        raise ReasonRequired()
    proposal.withdraw(by=by, on=on, reason=reason)
    proposal.save()
    return proposal


@act
def recalculate_deadline(deadline: Deadline, *, reason: str, on: date) -> Deadline:
    """One open date is worked out again from its own start, under the policy now in force, for a reason.

    Raises WrongState when it is not open or was chosen, ReasonRequired, DateInPast when it would be over already.
    """
    if not reason.strip():
        raise ReasonRequired(about=[deadline.key])
    if not deadline.is_pending or deadline.span is None:
        raise WrongState(about=[deadline.key])
    policy = policy_on(on)
    due = would_be(deadline, policy)
    if due < on:
        raise DateInPast(about=[due.isoformat()])
    deadline.value, deadline.policy_version = str(policy.span(deadline.timescale)), policy.version
    words = f"worked out again under policy {policy.version}: {reason}"
    deadlines.move(deadline, due, on=on, because=words)
    return deadline


def _second(proposal: PolicyProposal, by: Professional) -> None:
    if by in (proposal.drafted_by, proposal.proposed_by):
        raise SecondPersonNeeded(about=[by.key])


def _still_ahead(proposal: PolicyProposal, on: date) -> None:
    if proposal.starts_on <= on:
        raise DateInPast(about=[proposal.starts_on.isoformat()])


# What it touches


@dataclass(frozen=True)
class Touched:
    """One open deadline whose value is another one in a policy, and the date it would have if it were worked out."""

    deadline: Deadline
    value: Span
    due: date


def would_be(deadline: Deadline, policy: Policy) -> date:
    """The date of an open deadline under another policy."""
    return deadlines.worked_out_again(deadline, calendar(), policy.span(deadline.timescale))


def touched(found: Iterable[Deadline], policy: Policy) -> list[Touched]:
    """Those of these open deadlines that were opened with another value than the policy's."""
    days = calendar()
    return [
        Touched(one, span, deadlines.worked_out_again(one, days, span))
        for one in found
        if one.timescale and one.value != str(span := policy.span(one.timescale))
    ]


def policy_with(proposal: PolicyProposal, on: date) -> Policy:
    """The policy as the proposal would have it."""
    values, settings = checked_changes(proposal.changes)
    now = policy_on(on)
    spans = {code: Span.parse(value) for code, value in values.items()}
    return Policy(now.version, {**now.values, **spans}, {**now.settings, **settings})
