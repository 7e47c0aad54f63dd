"""Discharge meetings: before a child, or a newborn, leaves hospital.

Source: learning from reviews (a mark on a baby, a discharge nobody had agreed). Social care and health decide together.
"""

from collections.abc import Sequence
from datetime import date

from meetings import quorum
from meetings.models import DischargeMeeting
from meetings.outcomes import discharge_held
from notifications.tell import tell
from workflow.acts import act
from workflow.errors import (
    AlreadyExists,
    ConditionsMissing,
    DateInPast,
    DischargeInquorate,
    NonWorkingDay,
    ReasonRequired,
)
from workflow.models import SOCIAL_CARE, Child, Professional
from workflow.policy import calendar
from workflow.records import ready

GROUPS = (SOCIAL_CARE, "health")


@act
def call_discharge_meeting(
    child: Child, key: str, *, hospital: str, planned_for: date, by: Professional, on: date
) -> DischargeMeeting:
    """Calls a discharge meeting for a working day; lead practitioner and team manager hear of it.

    Raises AlreadyExists, DateInPast, NonWorkingDay.
    """
    case = child.case
    if DischargeMeeting.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    if planned_for < on:
        raise DateInPast(about=[planned_for.isoformat()])
    if not calendar().is_working_day(planned_for) and planned_for != on:
        raise NonWorkingDay("A discharge that cannot wait is held today.", about=[planned_for.isoformat()])
    meeting = DischargeMeeting(
        case=case, key=key, child=child, hospital=hospital, planned_for=planned_for, called_by=by
    )
    meeting.save()
    tell(case, "DISCHARGE_MEETING_CALLED", key, [case.lead_practitioner, case.team_manager], on=on)
    return meeting


@act
def hold_discharge_meeting(
    meeting: DischargeMeeting, *, is_safe: bool, conditions: str, attended: Sequence[Professional], on: date
) -> DischargeMeeting:
    """Whether the child may go home, and what has to be in place first. What follows: `outcomes.discharge_held`.

    Nobody is agreed safe without conditions or the word "none". Raises DischargeInquorate, ConditionsMissing.
    """
    ready(meeting.hold)
    missing = missing_groups(attended, on)
    if missing:
        raise DischargeInquorate(about=missing)
    if is_safe and not conditions.strip():
        raise ConditionsMissing(about=[meeting.child.key])
    meeting.hold(on=on, is_safe=is_safe, conditions=conditions)
    meeting.attended = [person.key for person in attended]
    meeting.save()
    discharge_held(meeting, attended, on=on)
    return meeting


def missing_groups(attended: Sequence[Professional], on: date) -> list[str]:
    """The groups a discharge meeting still lacks, of social care and health, by agency or by its quorum group."""
    there = {name for agency in quorum.counting_agencies(attended, on) for name in (agency.key, agency.quorum_group)}
    return [group for group in GROUPS if group not in there]


@act
def cancel_discharge_meeting(meeting: DischargeMeeting, *, reason: str) -> DischargeMeeting:
    """A meeting that was called is not held. Raises ReasonRequired."""
    ready(meeting.cancel)
    if not reason.strip():
        raise ReasonRequired(about=[meeting.key])
    meeting.cancel(reason=reason)
    meeting.save()
    return meeting
