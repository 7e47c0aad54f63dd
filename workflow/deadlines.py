"""The only writer of Deadline: start, meet, move, waive, restart. Read by everybody.

Called inside an act. Every date explains itself in words. One pending deadline per key: starting one that is pending
changes nothing. Moving a date starts the ladder again and never touches the first date, so that drift shows.
"""

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from django.contrib.contenttypes.models import ContentType
from django.db import models

from workflow.models import Case, Deadline, FamilyMember, Professional, WhyWaived
from workflow.models.deadlines import DeadlineQuerySet
from workflow.people import link
from workflow.policy import calendar, policy_named, policy_on
from workflow.timescales import Span
from workflow.working_days import Calendar, add_working_days, days_after, working_days_between

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
        words += f", but no later than {_short(due)}"
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
        words += f", which was already past: short notice, one working day after {_short(on)}"
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
            explanation=f"{because}, chosen on {_long(on)}",
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
        explanation=f"{because}: owed again by {_long(due)}; first due {_long(earlier.first_due_on)}",
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
        deadline.meet(on=on)
        deadline.save()


def waive(deadline: Deadline | None, why: WhyWaived = WhyWaived.NO_LONGER_OWED) -> None:
    """Not owed any more, and why. Nothing happens when there is nothing pending."""
    if deadline is not None and deadline.is_pending:
        deadline.waive(why=why)
        deadline.save()


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
    deadline.explanation += f". Moved from {_long(deadline.due_on)} to {_long(to)} on {_long(on)}: {because}"
    deadline.due_on = to
    deadline.moved_because = because
    deadline.counted_from = counted_from or deadline.counted_from
    deadline.save()


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


def worked_out_again(deadline: Deadline, days: Calendar, span: Span | None = None) -> date:
    """The date the deadline's own start and value (or `span`) give under the calendar `days`; a chosen date stays."""
    span = span or deadline.span
    if span is None or deadline.counted_from is None:
        return deadline.due_on
    if deadline.counted_back:
        return span.before(deadline.counted_from, days)
    trigger_counts = policy_named(deadline.policy_version).counts_trigger(deadline.timescale)
    due = span.after(deadline.counted_from, days, count_trigger=trigger_counts)
    return min(due, deadline.no_later_than) if deadline.no_later_than else due


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


def late_by(deadline: Deadline, on: date, days: Calendar | None = None) -> int:
    """Working days after the due date up to and including `on`, or the day it was met; on a weekend it may be 0."""
    return working_days_between(deadline.due_on, deadline.met_on or on, days or calendar())


def slippage(deadline: Deadline, on: date, days: Calendar | None = None) -> int:
    """Working days from the first due date (not counted) to the day it was met, or to `on`; 0 if not past it."""
    return working_days_between(deadline.first_due_on, deadline.met_on or on, days or calendar())


# Saying


def lateness(deadline: Deadline, on: date, days: Calendar | None = None) -> str:
    """How late it is on that day, or how soon it is due, in words and working days."""
    days = days or calendar()
    if deadline.is_overdue(on):
        late = late_by(deadline, on, days)
        return f"{_working_days(late)} late" if late else "late, with no working day since"
    if not deadline.is_pending:
        return deadline.get_state_display().lower()
    left = working_days_between(on, deadline.due_on, days)
    if deadline.due_on == on:
        return "due today"
    return f"due in {_working_days(left)}" if left else "due before the next working day"


def _working_days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"


def explain_after(because: str, since: date, span: Span, due: date, days: Calendar) -> str:
    """How a date counted forward was reached, in words."""
    return f"{because} {_long(since)} + {span.in_words}{_skipped(span, since, due, days)}"


def explain_before(because: str, event_on: date, span: Span, due: date, days: Calendar) -> str:
    """How a date counted back was reached, in words."""
    return f"{span.in_words} before {because} {_long(event_on)}{_skipped(span, due, event_on, days)}"


def _skipped(span: Span, start: date, end: date, days: Calendar) -> str:
    if not span.in_working_days:
        return ""
    holidays = [f"{days.holiday(day)} {_short(day)}" for day in days_after(start, end) if days.holiday(day)]
    if not holidays:
        return ""
    *most, last = holidays
    return f", skipping {', '.join(most)}{' and ' if most else ''}{last}"


def _long(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _short(day: date) -> str:
    return f"{day:%-d %b}"
