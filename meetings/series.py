"""The next meetings a case owes: for each its legal window, and one day on which it could be held.

Siblings are proposed together where their windows allow it; the earliest limit governs. Pure reading.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from meetings.clashes import school_holiday
from meetings.models import Conference
from workflow.models import Case, Child, Deadline
from workflow.policy import calendar, policy_on
from workflow.timescales import Policy
from workflow.working_days import Calendar, add_working_days, book_by

NEEDS_A_MEETING = {
    "same_day_strategy": "Strategy discussion",
    "strategy": "Strategy discussion",
    "strategy_full": "Full strategy discussion after an emergency one",
    "icpc": "Initial conference",
    "transfer_in": "Transfer-in conference",
    "review": "Review conference",
    "reconvene": "Conference to come together again",
    "core_group": "Core group",
    "legal_planning": "Legal planning meeting",
    "looked_after_review": "Looked-after review",
}
CONFERENCES = {
    "icpc": (Conference.Kind.INITIAL, Conference.Kind.PRE_BIRTH),
    "transfer_in": (Conference.Kind.TRANSFER_IN,),
    "review": (Conference.Kind.REVIEW,),
}
# Limits this near each other are met by one meeting; further apart, one child's comes much too early.
TOGETHER = timedelta(days=28)
# A sitting that cannot go ahead leaves a week within the limit.
IN_RESERVE = 5


@dataclass(frozen=True)
class Proposal:
    """One meeting owed: for which children, within which days, and a day on which it could be held."""

    code: str
    what: str
    children: Sequence[Child]
    not_before: date
    due_on: date
    book_by: date
    invitations_by: date | None
    proposed: date | None
    booked: Conference | None
    deadlines: Sequence[Deadline]

    @property
    def is_late(self) -> bool:
        """No day is left within the limit."""
        return self.booked is None and (self.proposed is None or self.proposed > self.due_on)

    @property
    def is_short(self) -> bool:
        """The window is shorter than the notice invitations and reports are owed."""
        return self.booked is None and self.not_before > self.book_by

    @property
    def kind(self) -> str:
        """The kind a conference for it would be booked as; empty for other meetings."""
        kinds = CONFERENCES.get(self.code, ())
        if self.code == "icpc" and all(child.is_unborn for child in self.children):
            return Conference.Kind.PRE_BIRTH
        return kinds[0] if kinds else ""


def conferences_around(case: Case, on: date) -> list[Conference]:
    """The conferences of a case, and those its chair still has to sit in elsewhere. Two statements."""
    elsewhere = Q(chair=case.chair_id, state__in=Conference.STILL_TO_SIT, booked_for__gte=on)
    found = Conference.objects.filter(Q(case=case) | elsewhere).select_related("chair")
    return list(found.prefetch_related("about"))


def proposals(case: Case, on: date, conferences: Sequence[Conference] | None = None) -> list[Proposal]:
    """Every meeting the case owes, the one due first at the top, as seen on that day. Six statements.

    `conferences` when those around the case are known already. Raises CalendarMissingYear when a window leaves the
    calendar.
    """
    conferences = conferences_around(case, on) if conferences is None else conferences
    policy, days = policy_on(on), calendar()
    owed = list(Deadline.objects.pending().filter(case=case, code__in=NEEDS_A_MEETING).order_by("due_on", "id"))
    children = {child.key: child for child in case.children.all()}
    sitting = [each for each in conferences if each.state in Conference.STILL_TO_SIT]
    coming = [each for each in sitting if each.case_id == case.pk]
    busy = {each.booked_for for each in sitting if each.chair_id == case.chair_id and each.booked_for}
    return [_proposal(group, children, coming, busy, policy, days, on) for group in _together(owed, children, coming)]


def _together(
    owed: Iterable[Deadline], children: dict[str, Child], coming: Iterable[Conference]
) -> list[list[Deadline]]:
    """What one meeting can meet: one duty of siblings, limits near each other, booked together or not at all."""
    groups: list[list[Deadline]] = []
    for each in owed:
        booked = _booked_for(each, children, coming)
        for group in groups:
            first = group[0]
            same = first.code == each.code and each.subject in children and first.subject in children
            near = each.due_on - first.due_on <= TOGETHER
            if same and near and _booked_for(first, children, coming) == booked:
                group.append(each)
                break
        else:
            groups.append([each])
    return groups


def _booked_for(owed: Deadline, children: dict[str, Child], coming: Iterable[Conference]) -> Conference | None:
    """The conference already booked for this duty."""
    if owed.code == "reconvene":
        return next((each for each in coming if each.key == owed.subject), None)
    child = children.get(owed.subject)
    kinds = CONFERENCES.get(owed.code, ())
    return next(
        (
            each
            for each in coming
            if child and each.kind in kinds and any(row.child_id == child.pk for row in each.about.all())
        ),
        None,
    )


def _proposal(
    group: Sequence[Deadline],
    children: dict[str, Child],
    coming: Iterable[Conference],
    busy: Collection[date],
    policy: Policy,
    days: Calendar,
    on: date,
) -> Proposal:
    first, booked = group[0], _booked_for(group[0], children, coming)
    last = book_by(first.due_on, days)
    earliest = _with_notice(first.code, on, policy, days)
    if first.code == "review" and first.counted_from:
        # A review is not held on or before the conference it is counted from (census rule 8841).
        earliest = max(earliest, add_working_days(first.counted_from, 1, days))
    proposed = None if booked else _a_day(earliest, last, on, busy, policy, days)
    day = booked.booked_for if booked else proposed
    return Proposal(
        first.code,
        NEEDS_A_MEETING[first.code],
        [children[each.subject] for each in group if each.subject in children],
        earliest,
        first.due_on,
        last,
        _span(first.code, "invites", policy).before(day, days) if day and first.code in CONFERENCES else None,
        proposed,
        booked,
        group,
    )


def _span(code: str, name: str, policy: Policy):  # type: ignore[no-untyped-def]
    return policy.span(f"{name}_{'rcpc' if code == 'review' else 'icpc'}")


def _with_notice(code: str, on: date, policy: Policy, days: Calendar) -> date:
    """The first working day that leaves invitations and reports the time they are owed; else the next one."""
    if code not in CONFERENCES:
        return book_on_or_after(on, days)
    notice = [_span(code, name, policy) for name in ("invites", "report")]
    day = book_on_or_after(max(span.after(on, days) for span in notice), days)
    while any(span.before(day, days) < on for span in notice):
        day = add_working_days(day, 1, days)
    return day


def book_on_or_after(day: date, days: Calendar) -> date:
    """The first working day on or after `day`."""
    return day if days.is_working_day(day) else add_working_days(day, 1, days)


def _a_day(earliest: date, last: date, on: date, busy: Collection[date], policy: Policy, days: Calendar) -> date | None:
    """A day within the window, in school time and with the chair free where it can be; past the limit if it must be.

    A few days are kept in reserve before the limit. Without enough notice the last day within the limit is proposed.
    """
    if earliest > last:
        return last if last >= on else book_on_or_after(on, days)
    aim = max(earliest, add_working_days(last, -IN_RESERVE, days))
    working = [day for day in _between(earliest, last) if days.is_working_day(day)]
    # From the day aimed at backwards, then forwards to the limit.
    order = [day for day in reversed(working) if day <= aim] + [day for day in working if day > aim]
    free = [day for day in order if day not in busy]
    in_school_time = [day for day in free if not school_holiday(policy, day)]
    return next(iter([*in_school_time, *free, *order]), None)


def _between(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
