"""What speaks against a day for a meeting. Pure reading; a clash names another case only to who may see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from meetings.models import Conference
from plans.other_plans import reviewed_in_the_week_of
from workflow.models import Case, Child, Deadline, Professional
from workflow.models.case import CaseQuerySet
from workflow.timescales import Policy
from workflow.working_days import Calendar


@dataclass(frozen=True)
class Clash:
    """Something that speaks against the day. What is refused needs more than a second thought."""

    code: str
    sentence: str
    is_refused: bool = False


@dataclass(frozen=True)
class Planned:
    """A day somebody has in mind for a meeting, with the policy and the calendar of the day they ask."""

    case: Case
    kind: str
    children: Sequence[Child]
    day: date
    on: date
    policy: Policy
    days: Calendar

    def timescale(self, name: str) -> str:
        return f"{name}_{'rcpc' if self.kind == Conference.Kind.REVIEW else 'icpc'}"


def about_the_day(planned: Planned) -> Iterator[Clash]:
    day = f"{planned.day:%A %-d %B %Y}"
    if planned.day < planned.on:
        yield Clash("DATE_IN_PAST", f"{day} has already passed.", is_refused=True)
    holiday = planned.days.holiday(planned.day)
    if holiday:
        yield Clash("BANK_HOLIDAY", f"{day} is a bank holiday: {holiday}.", is_refused=True)
    elif not planned.days.is_working_day(planned.day):
        yield Clash("WEEKEND", f"{day} is a weekend.", is_refused=True)
    school = school_holiday(planned.policy, planned.day)
    if school:
        yield Clash("SCHOOL_HOLIDAY", f"{day} is in a school holiday: {school}. Schools may not be able to come.")


def school_holiday(policy: Policy, day: date) -> str:
    """The name of the school holiday a day falls into, as the partnership has them; nothing outside one."""
    found = (each for each in policy.settings["school_holidays"] if each["from"] <= day.isoformat() <= each["to"])
    return str(next((each["name"] for each in found), ""))


def past_limits(planned: Planned, limits: Sequence[Deadline]) -> Iterator[Clash]:
    names = {child.key: child.name for child in planned.children}
    for each in limits:
        if planned.day > each.due_on:
            yield Clash(
                "PAST_LIMIT",
                f"It is past the legal limit for {names[each.subject]}, {each.due_on:%-d %B %Y}: {each.explanation}. "
                "That needs a reason and a service manager’s agreement.",
                is_refused=True,
            )


def other_plans_are_reviewed(planned: Planned) -> Iterator[Clash]:
    """A plan that somebody else leads is reviewed that day, or in that week: the same people are asked for twice."""
    for each in reviewed_in_the_week_of(planned.case, planned.children, planned.day):
        same_day, review = each.next_review_on == planned.day, each.next_review_on
        when = "that day" if same_day else f"in that week, on {review:%A %-d %B}"
        sentence = f"{each.get_kind_display()} of {each.person.name}, led by {each.led_by}, is reviewed {when}."
        yield Clash(f"OTHER_PLAN_SAME_{'DAY' if same_day else 'WEEK'}", sentence)


def booked_days(case: Case) -> Iterator[tuple[str, date]]:
    """The conferences of a case that have a day and have not sat. Told to the register of other plans."""
    for each in Conference.objects.filter(case=case, state__in=Conference.STILL_TO_SIT).exclude(booked_for=None):
        yield each.get_kind_display(), each.booked_for


def chair_is_busy(
    planned: Planned, chair: Professional, conference: Conference | None, visible: CaseQuerySet | None
) -> Iterator[Clash]:
    """The chair sits elsewhere that day. Only a case the reader may see is named."""
    sitting = Conference.objects.filter(chair=chair, booked_for=planned.day, state__in=Conference.STILL_TO_SIT)
    known = set() if visible is None else set(visible.values_list("pk", flat=True))
    for each in sitting.exclude(pk=conference.pk if conference else None).select_related("case"):
        seen = each.case_id in known or each.case_id == planned.case.pk
        which = f"{each.get_kind_display().lower()} in {each.case}" if seen else "another meeting"
        yield Clash("CHAIR_BUSY", f"{chair} chairs {which} that day, at {each.starts_at:%-H:%M}.")
