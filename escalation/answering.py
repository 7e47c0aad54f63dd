"""Answering an alert: a promise, somebody else to answer, a little quiet, and at the very end a signature.

None of these stops the ladder nor makes a duty less late. Every act works on what the database says once the case is
its own, and each change is guarded by the version that was read: of two answers at the same moment one wins, and the
other is told who did.
"""

from datetime import date, datetime

from escalation.models import Acknowledgement, Alert, AlertRecipient, Closing, HandOver, Snooze
from notifications.seeing import mark_acted, mark_seen_with
from notifications.tell import tell
from workflow.acts import act
from workflow.errors import (
    AlreadyAnswered,
    DateInPast,
    NotARecipient,
    NotPermitted,
    NotRaised,
    NotTheEnd,
    PromiseFirst,
    ReasonRequired,
    WrongState,
)
from workflow.models import Deadline, Professional, Role
from workflow.permissions import hats, require_wears

MAY_SIGN = {Role.AGENCY_EXEC, Role.DIRECTOR, Role.PARTNERSHIP}


@act
def acknowledge_alert(
    deadline: Deadline,
    rung: int,
    *,
    intend_by: date,
    plan: str = "",
    seen: int | None = None,
    by: Professional,
    on: date,
) -> Acknowledgement:
    """What the doer will do about an alert they received, and by which day. On the first sweep after it, it lapses.

    The same answer sent twice is one. `seen` is the version of the alert the doer looked at: AlreadyAnswered tells them
    who answered since then in their stead, and they may answer again. Raises NotRaised when that rung has not been
    raised for the present due date, NotARecipient, DateInPast.
    """
    alert = _raised(deadline, rung)
    _require_recipient(alert, by, on)
    if intend_by < on:
        raise DateInPast(about=[intend_by.isoformat()])
    running = alert.acknowledgements.filter(state=Acknowledgement.State.ACKNOWLEDGED).select_related("by__agency")
    same = running.filter(by=by, intend_by=intend_by, plan=plan).first()
    if same is not None:
        return same
    if seen is not None and seen != alert.version:
        first = next((each for each in running if each.by_id != by.pk and _answers_for(alert, each.by, by)), None)
        if first is not None:
            raise AlreadyAnswered(f"{first.by} answered first, and acts by {first.intend_by:%-d %B %Y}.")
    promise = Acknowledgement(alert=alert, by=by, plan=plan, intend_by=intend_by, given_on=on)
    promise.save()
    alert.save()
    mark_acted(deadline.case, deadline.key, by)
    return promise


def _answers_for(alert: Alert, who: Professional, other: Professional) -> bool:
    """Whether the answer of one silences the other, who would have given it: as the rung asks for answers."""
    if alert.what_it_asks.answers == "each_agency":
        return who.agency_id == other.agency_id
    return True


@act
def hand_over_alert(alert: Alert, *, to: Professional, reason: str, by: Professional, on: date) -> HandOver:
    """Offers an alert to somebody else. Until they accept it, the doer still answers for it.

    Raises ReasonRequired, NotARecipient, WrongState when it was offered already or to somebody out of post.
    """
    alert = _standing(alert)
    _require_recipient(alert, by, on)
    if not reason.strip():
        raise ReasonRequired()
    if to == by or not to.is_in_post(on):
        raise WrongState("Choose somebody else who is in post.", about=[to.key])
    if alert.hand_overs.filter(by=by, state=HandOver.State.OFFERED).exists():
        raise WrongState("You have offered it to somebody already. Take that back first.")
    offer = HandOver(alert=alert, by=by, to=to, reason=reason, offered_on=on)
    offer.save()
    tell(alert.case, "ALERT_OFFERED", alert.deadline.key, [to], on=on)
    return offer


@act
def accept_alert(offer: HandOver, *, by: Professional, on: date) -> HandOver:
    """The receiver answers for it from now on. Raises NotPermitted for anybody else, WrongState when it is answered."""
    offer, alert = offer.fresh(), _standing(offer.alert)
    require_wears(by, [offer.to], on)
    offer.accept(on=on)
    offer.save()
    if not alert.recipients.filter(professional=offer.to).exists():
        AlertRecipient(alert=alert, professional=offer.to, instead_of=offer.by).save()
    tell(alert.case, "ALERT_ACCEPTED", alert.deadline.key, [offer.by], on=on)
    return offer


