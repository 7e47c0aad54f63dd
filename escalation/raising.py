"""Raising what is owed, duty by duty: an alert, whom it goes to, a message to each, a dead letter for a vacant post.

The way for any database, and for the rows that `escalation.raising_at_once` could not write. One duty that cannot be
looked at or written is listed with its reason and the rest go on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import DatabaseError, transaction

from escalation.climbing import Climbing, freeze
from escalation.ladder import Heard, Ladder, owed_on, rungs_for
from escalation.models import Acknowledgement, Alert, AlertRecipient
from notifications.models import Notice, Notification
from notifications.tell import AT_ONCE, alert_message, write
from workflow.ladders import Rungs
from workflow.models import Case, Deadline
from workflow.models.deadlines import DeadlineQuerySet
from workflow.people import hearers, partnership_officer
from workflow.records import keep_new

WITH_ITS_POSTS = (
    "case__lead_practitioner",
    "case__team_manager",
    "case__chair",
    "owner_professional",
    "owner_family_member",
    "agency",
)


@dataclass
class Swept:
    """What one pass did: the alerts it raised, the promises that lapsed, the deadlines it could not look at."""

    day: date
    raised: list[int] = field(default_factory=list)
    lapsed: list[Acknowledgement] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    @property
    def alerts(self) -> list[Alert]:
        """The alerts themselves, in the order in which they were owed."""
        if not self.raised:
            return []
        found = Alert.objects.filter(pk__in=self.raised).select_related("case", "deadline")
        return list(found.order_by("owed_on", "rung", "deadline_id"))

    def could_not(self, deadline: Deadline, failure: Exception) -> None:
        """Shown, not swallowed."""
        why = repr(failure).splitlines()[0]
        self.failures.append({"deadline": deadline.key, "case": deadline.case.reference, "why": why})
        self.failed.append(deadline.pk)


@dataclass(frozen=True)
class Owed:
    """One rung to raise, and who hears it."""

    alert: Alert
    heard: Heard


def one_by_one(climbing: Climbing, swept: Swept) -> None:
    """Raises everything owed on the day, in the order in which it was owed."""
    raise_each(climbing.anything_owed(), climbing, swept)


def raise_each(found: DeadlineQuerySet, climbing: Climbing, swept: Swept) -> None:
    """Raises every rung owed of these duties; where the database refuses one, all are tried again by themselves."""
    late = list(found.select_related(*WITH_ITS_POSTS))
    ladder, started = Ladder(climbing.today), _started(late)
    owed: list[Owed] = []
    for deadline in late:
        try:
            rungs = _frozen(deadline, started) or rungs_for(deadline, climbing.policy)
            raised = {rung for rung, _ in started.get((deadline.pk, deadline.due_on), [])}
            for alert in _alerts(deadline, rungs, climbing):
                if alert.rung not in raised:
                    owed.append(Owed(alert, ladder.who_hears(deadline, alert.rung, rungs)))
        except Exception as failure:  # one broken row must not silence the others; it is shown, not swallowed
            swept.could_not(deadline, failure)
    owed.sort(key=lambda one: (one.alert.owed_on, one.alert.rung, one.alert.deadline_id))
    if not owed:
        return
    try:
        with transaction.atomic():
            swept.raised += _raise(owed, climbing.today)
    except DatabaseError:
        _raise_alone(owed, climbing.today, swept)


def _raise_alone(owed: Sequence[Owed], today: date, swept: Swept) -> None:
    for one in owed:
        try:
            with transaction.atomic():
                one.alert.pk = None
                swept.raised += _raise([one], today)
        except DatabaseError as failure:
            swept.could_not(one.alert.deadline, failure)


Started = dict[tuple[int, date], list[tuple[int, Rungs]]]


def _started(late: Sequence[Deadline]) -> Started:
    """The rungs already raised for each of these due dates, each with the ladder it climbs."""
    found: Started = {}
    for alert in Alert.objects.filter(deadline__in=late).select_related("ladder").order_by("id"):
        found.setdefault((alert.deadline_id, alert.due_on), []).append((alert.rung, alert.ladder.read))
    return found


def _frozen(deadline: Deadline, started: Started) -> Rungs | None:
    raised = started.get((deadline.pk, deadline.due_on))
    return raised[0][1] if raised else None


def _alerts(deadline: Deadline, rungs: Rungs, climbing: Climbing) -> list[Alert]:
    """The rungs of one duty that are owed by the day, each with the day it was owed."""
    owed = [(number, owed_on(deadline, rung, climbing.days)) for number, rung in enumerate(rungs, 1)]
    late = [(number, day) for number, day in owed if day is not None and day <= climbing.today]
    if not late:
        return []
    ladder = freeze(rungs, climbing.policy)
    return [
        Alert(
            case=deadline.case,
            deadline=deadline,
            due_on=deadline.due_on,
            rung=number,
            owed_on=day,
            raised_on=climbing.today,
            ladder=ladder,
            answers=rungs[number - 1].answers,
        )
        for number, day in late
    ]


def _raise(owed: Sequence[Owed], today: date) -> list[int]:
    """The alerts, whom each went to, a message for each, and the dead letters: all at once."""
    alerts = keep_new([one.alert for one in owed])
    keep_new(
        [
            AlertRecipient(alert=one.alert, professional=person, covering=one.heard.covering.get(person.pk))
            for one in owed
            for person in one.heard.people
        ]
    )
    write(
        alert_message(one.alert.case, person, one.alert.deadline.key, rung=one.alert.rung, on=today)
        for one in owed
        for person in one.heard.people
    )
    dead_letters(((one.alert.case, post) for one in owed for post in one.heard.vacant), today)
    return [alert.pk for alert in alerts]


def dead_letters(vacant: Iterable[tuple[Case, str]], today: date) -> None:
    """A notice for each vacant post an alert met, told to the partnership while it has an officer."""
    officer = partnership_officer(today)
    notices: list[Any] = keep_new(
        [Notice(case=case, code="DEAD_LETTER", about=post, raised_on=today) for case, post in vacant]
    )
    if not notices or officer is None:
        return
    for_each = hearers([officer], today)
    write(
        Notification(
            recipient=person,
            case=notice.case,
            notice=notice,
            code=notice.code,
            about=notice.about,
            is_urgent=notice.code in AT_ONCE,
            written_on=today,
        )
        for notice in notices
        for person in for_each
    )
