"""What a mail provider says later about a mail it took: it arrived, or it came back. Turned into the truth of its rows.

A provider calls again when it is not sure that we heard, and not always in order: what is known already changes
nothing, and a mail that came back has not arrived, whatever is said of it afterwards.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Q

from notifications.deliver import say_it_did_not_arrive
from notifications.models import Notification, OutsideMail
from notifications.outside import say_it_failed
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, under_way

CAN_ARRIVE = frozenset({"queued", "unknown", "sent"})
CAN_COME_BACK = CAN_ARRIVE | {"delivered"}


class Said(Enum):
    """What a provider says of a mail, as far as it concerns us. What it says of opening and clicking does not."""

    ARRIVED = "arrived"
    CAME_BACK = "came back"


@dataclass(frozen=True)
class ProviderEvent:
    """What was said of which mail: by the provider's own id, or by ours where it gives it back."""

    said: Said
    provider_id: str = ""
    message_id: str = ""
    words: str = ""


def heard(event: ProviderEvent, *, at: datetime) -> int:
    """Writes the event on every row of the mail it is about, and returns on how many. Nothing known: nothing done."""
    which = _which(event)
    if not which:
        return 0
    with under_way("hear_from_provider", PARTNERSHIP, by=None, at=at, only_if_changed=True):
        return _of_people(which, event, at) + _of_the_outside(which, event, at)


def _which(event: ProviderEvent) -> Q:
    which = Q()
    if event.provider_id:
        which |= Q(provider_id=event.provider_id)
    if event.message_id:
        which |= Q(message_id=event.message_id)
    return which


def _of_people(which: Q, event: ProviderEvent, at: datetime) -> int:
    changed = []
    for message in Notification.objects.select_for_update(no_key=True).filter(which):
        if event.said is Said.ARRIVED and message.state in CAN_ARRIVE:
            message.arrive(said=event.words or "arrived")
        elif event.said is Said.CAME_BACK and message.state in CAN_COME_BACK:
            message.come_back(said=event.words or "came back")
        else:
            continue
        message.save()
        changed.append(message)
    if event.said is Said.CAME_BACK:
        say_it_did_not_arrive(changed, day_of(at))
    return len(changed)


def _of_the_outside(which: Q, event: ProviderEvent, at: datetime) -> int:
    changed = 0
    for mail in OutsideMail.objects.select_for_update(no_key=True).filter(which):
        if event.said is Said.ARRIVED and mail.state == mail.State.HANDED_OVER and mail.server_said != "arrived":
            mail.arrive(said="arrived")
            mail.save()
        elif event.said is Said.CAME_BACK and mail.state in (mail.State.QUEUED, mail.State.HANDED_OVER):
            mail.come_back(said=event.words or "came back")
            mail.save()
            say_it_failed(mail, day_of(at))
        else:
            continue
        changed += 1
    return changed
