"""The only writer of Deadline: start, meet, move, waive, restart, stop, run again. Read by everybody.

Called inside an act. Every date explains itself in words. One pending deadline per key: starting one that is pending
changes nothing. Moving a date starts the ladder again and never touches the first date, so that drift shows.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeAlias

from django.contrib.contenttypes.models import ContentType
from django.db import models

from workflow import drift_months
from workflow.acting import current
from workflow.explained import explain_after, explain_before, long_day, short_day
from workflow.models import Case, ClockStop, Deadline, FamilyMember, Professional, WhyWaived
from workflow.models.deadlines import DeadlineQuerySet
from workflow.people import link
from workflow.policy import calendar, policy_named, policy_on
from workflow.timescales import Span
from workflow.working_days import Calendar, add_working_days, working_days_between

Owner: TypeAlias = Professional | FamilyMember

STAYS_WHEN_OWED_AGAIN = (
    "case",
    "code",
    "subject",
    "timescale",
    "title",
    "counted_from",
    "counted_back",
    "no_later_than",
    "value",
    "policy_version",
    "is_fast",
    "first_due_on",
    "about_type",
    "about_id",
)


# Starting


def start(
    case: Case,
    code: str,
    subject: str,
    *,
    timescale: str,
    since: date,
    because: str,
    owner: Owner,
    title: str,
    on: date,
    about: models.Model | None = None,
    no_later_than: date | None = None,
    fast: bool = False,
) -> Deadline | None:
    """Owed from now on, counted forward from `since` by the timescale in force on `on`.

    `because` names the trigger in words, `no_later_than` is a limit that comes before the count if it is earlier (but
    never before today). Returns the new deadline, None when one with this key is already pending. Raises
    CalendarMissingYear when the count leaves the calendar.
    """
    policy, days = policy_on(on), calendar()
    span = policy.span(timescale)
    due = policy.after(timescale, since, days)
    words = explain_after(because, since, span, due, days)
    if no_later_than is not None and no_later_than < due:
        due = max(no_later_than, on)
        words += f", but no later than {short_day(due)}"
    return _open(
        Deadline(
            case=case,
            code=code,
            subject=subject,
            timescale=timescale,
            title=title,
            counted_from=since,
            no_later_than=no_later_than,
            value=str(span),
            policy_version=policy.version,
            due_on=due,
            is_fast=fast,
            explanation=f"{words}; policy {policy.version}",
        ),
        owner,
        on,
        about,
    )


def start_before(
    case: Case,
    code: str,
    subject: str,
    *,
    timescale: str,
    event_on: date,
    because: str,
    owner: Owner,
    title: str,
    on: date,
    about: models.Model | None = None,
) -> Deadline | None:
    """Owed before an appointment: counted back from `event_on`.

    A day already past becomes one working day after `on` and is marked short notice. Returns and raises as `start`.
    """
    policy, days = policy_on(on), calendar()
    span = policy.span(timescale)
    due = span.before(event_on, days)
    words = explain_before(because, event_on, span, due, days)
    short = due < on
    if short:
        due = add_working_days(on, 1, days)
        words += f", which was already past: short notice, one working day after {short_day(on)}"
    return _open(
        Deadline(
            case=case,
            code=code,
            subject=subject,
            timescale=timescale,
            title=title,
            counted_from=event_on,
            counted_back=True,
            value=str(span),
            policy_version=policy.version,
            due_on=due,
            short_notice=short,
            explanation=f"{words}; policy {policy.version}",
        ),
        owner,
        on,
        about,
    )


def start_chosen(
    case: Case,
    code: str,
    subject: str,
    *,
    due: date,
    because: str,
    owner: Owner,
    title: str,
    on: date,
    about: models.Model | None = None,
    fast: bool = False,
) -> Deadline | None:
    """Owed by a day that somebody chose; no rule moves it. Returns as `start`."""
    return _open(
        Deadline(
            case=case,
            code=code,
            subject=subject,
            title=title,
            policy_version=policy_on(on).version,
            due_on=due,
            is_fast=fast,
            explanation=f"{because}, chosen on {long_day(on)}",
        ),
        owner,
        on,
        about,
    )


def restart(earlier: Deadline, *, on: date, due: date, because: str) -> Deadline | None:
    """Owed again after it had been met or waived; its first date is kept. Returns as `start`."""
    again = Deadline(
        **{name: getattr(earlier, name) for name in STAYS_WHEN_OWED_AGAIN},
        due_on=due,
        explanation=f"{because}: owed again by {long_day(due)}; first due {long_day(earlier.first_due_on)}",
    )
    return _open(again, earlier.owner, on, None)


def _open(deadline: Deadline, owner: Owner, on: date, about: models.Model | None) -> Deadline | None:
    if pending(deadline.case, deadline.code, deadline.subject):
        return None
    _give(deadline, owner)
    deadline.running_since = on
    deadline.first_due_on = deadline.first_due_on or deadline.due_on
    if about is not None:
        deadline.about_type, deadline.about_id = ContentType.objects.get_for_model(about), about.pk
    deadline.save()
    if isinstance(owner, Professional):
        link(deadline.case, owner, "owes something", on=on)
    return deadline


def _give(deadline: Deadline, owner: Owner) -> None:
    deadline.owner_professional = owner if isinstance(owner, Professional) else None
    deadline.owner_family_member = owner if isinstance(owner, FamilyMember) else None
    deadline.agency = owner.owning_agency


# Ending and moving


def meet(deadline: Deadline | None, *, on: date) -> None:
    """Done on `on`, in time or late. Nothing happens when there is nothing pending."""
    if deadline is not None and deadline.is_pending:
        _end_stop(deadline, on)
        deadline.meet(on=on)
        deadline.save()
        drift_months.count_end(deadline)


def waive(deadline: Deadline | None, why: WhyWaived = WhyWaived.NO_LONGER_OWED) -> None:
    """Not owed any more, and why. Nothing happens when there is nothing pending."""
    if deadline is not None and deadline.is_pending:
        _end_stop(deadline)
        deadline.waive(why=why)
        deadline.save()
        drift_months.count_end(deadline)


def waive_all(found: Iterable[Deadline], why: WhyWaived = WhyWaived.NO_LONGER_OWED) -> None:
    """Waives each, one by one, so that each has its own line of history."""
    for deadline in found:
        waive(deadline, why)


def move(deadline: Deadline, to: date, *, on: date, because: str, counted_from: date | None = None) -> None:
    """A new due date, and why; the ladder starts again from nothing. `counted_from` when its trigger moved too."""
    if to == deadline.due_on and counted_from in (None, deadline.counted_from):
        return
    if to != deadline.due_on:
        deadline.running_since = on
    was = deadline.due_on
    deadline.explanation += f". Moved from {long_day(deadline.due_on)} to {long_day(to)} on {long_day(on)}: {because}"
    deadline.due_on = to
    deadline.moved_because = because
    deadline.counted_from = counted_from or deadline.counted_from
    deadline.save()
    if to != was:
        drift_months.count_move(deadline, was)


def extend(deadline: Deadline, timescale: str, *, on: date, because: str) -> None:
    """Counted from the same day by another, longer timescale from now on, and why. Days it stood still are kept."""
    policy = policy_on(on)
    deadline.timescale, deadline.value, deadline.policy_version = timescale, str(policy.span(timescale)), policy.version
    move(deadline, worked_out_again(deadline, calendar()), on=on, because=because)


def recount(deadline: Deadline, event_on: date, *, on: date, because: str) -> None:
    """A deadline counted back from an appointment follows it to the same distance before the new day.

    The distance is the value it was opened with; a day already past becomes short notice, as when it was opened.
    """
    span, days = deadline.span, calendar()
    if span is None:
        raise ValueError(f"{deadline} was chosen, not counted")
    due = span.before(event_on, days)
    deadline.short_notice = due < on
    move(
        deadline,
        add_working_days(on, 1, days) if deadline.short_notice else due,
        on=on,
        because=because,
        counted_from=event_on,
    )


# Stopping the clock


def stop(deadline: Deadline, *, budget: int, on: date, by: Professional, because: str) -> ClockStop:
    """The clock stands still: the date moves to the latest it can become, with all that is left of the budget.

    So a stop that is forgotten ends by itself, and no list has to know of stops. See `days_left`.
    """
    most = days_left(deadline, budget)
    _move_by(deadline, most, on=on, because=f"clock stopped for at most {_days(deadline, most)}: {because}", since=on)
    stopped = ClockStop(
        deadline=deadline, budget=budget, most_days=most, stopped_on=on, reason=because, authorised_by=by
    )
    stopped.save()
    return stopped


def run_again(deadline: Deadline, *, on: date) -> ClockStop:
    """The clock runs again: the date comes back to where it was, and the days it stood still later."""
    stopped = ClockStop.objects.get(deadline=deadline, state=ClockStop.State.STOPPED)
    stopped.end(on=on, days=_counted(deadline, stopped.stopped_on, on))
    stopped.save()
    assert stopped.days is not None
    because = f"the clock runs again after standing still for {_days(deadline, stopped.days)}"
    _move_by(deadline, stopped.days - stopped.most_days, on=on, because=because, since=None)
    return stopped


def days_left(deadline: Deadline, budget: int) -> int:
    """How long its clock may still stand still: the budget less what earlier stops took, within its own limit."""
    earlier = ClockStop.objects.filter(deadline=deadline).values_list("days", flat=True)
    left = max(0, budget - sum(days or 0 for days in earlier))
    if deadline.no_later_than is not None:
        left = min(left, _counted(deadline, deadline.due_on, deadline.no_later_than))
    return left


def _end_stop(deadline: Deadline, on: date | None = None) -> None:
    """Nothing is owed any more, so nothing stands still. On the day of the act when no other is told."""
    if deadline.stopped_since is None:
        return
    this = current()
    day = on or (this.on if this else deadline.stopped_since)
    stopped = ClockStop.objects.get(deadline=deadline, state=ClockStop.State.STOPPED)
    stopped.end(on=day, days=_counted(deadline, stopped.stopped_on, day))
    stopped.save()
    deadline.stopped_since = None


def _move_by(deadline: Deadline, number: int, *, on: date, because: str, since: date | None) -> None:
    deadline.stopped_since = since
    deadline.stopped_days += number
    to = _later(deadline, deadline.due_on, number)
    if to == deadline.due_on:
        deadline.save()
    else:
        move(deadline, to, on=on, because=because)


def _later(deadline: Deadline, day: date, number: int, days: Calendar | None = None) -> date:
    """So many days later, or earlier, counted as the deadline's own value counts."""
    if _in_working_days(deadline):
        return add_working_days(day, number, days or calendar())
    return day + timedelta(days=number)


