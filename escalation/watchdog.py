"""Did last night's sweep run, and did it raise all that was owed? Asked from outside the sweep, and answered loudly.

Every late deadline is looked at again, one by one, without the statement the sweep uses to find them: a sweep that
overlooks something must not be the one to say that nothing was overlooked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from escalation.ladder import owed_on, rungs_for
from escalation.models import Alert, FrozenLadder, SweepRun
from workflow.ladders import Rungs
from workflow.models import Deadline
from workflow.models.deadlines import DeadlineQuerySet
from workflow.policy import calendar, policy_on
from workflow.timescales import Policy
from workflow.working_days import Calendar


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: about what, and what is wrong, in words."""

    about: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.about}: {self.wrong}"


def check(today: date) -> list[Finding]:
    """Everything wrong with the watch over lateness on `today`, after its sweep. Empty: it can be relied on."""
    return [*_of_the_sweep(today), *_of_the_ladders(today), *_of_alerts_nobody_hears()]


def last_clean(today: date) -> date | None:
    """The last day, up to `today`, whose sweep could look at everything and whose night was done to its end."""
    done = SweepRun.objects.filter(day__lte=today, finished_at__isnull=False, night_done_at__isnull=False)
    found = done.filter(failures=[]).last()
    return found.day if found else None


def _of_the_sweep(today: date) -> Iterator[Finding]:
    last = SweepRun.objects.filter(day__lte=today).last()
    if last is None:
        yield Finding("sweep", "has never run")
    elif last.day < today:
        yield Finding("sweep", f"has not run since {_long(last.day)}")
    elif last.finished_at is None:
        yield Finding("sweep", f"of {_long(last.day)} did not finish")
    else:
        for failure in last.failures:
            yield Finding(_about(failure), f"could not be looked at on {_long(last.day)}: {failure['why']}")
        if last.night_done_at is None:
            yield Finding("night", f"of {_long(last.day)} was not done to its end")


def _of_the_ladders(today: date) -> Iterator[Finding]:
    """Every rung that was owed by `today` and was never raised for the present due date, on the ladder it climbs."""
    policy, days = policy_on(today), calendar()
    frozen = {ladder.pk: ladder.read for ladder in FrozenLadder.objects.all()}
    climbed, raised = {}, set()
    for pk, rung, ladder in Alert.objects.standing().values_list("deadline_id", "rung", "ladder_id"):
        climbed[pk] = frozen[ladder]
        raised.add((pk, rung))
    for deadline in _to_be_looked_at(today, policy, frozen.values()).select_related("case").iterator():
        about = f"{deadline.case.reference} {deadline.key}"
        try:
            owed = list(_rungs_owed(deadline, today, climbed.get(deadline.pk) or rungs_for(deadline, policy), days))
        except Exception as failure:  # it is a finding, and the others are still looked at
            yield Finding(about, f"cannot be looked at: {failure!r}")
            continue
        for rung, day in owed:
            if (deadline.pk, rung) not in raised:
                yield Finding(about, f"rung {rung} was owed on {_long(day)} and was not raised")


def _to_be_looked_at(today: date, policy: Policy, climbed: Iterable[Rungs]) -> DeadlineQuerySet:
    """What is overdue; all that is pending while some ladder has a rung before the due day."""
    early = any(rung.before for rungs in [*climbed, *policy.every_ladder()] for rung in rungs)
    found = Deadline.objects.pending() if early else Deadline.objects.overdue(today)
    return found.filter(running_since__lt=today)


def _rungs_owed(deadline: Deadline, today: date, rungs: Rungs, days: Calendar) -> Iterator[tuple[int, date]]:
    for number, rung in enumerate(rungs, 1):
        day = owed_on(deadline, rung, days)
        if day is not None and day <= today:
            yield number, day


def _of_alerts_nobody_hears() -> Iterator[Finding]:
    """A standing alert that went to nobody: every post from its rung upwards was vacant."""
    for alert in Alert.objects.standing().filter(recipients=None).select_related("deadline", "case"):
        yield Finding(
            f"{alert.case.reference} {alert.deadline.key}", f"rung {alert.rung} was raised and went to nobody"
        )


def _about(failure: dict[str, str]) -> str:
    return f"{failure['case']} {failure['deadline']}" if "deadline" in failure else failure.get("watch", "sweep")


def _long(day: date) -> str:
    return f"{day:%-d %B %Y}"
