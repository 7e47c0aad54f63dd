"""The agenda: from its template, changed on record, worked through one item at a time."""

from unittest import mock

import pytest

from meetings.agenda_items import (
    add_agenda_item,
    change_agenda_item,
    finish_item,
    prepare_agenda,
    skip_item,
    take_up_item,
)
from meetings.agendas import CHALLENGE, TEMPLATES
from meetings.models import AgendaItem, Conference, Minutes
from meetings.room import rows_of
from tests.making import doing
from tests.meetings.sat import TODAY, booked, invited, person, sitting, ten
from tests.stories.small import RUNNING, at
from workflow.errors import ActionNotReviewed, MinutesLocked, NotPermitted, ReasonRequired, WrongState
from workflow.models import Entry

pytestmark = pytest.mark.django_db


def told(by="cp_chair", minute=0):
    return {"by": person(by), "at": ten(minute)}


def prepared(*before):
    player, conference = sitting(*before)
    prepare_agenda(conference, **told())
    return player, conference


def test_why_there_is_a_plan_comes_first_after_the_introductions():
    _, conference = booked()
    items = prepare_agenda(conference, by=person("clerk"), on=TODAY)
    assert [item.code for item in items][:2] == ["introductions", "why"]
    assert items[1].title == "Why the children are on a plan"
    assert [item.number for item in items] == list(range(1, len(items) + 1))


@pytest.mark.parametrize("kind", Conference.Kind.values)
def test_every_kind_invites_challenge_hears_child_and_parent_and_has_a_closed_part(kind):
    planned = {each.code: each for each in TEMPLATES[kind]}
    assert CHALLENGE in planned["introductions"].prompt
    assert [each.code for each in TEMPLATES[kind]][1] == "why"
    needed = {"daily_life", "child_view", "parent_view", "reports", "agency_views", "decision", "plan", "dates"}
    assert needed <= planned.keys()
    assert planned["professionals_only"].audience == AgendaItem.Audience.PROFESSIONALS
    assert ("last_time" in planned) == ("scores" in planned) == (kind == Conference.Kind.REVIEW)


def test_each_child_and_each_parent_has_an_item():
    _, conference = booked()
    titles = [item.title for item in prepare_agenda(conference, **told())]
    expected = ("A day in the life of Mira Lowe", "What Mira Lowe says", "What Ida Lowe thinks", "What Ole Lowe thinks")
    assert set(expected) <= set(titles)


def test_what_a_protected_parent_says_is_kept_from_the_other():
    family = {
        "ida": {"name": "Ida Lowe", "relation": "mother", "of": ["mira"], "protected_from": ["ole"]},
        "ole": {"name": "Ole Lowe", "relation": "father", "of": ["mira"]},
    }
    _, conference = booked(family=family)
    prepare_agenda(conference, **told())
    kept = {item.title: item.kept_from for item in conference.agenda.filter(code="parent_view")}
    assert kept == {"What Ida Lowe thinks": ["ole"], "What Ole Lowe thinks": []}


def test_an_unborn_child_has_a_day_but_says_nothing():
    children = {
        "mira": {"name": "Mira Lowe", "born_on": "2024-05-14"},
        "baby": {"name": "Baby Lowe", "expected_on": "2026-12-01"},
    }
    loaded = {**RUNNING, "child": "baby", "last_seen_on": "2026-07-20"}
    _, conference = booked(
        at("2026-08-03", "clerk", "load_running_plan", loaded), children=children, about=("mira", "baby")
    )
    prepare_agenda(conference, **told())
    titles = set(conference.agenda.values_list("title", flat=True))
    assert {"A day in the life of Baby Lowe", "What Mira Lowe says"} <= titles
    assert "What Baby Lowe says" not in titles


def test_an_agenda_is_prepared_once():
    _, conference = booked()
    prepare_agenda(conference, **told())
    with pytest.raises(WrongState):
        prepare_agenda(conference, **told())


@pytest.mark.parametrize("by", ["second_chair", "social_worker", "manager", "inspector"])
def test_only_who_runs_the_meeting_makes_its_agenda(by):
    _, conference = booked()
    with pytest.raises(NotPermitted):
        prepare_agenda(conference, **told(by))
    prepare_agenda(conference, **told())
    item = conference.agenda.first()
    for refused in (
        lambda: change_agenda_item(item, title="Mine", **told(by)),
        lambda: add_agenda_item(conference, title="Mine", **told(by)),
        lambda: take_up_item(item, **told(by)),
        lambda: finish_item(item, **told(by)),
        lambda: skip_item(item, reason="x", **told(by)),
    ):
        with pytest.raises(NotPermitted):
            refused()


