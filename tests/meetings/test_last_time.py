"""The actions of the last meeting: each is looked at, and what is back for the third time does not go on as it is."""

import pytest

from meetings.agenda_items import prepare_agenda
from meetings.last_time import from_last_time, not_looked_at, review_action
from meetings.models import ActionReview
from notifications.models import Notice
from plans.models import Action
from tests.meetings.sat import TODAY, person, sitting, ten
from tests.stories.small import at
from workflow.errors import AnswerMissing, NotPermitted, ReasonRequired, WrongState

pytestmark = pytest.mark.django_db
GATE = {
    "action": "a-1",
    "text": "Mend the gate",
    "owner": "health_visitor",
    "due": "2026-08-14",
    "measure": "The gate shuts",
    "outcome": "safe",
    "children": ["mira"],
}
BOOK = GATE | {"action": "a-2", "text": "Read to her", "due": "2026-10-14"}
TEAM = ["social_worker", "health_visitor", "teacher"]


def told(by="cp_chair"):
    return {"by": person(by), "at": ten()}


def core_group(number, day):
    told = {"core_group": f"cg-{number}", "children": ["mira"], "attended": TEAM, "lived_experience": {"mira": day}}
    return at(day, "social_worker", "hold_core_group", told)


def asked_for(*actions, core_groups=()):
    """The review sits; the actions were added and the core groups held before it."""
    added = [at("2026-08-04", "social_worker", "add_action", action) for action in actions]
    held = [core_group(number, day) for number, day in enumerate(core_groups)]
    player, conference = sitting(*added, then=held)
    return conference, {action.key: action for action in Action.objects.all()}


TWO_BEFORE = ("2026-08-18", "2026-09-01")


def test_how_often_an_action_came_back_is_counted_over_meetings_in_a_row():
    conference, _ = asked_for(GATE, BOOK, core_groups=TWO_BEFORE)
    found = from_last_time(conference, TODAY)
    assert [(each.action.key, each.times_back) for each in found] == [("a-1", 3), ("a-2", 0)]
    assert [each.times_in_words for each in found] == ["Back for the third time", "Not past its first date"]


def test_what_is_back_for_the_third_time_leads_the_agenda():
    conference, _ = asked_for(GATE, core_groups=TWO_BEFORE)
    items = prepare_agenda(conference, **told())
    assert (items[0].title, items[0].number) == ("Back for the third time: Mend the gate", 1)
    assert [item.code for item in items[1:3]] == ["introductions", "why"]


def test_what_is_back_for_the_second_time_does_not_lead():
    conference, _ = asked_for(GATE, core_groups=TWO_BEFORE[:1])
    assert from_last_time(conference, TODAY)[0].times_in_words == "Back for the second time"
    assert prepare_agenda(conference, **told())[0].code == "introductions"


def test_not_done_needs_its_reason():
    conference, actions = asked_for(GATE)
    with pytest.raises(ReasonRequired):
        review_action(conference, actions["a-1"], said="not_done", why=" ", **told())
    review_action(conference, actions["a-1"], said="not_done", why="No timber", answer="goes_on", **told("clerk"))
    review = ActionReview.objects.get()
    assert (review.said, review.why, review.answer, review.times_back) == ("not_done", "No timber", "goes_on", 1)
    assert actions["a-1"].fresh().state == "agreed"


@pytest.mark.parametrize("answer", ["", "goes_on"])
def test_the_third_time_going_on_as_it_is_is_no_answer(answer):
    conference, actions = asked_for(GATE, core_groups=TWO_BEFORE)
    with pytest.raises(AnswerMissing):
        review_action(conference, actions["a-1"], said="not_done", why="No timber", answer=answer, **told())
    review_action(conference, actions["a-1"], said="not_done", why="No timber", answer="planned_anew", **told())


def test_done_with_evidence_completes_the_action_for_whoever_may():
    conference, actions = asked_for(GATE | {"owner": "second_worker"}, BOOK | {"owner": "second_worker"})
    review_action(conference, actions["a-1"], said="done", **told())
    assert actions["a-1"].fresh().state == "agreed"
    review_action(conference, actions["a-2"], said="done", evidence="Seen", **told("clerk"))
    assert (actions["a-2"].fresh().state, actions["a-2"].fresh().evidence) == ("completed", "Seen")
    assert not actions["a-2"].deadline.is_pending
    assert [each.action.key for each in from_last_time(conference, TODAY)] == ["a-1", "a-2"]
    assert not_looked_at(conference, TODAY) == []


def test_what_another_agency_owns_its_own_people_complete():
    conference, actions = asked_for(GATE)
    review_action(conference, actions["a-1"], said="done", evidence="Seen", **told())
    assert actions["a-1"].fresh().state == "agreed"
    assert ActionReview.objects.get().why == "Seen"


def test_only_the_chair_drops_an_action_and_says_why():
    conference, actions = asked_for(GATE)
    with pytest.raises(NotPermitted):
        review_action(conference, actions["a-1"], said="not_done", why="Moved house", answer="dropped", **told("clerk"))
    with pytest.raises(ReasonRequired):
        review_action(conference, actions["a-1"], said="no_longer_needed", answer="dropped", **told())
    review_action(conference, actions["a-1"], said="no_longer_needed", why="Moved house", answer="dropped", **told())
    assert actions["a-1"].fresh().state == "cancelled"
    assert actions["a-1"].deadline.why_waived == "cancelled"


def test_escalated_tells_the_lead_and_the_executive_of_the_owners_agency():
    conference, actions = asked_for(GATE)
    review_action(conference, actions["a-1"], said="not_done", why="No timber", answer="escalated", **told())
    notice = Notice.objects.get(code="ACTION_ESCALATED")
    assert notice.about == "a-1"
    assert [message.recipient.key for message in notice.notifications.all()] == ["health_lead"]


def test_said_again_it_replaces_what_was_said():
    conference, actions = asked_for(GATE)
    review_action(conference, actions["a-1"], said="not_done", why="No timber", **told())
    review_action(conference, actions["a-1"], said="not_done", why="No nails", **told())
    assert ActionReview.objects.get().why == "No nails"
    assert ActionReview.objects.get().history.count() == 2


def test_a_meeting_does_not_look_at_the_action_of_another_case_or_one_long_done():
    conference, actions = asked_for(GATE)
    review_action(conference, actions["a-1"], said="no_longer_needed", why="Moved", answer="dropped", **told())
    other = Action(case=conference.case, key="elsewhere", text="x")
    with pytest.raises(WrongState):
        review_action(conference, other, said="done", **told())


@pytest.mark.parametrize("by", ["second_chair", "social_worker", "inspector"])
def test_only_who_runs_the_meeting_records_what_it_says(by):
    conference, actions = asked_for(GATE)
    with pytest.raises(NotPermitted):
        review_action(conference, actions["a-1"], said="not_done", why="No timber", **told(by))
