"""The plan of one child as it stood at any moment, point by point, each with who gave it its words, when and why.

Only history is read. Two moments are kept apart: what was true then, and what had been written down by then.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from plans.models import (
    Action,
    ActionChild,
    Category,
    CoreGroupMember,
    Outcome,
    OutcomeChild,
    Plan,
    PlanMeeting,
    Risk,
)
from workflow import history
from workflow.as_of import Held, Lines, as_they_were, lines
from workflow.models import Child, Deadline
from workflow.timescales import Span


@dataclass(frozen=True)
class Point:
    """One thing a plan says, and the line of history that gave it its words."""

    label: str
    words: str
    line: Any = None
    why: str = ""
    is_whole: bool = False  # a date or a state is another one, not the old one with a word changed

    @property
    def by(self) -> Any:
        return self.line and self.line.history_by

    @property
    def happened_at(self) -> datetime | None:
        return self.line and self.line.history_date

    @property
    def recorded_at(self) -> datetime | None:
        return self.line and self.line.recorded_at

    @property
    def is_late_entry(self) -> bool:
        """Whether it was written down more than a day after it was true."""
        return self.line is not None and history.is_late_line(self.line)

    @property
    def reason(self) -> str:
        return self.why or (self.line and self.line.history_change_reason) or ""


@dataclass(frozen=True)
class Item:
    """A part of a plan with its points: the plan itself, the risk, one outcome, one action."""

    section: str
    key: str
    title: str
    points: list[Point]

    def point(self, label: str) -> Point | None:
        return next((point for point in self.points if point.label == label), None)


@dataclass(frozen=True)
class Stood:
    """A plan as it stood at a moment. No items: there was none."""

    at: datetime
    known_by: datetime | None = None
    items: list[Item] = field(default_factory=list)

    def item(self, section: str, key: str) -> Item | None:
        return next((item for item in self.items if (item.section, item.key) == (section, key)), None)


class PlanHistory:
    """All that was ever written about the plans of a child, or of several: a fixed number of statements.

    `plans` are theirs, where they were read already.
    """

    def __init__(self, *children: Child, also_owed: Sequence[str] = (), plans: Lines | None = None) -> None:
        self.child, self.children, case = children[0], children, children[0].case_id
        self.plans: Lines = plans_of(children) if plans is None else plans
        self.meetings: Lines = lines(PlanMeeting, plan__child__in=children)
        self.outcomes: Lines = lines(Outcome, case=case)
        self.whose_outcomes: Lines = lines(OutcomeChild, child__in=children)
        # Whom an action is for is said when it is agreed and never changes.
        self.actions: Lines = lines(
            Action, "blocked_by", id__in=ActionChild.objects.filter(child__in=children).values("action")
        )
        self.members: Lines = lines(CoreGroupMember, "agency", child__in=children)
        owed = ("agency", "owner_professional", "owner_family_member")
        self.dates: Lines = lines(Deadline, *owed, case=case, code__in=("action", "visit", *also_owed))

    @cached_property
    def risks(self) -> Lines:
        return lines(Risk, plan__child__in=self.children)

    @property
    def meetings_by_name(self) -> "list[Moment]":
        """The meetings that looked at the child's plans, oldest first."""
        plans = {rows[-1].id: rows[-1] for rows in self.plans}
        return moments([rows[-1] for rows in self.meetings], plans)

    def each(self) -> "Iterator[PlanHistory]":
        """The history of each child by itself."""
        pairs = set(ActionChild.objects.filter(child__in=self.children).values_list("child", "action"))
        for child in self.children:
            one = copy(self)
            one.child = child
            for name in ("plans", "whose_outcomes", "members"):
                setattr(one, name, [rows for rows in getattr(self, name) if rows[0].child_id == child.pk])
            one.actions = [rows for rows in self.actions if (child.pk, rows[0].id) in pairs]
            yield one

    def stood(self, at: datetime, known_by: datetime | None = None, *, with_risk: bool = True) -> Stood:
        """The plan at that moment, as far as was written down by `known_by`; the latest, if there were several.

        Without the risk where children are compared: that is each child's own.
        """
        plans = as_they_were(self.plans, at, known_by)
        if not plans:
            return Stood(at, known_by)
        then = Then(self, plans[-1], at, known_by)
        risk = list(then.risk()) if with_risk else []
        return Stood(at, known_by, [then.plan(), *risk, *then.outcomes(), *then.actions()])


def plans_of(children: Iterable[Child]) -> Lines:
    """Every line about the plans of these children, with the acts that wrote them. One statement."""
    return lines(Plan, "history_entry", child__in=list(children))