def test_who_may_read_an_item_is_changed_on_record():
    _, conference = booked()
    prepare_agenda(conference, **told())
    item = conference.agenda.get(code="household")
    change_agenda_item(item, audience="professionals", kept_from=["ole"], **told("clerk"))
    now = item.fresh()
    assert (now.audience, now.kept_from) == ("professionals", ["ole"])
    line = Entry.objects.filter(act="change_agenda_item").last()
    assert line.details["audience"] == "professionals"
    assert [row.audience for row in item.history.order_by("history_id")] == ["everyone", "professionals"]


def test_an_item_goes_up_and_down_and_nothing_else_changes():
    _, conference = booked()
    prepare_agenda(conference, **told())
    before = list(conference.agenda.values_list("code", flat=True))
    change_agenda_item(conference.agenda.get(number=3), move="up", **told())
    after = list(conference.agenda.values_list("code", flat=True))
    assert after == [before[0], before[2], before[1], *before[3:]]
    change_agenda_item(conference.agenda.get(number=2), move="down", **told())
    assert list(conference.agenda.values_list("code", flat=True)) == before
    change_agenda_item(conference.agenda.get(number=1), move="up", **told())
    assert list(conference.agenda.values_list("code", flat=True)) == before


def test_one_more_item_stands_at_the_end_and_needs_a_title():
    _, conference = booked()
    prepare_agenda(conference, **told())
    item = add_agenda_item(conference, title="The dog", minutes_planned=3, **told())
    assert (item.number, item.title, item.minutes_planned) == (conference.agenda.count(), "The dog", 3)
    with pytest.raises(ReasonRequired):
        add_agenda_item(conference, title=" ", **told())


def test_one_thing_at_a_time():
    _, conference = prepared()
    first, second = conference.agenda.all()[:2]
    take_up_item(first, **told(minute=0))
    take_up_item(second, **told(minute=7))
    first, second = conference.agenda.all()[:2]
    assert (first.state, first.taken_up_at, first.finished_at) == ("done", ten(0), ten(7))
    assert second.state == "under_way"
    rows = rows_of(conference, ten(20))
    assert [row.minutes for row in rows[:3]] == [7, 13, None]
    assert rows[1].takes_too_long
    assert rows[1].time_in_words == "13 min of 5 planned"


def test_an_item_is_passed_over_with_a_reason_only():
    _, conference = prepared()
    item = conference.agenda.get(code="household")
    with pytest.raises(ReasonRequired):
        skip_item(item, reason=" ", **told())
    skip_item(item, reason="Said under reports", **told())
    assert (item.fresh().state, item.fresh().why_skipped) == ("skipped", "Said under reports")


def test_what_is_not_under_way_is_not_finished():
    _, conference = prepared()
    with pytest.raises(WrongState):
        finish_item(conference.agenda.first(), **told())


def test_nothing_is_worked_through_before_the_sitting():
    _, conference = invited()
    prepare_agenda(conference, **told())
    item = conference.agenda.first()
    for refused in (take_up_item, finish_item):
        with pytest.raises(WrongState):
            refused(item, **told())
    with pytest.raises(WrongState):
        skip_item(item, reason="Early", **told())


ACTION = {
    "action": "a-1",
    "text": "Mend the gate",
    "owner": "housing_officer",
    "due": "2026-09-11",
    "measure": "The gate shuts",
    "outcome": "safe",
    "children": ["mira"],
}


def test_the_actions_of_last_time_are_not_done_while_one_has_not_been_looked_at():
    _, conference = prepared(at("2026-08-04", "social_worker", "add_action", ACTION))
    item = conference.agenda.get(code="last_time")
    take_up_item(item, **told())
    with pytest.raises(ActionNotReviewed) as refused:
        finish_item(item, **told())
    assert refused.value.about == ["a-1"]
    with pytest.raises(ActionNotReviewed):
        take_up_item(conference.agenda.last(), **told())
    skip_item(item.fresh(), reason="No time left", **told())


def test_once_the_minutes_are_approved_nobody_changes_who_may_read_what():
    _, conference = prepared()
    item = conference.agenda.first()
    with mock.patch.object(Minutes, "is_locked", True), doing(conference.case, on=TODAY):
        Minutes(conference=conference).save()
    with mock.patch.object(Minutes, "is_locked", True), pytest.raises(MinutesLocked):
        change_agenda_item(item, audience="professionals", **told())
    change_agenda_item(item, audience="professionals", **told())
