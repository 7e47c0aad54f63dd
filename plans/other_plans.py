"""The register of plans that others lead, and where they clash with our meetings.

The rule of a clash: a review of another plan on the same day as a core group or review conference due about the child
or a conference that is booked, or in the same week from Monday to Sunday. The same people are asked for twice, and one
plan changes without the other. An action clashes only on the day itself: its owner, or the person whose plan is
reviewed, is promised at two places.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from plans.models import OtherPlan
from workflow.acts import act
from workflow.errors import AlreadyExists, DateInPast, ReasonRequired, TextMissing, Unknown, WrongState
from workflow.models import Case, Child, FamilyMember
from workflow.records import ready


@act
def record_other_plan(
    case: Case, who: Child | FamilyMember, *, kind: str, led_by: str, next_review_on: date | None = None, on: date
) -> OtherPlan:
    """Puts a plan that somebody else leads on the register. Raises Unknown, TextMissing, DateInPast, AlreadyExists."""
    if who.case_id != case.pk:
        raise Unknown(about=[who.key])
    _check(led_by, next_review_on, on)
    whose: dict[str, Any] = {"child": who} if isinstance(who, Child) else {"member": who}
    running = OtherPlan.objects.filter(**whose, kind=kind, state=OtherPlan.State.RUNNING)
    if kind != OtherPlan.Kind.OTHER and running.exists():
        raise AlreadyExists(about=[who.key, kind])
    plan = OtherPlan(
        case=case, **whose, kind=kind, led_by=led_by.strip(), next_review_on=next_review_on, recorded_on=on
    )
    plan.save()
    return plan


@act
def change_other_plan(plan: OtherPlan, *, led_by: str, next_review_on: date | None, on: date) -> OtherPlan:
    """Somebody else leads it, or it is reviewed on another day. Raises WrongState, TextMissing, DateInPast."""
    if not plan.is_running:
        raise WrongState("This plan has ended.")
    _check(led_by, next_review_on if next_review_on != plan.next_review_on else None, on)
    plan.led_by, plan.next_review_on = led_by.strip(), next_review_on
    plan.save()
    return plan


@act
def end_other_plan(plan: OtherPlan, *, reason: str, on: date) -> OtherPlan:
    """It runs no longer, as far as is known here. Raises WrongState, ReasonRequired."""
    ready(plan.end)
    if not reason.strip():
        raise ReasonRequired()
    plan.end(on=on)
    plan.save()
    return plan


def _check(led_by: str, next_review_on: date | None, on: date) -> None:
    if not led_by.strip():
        raise TextMissing(about=["led_by"])
    if next_review_on is not None and next_review_on < on:
        raise DateInPast(about=[next_review_on.isoformat()])


# Clashes

# Asked for the conferences of a case that have a day. This floor knows no conference; the one above tells.
BOOKED: list[Callable[[Case], Iterable[tuple[str, date]]]] = []


def booked_in(case: Case) -> list[tuple[str, date]]:
    """What each conference that is booked in this case is called, and its day."""
    return [found for ask in BOOKED for found in ask(case)]


@dataclass(frozen=True)
class Clash:
    """One of our meetings that another plan's review falls on, or into the week of."""

    meeting: str
    due_on: date
    same_day: bool
    is_booked: bool = False

    @property
    def tag(self) -> str:
        return "On the same day" if self.same_day else "In the same week"

    @property
    def in_words(self) -> str:
        return f"{self.meeting} is {'booked for' if self.is_booked else 'due'} {self.due_on:%-d %b %Y}"


@dataclass(frozen=True)
class Promised:
    """An action of ours that is due on the very day of another plan's review."""

    key: str
    text: str
    owner: str
    is_theirs: bool  # the owner is the person whose other plan is reviewed

    @property
    def tag(self) -> str:
        return "The same person that day" if self.is_theirs else "An action that day"

    @property
    def in_words(self) -> str:
        return f"{self.owner} owes {self.key} that day: {self.text}"


@dataclass(frozen=True)
class Beside:
    """Another plan beside ours: whose it is where it is an adult's, and what it clashes with."""

    pk: int
    kind: str
    of: str
    led_by: str
    next_review_on: date | None
    has_passed: bool
    clashes: list[Clash | Promised] = field(default_factory=list)


def beside(plan: Any, on: date, booked: Sequence[tuple[str, date]] = ()) -> list[Beside]:
    """The other plans of the child and of the adults of the family, as gathered with the plan (`plans.gathered`).

    `booked`: the conferences of the case that have a day, as `booked_in` tells them.
    """
    mine = [one for one in plan.others or [] if one["child"] in (None, plan.child_id)]
    return [_beside(one, plan, on, booked) for one in sorted(mine, key=lambda one: one["id"])]


def _beside(one: dict[str, Any], plan: Any, on: date, booked: Sequence[tuple[str, date]]) -> Beside:
    review = date.fromisoformat(one["next_review_on"]) if one["next_review_on"] else None
    return Beside(
        pk=one["id"],
        kind=OtherPlan.Kind(one["kind"]).label,
        of=one["name"] or "",
        led_by=one["led_by"],
        next_review_on=review,
        has_passed=review is not None and review < on,
        clashes=_against(review, plan, one["member"], booked) if review and review >= on and plan.is_open else [],
    )


def _against(review: date, plan: Any, member: int | None, booked: Sequence[tuple[str, date]]) -> list[Clash | Promised]:
    due = [(one["title"], date.fromisoformat(one["on"])) for one in plan.meetings_owed or []]
    return [*clashes(review, due, booked), *promised(review, plan.actions_owed or [], member)]


def clashes(review: date, due: Iterable[tuple[str, date]], booked: Iterable[tuple[str, date]] = ()) -> list[Clash]:
    """The meetings due or booked on that day or in that week, Monday to Sunday, in the order of their days."""
    found = [Clash(what, day, day == review) for what, day in due]
    found += [Clash(what, day, day == review, is_booked=True) for what, day in booked]
    return sorted((one for one in found if monday(one.due_on) == monday(review)), key=lambda clash: clash.due_on)


def promised(review: date, actions: Iterable[dict[str, Any]], member: int | None) -> list[Promised]:
    """The actions due on that very day, those of the person whose plan is reviewed first."""
    found = [
        Promised(
            key=one["key"],
            text=one["title"],
            owner=one["person"] or one["family"],
            is_theirs=member is not None and one["member"] == member,
        )
        for one in actions
        if date.fromisoformat(one["on"]) == review
    ]
    return sorted(found, key=lambda one: (not one.is_theirs, one.key))


def reviewed_in_the_week_of(case: Case, children: Sequence[Child], day: date) -> list[OtherPlan]:
    """The running plans of these children, or of an adult of the case, that are reviewed in the week of that day."""
    week = monday(day), monday(day) + timedelta(days=6)
    running = OtherPlan.objects.filter(case=case, state=OtherPlan.State.RUNNING, next_review_on__range=week)
    theirs = running.filter(Q(child__in=children) | Q(child=None))
    return list(theirs.select_related("child", "member").order_by("next_review_on", "id"))


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())
