"""What if the rules had been other ones? The recorded nights played again, under another ladder or other time limits.

`replay` is one function over the recorded history: it asks nothing and writes nothing, and it uses the ladder's own
`owed_on` and `who_hears`. What people did stays as they did it: only the dates owed and the alerts differ. The other
rules are taken to have held all along, so that the months looked at do not begin with a heap. Played again under the
rules that held, it raises exactly what was raised: that is the proof that it may be believed.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from escalation.ladder import owed_on, rungs_for
from escalation.recorded import ONE_DAY, Course, Line, Recorded, Rules
from workflow.errors import CalendarMissingYear
from workflow.ladders import Rungs
from workflow.models import Deadline
from workflow.timescales import ENGLAND_2026_1, Policy, Span, checked_changes
from workflow.working_days import Calendar, add_working_days

# What decides when something is owed and who hears of it. Other settings change what people may do: no replay knows.
REPLAYED_SETTINGS = ("ladder", "fast_ladder", "ladders", "count_trigger_day")
# Limits that open no deadline of their own: they bind what may be done, or another date.
NO_DEADLINE = ("pre_birth_limit", "exclusion_request", "minutes_challenge", "dissent_formal", "visit_record")


class UnreadablePolicy(Exception):
    """The other rules cannot be replayed: what is wrong, by key."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {why}" for key, why in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class OtherRules:
    """What is different from the rules that held: values of timescales, and settings."""

    values: Mapping[str, Span] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "OtherRules":
        """Reads overrides with the keys of a story's policy. Raises UnreadablePolicy naming each key at fault."""
        faults: dict[str, str] = {}
        values: dict[str, Span] = {}
        settings: dict[str, Any] = {}
        for key, value in told.items():
            try:
                new_values, new_settings = checked_changes({key: value})
                _check_replayable(key, value)
            except (ValueError, TypeError, AttributeError) as fault:
                faults[key] = str(fault)
                continue
            values |= {code: Span.parse(text) for code, text in new_values.items()}
            settings |= new_settings
        if faults:
            raise UnreadablePolicy(faults)
        return cls(values, settings)

    def on(self, policy: Policy) -> Policy:
        """A policy with these rules instead of its own."""
        return Policy(policy.version, {**policy.values, **self.values}, {**policy.settings, **self.settings})


def _check_replayable(key: str, value: Any) -> None:
    if key == "count_trigger_day":
        if not isinstance(value, list) or set(value) - set(ENGLAND_2026_1):
            raise ValueError("a list of timescales")
    elif key in NO_DEADLINE:
        raise ValueError("this limit opens no deadline, so nothing can be replayed for it")
    elif key not in ENGLAND_2026_1 and key not in REPLAYED_SETTINGS:
        raise ValueError("this setting decides what people may do, not when something is late: it cannot be replayed")


@dataclass(frozen=True)
class Raised:
    """One rung raised in one night, whether it was or would have been."""

    deadline_id: int
    case_id: int
    what: str
    rung: int
    recorded_due: date
    due: date
    owed_on: date
    raised_on: date
    to: tuple[int, ...]

    @property
    def key(self) -> tuple[int, date, int]:
        """What the same rung of the same duty and date has in common under two sets of rules."""
        return self.deadline_id, self.recorded_due, self.rung


@dataclass(frozen=True)
class Replayed:
    """What the nights raise under some rules, and on which night each duty is first seen to be late."""

    raised: list[Raised]
    late: dict[int, date]


