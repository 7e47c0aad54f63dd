"""Every measure of drift: a finding in a sentence, how it is counted, and the rows it was counted from.

Exact rules: the domain rules, section 9. What is counted is what stood on the day (`plans.child_drift`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from plans.child_drift import Drift
from plans.models import Action, Plan, PlanMeeting
from workflow import history
from workflow.acting import day_of
from workflow.as_of import Held, as_they_were
from workflow.models import Deadline
from workflow.working_days import whole_months_between


@dataclass(frozen=True)
class Row:
    """One thing behind a measure: what, in words; when; who, and the line of history that says so."""

    what: str
    words: str
    on: date | None = None
    by: Any = None
    reason: str = ""
    deadline_id: int | None = None


@dataclass(frozen=True)
class Measure:
    """A measure of drift: the finding in a sentence, how it is counted, and the rows it was counted from."""

    title: str
    finding: str
    counted: str
    rows: list[Row] = field(default_factory=list)


def measures(seen: Drift) -> list[Measure]:
    """Every measure of one plan on one day."""
    return [measure(seen) for measure in MEASURES]


def _slippage(seen: Drift) -> Measure:
    found = seen.slippage
    late = sorted(((seen.slipped(one), one) for one in seen.counted if seen.slipped(one)), key=lambda each: -each[0])
    rows = [_late(seen.owed[("action", action.key)], days, action) for days, action in late]
    finding = (
        f"{_days(found.sum)} in all; median {found.median:g}; worst {_days(found.worst)}."
        if late
        else "No action is past its first date."
    )
    return Measure(
        "Slippage", finding, "Working days from an action’s first date to the day it was done, or to this day.", rows
    )


def _late(owed: Held, days: int, action: Held) -> Row:
    words = f"{_days(days)} after its first date, {_day(owed.first_due_on)}: {action.text}"
    return Row(action.key, words, owed.met_on, deadline_id=owed.id)


def _moves(seen: Drift) -> Measure:
    moved = [(action, move) for action in seen.actions for move in seen.moves(action.key) if move.later]
    rows = [
        Row(
            action.key,
            f"from {_day(move.was)} to {_day(move.now)}",
            move.on,
            move.by,
            move.reason or "No reason given",
            move.deadline_id,
        )
        for action, move in moved
    ]
    actions = len({action.key for action, _ in moved})
    finding = f"{_many(len(moved), 'later date')} for {_many(actions, 'action')}." if moved else "No date moved later."
    return Measure("Dates moved later", finding, "Each time the date of an action was moved later.", rows)


def _re_owned(seen: Drift) -> Measure:
    rows = []
    for action in seen.actions:
        for of_one in seen.lines_of(action.key):
            for line in history.owners_in(of_one)[1:]:
                if seen.counts(line):
                    owner = line.owner_professional or line.owner_family_member
                    words = f"given to {owner} ({line.agency})"
                    rows.append(
                        Row(
                            action.key,
                            words,
                            day_of(line.history_date),
                            line.history_by,
                            line.history_change_reason or "",
                        )
                    )
    return Measure(
        "Owner changed",
        _found(rows, "change of owner", "changes of owner"),
        "Each time an action was handed over.",
        rows,
    )


def _re_worded(seen: Drift) -> Measure:
    rows = [
        Row(name, f"{field_name}: “{was}” became “{now}”", day_of(line.history_date), line.history_by)
        for name, field_name, was, now, line in _rewritten(seen)
        if now.strip()
    ]
    return Measure(
        "Words changed",
        _found(rows, "change of words", "changes of words"),
        "Each time the text or the measure of an action or outcome was written anew.",
        rows,
    )


def _measure_removed(seen: Drift) -> Measure:
    rows = [
        Row(name, f"{field_name} “{was}” was taken away", day_of(line.history_date), line.history_by)
        for name, field_name, was, now, line in _rewritten(seen)
        if field_name == "measure" and not now.strip()
    ]
    return Measure("Measure removed", _found(rows, "measure", "measures"), "A measure that was there and is not.", rows)


def _rewritten(seen: Drift) -> Iterator[tuple[str, str, str, str, Any]]:
    mine = {row.outcome_id for row in seen.as_held(seen.kept.whose_outcomes)}
    outcomes = [rows for rows in seen.kept.outcomes if rows[0].id in mine]
    for rows in (*seen.kept.actions, *outcomes):
        for before, after in pairwise(rows):
            for name in ("text", "measure"):
                was, now = getattr(before, name), getattr(after, name)
                if was.strip() and was != now and seen.counts(after):
                    yield after.key, name, was, now, after


def _dropped(seen: Drift) -> Measure:
    rows = []
    for action in seen.actions:
        if action.state == Action.State.CANCELLED:
            line = action.given_by["state"]
            why = line.history_change_reason or ("" if seen.plan.state in Plan.OPEN else "The plan ended")
            rows.append(Row(action.key, action.text, day_of(line.history_date), line.history_by, why))
    return Measure(
        "Dropped, not done", _found(rows, "action", "actions"), "Actions called off without having been done.", rows
    )


def _carried(seen: Drift) -> Measure:
    times: dict[str, list[date]] = {}
    for meeting in seen.meetings:
        for key in meeting.carried:
            times.setdefault(key, []).append(meeting.held_on)
    rows = [
        Row(key, f"past its first date at {_many(len(days), 'meeting')}, the last on {_day(days[-1])}")
        for key, days in sorted(times.items(), key=lambda each: -len(each[1]))
    ]
    return Measure(
        "Carried over",
        _found(rows, "action", "actions"),
        "Actions open and past their first date when a plan meeting was held.",
        rows,
    )


def _movement(seen: Drift) -> Measure:
    scored: dict[str, list[tuple[date, int]]] = {}
    for meeting in seen.meetings:
        for key, score in meeting.scores.items():
            scored.setdefault(key, []).append((meeting.held_on, score))
    rows = [
        Row(key, f"{given[0][1]} at first, {given[-1][1]} last, best {max(score for _, score in given)}", given[-1][0])
        for key, given in scored.items()
    ]
    still = f" {_many(seen.still, 'meeting')} in a row without a best score beaten." if seen.still else ""
    return Measure(
        "Meetings and movement",
        f"{seen.line}.{still}",
        "An outcome is improved when its last score beats its first.",
        rows,
    )


def _without_evidence(seen: Drift) -> Measure:
    rows, last = [], {}
    for meeting in seen.meetings:
        for key, score in meeting.scores.items():
            if score > last.get(key, score) and not meeting.evidence.get(key, "").strip():
                rows.append(Row(key, f"{last[key]} to {score}", meeting.held_on))
            last[key] = score
    return Measure(
        "Better without evidence",
        _found(rows, "higher score", "higher scores"),
        "A score that rose with nothing written to bear it out.",
        rows,
    )


def _core_groups(seen: Drift) -> Measure:
    held = [one.held_on for one in seen.meetings if one.kind == PlanMeeting.Kind.CORE_GROUP]
    late = [one for one in seen.meetings if one.was_late and one.kind == PlanMeeting.Kind.CORE_GROUP]
    rows = [Row(one.key, "held after it was due", one.held_on) for one in late]
    gaps = [(after - before).days for before, after in pairwise(held)]
    longest = f" The longest time between two: {_many(max(gaps), 'day')}." if gaps else ""
    finding = f"{len(late)} of {len(held)} held late.{longest}" if held else "None has been held."
    return Measure("Core groups", finding, "Late: held after the day it was due.", rows)


def _seen(seen: Drift) -> Measure:
    return _since(seen, "visit", "Child seen", "seen", "visit")


def _supervision(seen: Drift) -> Measure:
    return _since(seen, "supervision", "Supervision", "supervised", "supervision")


def _since(seen: Drift, code: str, title: str, done: str, noun: str) -> Measure:
    owed = seen.owed.get((code, seen.kept.child.key))
    counted = f"Calendar days since the last {noun} that restarted the clock; the rule is the one it was opened with."
    if owed is None or owed.counted_from is None:
        return Measure(title, f"No {noun} is owed.", counted)
    late = [
        (row.first_due_on, row.met_on)
        for rows in seen.kept.dates
        if (rows[0].code, rows[0].subject) == (code, seen.kept.child.key)
        for row in as_they_were([rows], seen.at, seen.known_by)
        if row.met_on and row.met_on > row.due_on
    ]
    rows = [Row(noun, f"due {_day(due)}, done {_day(met)}", met) for due, met in late]
    last = (owed.met_on or owed.counted_from) if owed.state == Deadline.State.MET else owed.counted_from
    days = (seen.until - last).days
    return Measure(title, f"Last {done} {_many(days, 'day')} before; {_many(len(rows), 'time')} late.", counted, rows)


def _time(seen: Drift) -> Measure:
    rows = [
        Row(reason.words, reason.facts, reason.since)
        for reason in (*seen.earlier, *seen.reasons)
        if reason.code.startswith("PLAN_")
    ]
    elsewhere = whole_months_between(seen.plan.original_started_on, seen.plan.started_on)
    here = f", of which {_many(seen.months - elsewhere, 'month')} here" if elsewhere else ""
    return Measure(
        "Time on the plan",
        f"{_many(seen.months, 'month')} since {_day(seen.plan.original_started_on)}{here}.",
        "Whole calendar months from the original start, across authorities. The rows are the bands as they were told.",
        sorted(rows, key=lambda row: row.on or date.min),
    )


MEASURES: tuple[Callable[[Drift], Measure], ...] = (
    _time,
    _movement,
    _slippage,
    _moves,
    _carried,
    _re_owned,
    _re_worded,
    _measure_removed,
    _dropped,
    _without_evidence,
    _core_groups,
    _seen,
    _supervision,
)


def _found(rows: Sequence[Row], one: str, many: str) -> str:
    number = len(rows)
    return f"{number} {one if number == 1 else many}." if number else "None."


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _days(number: int) -> str:
    return _many(number, "working day")


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
