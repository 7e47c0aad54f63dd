"""The sweep: overdue × rung reached × not yet raised → alert and messages. Acts on edges.

A rung exists once per deadline and due date, kept by the database. Run twice, or on two machines at once, the sweep
raises nothing twice; missed for a month, it raises exactly what is still owed, each with the day it was owed. One
deadline that cannot be looked at is listed with its reason and the rest go on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from escalation.ladder import Heard, Ladder, latest_due_owed, owed_on
from escalation.models import RUNGS, Acknowledgement, Alert, AlertRecipient, SweepRun
from notifications.tell import alert_message, tell, write
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Deadline
from workflow.people import lead_of, partnership_officer
from workflow.policy import calendar, policy_on
from workflow.records import keep_new
from workflow.timescales import Policy
from workflow.working_days import Calendar

FIVE_PAST_MIDNIGHT = time(0, 5)


@dataclass
class Swept:
    """What one pass did: the alerts it raised, the promises that lapsed, the deadlines it could not look at."""

    day: date
    alerts: list[Alert] = field(default_factory=list)
    lapsed: list[Acknowledgement] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Owed:
    """One rung to raise, and who hears it."""

    alert: Alert
    heard: Heard


def sweep_moment(today: date) -> datetime:
    """Five past midnight in London: before the events of the day."""
    return datetime.combine(today, FIVE_PAST_MIDNIGHT, LONDON)


def sweep(today: date) -> Swept:
    """Raises every rung owed by `today` and not yet raised, and lets broken promises lapse. In calendar days."""
    swept = Swept(today)
    with transaction.atomic():
        run = lock_day(today)
        owed = _owed(today, swept)
        broken = list(Acknowledgement.objects.filter(state=Acknowledgement.State.ACKNOWLEDGED, intend_by__lt=today))
        if owed or broken:
            with under_way("sweep", PARTNERSHIP, by=None, at=sweep_moment(today)):
                swept.alerts = _raise(owed, today)
                swept.lapsed = _settle(broken, today)
        run.finished_at = sweep_moment(today)
        run.raised += len(swept.alerts)
        run.failures = swept.failures
        run.save()
    return swept


def lock_day(today: date) -> SweepRun:
    """This day's row, held until the transaction ends: a second pass over the day waits, then finds nothing left."""
    SweepRun.objects.get_or_create(day=today)
    return SweepRun.objects.select_for_update().get(day=today)


def late_deadlines(today: date, policy: Policy, days: Calendar) -> "Iterable[Deadline]":
    """Pending deadlines with more rungs owed by `today` than raised for their present due date: one statement."""
    raised = (
        Alert.objects.filter(deadline=OuterRef("pk"), due_on=OuterRef("due_on"))
        .order_by()
        .values("deadline")
        .annotate(count=Count("pk"))
        .values("count")
    )
    reached = [
        When(Q(is_fast=fast, due_on__lte=latest_due_owed(today, offset, days)), then=Value(rung))
        for fast in (False, True)
        for rung, offset in reversed(list(zip(RUNGS, policy.ladder(fast=fast), strict=True)))
    ]
    return (
        Deadline.objects.overdue(today)
        .annotate(
            reached=Case(*reached, default=Value(0), output_field=IntegerField()),
            raised=Coalesce(Subquery(raised, output_field=IntegerField()), 0),
        )
        .filter(reached__gt=F("raised"))
        .select_related("case__lead_practitioner", "case__chair", "owner_professional", "owner_family_member", "agency")
    )


def _owed(today: date, swept: Swept) -> list[Owed]:
    """Every rung owed and not raised, in the order of their days."""
    policy, days, ladder = policy_on(today), calendar(), Ladder(today)
    late = list(late_deadlines(today, policy, days))
    known = set(Alert.objects.filter(deadline__in=late).values_list("deadline_id", "due_on", "rung"))
    owed: list[Owed] = []
    for deadline in late:
        try:
            owed += [
                Owed(alert, ladder.who_hears(deadline, alert.rung))
                for alert in _rungs(deadline, today, policy, days)
                if (deadline.pk, deadline.due_on, alert.rung) not in known
            ]
        except Exception as failure:  # one broken row must not silence the others; it is shown, not swallowed
            swept.failures.append({"deadline": deadline.key, "case": deadline.case.reference, "why": repr(failure)})
    return sorted(owed, key=lambda one: (one.alert.owed_on, one.alert.rung, one.alert.deadline_id))


def _rungs(deadline: Deadline, today: date, policy: Policy, days: Calendar) -> list[Alert]:
    """The rungs of one late deadline that are owed by `today`, each with the day it was owed."""
    offsets = policy.ladder(fast=deadline.is_fast)
    owed = [(rung, owed_on(deadline, offset, days)) for rung, offset in zip(RUNGS, offsets, strict=True)]
    return [
        Alert(
            case=deadline.case,
            deadline=deadline,
            due_on=deadline.due_on,
            rung=rung,
            owed_on=day,
            raised_on=today,
            ladder=[str(offset) for offset in offsets],
        )
        for rung, day in owed
        if day is not None and day <= today
    ]


def _raise(owed: Sequence[Owed], today: date) -> list[Alert]:
    """The alerts, whom each went to, a message for each, and a dead letter for each vacant post: all at once."""
    alerts = keep_new([one.alert for one in owed])
    keep_new([AlertRecipient(alert=one.alert, professional=person) for one in owed for person in one.heard.people])
    write(
        alert_message(one.alert.case, person, one.alert.deadline.key, rung=one.alert.rung, on=today)
        for one in owed
        for person in one.heard.people
    )
    for one in owed:
        for post in one.heard.vacant:
            tell(one.alert.case, "DEAD_LETTER", post, [partnership_officer(today)], on=today)
    return alerts


def _settle(promises: Iterable[Acknowledgement], today: date) -> list[Acknowledgement]:
    """The promised day is over: kept if the duty is no longer owed, else it lapses and is told again."""
    lapsed = []
    for promise in promises:
        deadline = promise.alert.deadline
        if not deadline.is_pending:
            promise.keep()
        else:
            promise.lapse()
            lapsed.append(promise)
            tell(
                deadline.case,
                "ACKNOWLEDGEMENT_LAPSED",
                deadline.key,
                [promise.by, lead_of(deadline.agency, today)],
                on=today,
            )
        promise.save()
    return lapsed
