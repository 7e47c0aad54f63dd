"""Answering an alert: a promise by whoever heard it, for the date it is about."""

from datetime import date, timedelta

import pytest

from escalation.answering import acknowledge_alert
from escalation.models import Acknowledgement
from escalation.posts import name_cover
from escalation.sweep import sweep
from tests.escalation.scene import at_noon, set_scene
from workflow import deadlines
from workflow.errors import DateInPast, NotARecipient, NotRaised
from workflow.models import Entry

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)
NEXT = DUE + ONE_DAY


@pytest.fixture
def scene():
    return set_scene()


@pytest.fixture
def owed(scene):
    owed = scene.owe("A1", DUE)
    sweep(NEXT)
    return owed


def answer(owed, by, *, rung=1, intend_by=NEXT, on=NEXT):
    return acknowledge_alert(owed, rung, intend_by=intend_by, plan="will ring the school", by=by, on=on)


def test_whoever_heard_it_may_say_what_they_will_do_and_by_when(scene, owed):
    promise = answer(owed, scene.nurse)
    assert (promise.by, promise.intend_by, promise.state) == (scene.nurse, NEXT, "acknowledged")


def test_whoever_covers_somebody_who_heard_it_may_answer(scene, owed):
    name_cover(None, scene.nurse, scene.health_lead, from_on=NEXT, until_on=NEXT, by=scene.nurse, on=NEXT)
    assert answer(owed, scene.health_lead).by == scene.health_lead


def test_somebody_it_did_not_go_to_is_refused_and_the_refusal_is_written_down(scene, owed):
    with pytest.raises(NotARecipient):
        answer(owed, scene.health_lead)
    assert Acknowledgement.objects.count() == 0
    assert Entry.objects.get(code="NOT_A_RECIPIENT").by == scene.health_lead


def test_a_rung_that_was_not_raised_cannot_be_answered(scene, owed):
    with pytest.raises(NotRaised):
        answer(owed, scene.nurse, rung=2)


def test_an_alert_about_the_date_before_cannot_be_answered_for_the_new_one(scene, owed):
    with at_noon(NEXT):
        deadlines.move(owed.fresh(), to=DUE + 9 * ONE_DAY, on=NEXT, because="agreed")
    with pytest.raises(NotRaised):
        answer(owed.fresh(), scene.nurse)


def test_a_promise_is_not_for_yesterday(scene, owed):
    with pytest.raises(DateInPast):
        answer(owed, scene.nurse, intend_by=DUE)


def test_a_promise_kept_by_its_day_is_kept_and_nobody_is_told(scene, owed):
    promise = answer(owed, scene.nurse)
    with at_noon(NEXT):
        deadlines.meet(owed.fresh(), on=NEXT)
    sweep(NEXT + ONE_DAY)
    assert promise.fresh().state == "kept"
