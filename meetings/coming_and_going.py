"""Who is here, as it changes: somebody comes late, was ticked by mistake, goes over from the room to the telephone.

Leaving early is in `meetings.sittings`. Whatever changes, quorum is judged again.
"""

from datetime import date, datetime

from meetings.attendance import put_right
from meetings.chair import require_runs_the_meeting
from meetings.inviting import refuse_excluded
from meetings.models import Attendance, Conference, Sitting
from meetings.sittings import come, here_now, judge_again, require_open
from workflow.acts import act
from workflow.errors import ReasonRequired, Unknown, WrongState
from workflow.models import Agency, FamilyMember, Professional
from workflow.people import heard_from


@act
def record_arrival(
    conference: Conference,
    who: Professional | FamilyMember,
    *,
    mode: str = "",
    stands_in_for: str = "",
    by: Professional,
    on: date,
    at: datetime,
) -> Sitting:
    """Somebody comes late, or comes back: quorum is judged again, and an agency's absence is put right.

    Raises ExcludedPerson, and WrongState when they are here already.
    """
    require_runs_the_meeting(conference, by, on)
    sitting = _open_sitting(conference)
    if isinstance(who, FamilyMember):
        refuse_excluded(conference, [who])
    if here_now(sitting, who):
        raise WrongState("They are here already.", about=[who.key])
    come(sitting, who, mode, stands_in_for, on=on, at=at)
    if isinstance(who, Professional):
        _put_agency_right(sitting, who.agency, on)
        heard_from(conference.case, [who.agency])
    judge_again(sitting, on)
    return sitting


@act
def correct_attendance(
    conference: Conference,
    who: Professional | FamilyMember,
    *,
    was_here: bool,
    mode: str = "",
    reason: str = "",
    by: Professional,
    on: date,
) -> Sitting:
    """Somebody was ticked by mistake (with the reason), or takes part in another way than was said.

    What was said first stays in the history. Raises Unknown when they are not here, ReasonRequired.
    """
    require_runs_the_meeting(conference, by, on)
    sitting = _open_sitting(conference)
    row = here_now(sitting, who)
    if row is None:
        raise Unknown(about=[who.key])
    if not was_here and not reason.strip():
        raise ReasonRequired(about=[who.key])
    row.mode = mode or row.mode
    row.why_struck = "" if was_here else reason
    row.save()
    if isinstance(who, Professional):
        _put_agency_right(sitting, who.agency, on)
    judge_again(sitting, on)
    return sitting


def _open_sitting(conference: Conference) -> Sitting:
    require_open(conference)
    sitting = conference.sitting
    assert sitting is not None, "an open conference has a sitting"
    return sitting


def _put_agency_right(sitting: Sitting, agency: Agency, on: date) -> None:
    """Whoever of the agency came at any time counts, also if they left early."""
    conference = sitting.conference
    came = Attendance.objects.filter(sitting=sitting, professional__agency=agency, why_struck="").exists()
    put_right(conference.case, conference.key, agency, held_on=sitting.held_on, is_there=came, on=on)
