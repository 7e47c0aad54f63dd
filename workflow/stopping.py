"""Stopping the clock of one date, and letting it run again: only where the policy allows, and always on the ledger.

The first date stays for ever, so the days a clock stood still count as drift like every other move.
"""

from datetime import date

from workflow import deadlines
from workflow.acts import act
from workflow.errors import ClockBudgetUsed, ClockNotStoppable, ClockRunOut, OwnClock, ReasonRequired, WrongState
from workflow.models import ClockStop, Deadline, Professional
from workflow.policy import policy_on


@act
def stop_clock(deadline: Deadline, *, reason: str, by: Professional, on: date) -> ClockStop:
    """The clock stands still from `on`, for at most what is left of its budget, and ends by itself after that.

    Raises WrongState, OwnClock, ReasonRequired, ClockNotStoppable, ClockRunOut, ClockBudgetUsed.
    """
    budget = budget_of(deadline, on)
    _require_another(deadline, by)
    if not deadline.is_pending or deadline.stopped_since is not None:
        raise WrongState("Only what is owed, and whose clock runs, can be stopped.", about=[deadline.key])
    if not budget:
        raise ClockNotStoppable(about=[deadline.key])
    if not reason.strip():
        raise ReasonRequired(about=[deadline.key])
    if deadline.is_overdue(on):
        raise ClockRunOut(about=[deadline.key])
    if not deadlines.days_left(deadline, budget):
        raise ClockBudgetUsed(about=[deadline.key])
    return deadlines.stop(deadline, budget=budget, on=on, by=by, because=reason.strip())


@act
def restart_clock(deadline: Deadline, *, by: Professional, on: date) -> ClockStop:
    """The clock runs again: due as many days later as it stood still. Raises WrongState, OwnClock."""
    _require_another(deadline, by)
    if deadline.stopped_since is None:
        raise WrongState("Its clock is running.", about=[deadline.key])
    return deadlines.run_again(deadline, on=on)


def budget_of(deadline: Deadline, on: date) -> int:
    """For how many days in all its clock may stand still, counted as its own value counts; 0 where it may not.

    Neither a chosen date nor one counted back from an appointment has a clock to stop.
    """
    if deadline.span is None or deadline.counted_back:
        return 0
    return int(policy_on(on).settings["clock_stops"].get(deadline.timescale, 0))


def _require_another(deadline: Deadline, by: Professional) -> None:
    if deadline.owner_professional_id == by.pk:
        raise OwnClock(about=[deadline.key])
