"""Is anything due at all? Asked in one statement before the sweep begins, since most nights nothing is.

Which rungs are owed depends on the rules: the policy's versions, the days proclaimed, the ladders that alerts climb.
A process keeps them as it last read them, and the same statement that asks says how far each has got since: only where
they are the rules as they are now is the answer believed, else they are read again. No record changes without a line
of history, so the histories say it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from escalation.climbing import Climbing, climbing_by
from escalation.models import Acknowledgement, FrozenLadder, Snooze
from workflow.models import Holiday, PolicyVersion
from workflow.policy import calendar, policies
from workflow.timescales import ENGLAND_DEFAULT, Policy
from workflow.working_days import Calendar, england_and_wales

Mark = tuple[Any, ...]
RULES: tuple[type[Model], ...] = (PolicyVersion, Holiday, FrozenLadder)


@dataclass(frozen=True)
class Rules:
    """What the ladders of any day are made of, and how far the histories of it had got when it was read."""

    mark: Mark
    policies: Callable[[date], Policy]
    days: Calendar
    ladders: tuple[FrozenLadder, ...] = ()

    def on(self, today: date) -> Climbing:
        return climbing_by(self.policies(today), self.days, self.ladders, today)


# Where nobody has changed anything: the England default, and no alert yet.
AT_FIRST = Rules((0, 0, None) * len(RULES), lambda day: ENGLAND_DEFAULT, england_and_wales())
_kept = [AT_FIRST]


def is_anything_due(today: date) -> bool:
    """Whether a rung is owed by `today` and not raised, or the day of a promise or of a quiet is over.

    One statement while the rules stay as they were; four more when they have changed since this process last asked.
    """
    due, mark = _ask(_kept[0], today)
    if mark != _kept[0].mark:
        # Read after the mark: what changes in between is noticed at the next look.
        _kept[0] = Rules(mark, policies(), calendar(), tuple(FrozenLadder.objects.all()))
        due, _ = _ask(_kept[0], today)
    return due


def broken_promises(today: date) -> QuerySet[Acknowledgement]:
    """The promises whose day is over, and of which nobody has said yet what became of them."""
    return Acknowledgement.objects.filter(state=Acknowledgement.State.ACKNOWLEDGED, intend_by__lt=today)


def quiets_over(today: date) -> QuerySet[Snooze]:
    """The quiets that last no longer, and whose people no sweep has reminded yet."""
    return Snooze.objects.filter(until_on__lte=today, over_on=None)


def _ask(rules: Rules, today: date) -> tuple[bool, Mark]:
    asked = [rules.on(today).anything_owed(), broken_promises(today), quiets_over(today)]
    of_each = [found.order_by().values("pk").query.sql_with_params() for found in asked]
    exist = " OR ".join(f"EXISTS ({sql})" for sql, _ in of_each)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {exist}, {_marks()}", [value for _, values in of_each for value in values])
        due, *mark = cursor.fetchone()
    return bool(due), tuple(mark)


def _marks() -> str:
    """The SQL of how far the history of each kind of rule has got: lines, the last one, when it was written down."""
    tables = [model.history.model._meta.db_table for model in RULES]  # type: ignore[attr-defined]
    told = ("count(*)", "coalesce(max(history_id), 0)", "max(recorded_at)")
    return ", ".join(f'(SELECT {each} FROM "{table}")' for table in tables for each in told)