class Then:
    """The records of one plan at one moment, put into words."""

    def __init__(self, kept: PlanHistory, plan: Held, at: datetime, known_by: datetime | None) -> None:
        def held(found: Lines) -> list[Held]:
            return as_they_were(found, at, known_by)

        self.kept, self.child, self.the_plan, self.held = kept, kept.child, plan, held
        self.meetings = [meeting for meeting in held(kept.meetings) if meeting.plan_id == plan.id]
        mine = {row.outcome_id for row in held(kept.whose_outcomes)}
        self.agreed = [outcome for outcome in held(kept.outcomes) if outcome.id in mine]
        self.to_do = held(kept.actions)
        self.members = held(kept.members)
        self.owed: dict[tuple[str, str], Held] = {(row.code, row.subject): row for row in held(kept.dates)}

    # The plan

    def plan(self) -> Item:
        plan = self.the_plan
        state = Plan.State(plan.state).label
        edition = f", edition {plan.edition}" if plan.edition > 1 else ""
        points = [
            Point(
                "State", f"{state}{edition}", _newer(plan.given_by["state"], plan.given_by["edition"]), is_whole=True
            ),
            Point("Category", Category(plan.category).label, plan.given_by["category"], is_whole=True),
            *self._core_group(),
            *self._visits(),
            Point("If the plan does not work", plan.contingency or "Not written", plan.given_by["contingency"]),
        ]
        return Item("The plan", "", "", points)

    def _core_group(self) -> Iterator[Point]:
        there = sorted(member.agency.name for member in self.members if member.left_on is None)
        newest = max((member.newest for member in self.members), key=attrgetter("history_date"), default=None)
        yield Point("Core group", "; ".join(there) or "Nobody", newest or self.the_plan.newest)

    def _visits(self) -> Iterator[Point]:
        visit = self.owed.get(("visit", self.child.key))
        if visit is not None and visit.value and self.the_plan.state in Plan.OPEN:
            yield Point("Seen at least every", Span.parse(visit.value).in_words, visit.given_by["value"])

    def risk(self) -> Iterator[Item]:
        risks = [risk for risk in self.held(self.kept.risks) if risk.plan_id == self.the_plan.id]
        latest = max((risk.edition for risk in risks), default=0)
        for number, risk in enumerate(risk for risk in risks if risk.edition == latest):
            yield Item("What the risk is", str(number), "", [Point("Risk", risk.text, risk.given_by["text"])])

    # Outcomes

    def outcomes(self) -> Iterator[Item]:
        scored = (key for meeting in self.meetings for key in meeting.scores)
        agreed = {outcome.key: outcome for outcome in self.agreed}
        for key in dict.fromkeys([*agreed, *scored]):
            outcome = agreed.get(key)
            points = (
                [
                    Point(
                        "Outcome",
                        outcome.text or outcome.measure,
                        _newer(outcome.given_by["text"], outcome.given_by["measure"]),
                    ),
                    Point("Measured by", outcome.measure or "No measure", outcome.given_by["measure"]),
                    Point("Baseline", outcome.baseline or "Not described", outcome.given_by["baseline"]),
                ]
                if outcome
                else []
            )
            yield Item("What should be different", key, key, [*points, *self._score(key)])

    def _score(self, outcome: str) -> Iterator[Point]:
        for meeting in reversed(self.meetings):
            if outcome in meeting.scores:
                said = meeting.evidence.get(outcome) or "no evidence written"
                yield Point("Score", f"{meeting.scores[outcome]} of 10; {said}", meeting.newest)
                return
        yield Point("Score", "Not scored", None)

    # Actions

    def actions(self) -> Iterator[Item]:
        for action in self.to_do:
            yield Item("Actions", action.key, action.key, list(self._action(action)))

    def _action(self, action: Held) -> Iterator[Point]:
        given = action.given_by
        yield Point("What", action.text, given["text"])
        yield Point("Known by", action.measure or "No measure", given["measure"])
        yield Point("For outcome", action.outcome_key or "None", given["outcome_key"])
        owed = self.owed.get(("action", action.key))
        if owed is not None:
            given_over = _newer(owed.given_by["owner_professional"], owed.given_by["owner_family_member"])
            owner = given_over.owner_professional or given_over.owner_family_member
            yield Point("Owner", f"{owner}, {given_over.agency}", given_over)
            yield Point("Due", _day(owed.due_on), owed.given_by["due_on"], _why_moved(owed), is_whole=True)
        yield Point("State", _state(action), given["state"], is_whole=True)


def _state(action: Held) -> str:
    said = Action.State(action.state).label
    if action.blocked_by_id:
        said += f": waits for {action.blocked_by}"
    return f"{said}. {action.evidence or ''} {action.effect or ''}".strip(" .")


def _why_moved(owed: Held) -> str:
    """Why the date is what it is; a first date needs no reason."""
    reason: str = owed.given_by["due_on"].moved_because
    return reason if owed.due_on != owed.first_due_on else ""


def _newer(one: Any, other: Any) -> Any:
    return max(one, other, key=attrgetter("version"))


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"


# The moments people ask about


@dataclass(frozen=True)
class Moment:
    """A day to look at the plan, and what it is called: a meeting as it left the plan, or now."""

    on: date
    title: str
    is_conference: bool = False


def moments(meetings: Iterable[Any], plans: Mapping[int, Any]) -> list[Moment]:
    """The meetings that looked at these plans, oldest first, each by its name: review 2, core group 5."""
    found: list[Moment] = []
    held: Counter[tuple[int, bool]] = Counter()
    for meeting in sorted(meetings, key=attrgetter("held_on", "id")):
        is_conference = meeting.kind == PlanMeeting.Kind.CONFERENCE
        held[meeting.plan_id, is_conference] += 1
        title = _called(meeting, plans[meeting.plan_id], held[meeting.plan_id, is_conference])
        found.append(Moment(meeting.held_on, title, is_conference))
    return found


def _called(meeting: Any, plan: Any, number: int) -> str:
    """Counted on each plan by itself."""
    if meeting.kind == PlanMeeting.Kind.CORE_GROUP:
        return f"Core group {number}"
    if meeting.held_on == plan.started_on:
        return "Initial conference"
    # How many reviews a plan had before it was loaded is not on record here, so they are not counted.
    return "Review" if plan.loaded_on else f"Review {number - 1}"
