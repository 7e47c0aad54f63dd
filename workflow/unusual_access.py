"""Looks at cases that are worth a question: the week's list for a manager, with what was unusual about each.

Nothing here says that somebody did wrong. Every reason can be told to the person it is about, and most have a good
answer: somebody covered, a call came at night, a name is a common one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Count, QuerySet

from workflow.acting import LONDON, day_of
from workflow.models import SOCIAL_CARE, Case, Child, FamilyMember, Professional, Read, Role
from workflow.permissions import AGENCY_OVERSIGHT, TM
from workflow.reads import Kind, knowing_how
from workflow.working_days import Calendar

ONE_WEEK = timedelta(days=7)
DAY_BEGINS, DAY_ENDS = time(7), time(20)
# More cases than this in one day are more than a day's work.
MANY_CASES = 20
MANAGERS = TM | AGENCY_OVERSIGHT
AUDITS_AUDITORS = frozenset({Role.DIRECTOR})
# So often somebody mistypes an address, or follows a link to a case they have left.
OFTEN_DENIED = 5


class Why(StrEnum):
    """What was unusual."""

    NO_PART = "no part in the case on that day"
    GLASS = "through broken glass"
    NAMESAKE = "a family name of the case is their own"
    HOURS = "outside 7:00 to 20:00, or on a day off"
    MANY = f"more than {MANY_CASES} cases in one day"


@dataclass(eq=False)
class Looks:
    """One person's looks at one case in the week, and what was unusual about them."""

    by: Professional
    case: Case
    first: datetime
    last: datetime
    times: int = 0
    why: set[Why] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        return [why.value for why in Why if why in self.why]


def week_before(day: date) -> date:
    """The Monday of the last whole week."""
    return day - timedelta(days=day.weekday()) - ONE_WEEK


def watches_access(person: Professional) -> bool:
    """Whether somebody is asked to look at this list."""
    return person.role in MANAGERS


def looks_to_ask_about(manager: Professional, cases: "QuerySet[Case]", monday: date, days: Calendar) -> list[Looks]:
    """Of the manager's own people, in these cases, in the week from `monday`: the most reasons first. Four statements.

    Managers of social care answer for every case of it, and look at whoever looked, of whatever agency. Nobody is
    shown themselves, and auditors stand apart.
    """
    reads = _of_the_week(cases, monday).exclude(by=manager).exclude(role=Role.AUDITOR)
    if manager.agency.key != SOCIAL_CARE:
        reads = reads.filter(by__agency=manager.agency)
    found = _gathered(reads, days)
    _mark_namesakes(found)
    return sorted((one for one in found if one.why), key=lambda one: (-len(one.why), one.by.name, one.case.reference))


def looks_of_auditors(cases: "QuerySet[Case]", monday: date) -> list[Looks]:
    """Every case an auditor looked at in the week, with the reasons they gave: for whoever audits auditors."""
    reads = _of_the_week(cases, monday).filter(role=Role.AUDITOR)
    found: dict[tuple[int, int], Looks] = {}
    for each in reads:
        one = _add(found, each)
        if each.kind == Kind.OPENING and each.about not in one.said:
            one.said.append(each.about)
    return list(found.values())


@dataclass(frozen=True)
class Denied:
    """Somebody who asked again and again for cases that are not theirs, or are none."""

    by: Professional
    times: int


def often_denied(manager: Professional, monday: date) -> list[Denied]:
    """Of the manager's own people (see `looks_to_ask_about`), in the week from `monday`. Two statements."""
    reads = _within(Read.objects.filter(kind=Kind.DENIED), monday).exclude(by=manager)
    if manager.agency.key != SOCIAL_CARE:
        reads = reads.filter(by__agency=manager.agency)
    counted = dict(reads.order_by().values_list("by").annotate(times=Count("pk")).filter(times__gte=OFTEN_DENIED))
    people = Professional.objects.filter(pk__in=counted).select_related("agency").order_by("name")
    return [Denied(one, counted[one.pk]) for one in people]


def _of_the_week(cases: "QuerySet[Case]", monday: date) -> "QuerySet[Read]":
    reads = _within(Read.objects.filter(case__in=cases.values("pk"), by__isnull=False), monday)
    return knowing_how(reads).select_related("by__agency", "case").order_by("at", "pk")


def _within(reads: "QuerySet[Read]", monday: date) -> "QuerySet[Read]":
    begins, ends = (datetime.combine(day, time(), LONDON) for day in (monday, monday + ONE_WEEK))
    return reads.filter(at__gte=begins, at__lt=ends)


def _gathered(reads: Iterable[Read], days: Calendar) -> list[Looks]:
    found: dict[tuple[int, int], Looks] = {}
    of_a_day: dict[tuple[int | None, date], set[Looks]] = defaultdict(set)
    for each in reads:
        one = _add(found, each)
        one.why |= _why(each, days)
        of_a_day[each.by_id, day_of(each.at)].add(one)
    for seen in of_a_day.values():
        if len(seen) > MANY_CASES:
            for one in seen:
                one.why.add(Why.MANY)
    return list(found.values())


def _add(found: dict[tuple[int, int], Looks], each: Read) -> Looks:
    assert each.by is not None and each.case is not None
    one = found.setdefault((each.by.pk, each.case.pk), Looks(each.by, each.case, each.at, each.at))
    one.last, one.times = each.at, one.times + 1
    return one


def _why(each: Read, days: Calendar) -> set[Why]:
    at = each.at.astimezone(LONDON)
    of_team, by_glass = bool(getattr(each, "of_team", False)), bool(getattr(each, "by_glass", False))
    told = {
        Why.GLASS: by_glass,
        Why.NO_PART: not of_team and not by_glass and each.role not in MANAGERS,
        Why.HOURS: not DAY_BEGINS <= at.time() < DAY_ENDS or not days.is_working_day(at.date()),
    }
    return {why for why, holds in told.items() if holds}


def _mark_namesakes(found: Sequence[Looks]) -> None:
    cases = {one.case.pk for one in found}
    names: dict[int, set[str]] = defaultdict(set)
    for kind in (Child, FamilyMember):
        for case_id, name in kind.objects.filter(case__in=cases).values_list("case", "name"):
            names[case_id].add(_family_name(name))
    for one in found:
        if _family_name(one.by.name) in names[one.case.pk]:
            one.why.add(Why.NAMESAKE)


def _family_name(name: str) -> str:
    return name.split()[-1].casefold() if name.split() else ""
