"""The sweep: overdue × rung reached × not yet raised → alert and messages. Acts on edges.

A rung exists once per deadline and due date, kept by the database. Run twice, or on two machines at once, the sweep
raises nothing twice; missed for a month, it raises exactly what is still owed, each with the day it was owed. One
deadline that cannot be looked at is listed with its reason and the rest go on.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time

from django.db import connection, transaction

from escalation.climbing import Climbing, climbing_on
from escalation.glance import broken_promises, is_anything_due, quiets_over
from escalation.models import Acknowledgement, Snooze, SweepRun
from escalation.raising import Swept, one_by_one
from escalation.raising_at_once import all_at_once
from notifications.tell import tell
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP, under_way
from workflow.people import lead_of

__all__ = ["Swept", "lock_day", "sweep", "sweep_moment"]

FIVE_PAST_MIDNIGHT = time(0, 5)
Way = Callable[[Climbing, Swept], None]


def sweep_moment(today: date) -> datetime:
    """Five past midnight in London: before the events of the day."""
    return datetime.combine(today, FIVE_PAST_MIDNIGHT, LONDON)


def sweep(today: date, way: Way | None = None) -> Swept:
    """Raises every rung owed by `today` and not yet raised. In calendar days.

    Broken promises lapse, and whoever wanted quiet until today is reminded. `way`: how rows are written, where the best
    the database can do is not wanted.
    """
    swept, way = Swept(today), way or best_way()
    if not is_anything_due(today):
        _nothing_was_due(today)
        return swept
    with transaction.atomic():
        run = lock_day(today)
        climbing, broken, over = climbing_on(today), list(broken_promises(today)), list(quiets_over(today))
        if broken or over or climbing.anything_owed().exists():  # whoever swept meanwhile may have left nothing
            with under_way("sweep", PARTNERSHIP, by=None, at=sweep_moment(today)):
                way(climbing, swept)
                swept.lapsed = _settle(broken, today)
                _remind(over, today)
        run.finished_at = sweep_moment(today)
        run.raised += len(swept.raised)
        run.failures = swept.failures
        run.save()
    return swept


def _nothing_was_due(today: date) -> None:
    """The sign that this day was looked at: one statement, whoever else writes it."""
    SweepRun.objects.bulk_create(
        [SweepRun(day=today, finished_at=sweep_moment(today))],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["finished_at", "failures"],
    )


def best_way() -> Way:
    """One statement for a thousand rows where the database can do that, else row by row."""
    return all_at_once if connection.vendor == "postgresql" else one_by_one


def lock_day(today: date) -> SweepRun:
    """This day's row, held until the transaction ends: a second pass over the day waits, then finds nothing left."""
    SweepRun.objects.get_or_create(day=today)
    return SweepRun.objects.select_for_update().get(day=today)


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


def _remind(quiets: Iterable[Snooze], today: date) -> None:
    """Each is over; its person hears of what they promised, unless that has ended or a later quiet still lasts."""
    for quiet in quiets:
        quiet.over_on = today
        quiet.save()
    for quiet in quiets:
        alert, by = quiet.alert, quiet.by
        promised = alert.acknowledgements.filter(by=by, state=Acknowledgement.State.ACKNOWLEDGED).exists()
        still_quiet = Snooze.objects.filter(alert=alert, by=by, over_on=None).exists()
        if promised and not alert.is_resolved and not still_quiet:
            tell(alert.case, "REMINDED_AGAIN", alert.deadline.key, [by], on=today)
