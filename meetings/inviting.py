"""Who is asked to a conference, excused from it or kept out of it, and the written reports.

Sources: SUX (exclusion, reports), LDN (interpreters), learning from reviews (not all agencies invited; fathers
marginalised; family members interpreting).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from meetings.chair import require_conferences_chair
from meetings.convening import require_ready
from meetings.expected import expected_at
from meetings.invitations import invitations_sent, no_longer_asked
from meetings.models import Conference, Exclusion, Invitation, Party, Report, party_filter
from meetings.report_files import PutAway, file_of_report
from meetings.support import answered, interpreters_at, note_interpreters, require_independent
from notifications.tell import tell
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    DateInFuture,
    EvidenceMissing,
    ExcludedPerson,
    ExclusionGroundNotAllowed,
    ExclusionTooLate,
    ExcuseNotAllowed,
    ExpectedNotInvited,
    InterpreterNotBooked,
    NotYourAgency,
    OtherMeansMissing,
    ReasonRequired,
    WrongState,
)
from workflow.models import Agency, Deadline, FamilyMember, Professional
from workflow.people import contact_of, heard_from, take_part
from workflow.permissions import ADMIN, LP, has_role, speaks_for
from workflow.policy import calendar, policy_on
from workflow.records import ready
from workflow.working_days import add_working_days

FAMILY_EXCUSES = ("deceased", "child_asks", "whereabouts_unknown")
AGENCY_EXCUSES = ("no_relevant_information", "work_ended")


def invitation_of(conference: Conference, party: Party) -> Invitation:
    """The invitation of this party, expected until something else is said."""
    invitation = conference.invitations.filter(**party_filter(party)).first()
    if invitation is None:
        invitation = Invitation(conference=conference, **party_filter(party))
        invitation.save()
    return invitation


@act
def excuse_from_conference(
    conference: Conference, who: Party, *, reason: str, tracing: str = "", on: date, at: datetime
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
    no_longer_asked(conference, who, at)
    return invitation.fresh()


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
    at: datetime,
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
    if excluded:
        no_longer_asked(conference, person, at)
    elif invitation.state == Invitation.State.INVITED:
        invitations_sent(conference, [person], at)
    return exclusion


@act
def send_invitations(
    conference: Conference,
    invited: Sequence[Party],
    *,
    interpreters: Mapping[FamilyMember, str] | None = None,
    on: date,
    at: datetime,
) -> Conference:
    """Invites these, once everybody expected is invited, excused or excluded and every interpreter is answered.

    What is said of `interpreters` here is kept as their arrangements; what was arranged before need not be said again.
    Raises ExpectedNotInvited, ExcludedPerson, InterpreterNotIndependent (family must never interpret),
    InterpreterNotBooked; and, where the partnership asks for it, FatherNotOnRecord, ChildTakesNoPart,
    SupportNotSettled.
    """
    ready(conference.send_invitations)
    missing = [party.key for party in expected_at(conference, on) if party not in invited]
    if missing:
        raise ExpectedNotInvited(about=missing)
    refuse_excluded(conference, invited)
    case = conference.case
    require_independent(case, {person.key: who for person, who in (interpreters or {}).items()})
    note_interpreters(conference, interpreters or {})
    interpreted = {person: answered(each) for person, each in interpreters_at(conference).items()}
    unanswered = [
        party.key
        for party in invited
        if isinstance(party, FamilyMember) and party.language and not interpreted.get(party)
    ]
    if unanswered:
        raise InterpreterNotBooked(about=unanswered)
    require_ready(conference, on)
    for party in invited:
        invitation = invitation_of(conference, party)
        invitation.invite()
        if isinstance(party, FamilyMember):
            invitation.interpreter = interpreted.get(party, "")
        invitation.save()
        if isinstance(party, Agency) and not deadlines.latest(case, "report", f"{conference.key}:{party.key}"):
            owe_report(conference, party, on)
    conference.send_invitations()
    conference.save()
    deadlines.meet(deadlines.pending(case, "invitations", conference.key), on=on)
    invitations_sent(conference, invited, at)
    return conference


def refuse_excluded(conference: Conference, parties: Iterable[Party]) -> None:
    """Raises ExcludedPerson naming everybody among these who is excluded from the conference."""
    excluded = {each.person for each in conference.exclusions.filter(state=Exclusion.State.EXCLUDED)}
    found = [party.key for party in parties if party in excluded]
    if found:
        raise ExcludedPerson(about=found)


# Reports


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
        timescale=conference.timescale("report"),
        event_on=conference.booked_for,
        because="the conference",
        owner=contact,
        title=f"Report of {agency} to {conference}",
        on=on,
        about=conference,
    )
    tell_if_short(owed, contact, on)


def tell_if_short(owed: Deadline | None, owner: deadlines.Owner | None, on: date) -> None:
    if owed is not None and owed.short_notice:
        hears = owner if isinstance(owner, Professional) else None
        tell(owed.case, "SHORT_NOTICE", owed.key, [hears, owed.case.chair], on=on)


@act
def submit_report(
    conference: Conference,
    agency: Agency,
    *,
    shared_with_family: bool,
    shared_how: str = "",
    on_paper: bool = False,
    summary: str = "",
    file: PutAway | None = None,
    by: Professional,
    on: date,
    at: datetime,
) -> Report:
    """An agency's written report is in; the administrator may log a paper one. Raises NotYourAgency.

    A written report is not presence: the agency is still expected in person.
    """
    owed = deadlines.pending(conference.case, "report", f"{conference.key}:{agency.key}")
    if owed is None:
        raise WrongState("No report is owed.", about=[agency.key])
    if not speaks_for(by, agency, on) and not has_role(by, ADMIN, on):
        raise NotYourAgency(about=[agency.key])
    report = Report(
        conference=conference,
        agency=agency,
        received_on=on,
        shared_with_family=shared_with_family,
        shared_on=on if shared_with_family else None,
        shared_how=shared_how,
        on_paper=on_paper or not speaks_for(by, agency, on),
        summary=summary,
    )
    report.save()
    if file is not None:
        file_of_report(report, file, by=by, at=at)
    deadlines.meet(owed, on=on)
    heard_from(conference.case, [agency])
    return report


@act
def share_report(
    report: Report, *, how: str, shared_on: date | None = None, by: Professional | None, on: date
) -> Report:
    """The family has come to know a report, on `shared_on` or today, and how. Source: SUX (before the conference).

    An agency does it for its own report. Raises ReasonRequired, DateInFuture, NotYourAgency.
    """
    if by is not None and not speaks_for(by, report.agency, on) and not has_role(by, LP | ADMIN, on):
        raise NotYourAgency(about=[report.agency.key])
    if not how.strip():
        raise ReasonRequired("Say how the family came to know it.")
    if shared_on is not None and shared_on > on:
        raise DateInFuture(about=[shared_on.isoformat()])
    report.shared_with_family, report.shared_on, report.shared_how = True, shared_on or on, how.strip()
    report.save()
    return report
