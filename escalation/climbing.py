"""Which ladder each late duty climbs, and which of its rungs are owed and not yet raised.

A duty climbs the ladder of today's policy until its first rung is raised; from then on the one that was frozen into
that alert, until it is done or its date moves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from escalation.ladder import latest_due_owed
from escalation.models import Alert, FrozenLadder
from workflow import ladders
from workflow.ladders import Rung, Rungs
from workflow.models import Deadline
from workflow.models.deadlines import DeadlineQuerySet
from workflow.policy import calendar, policy_on
from workflow.timescales import Policy
from workflow.working_days import Calendar

OF_ITS_DATE = Alert.objects.filter(deadline=OuterRef("pk"), due_on=OuterRef("due_on"))


@dataclass
class Lane:
    """One ladder and the duties that climb it; `frozen` once an alert has."""

    rungs: Rungs
    climbs: Q
    frozen: FrozenLadder | None = None

    def kept(self, policy: Policy) -> FrozenLadder:
        """The ladder as alerts point to it; written down the first time it is climbed. Inside an act."""
        if self.frozen is None:
            self.frozen = freeze(self.rungs, policy)
            self.climbs |= started_on(self.frozen)
        return self.frozen


def started_on(ladder: FrozenLadder) -> Q:
    """The duties that have an alert of their due date on this ladder."""
    return Q(Exists(OF_ITS_DATE.filter(ladder=ladder)))


def freeze(rungs: Rungs, policy: Policy) -> FrozenLadder:
    """This ladder, written down once however many alerts climb it. Inside an act."""
    digest = FrozenLadder.digest_of(rungs)
    found = FrozenLadder.objects.filter(digest=digest).first()
    if found is None:
        found = FrozenLadder(digest=digest, rungs=ladders.told(rungs), top=len(rungs), policy_version=policy.version)
        found.save()
    return found


@dataclass(frozen=True)
class Climbing:
    """Every ladder that is climbed on one day, with the policy and the calendar of that day."""

    today: date
    policy: Policy
    days: Calendar
    lanes: tuple[Lane, ...]

    def steps(self) -> Iterator[tuple[Lane, int, Rung]]:
        """Every rung of every ladder, the lowest first."""
        for lane in self.lanes:
            for number, rung in enumerate(lane.rungs, 1):
                yield lane, number, rung

    def owed(self, lane: Lane, number: int, rung: Rung) -> DeadlineQuerySet:
        """The duties that owe this rung of their ladder by today and for which it was not raised."""
        return Deadline.objects.pending().filter(self._owes(lane, number, rung))

    def anything_owed(self) -> DeadlineQuerySet:
        """The duties for which any rung is owed and not raised: one statement, whatever the number of ladders."""
        owing = Q(pk__in=[])
        for lane, number, rung in self.steps():
            owing |= self._owes(lane, number, rung)
        return Deadline.objects.pending().filter(owing)

    def _owes(self, lane: Lane, number: int, rung: Rung) -> Q:
        return (
            Q(due_on__lte=latest_due_owed(self.today, rung, self.days), running_since__lt=self.today)
            & lane.climbs
            & ~Q(Exists(OF_ITS_DATE.filter(rung=number)))
        )


def climbing_on(today: date) -> Climbing:
    """The ladders of one day: those of its policy, and those that alerts still climb."""
    return climbing_by(policy_on(today), calendar(), FrozenLadder.objects.all(), today)


def climbing_by(policy: Policy, days: Calendar, ladders: Iterable[FrozenLadder], today: date) -> Climbing:
    """The same for somebody who has read the rules already."""
    found = {kept.digest: Lane(kept.read, started_on(kept), kept) for kept in ladders}
    for rungs, fresh in _of_the_policy(policy):
        digest = FrozenLadder.digest_of(rungs)
        lane = found.setdefault(digest, Lane(rungs, Q(pk__in=[])))
        lane.climbs |= fresh & ~Q(Exists(OF_ITS_DATE))
    return Climbing(today, policy, days, tuple(found.values()))


def _of_the_policy(policy: Policy) -> Iterator[tuple[Rungs, Q]]:
    """Each ladder of a policy and the duties it is for: by timescale, else by code, else the ordinary one."""
    for fast in (False, True):
        own = {kind: rungs for kind in policy.settings["ladders"] if (rungs := policy.own_rungs(kind, fast=fast))}
        for kind, rungs in own.items():
            by_code = Q(code=kind) & ~Q(timescale__in=list(own))
            yield rungs, Q(is_fast=fast) & (Q(timescale=kind) | by_code)
        others = Q(is_fast=fast)
        if own:
            others &= ~Q(timescale__in=list(own)) & ~Q(code__in=list(own))
        yield policy.ordinary_rungs(fast=fast), others
