"""What was raised, beside what other rules would have raised: how many, to whom, how early, what would be missed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Prefetch

from escalation.models import Alert, AlertRecipient
from escalation.recorded import Recorded, recorded
from escalation.what_if import OtherRules, Raised, Replayed, replay
from workflow.models import Professional
from workflow.working_days import working_days_between

FIRST = AlertRecipient.objects.filter(instead_of=None)


def were_raised(cases: Any) -> list[Raised]:
    """The alerts that were raised in these cases, in the same words, and for whom: not who took one over later."""
    found = (
        Alert.objects.filter(case__in=cases).select_related("deadline").prefetch_related(Prefetch("recipients", FIRST))
    )
    return [
        Raised(
            alert.deadline_id,
            alert.case_id,
            alert.deadline.title,
            alert.rung,
            alert.due_on,
            alert.due_on,
            alert.owed_on,
            alert.raised_on,
            tuple(sorted(one.professional_id for one in alert.recipients.all())),
        )
        for alert in found.order_by("raised_on", "deadline_id", "rung")
    ]


# What is different


@dataclass(frozen=True)
class Shift:
    """One alert under both sets of rules; `days` working days earlier if above nought, later if below."""

    was: Raised
    now: Raised
    days: int


@dataclass(frozen=True)
class Comparison:
    """What was raised from one day to another, beside what the other rules would have raised."""

    first: date
    last: date
    was: list[Raised]
    now: list[Raised]
    shifts: list[Shift]
    missed: list[Raised]
    added: list[Raised]
    newly_late: list[int]
    no_longer_late: list[int]
    people: Mapping[int, Professional]
    references: Mapping[int, str]
    titles: Mapping[int, str]

    @property
    def earlier(self) -> list[Shift]:
        return [one for one in self.shifts if one.days > 0]

    @property
    def later(self) -> list[Shift]:
        return [one for one in self.shifts if one.days < 0]

    @property
    def same_day(self) -> list[Shift]:
        return [one for one in self.shifts if not one.days]

    @cached_property
    def by_rung(self) -> list[tuple[int, int, int]]:
        """Each rung, with how many were raised and how many would have been."""
        was, now = (Counter(one.rung for one in raised) for raised in (self.was, self.now))
        return [(rung, was[rung], now[rung]) for rung in sorted({*was, *now})]

    @cached_property
    def by_hearer(self) -> list[tuple[str, str, int, int, int]]:
        """Role, agency and rung of whom they went to, with how many messages that was and would have been."""
        was, now = (Counter(self._heard(raised)) for raised in (self.was, self.now))
        return [(*who, was[who], now[who]) for who in sorted({*was, *now})]

    def _heard(self, raised: Iterable[Raised]) -> Iterator[tuple[str, str, int]]:
        for one in raised:
            for pk in one.to:
                person = self.people[pk]
                yield str(person.get_role_display()), str(person.agency), one.rung


def compared(
    history: Recorded, was: Sequence[Raised], replayed: Replayed, same: Replayed, *, first: date, last: date
) -> Comparison:
    """The nights from `first` to `last`: what was raised beside what would have been. `same`: under the rules held.

    An alert that only moved over an edge of the period is not called missed or new: it is a shift.
    """

    def inside(one: Raised) -> bool:
        return first <= one.raised_on <= last

    before, after = ({one.key: one for one in found} for found in (was, replayed.raised))
    shifts = [
        Shift(before[key], after[key], _earlier_by(before[key].raised_on, after[key].raised_on, history))
        for key in before
        if key in after and (inside(before[key]) or inside(after[key]))
    ]
    return Comparison(
        first,
        last,
        [one for one in was if inside(one)],
        [one for one in replayed.raised if inside(one)],
        shifts,
        [one for key, one in before.items() if key not in after and inside(one)],
        [one for key, one in after.items() if key not in before and inside(one)],
        [pk for pk, night in replayed.late.items() if pk not in same.late and first <= night <= last],
        [pk for pk, night in same.late.items() if pk not in replayed.late and first <= night <= last],
        {pk: posts[-1].person for pk, posts in history.people.known.items()},
        history.references,
        {course.deadline_id: course.title for course in history.courses},
    )


def asked(
    cases: Any,
    rules: OtherRules,
    *,
    first: date,
    last: date,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """What the nights of these cases would have raised under other rules, from one day to another. Reads only."""
    history = recorded(cases)
    return compared(
        history,
        were_raised(cases),
        replay(history, rules, progress=progress),
        replay(history, OtherRules()),
        first=first,
        last=last,
    )


def _earlier_by(was: date, now: date, history: Recorded) -> int:
    days = history.rules[-1].calendar
    return working_days_between(now, was, days) if now <= was else -working_days_between(was, now, days)
