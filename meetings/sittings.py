"""The meeting itself: opened, quorum judged, somebody leaves, adjourned, decided.

The chair decides after hearing everybody; it is not a vote. Sources: SWQ, SUX (quorum, new date within 10 working
days), LINC (a plan ends only at a quorate review), Working Together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from meetings import quorum
from meetings.arranging import follow, refuse_excluded, require_conferences_chair, timescale
from meetings.attendance import note_presence
from meetings.models import (
    Attendance,
    Conference,
    ConferenceChild,
    Invitation,
    Presence,
    Sitting,
    View,
)
from meetings.outcomes import ChildDecision, Decisions, conference_decided, reports_owed
from notifications.tell import tell
from plans.actions import check_all
from plans.lifecycle import open_plan
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    CategoryMissing,
    ChildWithoutDecision,
    ContingencyMissing,
    FirstReviewEnd,
    InterimPlanMissing,
    NextDateTooLate,
    NonWorkingDay,
    NotBookedForToday,
    NotQuorate,
    PlanOverlap,
    PlanSameDay,
    ReviewDateTooLate,
    SecondInquorate,
    Unknown,
    ViewsMissing,
    WrongOutcome,
    WrongState,
)
from workflow.models import Agency, Child, FamilyMember, Professional, Role
from workflow.people import heard_from, lead_of, link
from workflow.policy import calendar, policy_on
from workflow.records import ready

PLAN, NO_PLAN = ConferenceChild.Outcome.PLAN, ConferenceChild.Outcome.NO_PLAN
CONTINUE, END = ConferenceChild.Outcome.CONTINUE, ConferenceChild.Outcome.END


# Opening


@act
def open_conference(
    conference: Conference,
    *,
    attended: Sequence[Professional],
    family_present: Sequence[FamilyMember] = (),
    apologies: Sequence[Agency] = (),
    apologies_with_report: Sequence[Agency] = (),
    by: Professional,
    on: date,
) -> Sitting:
    """Opens a sitting, judges quorum and notes which expected agencies are absent.

    Raises NotBookedForToday, ExcludedPerson.
    """
    require_conferences_chair(conference, by, on)
    ready(conference.open)
    if conference.booked_for != on:
        raise NotBookedForToday(about=[conference.key])
    refuse_excluded(conference, family_present)
    case = conference.case
    judged = quorum.of_sitting(attended, apologies_with_report, on)
    sitting = Sitting(
        conference=conference,
        number=conference.sittings.count() + 1,
        held_on=on,
        is_quorate=judged.is_quorate,
    )
    sitting.save()
    for professional in attended:
        Attendance(sitting=sitting, professional=professional).save()
        link(case, professional, "attended a conference", on=on)
    for member in family_present:
        Attendance(sitting=sitting, family_member=member).save()
    conference.open()
    conference.save()
    deadlines.meet(deadlines.pending(case, "reconvene", conference.key), on=on)
    there = {person.agency for person in attended}
    note_presence(
        case,
        Presence.Occasion.SITTING,
        conference.key,
        expected=invited_agencies(conference),
        there=there,
        with_report=apologies_with_report,
        on=on,
    )
    heard_from(case, [*there, *apologies_with_report])
    if not sitting.is_quorate:
        _tell_inquorate(sitting, on)
    return sitting


def invited_agencies(conference: Conference) -> list[Agency]:
    """The agencies expected at a sitting: those invited and not excused since."""
    invited = conference.invitations.filter(state=Invitation.State.INVITED).exclude(agency=None)
    return [invitation.agency for invitation in invited.select_related("agency") if invitation.agency]


def _tell_inquorate(sitting: Sitting, on: date) -> None:
    conference = sitting.conference
    there = {person.agency for person in present(sitting)}
    absent = [agency for agency in invited_agencies(conference) if agency not in there]
    hear = [conference.case.chair, *(lead_of(agency, on) for agency in absent)]
    tell(conference.case, "INQUORATE", conference.key, hear, on=on)


def present(sitting: Sitting) -> list[Professional]:
    """The professionals in the room now: those who came and have not left."""
    here = sitting.attendance.filter(left_early=False).exclude(professional=None)
    return [each.professional for each in here.select_related("professional__agency") if each.professional]


def reported_apologies(sitting: Sitting) -> list[Agency]:
    """The agencies that sent a report with their apologies to this sitting."""
    conference = sitting.conference
    rows = Presence.objects.filter(
        case=conference.case,
        occasion=Presence.Occasion.SITTING,
        key=conference.key,
        held_on=sitting.held_on,
        sent_report=True,
    )
    return [row.agency for row in rows.select_related("agency")]


@act
def record_departure(conference: Conference, who: Professional, *, by: Professional, on: date) -> Sitting:
    """Somebody leaves an open sitting; quorum is judged again, the count of absences is not touched.

    Raises Unknown when they are not there.
    """
    sitting = conference.sitting
    attendance = sitting.attendance.filter(professional=who, left_early=False).first() if sitting else None
    if sitting is None or attendance is None:
        raise Unknown(about=[who.key])
    require_conferences_chair(conference, by, on)
    _require_open(conference)
    attendance.left_early = True
    attendance.save()
    was_quorate = sitting.is_quorate
    sitting.is_quorate = quorum.of_sitting(present(sitting), reported_apologies(sitting), on).is_quorate
    sitting.save()
    if was_quorate and not sitting.is_quorate:
        _tell_inquorate(sitting, on)
    return sitting


def _require_open(conference: Conference) -> None:
    if conference.state != Conference.State.OPEN:
        raise WrongState(f"It is {conference.get_state_display().lower()}.", about=[conference.key])


# Adjourning


@act
def adjourn_conference(
    conference: Conference,
    *,
    reason: str,
    next_date: date,
    interim_safety_plan: str = "",
    existing_plan_reviewed: bool = False,
    agreed_by: Professional | None = None,
    by: Professional,
    on: date,
) -> Conference:
    """Comes together again on another working day within the limit; no statutory date moves, pending reports do.

    `reason` is inquorate or other. Raises InterimPlanMissing, NonWorkingDay, NextDateTooLate, SecondInquorate.
    """
    require_conferences_chair(conference, by, on)
    ready(conference.adjourn)
    policy, days, case = policy_on(on), calendar(), conference.case
    inquorate = reason == "inquorate"
    starts_plans = conference.kind in (Conference.Kind.INITIAL, Conference.Kind.PRE_BIRTH)
    has_plan = bool(interim_safety_plan.strip()) if starts_plans else existing_plan_reviewed
    if inquorate and not has_plan:
        raise InterimPlanMissing(about=[conference.key])
    if not days.is_working_day(next_date):
        raise NonWorkingDay(about=[next_date.isoformat()])
    if next_date > policy.after(timescale("reconvene", conference), on, days):
        raise NextDateTooLate(about=[next_date.isoformat()])
    too_often = conference.inquorate_in_a_row >= policy.settings["max_consecutive_inquorate"]
    agreed = agreed_by is not None and agreed_by.role == Role.SERVICE_MANAGER
    if inquorate and too_often and not agreed:
        raise SecondInquorate(about=[conference.key])
    conference.adjourn(inquorate=inquorate, next_date=next_date)
    conference.interim_safety_plan = interim_safety_plan
    conference.existing_plan_reviewed = existing_plan_reviewed
    conference.save()
    assert conference.chair is not None
    deadlines.start(
        case,
        "reconvene",
        conference.key,
        timescale=timescale("reconvene", conference),
        since=on,
        because="adjourned sitting",
        owner=conference.chair,
        title=f"Next sitting of {conference}",
        on=on,
        about=conference,
    )
    follow(reports_owed(conference), next_date, on=on, because="the conference was adjourned")
    return conference


# Deciding


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
    require_conferences_chair(conference, by, on)
    ready(conference.decide)
    _check_quorum(conference, decisions.children, override, on)
    _check_outcomes(conference, decisions.children, on)
    _check_views(conference, views)
    _check_contingency(decisions)
    _check_first_review(decisions.children)
    _check_next_review(conference, decisions.children, next_review_on, on)
    check_all(conference.case, decisions.actions, on=on)
    _write_down(conference, decisions, views, override)
    conference.decide(at=at)
    conference.save()
    conference_decided(conference, decisions, on=on)
    return conference


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
    """Every born child's views, somehow. Being too young is no reason: what was observed is."""
    missing = [
        child.key
        for child in conference.children
        if child.is_born and views.get(child, View.How.NOT_OBTAINED) in View.NO_VIEW
    ]
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
    policy, days = policy_on(on), calendar()
    too_late = [
        one.child.key
        for one in decided
        if one.outcome in (PLAN, CONTINUE)
        and next_review_on > policy.after("rcpc_next" if conference.is_review else "rcpc_first", on, days)
    ]
    if too_late:
        raise ReviewDateTooLate(about=too_late)


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
    for person, how in views.items():
        named = {"child": person} if isinstance(person, Child) else {"family_member": person}
        View(conference=conference, how=how, **named).save()