def replay(
    history: Recorded, rules: OtherRules, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> Replayed:
    """Plays every recorded night again under other rules: the alerts of each duty, and when it was first late."""
    eras = [Rules(era.first, rules.on(era.policy), era.calendar) for era in history.rules]
    raised: list[Raised] = []
    late: dict[int, date] = {}
    for number, course in enumerate(history.courses, 1):
        stretches = list(_stretches(course, rules, history))
        raised += _alerts(stretches, eras, history)
        first = min((night for one in stretches if (night := one.first_late(history.nights))), default=None)
        if first is not None:
            late[course.deadline_id] = first
        progress(number, len(history.courses))
    return Replayed(sorted(raised, key=lambda one: (one.raised_on, one.deadline_id, one.rung)), late)


# The dates that would have been owed


@dataclass(frozen=True)
class Stretch:
    """A time in which a duty was pending with one due date: the nights after `since` up to `until` saw it so."""

    duty: Deadline
    owner_id: int | None
    recorded_due: date
    since: date
    until: date | None

    def nights(self, nights: Sequence[date], not_before: date) -> date | None:
        """The first night from a day on that saw it so."""
        found = bisect_left(nights, max(not_before, self.since + ONE_DAY))
        if found == len(nights) or (self.until is not None and nights[found] > self.until):
            return None
        return nights[found]

    def first_late(self, nights: Sequence[date]) -> date | None:
        return self.nights(nights, self.duty.due_on + ONE_DAY)


def _stretches(course: Course, rules: OtherRules, history: Recorded) -> Iterator[Stretch]:
    before: Line | None = None
    due, running_since = date.min, date.min
    for line in course.lines:
        row = line.row
        if before is None or row.due_on != before.row.due_on or row.counted_from != before.row.counted_from:
            was, due = due, _due(line, rules, history)
            running_since = row.running_since if before is None or due != was else running_since
        before = line
        if line.is_pending and line.until != line.since:
            yield Stretch(
                _as_duty(row, due, running_since, history),
                row.owner_professional_id,
                row.due_on,
                line.since,
                line.until,
            )


def _due(line: Line, rules: OtherRules, history: Recorded) -> date:
    """The date these rules give, if a rule gave the one on record; a date somebody chose stays as it was chosen."""
    row = line.row
    recorded: date = row.due_on
    if row.counted_from is None or not row.value:
        return recorded
    held = history.policies.get(row.policy_version)
    counted_then = held is not None and held.counts_trigger(row.timescale)
    counted_now = row.timescale in rules.settings.get("count_trigger_day", [row.timescale] if counted_then else [])
    own, other = Span.parse(row.value), rules.values.get(row.timescale, Span.parse(row.value))
    days = history.calendar_on(line.since)
    try:
        if _counted(line, own, counted_then, days) != recorded:
            return recorded
        return _counted(line, other, counted_now, days)
    except CalendarMissingYear:
        return recorded


def _counted(line: Line, span: Span, count_trigger: bool, days: Calendar) -> date:
    """Counted as `workflow.deadlines` counts: forward up to a limit, or back to no earlier than tomorrow."""
    row = line.row
    if row.counted_back:
        due = span.before(row.counted_from, days)
        return add_working_days(line.since, 1, days) if due < line.since else due
    due = span.after(row.counted_from, days, count_trigger=count_trigger)
    return max(row.no_later_than, line.since) if row.no_later_than and row.no_later_than < due else due


def _as_duty(row: Any, due: date, running_since: date, history: Recorded) -> Deadline:
    """The duty as the ladder knows it; never saved."""
    duty = Deadline(
        pk=row.id,
        code=row.code,
        subject=row.subject,
        timescale=row.timescale,
        title=row.title,
        is_fast=row.is_fast,
        due_on=due,
        running_since=running_since,
    )
    duty.agency = history.agencies[row.agency_id]
    return duty


# The alerts


def _alerts(stretches: Iterable[Stretch], eras: Sequence[Rules], history: Recorded) -> Iterator[Raised]:
    """Every rung once for each due date. A date whose first rung was raised goes on climbing that ladder."""
    known: set[tuple[date, int]] = set()
    frozen: dict[date, Rungs] = {}
    for stretch in stretches:
        due = stretch.duty.due_on
        for era, following in zip(eras, [*eras[1:], None], strict=True):
            rungs = frozen.get(due) or rungs_for(stretch.duty, era.policy)
            for number, rung in enumerate(rungs, 1):
                if (due, number) in known:
                    continue
                owed = owed_on(stretch.duty, rung, era.calendar)
                night = None if owed is None else stretch.nights(history.nights, max(owed, era.first))
                if owed is None or night is None or (following and night >= following.first):
                    continue
                known.add((due, number))
                frozen.setdefault(due, rungs)
                yield _raised(stretch, number, rungs, owed, night, history)


def _raised(stretch: Stretch, rung: int, rungs: Rungs, owed: date, night: date, history: Recorded) -> Raised:
    duty = stretch.duty
    case_id = history.case_of[duty.pk]
    duty.case = history.case_on(case_id, night)
    duty.owner_professional = history.people.one(stretch.owner_id, night)
    heard = history.ladder_on(night).who_hears(duty, rung, rungs)
    return Raised(
        duty.pk,
        case_id,
        duty.title,
        rung,
        stretch.recorded_due,
        duty.due_on,
        owed,
        night,
        tuple(sorted(person.pk for person in heard.people)),
    )
