"""Everything that only the passing of a day brings, in one order: lateness, drift, minutes and births."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from escalation.models import SweepRun
from escalation.sweep import Swept, lock_day, sweep, sweep_moment
from meetings import nightly as meetings
from plans.watch import watch
from workflow.acts import PARTNERSHIP, under_way

ONE_DAY = timedelta(days=1)


def run_night(today: date) -> Swept:
    """The sweep and the watches of one day. Run again the same day, or on two machines at once, it does nothing more.

    A watch that fails undoes no alert: the night is marked unclean and the failure raised.
    """
    swept = sweep(today)
    try:
        with under_way("nightly_watch", PARTNERSHIP, by=None, at=sweep_moment(today), only_if_changed=True):
            lock_day(today)
            watch(today)
            meetings.settle(today)
            meetings.watch_births(today)
    except Exception as failure:
        _mark_unclean(today, failure)
        raise
    return swept


def catch_up(today: date) -> Iterator[Swept]:
    """Runs each night that is due by `today`, in order, and yields what came of it."""
    for day in nights_due(today):
        yield run_night(day)


def nights_due(today: date) -> list[date]:
    """The nights to run now; none when today has been swept.

    One night makes up for all that were missed: it raises what they would have, says on which day each was owed, and
    that it was raised today, for nobody was told before. Only in a demonstration, whose clock is wound, did the nights
    between pass in one moment; there each is run.
    """
    last = SweepRun.objects.aggregate(last=Max("day"))["last"]
    if last is not None and last >= today:
        return []
    if last is None or not settings.DEMO:
        return [today]
    return [last + n * ONE_DAY for n in range(1, (today - last).days + 1)]


def _mark_unclean(today: date, failure: Exception) -> None:
    with transaction.atomic():
        run = lock_day(today)
        run.failures = [*run.failures, {"watch": "nightly", "why": repr(failure)}]
        run.save()