def _counted(deadline: Deadline, start: date, end: date) -> int:
    if _in_working_days(deadline):
        return working_days_between(start, end, calendar())
    return max(0, (end - start).days)


def _in_working_days(deadline: Deadline) -> bool:
    return deadline.span is not None and deadline.span.in_working_days


def _days(deadline: Deadline, number: int) -> str:
    return Span(number, "wd" if _in_working_days(deadline) else "d").in_words


def worked_out_again(deadline: Deadline, days: Calendar, span: Span | None = None) -> date:
    """The date the deadline's own start and value (or `span`) give under the calendar `days`; a chosen date stays."""
    span = span or deadline.span
    if span is None or deadline.counted_from is None:
        return deadline.due_on
    if deadline.counted_back:
        return span.before(deadline.counted_from, days)
    trigger_counts = policy_named(deadline.policy_version).counts_trigger(deadline.timescale)
    due = span.after(deadline.counted_from, days, count_trigger=trigger_counts)
    due = min(due, deadline.no_later_than) if deadline.no_later_than else due
    return _later(deadline, due, deadline.stopped_days, days)


def hand_over(deadline: Deadline, to: Owner, *, on: date) -> None:
    """A new owner. The date, and the rungs already raised, stay."""
    _give(deadline, to)
    deadline.save()
    if isinstance(to, Professional):
        link(deadline.case, to, "owes something", on=on)


# Asking


def pending(case: Case, code: str, subject: str) -> Deadline | None:
    """The pending deadline with this key, if there is one."""
    return of(case, code, subject).pending().first()


def latest(case: Case, code: str, subject: str) -> Deadline | None:
    """The last deadline opened under this key, whatever became of it."""
    return of(case, code, subject).order_by("id").last()


def first(case: Case, code: str, subject: str) -> Deadline | None:
    """The first deadline opened under this key."""
    return of(case, code, subject).order_by("id").first()


def of(case: Case, code: str, subject: str) -> DeadlineQuerySet:
    """Every deadline there has been under this key."""
    return Deadline.objects.filter(case=case, code=code, subject=subject)
