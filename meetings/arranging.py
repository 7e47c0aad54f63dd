"""Getting a conference together: requested, booked, moved, cancelled; who is excused, excluded, invited; reports.

A conference adjourned or moved keeps its legal dates. Sources: Working Together; LIV (out of time needs a reason and
a service manager); SUX (exclusion, reports); learning from reviews (not all agencies invited).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from meetings.expected import expected_agencies, expected_at, expected_people, living_children
from meetings.models import Conference, ConferenceChild, Exclusion, Invitation, Party, Report, Transfer, party_filter
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
    EvidenceMissing,
    ExcludedPerson,
    ExclusionGroundNotAllowed,
    ExclusionTooLate,
    ExcuseNotAllowed,
    ExpectedNotInvited,
    InterpreterNotBooked,
    InterpreterNotIndependent,
    LateBooking,
    NonWorkingDay,
    NotYourAgency,
    OtherMeansMissing,
    ReasonRequired,
    Unknown,
    WrongState,
)
from workflow.models import Agency, Case, Child, Deadline, FamilyMember, Professional, Role
from workflow.people import contact_of, heard_from, link, take_part
from workflow.permissions import ADMIN, has_role, require_wears, speaks_for
from workflow.policy import calendar, policy_on
from workflow.records import ready
from workflow.working_days import add_working_days

FAMILY_EXCUSES = ("deceased", "child_asks", "whereabouts_unknown")
AGENCY_EXCUSES = ("no_relevant_information", "work_ended")


def timescale(name: str, conference: Conference) -> str:
    """The code of a timescale that differs for reviews: invites, report, reconvene."""
    return f"{name}_{'rcpc' if conference.is_review else 'icpc'}"


def require_conferences_chair(conference: Conference, by: Professional | None, on: date) -> None:
    """Raises NotPermitted unless the doer is the chair the conference was booked with, or covers them today."""
    require_wears(by, [conference.chair], on)


# Requesting, booking, moving, cancelling


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
    on: date,
) -> Conference:
    """A day and a chair for a conference; invitations and a report from each expected agency fall due before it.

    Initial and pre-birth conferences were requested before; reviews and transfer-in conferences are booked directly.
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
    conference.save()
    for party in [*expected_agencies(kind, children, on), *expected_people(children)]:
        invitation_of(conference, party)
    owe_invitations(conference, on)
    for party in expected_at(conference, on):
        if isinstance(party, Agency):
            owe_report(conference, party, on)
    link(case, chair, "chairs a conference", on=on)
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
        timescale=timescale("invites", conference),
        event_on=conference.booked_for,
        because="the conference",
        owner=case.administrator,
        title=f"Invitations to {conference}",
        on=on,
        about=conference,
    )
    _tell_if_short(owed, case.administrator, on)


def owe_report(conference: Conference, agency: Agency, on: date) -> None:
    """A report is owed by the agency's contact so long before the day the conference is booked for."""
    case, contact = conference.case, contact_of(conference.case, agency, on)
    take_part(case, agency)
    if contact is None or conference.booked_for is None:
        return
    owed = deadlines.start_before(
        case,
        "report",
        f"{conference.key}:{agency.key}",
        timescale=timescale("report", conference),
        event_on=conference.booked_for,
        because="the conference",
        owner=contact,
        title=f"Report of {agency} to {conference}",
        on=on,
        about=conference,
    )
    _tell_if_short(owed, contact, on)


def _tell_if_short(owed: Deadline | None, owner: deadlines.Owner | None, on: date) -> None:
    if owed is not None and owed.short_notice:
        hears = owner if isinstance(owner, Professional) else None
        tell(owed.case, "SHORT_NOTICE", owed.key, [hears, owed.case.chair], on=on)


def follow(owed: Iterable[Deadline], day: date, *, on: date, because: str) -> None:
    """What was counted back from the old day is counted back from the new one."""
    for one in owed:
        before = one.due_on
        deadlines.recount(one, day, on=on, because=because)
        if one.due_on != before:
            _tell_if_short(one, one.owner, on)


