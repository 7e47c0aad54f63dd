"""What became of each message, step by step, and whether its reader has seen it and done something about it.

There is no second log to disagree with: every change of a message leaves a row of history, and those rows, read in
order, are the log of its delivery.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from notifications.models import NOT_KNOWN, Notification
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Case, Professional
from workflow.records import act_under_way

IN_WORDS = {
    "queued": "Waiting to be sent",
    "held": "Held",
    "unknown": "Not known whether it arrived",
    "sent": "Handed to the mail server",
    "delivered": "Arrived",
    "kept_here": "Shown here, without a mail",
    "failed": "Could not be delivered",
    "bounced": "Came back",
}


@dataclass(frozen=True)
class Line:
    """One step of one message: when, which attempt it belongs to, what happened, and the server's words."""

    at: datetime
    attempt: int
    what: str
    said: str = ""
    until: datetime | None = None


def logs_of(messages: Iterable[Notification]) -> dict[int, list[Line]]:
    """The log of each of these messages by its id, the first step first. One statement, however many."""
    ids = [message.pk for message in messages]
    found: dict[int, list[Line]] = {pk: [] for pk in ids}
    before: dict[int, object] = {}
    for row in Notification.history.filter(id__in=ids).order_by("id", "history_id"):
        line = _line(row, before.get(row.id))
        before[row.id] = row
        if line is not None:
            found[row.id].append(line)
    return found


def log_of(message: Notification) -> list[Line]:
    return logs_of([message])[message.pk]


def _line(row: "Notification", before: "Notification | None") -> Line | None:
    at, attempt = row.history_date, row.attempts
    if before is None:
        return Line(at, attempt, "Written")
    if row.acted_at != before.acted_at:
        return Line(at, attempt, "Acted on")
    if row.seen_at != before.seen_at:
        return Line(at, attempt, "Seen")
    if row.server_said == NOT_KNOWN:
        return Line(at, attempt, "Being sent")
    if row.state == "queued":
        return Line(at, attempt, "Not taken; to be tried again", row.server_said, row.not_before)
    return Line(at, attempt, IN_WORDS[row.state], row.server_said, row.not_before)


def mark_seen(messages: Iterable[Notification], reader: Professional, at: datetime) -> None:
    """The reader has these before them. Only their own count, and only the first time is written down."""
    _mark([each for each in messages if each.recipient_id == reader.pk and each.seen_at is None], at)


def not_seen(reader: Professional) -> QuerySet[Notification]:
    """What this person was told and has not had before them."""
    return Notification.objects.filter(recipient=reader, seen_at=None)


def mark_seen_with(case: Case, about: str, reader: Professional) -> None:
    """Called inside the act by which the reader opens what these messages told them of."""
    at = act_under_way().at
    for message in not_seen(reader).filter(case=case, about=about):
        message.seen_at = at
        message.save()


def mark_acted(case: Case, about: str, doer: Professional) -> None:
    """Called inside the act by which the doer does something about what these messages told them."""
    at = act_under_way().at
    for message in Notification.objects.filter(acted_at=None, recipient=doer, case=case, about=about):
        message.seen_at, message.acted_at = message.seen_at or at, at
        message.save()


def _mark(messages: list[Notification], at: datetime) -> None:
    """Not an act of the reader: looking is no sign of life of their agency, and no change of the case."""
    if not messages:
        return
    with under_way("see_messages", PARTNERSHIP, by=None, at=at, only_if_changed=True):
        for message in Notification.objects.filter(pk__in=[each.pk for each in messages], seen_at=None):
            message.seen_at = at
            message.save()
