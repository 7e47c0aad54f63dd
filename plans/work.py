"""Work with the child between meetings: visits, supervision, marks and injuries, missed appointments, contingency."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from notifications.tell import tell
from plans import patterns
from plans.lifecycle import open_plan, owe_supervision, owe_visit, require_open_plans
from plans.models import Injury, MissedAppointment, ProfessionalsMeeting, Supervision, Visit
from workflow import deadlines
from workflow.acts import act
from workflow.errors import DateInFuture, ReasonRequired, WrongState
from workflow.models import Case, Child, Professional
from workflow.people import agency_with_key, contact_of, heard_from
from workflow.policy import calendar, policy_on


@act
def record_visit(
    case: Case,
    *,
    seen: Sequence[Child],
    visited_on: date | None = None,
    alone: Sequence[Child] = (),
    not_seen: Mapping[Child, str] | None = None,
    unannounced: bool = False,
    on: date,
) -> list[Visit]:
    """A visit, on `visited_on` (today if not said). Only a child who was seen restarts the clock, from the visit's day.

    A visit not later than the last one changes no date. For an unborn child the mother is seen. Raises DateInFuture,
    ReasonRequired for a child not seen. Source: local procedures (LIV: recorded within 2 working days).
    """
    day = visited_on or on
    if day > on:
        raise DateInFuture(about=[day.isoformat()])
    not_seen = not_seen or {}
    without_reason = [child.key for child, why in not_seen.items() if not why.strip()]
    if without_reason:
        raise ReasonRequired(about=without_reason)
    visits = [_keep_visit(child, day, on, seen=True, alone=child in alone, unannounced=unannounced) for child in seen]
    for child in seen:
        _count_from_visit(child, day, on)
    is_late = policy_on(on).after("visit_record", day, calendar()) < on
    for child in seen if is_late else ():
        tell(case, "RECORDED_LATE", child.key, [case.team_manager], on=on)
    for child, why in not_seen.items():
        visits.append(_keep_visit(child, day, on, seen=False, unannounced=unannounced, why=why))
    return visits


def _keep_visit(
    child: Child, day: date, on: date, *, seen: bool, alone: bool = False, unannounced: bool = False, why: str = ""
) -> Visit:
    visit = Visit(
        child=child,
        visited_on=day,
        recorded_on=on,
        was_seen=seen,
        was_alone=alone,
        was_unannounced=unannounced,
        why_not_seen=why,
    )
    visit.save()
    return visit


def _count_from_visit(child: Child, day: date, on: date) -> None:
    owed = deadlines.pending(child.case, "visit", child.key)
    if open_plan(child) and owed and owed.counted_from and day > owed.counted_from:
        deadlines.meet(owed, on=day)
        owe_visit(child, day, "the child was seen", on)
        patterns.when_seen(child, on)


@act
def record_supervision(
    case: Case, *, children: Sequence[Child], decision: str, supervised_on: date | None = None, on: date
) -> list[Supervision]:
    """Management oversight of each child's work, with what was decided, on `supervised_on` (today if not said).

    One not later than the last changes no date. Raises DateInFuture, ReasonRequired.
    """
    day = supervised_on or on
    if day > on:
        raise DateInFuture(about=[day.isoformat()])
    if not decision.strip():
        raise ReasonRequired(about=[child.key for child in children])
    kept = []
    for child in children:
        supervision = Supervision(child=child, supervised_on=day, decision=decision)
        supervision.save()
        kept.append(supervision)
        owed = deadlines.pending(case, "supervision", child.key)
        if open_plan(child) and owed and owed.counted_from and day > owed.counted_from:
            deadlines.meet(owed, on=day)
            owe_supervision(child, day, "the last supervision", on)
    return kept


@act
def record_was_not_brought(child: Child, *, service: str, missed_on: date | None = None, on: date) -> MissedAppointment:
    """The child was not brought to an appointment. Two in ninety calendar days are a pattern somebody hears of."""
    case, day = child.case, missed_on or on
    missed = MissedAppointment(child=child, service=service, missed_on=day)
    missed.save()
    settings = policy_on(on).settings
    recent = MissedAppointment.objects.filter(
        child=child, missed_on__gt=day - timedelta(days=settings["was_not_brought_days"]), missed_on__lte=day
    )
    if recent.count() >= settings["was_not_brought_count"]:
        health = agency_with_key("health")
        contact = contact_of(case, health, on) if health else None
        tell(case, "WAS_NOT_BROUGHT_PATTERN", child.key, [case.lead_practitioner, case.chair, contact], on=on)
    return missed


@act
def record_injury(
    child: Child,
    *,
    what: str,
    non_mobile: bool,
    noticed_on: date | None = None,
    hospital: bool = False,
    on: date,
) -> Injury:
    """A mark or injury.

    On a child who cannot move it is owed a strategy discussion the same day, whatever is said of it.

    Source: LLR-PMB (marks on a pre-mobile baby); two in 365 calendar days over all the children are a pattern.
    """
    case, day = child.case, noticed_on or on
    injury = Injury(child=child, what=what, is_non_mobile=non_mobile, noticed_on=day, at_hospital=hospital)
    injury.save()
    if non_mobile:
        deadlines.start(
            case,
            "same_day_strategy",
            child.key,
            timescale="strategy_same_day",
            since=on,
            because="mark on a child who cannot move recorded",
            owner=case.team_manager,
            title=f"Strategy discussion the same day about {child.name}",
            on=on,
            about=child,
            fast=True,
        )
        tell(case, "NON_MOBILE_INJURY", child.key, [case.team_manager, case.chair], on=on)
    settings = policy_on(on).settings
    recent = Injury.objects.filter(
        child__case=case, noticed_on__gt=day - timedelta(days=settings["injury_days"]), noticed_on__lte=day
    )
    if recent.count() >= settings["injury_count"]:
        tell(case, "INJURY_PATTERN", child.key, [case.lead_practitioner, case.team_manager, case.chair], on=on)
    return injury


@act
def record_professionals_meeting(
    case: Case, *, children: Sequence[Child], attended: Sequence[Professional], outcome: str, on: date
) -> ProfessionalsMeeting:
    """Professionals met: neither a core group nor a visit, so no clock is touched and no absence counted."""
    meeting = ProfessionalsMeeting(case=case, held_on=on, outcome=outcome)
    meeting.save()
    heard_from(case, [person.agency for person in attended])
    return meeting


@act
def record_contingency_met(child: Child, *, condition: str, on: date) -> None:
    """The condition written in the contingency plan has come true: somebody owes an answer. Raises NoOpenPlan."""
    require_open_plans([child])
    case = child.case
    deadlines.start(
        case,
        "contingency",
        child.key,
        timescale="contingency_response",
        since=on,
        because=f"contingency condition met ({condition})",
        owner=case.team_manager,
        title=f"Answer to the contingency plan of {child.name}",
        on=on,
        about=child,
    )


@act
def answer_contingency(child: Child, *, response: str, on: date) -> None:
    """What is being done now that the condition has come true. Raises ReasonRequired."""
    owed = deadlines.pending(child.case, "contingency", child.key)
    if owed is None:
        raise WrongState(about=[child.key])
    if not response.strip():
        raise ReasonRequired(about=[child.key])
    deadlines.meet(owed, on=on)
    patterns.when_contingency_is_answered(child, on)
