"""Everything that only the passing of a day brings, in one order: lateness, drift, minutes and births."""

from datetime import date

from escalation.sweep import Swept, sweep, sweep_moment
from meetings import nightly as meetings
from plans.watch import watch
from workflow.acts import PARTNERSHIP, under_way


def run_night(today: date) -> Swept:
    """The sweep and the watches of one day. Run again the same day, it does nothing more."""
    swept = sweep(today)
    with under_way("nightly_watch", PARTNERSHIP, by=None, at=sweep_moment(today), only_if_changed=True):
        watch(today)
        meetings.settle(today)
        meetings.watch_births(today)
    return swept
