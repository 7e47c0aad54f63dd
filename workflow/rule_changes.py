"""Changing the rules: a timescale's value, a proclaimed holiday. Both take two people; open dates are looked after."""

from collections.abc import Iterable
from datetime import date

from workflow import deadlines
from workflow.acts import act
from workflow.errors import AlreadyExists, DateInPast, TwoPeopleNeeded, Unknown, WrongState
from workflow.models import Deadline, Holiday, PolicyVersion, Professional, Role
from workflow.policy import add_version, calendar
from workflow.timescales import Span

MAY_AGREE = (Role.SYSTEM_ADMIN, Role.CONFERENCE_ADMIN)


@act
def change_policy(
    scope: object,
    code: str,
    value: str,
    *,
    agreed_by: Professional,
    recalculate: Iterable[Deadline] = (),
    by: Professional,
    on: date,
) -> PolicyVersion:
    """A timescale has a new value from today. Open deadlines keep theirs, except those named in `recalculate`.

    Those are worked out again from their own start. Raises TwoPeopleNeeded, Unknown for a code nobody knows.
    """
    _check_second_person(by, agreed_by)
    try:
        version = add_version({code: value}, on=on, made_by=by, agreed_by=agreed_by)
    except ValueError as unknown:
        raise Unknown(str(unknown), about=[code]) from unknown
    for deadline in recalculate:
        if not deadline.is_pending:
            raise WrongState(about=[deadline.key])
        if deadline.timescale == code:
            due = deadlines.worked_out_again(deadline, calendar(), Span.parse(value))
            deadline.value, deadline.policy_version = value, version.name
            deadlines.move(deadline, due, on=on, because=f"{code} is {value} in policy {version.name}")
    return version


@act
def proclaim_holiday(
    scope: object, day: date, name: str, *, agreed_by: Professional, by: Professional, on: date
) -> list[Deadline]:
    """A one-off bank holiday. Every pending deadline counted in working days is worked out again from its own start.

    Those whose date changes, and is not before today, are moved and returned; chosen dates, calendar days and months
    stay. Raises TwoPeopleNeeded, DateInPast for today or earlier, AlreadyExists.
    """
    _check_second_person(by, agreed_by)
    if day <= on:
        raise DateInPast(about=[day.isoformat()])
    if Holiday.objects.filter(day=day).exists():
        raise AlreadyExists(about=[day.isoformat()])
    Holiday(day=day, name=name, agreed_by=agreed_by).save()
    moved, days = [], calendar()
    for deadline in Deadline.objects.pending().exclude(counted_from=None).filter(value__endswith="wd"):
        due = deadlines.worked_out_again(deadline, days)
        if due != deadline.due_on and due >= on:
            deadlines.move(deadline, due, on=on, because=f"{name} {day:%-d %b %Y} was proclaimed")
            moved.append(deadline)
    return moved


def _check_second_person(by: Professional, agreed_by: Professional) -> None:
    if agreed_by == by or agreed_by.role not in MAY_AGREE:
        raise TwoPeopleNeeded(about=[agreed_by.key])
