"""A conference decides: for every child, after hearing everybody, by the chair; it is not a vote.

Sources: SWQ, SUX (quorum), LINC (a plan ends only at a quorate review, not normally the first), Working Together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from meetings import quorum
from meetings.chair import require_conferences_chair
from meetings.hearing import heard, without_views, write_down_how
from meetings.models import Conference, ConferenceChild
from meetings.outcomes import ChildDecision, Decisions, conference_decided
from meetings.sittings import present, reported_apologies
from plans.actions import check_all
from plans.lifecycle import open_plan
from workflow.acts import act
from workflow.errors import (
    CategoryMissing,
    ChildWithoutDecision,
    ContingencyMissing,
    FirstReviewEnd,
    NotQuorate,
    PlanOverlap,
    PlanSameDay,
    ReviewDateTooLate,
    ViewsMissing,
    WrongOutcome,
)
from workflow.models import Child, FamilyMember, Professional
from workflow.policy import calendar, policy_on
from workflow.records import ready

PLAN, NO_PLAN = ConferenceChild.Outcome.PLAN, ConferenceChild.Outcome.NO_PLAN
CONTINUE, END = ConferenceChild.Outcome.CONTINUE, ConferenceChild.Outcome.END


@act
def decide_conference(
    conference: Conference,
    decisions: Decisions,
    *,
    views: Mapping[Child | FamilyMember, str],
    next_review_on: date | None = None,
    override: str = "",
    by: Professional,
    on: date,
    at: datetime,
) -> Conference:
    """A decision for every child. What follows from it: `outcomes.conference_decided`.

    Raises NotQuorate, ChildWithoutDecision, WrongOutcome, PlanSameDay, PlanOverlap, CategoryMissing, ViewsMissing,
    ContingencyMissing, FirstReviewEnd, ReviewDateTooLate and what an action raises.
    """
    check(conference, decisions, views=views, next_review_on=next_review_on, override=override, by=by, on=on)
    _write_down(conference, decisions, views, override)
    conference.decide(at=at)
    conference.save()
    conference_decided(conference, decisions, on=on)
    return conference


def check(
    conference: Conference,
    decisions: Decisions,
    *,
    views: Mapping[Child | FamilyMember, str],
    next_review_on: date | None = None,
    override: str = "",
    by: Professional,
    on: date,
) -> None:
    """Whether this may be decided, without deciding it: what is read back to the chair has passed here.

    Raises what `decide_conference` raises.
    """
    require_conferences_chair(conference, by, on)
    ready(conference.decide)
    _check_quorum(conference, decisions.children, override, on)
    _check_outcomes(conference, decisions.children, on)
    _check_views(conference, views)
    _check_contingency(decisions)
    _check_first_review(decisions.children)
    _check_next_review(conference, decisions.children, next_review_on, on)
    check_all(conference.case, decisions.actions, on=on)


def _check_quorum(conference: Conference, decided: Sequence[ChildDecision], override: str, on: date) -> None:
    sitting = conference.sitting
    assert sitting is not None, "an open conference has a sitting"
    if sitting.is_quorate:
        return
    allowed = override in policy_on(on).settings["inquorate_override_grounds"]
    enough = quorum.of_sitting(present(sitting), reported_apologies(sitting), on).may_go_on
    if not allowed or not enough or any(decision.outcome == END for decision in decided):
        raise NotQuorate(about=[conference.key])


def needing_a_decision(conference: Conference) -> list[Child]:
    """The children of the conference who need a decision: not the dead, nor at a review those whose plan has ended."""
    living = [child for child in conference.children if not child.has_died]
    return [child for child in living if open_plan(child)] if conference.is_review else living


def _check_outcomes(conference: Conference, decided: Sequence[ChildDecision], on: date) -> None:
    needing = needing_a_decision(conference)
    given = {decision.child for decision in decided}
    without = [child.key for child in needing if child not in given]
    if without:
        raise ChildWithoutDecision(about=without)
    right = {CONTINUE, END} if conference.is_review else {PLAN, NO_PLAN}
    wrong = [one.child.key for one in decided if one.outcome not in right or one.child not in needing]
    if wrong:
        raise WrongOutcome(about=wrong)
    plans = {decision.child: open_plan(decision.child) for decision in decided}
    same_day = [
        one.child.key
        for one in decided
        if one.outcome == END and (plan := plans[one.child]) is not None and plan.started_on == on
    ]
    if same_day:
        raise PlanSameDay(about=same_day)
    overlap = [one.child.key for one in decided if one.outcome == PLAN and plans[one.child]]
    if overlap:
        raise PlanOverlap(about=overlap)
    bare = [one.child.key for one in decided if one.outcome in (PLAN, CONTINUE) and not one.category.strip()]
    if bare:
        raise CategoryMissing(about=bare)


def _check_views(conference: Conference, views: Mapping[Child | FamilyMember, str]) -> None:
    """Every born child's views, said now or recorded before. Being too young is no reason: what was observed is."""
    had = {**heard(conference), **views}
    missing = [child.key for child in without_views(conference.children, had)]
    if missing:
        raise ViewsMissing(about=missing)


def _check_contingency(decisions: Decisions) -> None:
    goes_on = any(decision.outcome in (PLAN, CONTINUE) for decision in decisions.children)
    if goes_on and not decisions.contingency.strip():
        raise ContingencyMissing()


def _check_first_review(decided: Iterable[ChildDecision]) -> None:
    first = [
        one.child.key
        for one in decided
        if one.outcome == END
        and (plan := open_plan(one.child)) is not None
        and plan.reviews_held == 0
        and not one.exceptional_reason.strip()
    ]
    if first:
        raise FirstReviewEnd(about=first)


def _check_next_review(
    conference: Conference, decided: Iterable[ChildDecision], next_review_on: date | None, on: date
) -> None:
    if next_review_on is None:
        return
    limit = latest_next_review(conference, on)
    too_late = [one.child.key for one in decided if one.outcome in (PLAN, CONTINUE) and next_review_on > limit]
    if too_late:
        raise ReviewDateTooLate(about=too_late)


def latest_next_review(conference: Conference, on: date) -> date:
    """The last day for the next review of a child whose plan starts or goes on at this conference today."""
    return policy_on(on).after("rcpc_next" if conference.is_review else "rcpc_first", on, calendar())


def _write_down(
    conference: Conference, decisions: Decisions, views: Mapping[Child | FamilyMember, str], override: str
) -> None:
    """The decision and how the views were had, as records of the conference."""
    conference.contingency, conference.override_ground = decisions.contingency, override
    conference.core_group = [agency.key for agency in decisions.core_group or ()]
    for decision in decisions.children:
        row = conference.about.get(child=decision.child)
        row.outcome, row.category, row.reason = decision.outcome, decision.category, decision.reason
        row.exceptional_reason, row.step_down = decision.exceptional_reason, decision.step_down
        row.save()
    write_down_how(conference, views)
