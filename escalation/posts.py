"""Cover and leaving: what happens to what somebody owes when they are away or gone."""

from datetime import date, datetime

from escalation.leaving import end_hand_overs
from escalation.models import Absence
from notifications.api_keys import revoke_keys_of
from notifications.joining import require_holds_no_case, stop_links
from notifications.live import look_again
from notifications.tell import tell
from workflow.acts import act
from workflow.errors import DateInPast, NotPermitted, ReasonRequired, WrongState
from workflow.models import Cover, Deadline, Professional, Role
from workflow.people import lead_of
from workflow.permissions import require_decides
from workflow.second_steps import STOPPED, forget_second_step, put_passkeys_out_of_use
from workflow.sign_ins import end_every_sign_in, shut_out

MAY_SEND_AWAY = {Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.AGENCY_LEAD, Role.CONFERENCE_ADMIN}


@act
def name_cover(
    scope: object, covered: Professional, cover: Professional, *, from_on: date, until_on: date, by: Professional
) -> Cover:
    """From the first to the last day, both included, `cover` hears what `covered` hears and may do what they may do."""
    if until_on < from_on or cover == covered:
        raise WrongState("Cover is by somebody else and ends after it starts.", about=[covered.key])
    named = Cover(covered=covered, cover=cover, from_on=from_on, until_on=until_on)
    named.save()
    return named


@act
def record_absence(
    scope: object,
    professional: Professional,
    *,
    from_on: date,
    until_on: date,
    cover: Professional | None = None,
    by: Professional,
    on: date,
) -> Absence:
    """Somebody will be away from the first to the last day, both included; `cover` stands in, if that is known.

    For oneself; a team manager or a lead for their own people too. Raises NotPermitted, WrongState, DateInPast.
    """
    if professional != by and not (by.role in MAY_SEND_AWAY and by.agency_id == professional.agency_id):
        raise NotPermitted(about=[professional.key])
    if until_on < from_on or cover == professional:
        raise WrongState("An absence ends after it starts, and is covered by somebody else.", about=[professional.key])
    if until_on < on:
        raise DateInPast(about=[until_on.isoformat()])
    absence = Absence(professional=professional, from_on=from_on, until_on=until_on)
    absence.save()
    if cover is not None:
        Cover(covered=professional, cover=cover, from_on=from_on, until_on=until_on).save()
    return absence


@act
def call_off_absence(absence: Absence, *, by: Professional) -> Absence:
    """They will be there after all. The cover stays named: two who hear are better than none."""
    absence = absence.fresh()
    if absence.professional != by and not (by.role in MAY_SEND_AWAY and by.agency_id == absence.professional.agency_id):
        raise NotPermitted(about=[absence.professional.key])
    absence.is_off = True
    absence.save()
    return absence


@act
def leave_post(scope: object, professional: Professional, *, by: Professional, on: date, at: datetime) -> Professional:
    """The person is out of post from now: may do nothing and receives nothing. What they owe is told to somebody.

    At once they are signed out everywhere, their keys and links open nothing, their second step is forgotten with their
    last post, and alerts on their way to or from them are with somebody who can answer (`escalation.leaving`). Raises
    OwnPost, PostNotYours, StillHoldsCase while they hold one of the four roles of a case.
    """
    return _out_of_post(professional, by=by, on=on, at=at)


@act
def end_post(scope: object, professional: Professional, *, by: Professional, on: date, at: datetime) -> Professional:
    """The same as somebody leaving, where nobody of their own agency's management sees to it. Raises the same."""
    return _out_of_post(professional, by=by, on=on, at=at)


def _out_of_post(professional: Professional, *, by: Professional, on: date, at: datetime) -> Professional:
    require_decides(by, professional, on)
    if not professional.is_in_post(on):
        raise WrongState(about=[professional.key])
    require_holds_no_case(professional)
    professional.left_on = on
    professional.save()
    end_every_sign_in(professional.user, at=at)
    if not _in_another_post(professional, on):
        forget_second_step(professional.user)
    stop_links(professional)
    revoke_keys_of(professional, reason="Its holder left their post.")
    end_hand_overs(professional, why="They have left their post.", on=on)
    look_again([professional.pk])
    for deadline in Deadline.objects.pending().filter(owner_professional=professional).select_related("case"):
        hears = [deadline.case.lead_practitioner, lead_of(professional.agency, on)]
        tell(deadline.case, "OWNER_LEFT", deadline.key, hears, on=on)
    return professional


def _in_another_post(professional: Professional, on: date) -> bool:
    """Whether the same sign-in still belongs to somebody in post."""
    others = Professional.objects.in_post(on).exclude(pk=professional.pk)
    return others.filter(user=professional.user_id, user__isnull=False).exists()


@act
def stop_sign_in(
    scope: object, professional: Professional, *, reason: str, by: Professional, on: date, at: datetime
) -> Professional:
    """They are signed out everywhere at once and cannot sign in; the post stays. Keys and links of theirs open nothing.

    A passkey of theirs is out of use for good, for it may be on the laptop that was lost. Alerts on their way to or
    from them are with somebody who can answer. Raises OwnPost, PostNotYours, ReasonRequired, WrongState when there is
    nothing to stop.
    """
    require_decides(by, professional, on)
    if not reason.strip():
        raise ReasonRequired(about=[professional.key])
    user = professional.user
    if user is None or not user.is_active:
        raise WrongState(about=[professional.key])
    shut_out(user, at=at)
    put_passkeys_out_of_use(user, why=STOPPED)
    stop_links(professional)
    end_hand_overs(professional, why="Their sign-in was stopped.", on=on)
    look_again([professional.pk])
    return professional
