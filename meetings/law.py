"""Moves between authorities, legal status, legal planning, serious incidents."""

from collections.abc import Sequence
from datetime import date

from meetings.models import LegalPlanningMeeting, LookedAfter, LookedAfterReview, SeriousIncident, Transfer
from meetings.outcomes import review_no_longer_owed
from notifications.tell import tell
from plans.lifecycle import open_plan
from workflow import deadlines
from workflow.acts import act
from workflow.errors import AdviceMissing, AlreadyExists, WrongState
from workflow.models import Case, Child, Professional, Role
from workflow.people import first_in_post, service_manager
from workflow.records import ready


@act
def notify_transfer_in(
    child: Child,
    *,
    from_authority: str,
    permanent: bool,
    plan_started_on: date,
    category: str,
    notified_on: date | None = None,
    on: date,
) -> Transfer:
    """A child on a plan elsewhere has moved here. For good: a conference is owed; for a time: nothing.

    Until that conference the other authority keeps the plan. Source: NORF (from written notification).
    """
    case = child.case
    if open_plan(child):
        raise WrongState("The child has an open plan here.", about=[child.key])
    waiting = (Transfer.State.PENDING, Transfer.State.TEMPORARY)
    day = notified_on or on
    transfer = Transfer.objects.filter(child=child, state__in=waiting).last()
    if transfer is None:
        transfer = Transfer(
            case=case,
            child=child,
            from_authority=from_authority,
            plan_started_on=plan_started_on,
            category=category,
            notified_on=day,
        )
    if not permanent:
        transfer.stay_temporary()
        transfer.save()
        deadlines.waive(deadlines.pending(case, "transfer_in", child.key))
        return transfer
    transfer.become_permanent()
    transfer.notified_on = day
    transfer.save()
    deadlines.start(
        case,
        "transfer_in",
        child.key,
        timescale="transfer_in_hold",
        since=day,
        because="written notification of the move",
        owner=case.chair,
        title=f"Transfer-in conference about {child.name}",
        on=on,
        about=child,
    )
    return transfer


@act
def record_legal_status(child: Child, *, status: str, from_on: date | None = None, on: date) -> LookedAfter | None:
    """Any status but `ended` makes the child looked after; a child who was not owes a first review.

    Source: Care Planning Regulations (20 working days).
    """
    case, day = child.case, from_on or on
    current = LookedAfter.objects.filter(child=child, until_on=None).first()
    if status == "ended":
        if current:
            current.until_on = day
            current.save()
        review_no_longer_owed(child)
        return current
    if current:
        current.status = status
        current.save()
        return current
    looked_after = LookedAfter(case=case, child=child, status=status, from_on=day)
    looked_after.save()
    LookedAfterReview(case=case, child=child).save()
    reviewer = first_in_post(Role.IRO, on)
    deadlines.start(
        case,
        "looked_after_review",
        child.key,
        timescale="looked_after_first_review",
        since=day,
        because="the child became looked after",
        owner=reviewer or case.chair,
        title=f"First looked-after review of {child.name}",
        on=on,
        about=child,
    )
    if open_plan(child):
        tell(case, "DUAL_STATUS", child.key, [case.chair, reviewer, case.team_manager], on=on)
    return looked_after


@act
def recommend_legal_planning(
    case: Case, key: str, *, children: Sequence[Child], due: date | None = None, on: date
) -> LegalPlanningMeeting:
    """The chair asks for legal advice, by a day the chair names or by the ordinary one. Raises AlreadyExists."""
    if LegalPlanningMeeting.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    about = [child.key for child in children]
    meeting = LegalPlanningMeeting(case=case, key=key, recommended_on=on, children=about)
    meeting.save()
    title = f"Legal planning meeting {key}"
    if due:
        deadlines.start_chosen(
            case,
            "legal_planning",
            key,
            due=due,
            because="the day the chair named",
            owner=case.team_manager,
            title=title,
            on=on,
            about=meeting,
        )
    else:
        deadlines.start(
            case,
            "legal_planning",
            key,
            timescale="legal_planning",
            since=on,
            because="the chair's recommendation",
            owner=case.team_manager,
            title=title,
            on=on,
            about=meeting,
        )
    return meeting


@act
def hold_legal_planning(meeting: LegalPlanningMeeting, *, advice: str, outcome: str, on: date) -> LegalPlanningMeeting:
    """The advice and what was decided. Raises AdviceMissing."""
    ready(meeting.hold)
    if not advice.strip():
        raise AdviceMissing(about=[meeting.key])
    meeting.hold(on=on, advice=advice, outcome=outcome)
    meeting.save()
    deadlines.meet(deadlines.pending(meeting.case, "legal_planning", meeting.key), on=on)
    return meeting


@act
def record_serious_incident(
    case: Case, key: str, *, children: Sequence[Child], what: str, aware_on: date | None = None, on: date
) -> SeriousIncident:
    """The national panel has to be told within five working days of becoming aware. Raises AlreadyExists."""
    if SeriousIncident.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    incident = SeriousIncident(case=case, key=key, what=what, aware_on=aware_on or on)
    incident.save()
    deadlines.start(
        case,
        "serious_incident",
        key,
        timescale="serious_incident_notice",
        since=incident.aware_on,
        because="the authority became aware",
        owner=_director(on) or case.team_manager,
        title=f"Notice to the national panel of {incident}",
        on=on,
        about=incident,
    )
    return incident


def _director(on: date) -> Professional | None:
    return first_in_post(Role.DIRECTOR, on) or service_manager(on)


@act
def notify_national_panel(incident: SeriousIncident, *, on: date) -> SeriousIncident:
    """The director has told the panel."""
    ready(incident.notify)
    incident.notify()
    incident.save()
    deadlines.meet(deadlines.pending(incident.case, "serious_incident", incident.key), on=on)
    return incident
