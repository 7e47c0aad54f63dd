"""The actions of the last meeting: what was done, what was not and why, and what comes back for the third time.

An action comes back when it is open and past its first date at one meeting after another (`plans.plan_meetings`
pins that). The third time it leads the agenda, and going on as it is is no answer.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from meetings.chair import require_conferences_chair, require_runs_the_meeting
from meetings.models import ActionReview, Conference
from notifications.tell import tell
from plans.actions import call_off, done_with, may_complete
from plans.models import Action, PlanMeeting
from plans.plan_meetings import IN_A_ROW
from workflow.acts import act
from workflow.errors import AnswerMissing, ReasonRequired, WrongState
from workflow.models import Child, Deadline, Professional, WhyWaived
from workflow.people import executive_of, lead_of

Said, Answer = ActionReview.Said, ActionReview.Answer


@dataclass(frozen=True)
class FromLastTime:
    """An action that is looked at: who owes it by when, how often it came back, what the meeting said of it."""

    action: Action
    deadline: Deadline
    times_back: int
    review: ActionReview | None

    @property
    def is_third_time(self) -> bool:
        return self.times_back >= IN_A_ROW

    @property
    def is_open(self) -> bool:
        return self.action.is_open

    @property
    def times_in_words(self) -> str:
        if self.times_back == 0:
            return "Not past its first date"
        if self.times_back == 1:
            return "Past its first date"
        return f"Back for the {ORDINALS.get(self.times_back, f'{self.times_back}th')} time"


ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


def open_from_last_time(conference: Conference, on: date) -> list[FromLastTime]:
    """The open actions of its children that an earlier meeting left, what is back most often first."""
    return [each for each in from_last_time(conference, on) if each.is_open]


def from_last_time(conference: Conference, on: date) -> list[FromLastTime]:
    """The same, with those already reviewed here that are open no more. A fixed number of statements."""
    children = conference.children
    reviews = {each.action_key: each for each in conference.action_reviews.all()}
    mine = Action.objects.filter(for_children__child__in=children).exclude(from_conference=conference.key).distinct()
    actions = [each for each in mine.select_related("case") if each.is_open or each.key in reviews]
    owed = _deadlines(conference, actions)
    carried = _carried(children)
    found = [
        FromLastTime(each, owed[each.key], _times_back(each, owed[each.key], carried, on), reviews.get(each.key))
        for each in actions
    ]
    return sorted(found, key=lambda each: (-each.times_back, each.deadline.due_on, each.action.pk))


def _deadlines(conference: Conference, actions: Iterable[Action]) -> dict[str, Deadline]:
    """The latest deadline of each action."""
    keys = [action.key for action in actions]
    rows = Deadline.objects.filter(case=conference.case, code="action", subject__in=keys).order_by("id")
    return {each.subject: each for each in rows.select_related("agency", "owner_professional", "owner_family_member")}


def _carried(children: Collection[Child]) -> list[list[Collection[str]]]:
    """For each child what its plan meetings found open and past its first date, the latest meeting first."""
    rows = PlanMeeting.objects.filter(plan__child__in=children).order_by("-id").values_list("plan__child", "carried")
    by_child: dict[int, list[Collection[str]]] = {}
    for child, keys in rows:
        by_child.setdefault(child, []).append(keys)
    return list(by_child.values())


def _times_back(action: Action, owed: Deadline, carried: Iterable[list[Collection[str]]], on: date) -> int:
    """At how many meetings in a row it was open and past its first date, this one included."""
    if owed.first_due_on >= on:
        return 0
    return 1 + max((_in_a_row(action.key, meetings) for meetings in carried), default=0)


def _in_a_row(key: str, meetings: list[Collection[str]]) -> int:
    return next((number for number, keys in enumerate(meetings) if key not in keys), len(meetings))


def not_looked_at(conference: Conference, on: date) -> list[FromLastTime]:
    """What is still open from last time and has not been reviewed here."""
    return [each for each in open_from_last_time(conference, on) if each.review is None]


@act
def review_action(
    conference: Conference,
    action: Action,
    *,
    said: str,
    why: str = "",
    answer: str = "",
    evidence: str = "",
    by: Professional,
    on: date,
) -> ActionReview:
    """What the meeting says of an action, and what the chair does about it.

    1. Not done needs its reason. The third time it needs another answer than going on as it is (AnswerMissing).
    2. Done, with evidence and by somebody who may complete it, completes the action; else its own people still have to.
    3. Dropped cancels it; only the conference's chair drops.
    4. Escalated tells the lead and the executive of the owner's agency.

    Raises ReasonRequired, AnswerMissing, NotPermitted, WrongState.
    """
    require_runs_the_meeting(conference, by, on)
    found = next((each for each in from_last_time(conference, on) if each.action == action), None)
    if found is None or conference.is_over:
        raise WrongState("The meeting does not look at this action.", about=[action.key])
    _check(found, said, why, answer)
    if answer == Answer.DROPPED:
        require_conferences_chair(conference, by, on)
    review = found.review or ActionReview(conference=conference, action_key=action.key)
    review.said, review.why, review.answer = said, why or evidence, answer
    review.times_back = found.times_back
    review.save()
    _act_on(found, said, why, answer, evidence, by, on)
    return review


def _check(found: FromLastTime, said: str, why: str, answer: str) -> None:
    if said == Said.NOT_DONE and not why.strip():
        raise ReasonRequired(about=[found.action.key])
    if answer == Answer.DROPPED and not why.strip():
        raise ReasonRequired(about=[found.action.key])
    answered = answer not in ("", Answer.GOES_ON)
    if found.is_third_time and found.is_open and said == Said.NOT_DONE and not answered:
        raise AnswerMissing(about=[found.action.key])


def _act_on(found: FromLastTime, said: str, why: str, answer: str, evidence: str, by: Professional, on: date) -> None:
    action, case = found.action, found.action.case
    if said == Said.DONE and evidence.strip() and action.is_open and may_complete(action, by, on):
        done_with(action, evidence=evidence, on=on)
    elif answer == Answer.DROPPED and action.is_open:
        call_off(action, WhyWaived.CANCELLED, on=on)
    elif answer == Answer.ESCALATED:
        agency = found.deadline.agency
        tell(case, "ACTION_ESCALATED", action.key, [lead_of(agency, on), executive_of(agency, on)], on=on)
