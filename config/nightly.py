"""Everything that only the passing of a day brings, in one order: lateness, drift, minutes and births."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from escalation.models import SweepRun
from escalation.sweep import Swept, lock_day, sweep, sweep_moment
from meetings import nightly as meetings
from plans.watch import watch
from workflow import drift_months
from workflow.acts import PARTNERSHIP, under_way
from workflow.drafting import forget_old_drafts
from workflow.reads import seal_reads
from workflow.verification import verify

ONE_DAY = timedelta(days=1)


def run_night(today: date, *, with_proofs: bool = False) -> Swept:
    """The sweep and the watches of one day. Run again the same day, or on two machines at once, it does nothing more.

    A watch that fails undoes no alert: the night is marked unclean and the failure raised. A night that did not come to
    its end, because something failed or whoever did it died, stays due (`nights_due`).
    """
    swept = sweep(today)
    try:
        with under_way("nightly_watch", PARTNERSHIP, by=None, at=sweep_moment(today), only_if_changed=True):
            lock_day(today)
            watch(today)
            meetings.settle(today)
            meetings.watch_births(today)
        forget_old_drafts(sweep_moment(today))
    except Exception as failure:
        _mark_unclean(today, failure)
        raise
    if with_proofs:
        prove_the_summary(today)
        prove_the_record(today)
    SweepRun.objects.filter(day=today).update(night_done_at=sweep_moment(today))
    return swept


def catch_up(today: date) -> Iterator[Swept]:
    """Runs each night that is due by `today`, in order, and yields what came of it; the last one with its proofs."""
    for day in nights_due(today):
        yield run_night(day, with_proofs=day == today)


def prove_the_summary(today: date) -> list[str]:
    """Holds the summary of drift against the history. A difference makes the night unclean, and is named."""
    found = drift_months.differences()
    if found:
        with transaction.atomic():
            run = lock_day(today)
            run.failures = [*run.failures, *({"watch": "summary of drift", "why": why} for why in found)]
            run.save()
    return found


def prove_the_record(today: date) -> list[str]:
    """Seals what was read, and looks whether every seal follows the one before. If not, the night is unclean."""
    with transaction.atomic():
        run = lock_day(today)
        seal_reads(sweep_moment(today))
        verified = verify(None, by=None, at=sweep_moment(today), links_only=True)
        if verified.findings:
            run.failures = [*run.failures, *({"watch": "chain of seals", "why": why} for why in verified.findings)]
            run.save()
    return list(verified.findings)


def nights_due(today: date) -> list[date]:
    """The nights to run now; none when today's was done to its end.

    One night makes up for all that were missed: it raises what they would have, says on which day each was owed, and
    that it was raised today, for nobody was told before. Only in a demonstration, whose clock is wound, did the nights
    between pass in one moment; there each is run.
    """
    last = SweepRun.objects.last()
    done = last.day if last and last.night_done_at else last.day - ONE_DAY if last else None
    if done is not None and done >= today:
        return []
    if done is None or not settings.DEMO:
        return [today]
    return [done + n * ONE_DAY for n in range(1, (today - done).days + 1)]


def _mark_unclean(today: date, failure: Exception) -> None:
    with transaction.atomic():
        run = lock_day(today)
        run.failures = [*run.failures, {"watch": "nightly", "why": repr(failure)}]
        run.save()
