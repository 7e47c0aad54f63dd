"""Writing down who is told what: in the transaction of the event, delivered afterwards by `notifications.deliver`."""

from collections.abc import Iterable
from datetime import date

from notifications.doorbell import ring
from notifications.live import look_again
from notifications.models import ALERT, Notice, Notification
from workflow.models import Case, Professional
from workflow.people import hearers
from workflow.records import keep_new
from workflow.timescales import ENGLAND_SETTINGS

# Written as urgent from the start; at its delivery the policy in force has the last word (`notifications.reaching`).
AT_ONCE = frozenset(ENGLAND_SETTINGS["told_at_once"])


def tell(case: Case, code: str, about: str, to: Iterable[Professional | None], *, on: date) -> Notice:
    """Tells these people, and whoever covers them on that day, that something happened. Vacant posts are left out."""
    notice = Notice(case=case, code=code, about=about, raised_on=on)
    notice.save()
    people = hearers(to, on)
    write(
        Notification(
            recipient=person, case=case, notice=notice, code=code, about=about, is_urgent=code in AT_ONCE, written_on=on
        )
        for person in people
    )
    return notice


def write(messages: Iterable[Notification]) -> list[Notification]:
    """Keeps many messages at once and nudges the open pages of those they are for."""
    written = keep_new(list(messages))
    if written:
        ring()
    look_again({message.recipient_id for message in written})
    return written


def recipients_of(notice: Notice) -> list[Professional]:
    return [message.recipient for message in notice.notifications.filter(copy_of=None).select_related("recipient")]


def alert_message(case: Case, recipient: Professional, about: str, *, rung: int, on: date) -> Notification:
    """The message that goes with a rung of the ladder; from the third rung on it is urgent."""
    return Notification(recipient=recipient, case=case, code=ALERT, about=about, is_urgent=rung >= 3, written_on=on)
