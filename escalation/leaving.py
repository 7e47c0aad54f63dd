"""Alerts on their way from one person to another when one of the two can answer no more: none may wait for nobody.

What was offered to them, or was theirs by a hand-over, is back with whoever handed it over. What they offered is
withdrawn. Where that leaves it with somebody who cannot answer either, it goes up: to whom its rung is for today, each
vacant post replaced by the people of the next rung. Plain functions, called inside the act that shuts somebody out.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from escalation.ladder import Ladder
from escalation.models import Alert, AlertRecipient, HandOver
from escalation.raising import WITH_ITS_POSTS, dead_letters
from notifications.tell import alert_message, tell, write
from workflow.models import Professional

WAITS, THEIRS = HandOver.State.OFFERED, HandOver.State.ACCEPTED


@dataclass(frozen=True)
class OnTheirWay:
    """The alerts that would be left with nobody if somebody left: offered to them, taken over, offered by them."""

    offered: int
    taken_over: int
    offers: int

    def __bool__(self) -> bool:
        return bool(self.offered or self.taken_over or self.offers)


def on_their_way(professional: Professional) -> OnTheirWay:
    """How many hand-overs end when this person leaves or their sign-in is stopped."""
    running = _running().values_list("state", "by", "to")
    found = list(running.filter(Q(to=professional) | Q(by=professional, state=WAITS)))
    return OnTheirWay(
        offered=sum(to == professional.pk and state == WAITS for state, _, to in found),
        taken_over=sum(to == professional.pk and state == THEIRS for state, _, to in found),
        offers=sum(by == professional.pk for _, by, _ in found),
    )


def end_hand_overs(professional: Professional, *, why: str, on: date) -> None:
    """They answer for nothing from now on. `why` is what the alert's page says."""
    nowhere: list[Alert] = []
    back: set[int] = set()
    for offer in list(_running().filter(by=professional, state=WAITS)):
        offer.withdraw(on=on)
        offer.save()
        nowhere.append(offer.alert)
    for offer in list(_running().filter(to=professional)):
        offer.give_back(on=on, reason=why)
        offer.save()
        if can_answer(offer.by, on):
            tell(offer.alert.case, "ALERT_GIVEN_BACK", offer.alert.deadline.key, [offer.by], on=on)
            back.add(offer.alert_id)
        else:
            nowhere.append(offer.alert)
    for alert in {each.pk: each for each in nowhere if each.pk not in back}.values():
        _goes_up(alert, professional, on)


def can_answer(person: Professional, on: date) -> bool:
    """Whether somebody is in post and not shut out."""
    return person.is_in_post(on) and (person.user is None or person.user.is_active)


def _running() -> "QuerySet[HandOver]":
    """Hand-overs, waiting or accepted, of alerts that stand and nobody signed for."""
    standing = Alert.objects.standing().filter(closing=None)
    found = HandOver.objects.filter(state__in=[WAITS, THEIRS], alert__in=standing.values("pk"))
    beside = (f"alert__deadline__{each}" for each in WITH_ITS_POSTS)
    return found.select_related("alert__ladder", "alert__case", "by__user", *beside)


def _goes_up(alert: Alert, without: Professional, on: date) -> None:
    """To whoever hears that rung today, as the sweep would find them; they are told as of any alert."""
    shut_out = set(Professional.objects.filter(user__is_active=False).values_list("pk", flat=True))
    heard = Ladder(on, without={*shut_out, without.pk}).who_hears(alert.deadline, alert.rung, alert.ladder.read)
    known = set(alert.recipients.values_list("professional", flat=True))
    for person in heard.people:
        if person.pk not in known:
            covering = heard.covering.get(person.pk)
            AlertRecipient(alert=alert, professional=person, covering=covering, instead_of=without).save()
    write(alert_message(alert.case, person, alert.deadline.key, rung=alert.rung, on=on) for person in heard.people)
    dead_letters([(alert.case, post) for post in heard.vacant], on)