@act
def decline_alert(offer: HandOver, *, reason: str, by: Professional, on: date) -> HandOver:
    """It stays with whoever offered it, and they are told why. Raises ReasonRequired, NotPermitted, WrongState."""
    offer = offer.fresh()
    require_wears(by, [offer.to], on)
    if not reason.strip():
        raise ReasonRequired()
    offer.decline(on=on, reason=reason)
    offer.save()
    tell(offer.alert.case, "ALERT_DECLINED", offer.alert.deadline.key, [offer.by], on=on)
    return offer


@act
def take_back_alert(offer: HandOver, *, by: Professional, on: date) -> HandOver:
    """Whoever offered it keeps it after all. Raises NotPermitted, WrongState when it is answered."""
    offer = offer.fresh()
    require_wears(by, [offer.by], on)
    offer.withdraw(on=on)
    offer.save()
    return offer


@act
def snooze_alert(alert: Alert, *, until_on: date, reason: str, by: Professional, on: date) -> Snooze:
    """The doer's own reminders of it stay quiet until that day. The ladder, and everybody else, do not notice.

    Only once the doer has promised something, and no longer than the promised day. Raises PromiseFirst, ReasonRequired,
    DateInPast.
    """
    alert = _standing(alert)
    promise = alert.acknowledgements.filter(by=by, state=Acknowledgement.State.ACKNOWLEDGED).last()
    if promise is None:
        raise PromiseFirst()
    if not reason.strip():
        raise ReasonRequired()
    if until_on <= on:
        raise DateInPast(about=[until_on.isoformat()])
    if until_on > promise.intend_by:
        raise PromiseFirst(f"You promised it by {promise.intend_by:%-d %B %Y}: no longer than that.")
    snooze = Snooze(alert=alert, by=by, until_on=until_on, reason=reason, given_on=on)
    snooze.save()
    return snooze


@act
def sign_end_of_ladder(alert: Alert, *, reason: str, by: Professional, on: date) -> Closing:
    """An executive signs for a duty that is late after everybody has been told: what is done about it now.

    It closes the alert, not the duty, which stays owed and late. Raises NotTheEnd while somebody is still to be told,
    NotPermitted for anybody but the executive of the agency that owes it, a director for social care, or the
    partnership; ReasonRequired; WrongState when it was signed or has ended.
    """
    alert = _standing(alert)
    if not alert.ends_its_ladder:
        raise NotTheEnd(about=[alert.deadline.key])
    hat = next((hat for hat in hats(by, on) if may_sign(hat, alert)), None)
    if hat is None:
        raise NotPermitted(about=[by.key])
    if not reason.strip():
        raise ReasonRequired()
    if Closing.objects.filter(alert=alert).exists():
        raise WrongState(f"It was signed by {alert.closing.by} on {alert.closing.signed_on:%-d %B %Y}.")
    closing = Closing(alert=alert, by=by, role=hat.role, reason=reason, signed_on=on)
    closing.save()
    alert.save()
    return closing


def may_sign(person: Professional, alert: Alert) -> bool:
    """Whether somebody's post lets them sign for this alert."""
    if person.role == Role.PARTNERSHIP:
        return True
    return person.role in MAY_SIGN and person.agency_id == alert.deadline.agency_id


@act
def see_alert(alert: Alert, *, by: Professional, at: datetime) -> None:
    """Whoever it went to has opened it, and with it what they were told about it. The first time counts."""
    for row in alert.recipients.filter(professional=by, seen_at=None):
        row.seen_at = at
        row.save()
    mark_seen_with(alert.case, alert.deadline.key, by)


def _raised(deadline: Deadline, rung: int) -> Alert:
    """The alert of that rung for the date the duty has now, as the database has both."""
    deadline = deadline.fresh()
    if not deadline.is_pending:
        raise WrongState(f"It is {deadline.get_state_display().lower()}.", about=[deadline.key])
    alert = Alert.objects.filter(deadline=deadline, due_on=deadline.due_on, rung=rung).select_related("ladder").first()
    if alert is None:
        raise NotRaised(about=[deadline.key])
    return alert


def _standing(alert: Alert) -> Alert:
    """The alert as the database has it. Raises WrongState when it has ended."""
    alert = Alert.objects.select_related("case", "deadline", "ladder").get(pk=alert.pk)
    if alert.is_resolved:
        raise WrongState(f"The duty was {alert.how_resolved}.", about=[alert.deadline.key])
    return alert


def _require_recipient(alert: Alert, by: Professional, on: date) -> None:
    went_to = set(alert.recipients.values_list("professional", flat=True))
    if not any(hat.pk in went_to for hat in hats(by, on)):
        raise NotARecipient(about=[by.key])