@act
def move_conference(
    conference: Conference,
    day: date,
    *,
    reason: str,
    late_reason: str = "",
    approved_by: Professional | None = None,
    on: date,
) -> Conference:
    """Another day. Invitations and reports follow it; invitations already sent are owed again. Legal dates never move.

    Raises ReasonRequired, DateInPast, NonWorkingDay, LateBooking.
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
    return conference


@act
def cancel_conference(conference: Conference, *, reason: str) -> Conference:
    """A conference not yet opened does not take place. The duty to hold one stays. Raises ReasonRequired."""
    ready(conference.cancel)
    if not reason.strip():
        raise ReasonRequired(about=[conference.key])
    conference.cancel()
    conference.save()
    deadlines.waive(deadlines.pending(conference.case, "invitations", conference.key))
    deadlines.waive_all(reports_owed(conference))
    return conference


# Who is asked


def invitation_of(conference: Conference, party: Party) -> Invitation:
    """The invitation of this party, expected until something else is said."""
    invitation = conference.invitations.filter(**party_filter(party)).first()
    if invitation is None:
        invitation = Invitation(conference=conference, **party_filter(party))
        invitation.save()
    return invitation


@act
def excuse_from_conference(
    conference: Conference, who: Party, *, reason: str, tracing: str = "", on: date
) -> Invitation:
    """Somebody expected need not be invited, for one of the allowed reasons. Raises ExcuseNotAllowed.

    Family: deceased, child_asks, whereabouts_unknown (with the tracing steps). Agency: no_relevant_information,
    work_ended; its report is no longer owed.
    """
    _require_ahead(conference)
    allowed = AGENCY_EXCUSES if isinstance(who, Agency) else FAMILY_EXCUSES
    if reason not in allowed or (reason == "whereabouts_unknown" and not tracing.strip()):
        raise ExcuseNotAllowed(about=[who.key])
    invitation = invitation_of(conference, who)
    invitation.excuse_from(reason=reason, tracing=tracing)
    invitation.save()
    if isinstance(who, Agency):
        deadlines.waive(deadlines.pending(conference.case, "report", f"{conference.key}:{who.key}"))
    return invitation


def _require_ahead(conference: Conference) -> None:
    if conference.state not in Conference.AHEAD:
        raise WrongState(f"It is {conference.get_state_display().lower()}.", about=[conference.key])


@act
def request_exclusion(
    conference: Conference,
    person: FamilyMember,
    *,
    grounds: Sequence[str],
    evidence: str,
    late_reason: str = "",
    on: date,
) -> Exclusion:
    """Asks the chair to keep somebody out, on a ground and with evidence, in time. Source: SUX (3 working days).

    Raises ExclusionGroundNotAllowed, EvidenceMissing, ExclusionTooLate.
    """
    if conference.state not in (Conference.State.BOOKED, Conference.State.INVITED):
        raise WrongState(about=[conference.key])
    policy, days = policy_on(on), calendar()
    if not set(grounds) <= set(policy.settings["exclusion_grounds"]):
        raise ExclusionGroundNotAllowed(about=set(grounds) - set(policy.settings["exclusion_grounds"]))
    if not evidence.strip():
        raise EvidenceMissing(about=[person.key])
    assert conference.booked_for is not None and conference.chair is not None
    last_day = policy.span("exclusion_request").before(conference.booked_for, days)
    if on > last_day and not late_reason.strip():
        raise ExclusionTooLate(about=[person.key])
    exclusion = exclusion_of(conference, person)
    exclusion.request(grounds=list(grounds), evidence=evidence, late_reason=late_reason)
    exclusion.save()
    deadlines.start(
        conference.case,
        "exclusion",
        f"{conference.key}:{person.key}",
        timescale="exclusion_decision",
        since=on,
        because="exclusion asked for",
        owner=conference.chair,
        title=f"Decision on an exclusion from {conference}",
        on=on,
        about=conference,
        no_later_than=add_working_days(conference.booked_for, -1, days),
    )
    return exclusion


def exclusion_of(conference: Conference, person: FamilyMember) -> Exclusion:
    """The exclusion of this person, or a new one not yet saved."""
    return conference.exclusions.filter(person=person).first() or Exclusion(conference=conference, person=person)


@act
def decide_exclusion(
    conference: Conference,
    person: FamilyMember,
    *,
    excluded: bool,
    reason: str,
    other_means: str = "",
    may_receive: str = Exclusion.MayReceive.NOTHING,
    by: Professional,
    on: date,
) -> Exclusion:
    """The chair keeps somebody out, with another way to contribute, or lets them in again.

    Raises NotPermitted, ReasonRequired, OtherMeansMissing.
    """
    require_conferences_chair(conference, by, on)
    if conference.state not in (Conference.State.BOOKED, Conference.State.INVITED, *Conference.ADJOURNED):
        raise WrongState(about=[conference.key])
    if not reason.strip():
        raise ReasonRequired(about=[person.key])
    if excluded and not other_means.strip():
        raise OtherMeansMissing(about=[person.key])
    exclusion, invitation = exclusion_of(conference, person), invitation_of(conference, person)
    if excluded:
        exclusion.was_invited = exclusion.was_invited or invitation.state == Invitation.State.INVITED
        invitation.exclude()
        invitation.save()
    elif invitation.state == Invitation.State.EXCLUDED:
        invitation.lift(was_invited=exclusion.was_invited)
        invitation.save()
    exclusion.decide(excluded=excluded, reason=reason, other_means=other_means, may_receive=may_receive)
    exclusion.save()
    deadlines.meet(deadlines.pending(conference.case, "exclusion", f"{conference.key}:{person.key}"), on=on)
    return exclusion


@act
def send_invitations(
    conference: Conference,
    invited: Sequence[Party],
    *,
    interpreters: Mapping[FamilyMember, str] | None = None,
    on: date,
) -> Conference:
    """Invites these, once everybody expected is invited, excused or excluded and every interpreter is answered.

    Raises ExpectedNotInvited, ExcludedPerson, InterpreterNotIndependent (family must never interpret),
    InterpreterNotBooked.
    """
    ready(conference.send_invitations)
    interpreters = interpreters or {}
    missing = [party.key for party in expected_at(conference, on) if party not in invited]
    if missing:
        raise ExpectedNotInvited(about=missing)
    refuse_excluded(conference, invited)
    case = conference.case
    kin = {one.key for one in [*case.children.all(), *case.family_members.all()]}
    related = [person.key for person, interpreter in interpreters.items() if interpreter in kin]
    if related:
        raise InterpreterNotIndependent(about=related)
    unanswered = [
        party.key
        for party in invited
        if isinstance(party, FamilyMember) and party.language and party not in interpreters
    ]
    if unanswered:
        raise InterpreterNotBooked(about=unanswered)
    for party in invited:
        invitation = invitation_of(conference, party)
        invitation.invite()
        if isinstance(party, FamilyMember):
            invitation.interpreter = interpreters.get(party, "")
        invitation.save()
        if isinstance(party, Agency) and not deadlines.latest(case, "report", f"{conference.key}:{party.key}"):
            owe_report(conference, party, on)
    conference.send_invitations()
    conference.save()
    deadlines.meet(deadlines.pending(case, "invitations", conference.key), on=on)
    return conference


def refuse_excluded(conference: Conference, parties: Iterable[Party]) -> None:
    """Raises ExcludedPerson naming everybody among these who is excluded from the conference."""
    excluded = {each.person for each in conference.exclusions.filter(state=Exclusion.State.EXCLUDED)}
    found = [party.key for party in parties if party in excluded]
    if found:
        raise ExcludedPerson(about=found)


# Reports


@act
def submit_report(
    conference: Conference, agency: Agency, *, shared_with_family: bool, by: Professional, on: date
) -> Report:
    """An agency's written report is in; the administrator may log a paper one. Raises NotYourAgency."""
    owed = deadlines.pending(conference.case, "report", f"{conference.key}:{agency.key}")
    if owed is None:
        raise WrongState("No report is owed.", about=[agency.key])
    if not speaks_for(by, agency, on) and not has_role(by, ADMIN, on):
        raise NotYourAgency(about=[agency.key])
    report = Report(conference=conference, agency=agency, received_on=on, shared_with_family=shared_with_family)
    report.save()
    deadlines.meet(owed, on=on)
    heard_from(conference.case, [agency])
    return report
