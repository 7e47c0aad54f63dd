"""Getting a conference together: requested, booked, moved, cancelled. Its legal dates never move with it.

Sources: Working Together; LIV (out of time needs a reason and a service manager's agreement); BOLTON.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from meetings.expected import expected_agencies, expected_at, expected_people, living_children
from meetings.invitations import details_changed, meeting_called_off, meeting_moved
from meetings.inviting import invitation_of, owe_report, tell_if_short
from meetings.models import Conference, ConferenceChild, Transfer
from meetings.outcomes import reports_owed
from notifications.tell import tell
from plans.lifecycle import require_open_plans
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    AlreadyBooked,
    AlreadyExists,
    ChairNotIndependent,
    ChildLeftOut,
    DateInPast,
    LateBooking,
    NonWorkingDay,
    ReasonRequired,
    Unknown,
    WrongState,
)
from workflow.models import Agency, Case, Child, Deadline, Professional, Role
from workflow.people import link
from workflow.policy import calendar
from workflow.records import ready


@act
def request_conference(
    case: Case, key: str, *, kind: str, children: Sequence[Child], left_out: Mapping[Child, str] | None = None, on: date
) -> Conference:
    """Social care asks for an initial or pre-birth conference about these children.

    Every living child of the family is in it or left out with a reason. What is not on record yet is told. Raises
    AlreadyExists, ChildLeftOut. Source: BOLTON (one working day after the outcome).
    """
    if Conference.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    left_out = left_out or {}
    forgotten = [
        child.key for child in living_children(case) if child not in children and not left_out.get(child, "").strip()
    ]
    if forgotten:
        raise ChildLeftOut(about=forgotten)
    conference = _new_conference(case, key, kind, children)
    for child in children:
        deadlines.meet(deadlines.pending(case, "icpc_request", child.key), on=on)
    for person in [*children, *expected_people(children)]:
        for missing in person.missing:
            tell(case, "DATA_GAP", f"{person.key}:{missing}", [case.lead_practitioner], on=on)
    return conference


def _new_conference(case: Case, key: str, kind: str, children: Sequence[Child]) -> Conference:
    conference = Conference(case=case, key=key, kind=kind)
    conference.save()
    for child in children:
        ConferenceChild(conference=conference, child=child).save()
    return conference


@act
def book_conference(
    case: Case,
    key: str,
    *,
    day: date,
    kind: str = "",
    children: Sequence[Child] = (),
    chair: Professional | None = None,
    late_reason: str = "",
    approved_by: Professional | None = None,
    why_early: str = "",
    starts_at: time | None = None,
    place: str = "",
    minutes_planned: int | None = None,
    on: date,
) -> Conference:
    """A day and a chair for a conference; invitations and a report from each expected agency fall due before it.

    Initial and pre-birth conferences were requested before; reviews and transfer-in conferences are booked directly.
    `why_early` when a review comes together before it has to.
    Raises NoOpenPlan, AlreadyBooked, DateInPast, NonWorkingDay, ChairNotIndependent, LateBooking.
    """
    conference = Conference.objects.filter(case=case, key=key).first()
    if conference is not None:
        ready(conference.book)
        kind, children = conference.kind, conference.children
    elif kind not in (Conference.Kind.REVIEW, Conference.Kind.TRANSFER_IN):
        raise Unknown(about=[key])
    if kind == Conference.Kind.TRANSFER_IN:
        _require_pending_transfer(children)
    if kind == Conference.Kind.REVIEW:
        require_open_plans(children)
    chair = chair or case.chair
    _check_not_booked(children)
    _check_day(case, children, day, on=on, late_reason=late_reason, approved_by=approved_by, chair=chair)
    conference = conference or _new_conference(case, key, kind, children)
    conference.book(day=day, chair=chair, late_reason=late_reason)
    conference.why_early = why_early.strip()
    _plan(conference, starts_at, place, minutes_planned)
    conference.save()
    for party in [*expected_agencies(kind, children, on), *expected_people(children)]:
        invitation_of(conference, party)
    owe_invitations(conference, on)
    for party in expected_at(conference, on):
        if isinstance(party, Agency):
            owe_report(conference, party, on)
    link(case, chair, "chairs a conference", on=on)
    return conference


def _plan(conference: Conference, starts_at: time | None, place: str, minutes_planned: int | None) -> None:
    conference.starts_at = starts_at or conference.starts_at
    conference.place = place.strip() or conference.place
    conference.minutes_planned = minutes_planned or conference.minutes_planned


@act
def plan_sitting(
    conference: Conference,
    *,
    starts_at: time | None = None,
    place: str = "",
    minutes_planned: int | None = None,
    at: datetime,
) -> Conference:
    """The time of day (in London), the place and the length in minutes of the next sitting; what is left out stays.

    Whoever was asked before hears of it; what they answered for another time of day no longer counts. Raises
    WrongState for a conference that is over or has no day yet.
    """
    if conference.is_over or conference.booked_for is None:
        raise WrongState(f"It is {conference.get_state_display().lower()}.", about=[conference.key])
    time_before, before = conference.starts_at, (conference.place, conference.minutes_planned)
    _plan(conference, starts_at, place, minutes_planned)
    conference.save()
    if conference.is_awaited and conference.starts_at != time_before:
        meeting_moved(conference, at)
    elif conference.is_awaited and (conference.place, conference.minutes_planned) != before:
        details_changed(conference, at)
    return conference


def _require_pending_transfer(children: Sequence[Child]) -> None:
    pending = Transfer.objects.filter(child__in=children, state=Transfer.State.PENDING)
    arriving = set(pending.values_list("child__key", flat=True))
    others = [child.key for child in children if child.key not in arriving]
    if others:
        raise WrongState("No transfer is pending.", about=others)


def _check_not_booked(children: Sequence[Child]) -> None:
    undecided = [*Conference.AHEAD, Conference.State.OPEN, *Conference.ADJOURNED]
    booked = ConferenceChild.objects.filter(
        child__in=children, conference__booked_for__isnull=False, conference__state__in=undecided
    )
    if booked:
        raise AlreadyBooked(about=booked.values_list("child__key", flat=True))


def _check_day(
    case: Case,
    children: Sequence[Child],
    day: date,
    *,
    on: date,
    late_reason: str,
    approved_by: Professional | None,
    chair: Professional | None = None,
) -> None:
    if day < on:
        raise DateInPast(about=[day.isoformat()])
    if not calendar().is_working_day(day):
        raise NonWorkingDay(about=[day.isoformat()])
    if chair is not None and chair.role != Role.CONFERENCE_CHAIR:
        raise ChairNotIndependent(about=[chair.key])
    agreed = bool(late_reason.strip()) and approved_by is not None and approved_by.role == Role.SERVICE_MANAGER
    if not agreed:
        too_late = Deadline.objects.pending().filter(
            case=case,
            code__in=("icpc", "transfer_in", "review"),
            subject__in=[child.key for child in children],
            due_on__lt=day,
        )
        if too_late:
            raise LateBooking(about=[one.key for one in too_late])


def owe_invitations(conference: Conference, on: date) -> None:
    """Invitations are owed so long before the day the conference is booked for."""
    case = conference.case
    assert conference.booked_for is not None
    owed = deadlines.start_before(
        case,
        "invitations",
        conference.key,
        timescale=conference.timescale("invites"),
        event_on=conference.booked_for,
        because="the conference",
        owner=case.administrator,
        title=f"Invitations to {conference}",
        on=on,
        about=conference,
    )
    tell_if_short(owed, case.administrator, on)


def follow(owed: Iterable[Deadline], day: date, *, on: date, because: str) -> None:
    """What was counted back from the old day is counted back from the new one."""
    for one in owed:
        before = one.due_on
        deadlines.recount(one, day, on=on, because=because)
        if one.due_on != before:
            tell_if_short(one, one.owner, on)


@act
def move_conference(
    conference: Conference,
    day: date,
    *,
    reason: str,
    late_reason: str = "",
    approved_by: Professional | None = None,
    on: date,
    at: datetime,
) -> Conference:
    """Another day. Invitations and reports follow it; invitations already sent are owed again. Legal dates never move.

    Whoever was asked for the old day hears of the new one at once. Raises ReasonRequired, DateInPast, NonWorkingDay,
    LateBooking.
    """
    ready(conference.move)
    case = conference.case
    if not reason.strip():
        raise ReasonRequired(about=[conference.key])
    _check_day(case, conference.children, day, on=on, late_reason=late_reason, approved_by=approved_by)
    conference.move(day=day, late_reason=late_reason)
    conference.save()
    invitations = deadlines.pending(case, "invitations", conference.key)
    because = f"the conference was moved: {reason}"
    follow([*([invitations] if invitations else []), *reports_owed(conference)], day, on=on, because=because)
    if invitations is None:
        owe_invitations(conference, on)
    meeting_moved(conference, at)
    return conference


@act
def cancel_conference(conference: Conference, *, reason: str, at: datetime) -> Conference:
    """A conference not yet opened does not take place. The duty to hold one stays. Raises ReasonRequired."""
    ready(conference.cancel)
    if not reason.strip():
        raise ReasonRequired(about=[conference.key])
    conference.cancel()
    conference.save()
    deadlines.waive(deadlines.pending(conference.case, "invitations", conference.key))
    deadlines.waive_all(reports_owed(conference))
    meeting_called_off(conference, at, reason)
    return conference
