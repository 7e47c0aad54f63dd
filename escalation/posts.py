"""Cover and leaving: what happens to what somebody owes when they are away or gone."""

from datetime import date, datetime

from escalation.models import Absence, HandOver
from notifications.api_keys import revoke_keys_of
from notifications.joining import require_holds_no_case, stop_links
from notifications.live import look_again
from notifications.tell import tell
from workflow.acts import act
from workflow.errors import DateInPast, NotPermitted, WrongState
from workflow.models import Cover, Deadline, Professional, Role
from workflow.people import lead_of
from workflow.permissions import require_decides
from workflow.second_steps import forget_second_step
from workflow.sign_ins import end_every_sign_in

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
    last post, what was offered to them goes back, and what they offered is theirs to offer no more. Raises OwnPost,
    PostNotYours, StillHoldsCase while they hold one of the four roles of a case.
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
    _end_offers(professional, on)
    look_again([professional.pk])
    for deadline in Deadline.objects.pending().filter(owner_professional=professional).select_related("case"):
        hears = [deadline.case.lead_practitioner, lead_of(professional.agency, on)]
        tell(deadline.case, "OWNER_LEFT", deadline.key, hears, on=on)
    return professional


def _in_another_post(professional: Professional, on: date) -> bool:
    """Whether the same sign-in still belongs to somebody in post."""
    others = Professional.objects.in_post(on).exclude(pk=professional.pk)
    return others.filter(user=professional.user_id, user__isnull=False).exists()


def _end_offers(professional: Professional, on: date) -> None:
    """Alerts that wait for an answer: of theirs nobody need answer any more, and theirs to answer go back."""
    waiting = HandOver.objects.filter(state=HandOver.State.OFFERED).select_related("alert__deadline__case", "by")
    for offer in waiting.filter(by=professional):
        offer.withdraw(on=on)
        offer.save()
    for offer in waiting.filter(to=professional):
        offer.decline(on=on, reason="They have left their post.")
        offer.save()
        tell(offer.alert.case, "ALERT_DECLINED", offer.alert.deadline.key, [offer.by], on=on)
