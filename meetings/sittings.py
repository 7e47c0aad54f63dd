"""The meeting itself: opened, quorum judged, somebody leaves, adjourned. What it decides is in `meetings.deciding`.

Sources: SWQ, SUX (quorum, new date within 10 working days).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from meetings import quorum
from meetings.arranging import follow
from meetings.attendance import note_presence
from meetings.chair import require_conferences_chair
from meetings.invitations import meeting_moved
from meetings.inviting import refuse_excluded
from meetings.models import (
    Attendance,
    Conference,
    Invitation,
    Presence,
    Sitting,
)
from meetings.outcomes import reports_owed
from notifications.tell import tell
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    InterimPlanMissing,
    NextDateTooLate,
    NonWorkingDay,
    NotBookedForToday,
    SecondInquorate,
    Unknown,
    WrongState,
)
from workflow.models import Agency, FamilyMember, Professional, Role
from workflow.people import heard_from, lead_of, link
from workflow.policy import calendar, policy_on
from workflow.records import ready


@act
def open_conference(
    conference: Conference,
    *,
    attended: Sequence[Professional],
    family_present: Sequence[FamilyMember] = (),
    apologies: Sequence[Agency] = (),
    apologies_with_report: Sequence[Agency] = (),
    modes: Mapping[Professional | FamilyMember, str] | None = None,
    stands_in_for: Mapping[Professional, str] | None = None,
    by: Professional,
    on: date,
    at: datetime,
) -> Sitting:
    """Opens a sitting, judges quorum and notes which expected agencies are absent.

    `modes` says who is not in the room but on video or the telephone, `stands_in_for` whose substitute somebody is, in
    words. Raises NotBookedForToday, ExcludedPerson.
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
    modes, stands_in_for = modes or {}, stands_in_for or {}
    for professional in attended:
        come(sitting, professional, modes.get(professional, ""), stands_in_for.get(professional, ""), on=on, at=at)
    for member in family_present:
        come(sitting, member, modes.get(member, ""), on=on, at=at)
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
        with_apologies=apologies,
        on=on,
    )
    heard_from(case, [*there, *apologies_with_report])
    if not sitting.is_quorate:
        _tell_inquorate(sitting, on)
    return sitting


def come(
    sitting: Sitting,
    who: Professional | FamilyMember,
    mode: str = "",
    stands_in_for: str = "",
    *,
    on: date,
    at: datetime,
) -> Attendance:
    """Somebody is here from now on; a professional needs to know about the case from then on."""
    row = Attendance(
        sitting=sitting,
        mode=mode or Attendance.Mode.ROOM,
        stands_in_for=stands_in_for,
        arrived_at=at,
        **attendee(who),
    )
    row.save()
    if isinstance(who, Professional):
        link(sitting.conference.case, who, "attended a conference", on=on)
    return row


def attendee(who: Professional | FamilyMember) -> dict[str, Professional | FamilyMember]:
    """The lookup that finds somebody's rows of attendance."""
    return {"professional" if isinstance(who, Professional) else "family_member": who}


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
    here = sitting.attendance.filter(left_early=False, why_struck="").exclude(professional=None)
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
def record_departure(
    conference: Conference, who: Professional | FamilyMember, *, by: Professional, on: date, at: datetime
) -> Sitting:
    """Somebody leaves an open sitting; quorum is judged again, the count of absences is not touched.

    Raises Unknown when they are not there.
    """
    sitting = conference.sitting
    attendance = here_now(sitting, who) if sitting else None
    if sitting is None or attendance is None:
        raise Unknown(about=[who.key])
    require_conferences_chair(conference, by, on)
    require_open(conference)
    attendance.left_early, attendance.left_at = True, at
    attendance.save()
    judge_again(sitting, on)
    return sitting


def here_now(sitting: Sitting, who: Professional | FamilyMember) -> Attendance | None:
    """Their row of attendance, if they are here now."""
    return sitting.attendance.filter(left_early=False, why_struck="", **attendee(who)).first()


def judge_again(sitting: Sitting, on: date) -> None:
    """Whether enough agencies are there now; the loss of quorum is told."""
    was_quorate = sitting.is_quorate
    sitting.is_quorate = quorum.of_sitting(present(sitting), reported_apologies(sitting), on).is_quorate
    sitting.save()
    if was_quorate and not sitting.is_quorate:
        _tell_inquorate(sitting, on)


def require_open(conference: Conference) -> None:
    """Raises WrongState unless a sitting is going on."""
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
    at: datetime,
) -> Conference:
    """Comes together again on another working day within the limit; no statutory date moves, pending reports do.

    `reason` is inquorate or other. Raises InterimPlanMissing, NonWorkingDay, NextDateTooLate, SecondInquorate.
    """
    require_conferences_chair(conference, by, on)
    ready(conference.adjourn)
    case = conference.case
    inquorate = reason == "inquorate"
    starts_plans = conference.kind in (Conference.Kind.INITIAL, Conference.Kind.PRE_BIRTH)
    has_plan = bool(interim_safety_plan.strip()) if starts_plans else existing_plan_reviewed
    if inquorate and not has_plan:
        raise InterimPlanMissing(about=[conference.key])
    if not calendar().is_working_day(next_date):
        raise NonWorkingDay(about=[next_date.isoformat()])
    if next_date > latest_next_date(conference, on):
        raise NextDateTooLate(about=[next_date.isoformat()])
    too_often = needs_the_chairs_manager(conference, on)
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
        timescale=conference.timescale("reconvene"),
        since=on,
        because="adjourned sitting",
        owner=conference.chair,
        title=f"Next sitting of {conference}",
        on=on,
        about=conference,
    )
    follow(reports_owed(conference), next_date, on=on, because="the conference was adjourned")
    meeting_moved(conference, at)
    return conference


def latest_next_date(conference: Conference, on: date) -> date:
    """The last day on which a conference adjourned on that day may come together again."""
    return policy_on(on).after(conference.timescale("reconvene"), on, calendar())


def needs_the_chairs_manager(conference: Conference, on: date) -> bool:
    """Whether one more inquorate adjournment would be one too many in a row without a service manager's agreement."""
    return conference.inquorate_in_a_row >= policy_on(on).settings["max_consecutive_inquorate"]
