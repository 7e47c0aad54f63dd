"""The sweep: everything owed is raised, nothing twice, each with the day it was owed."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.nightly import catch_up, nights_due, run_night
from escalation.answering import acknowledge_alert
from escalation.ladder import Ladder
from escalation.models import Alert, SweepRun
from escalation.sweep import sweep
from notifications.models import Notice, Notification
from tests.escalation.scene import at_noon, set_scene
from workflow import deadlines
from workflow.models import Entry

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)
A_MONTH_ON = date(2026, 3, 31)


@pytest.fixture
def scene():
    return set_scene()


def raised():
    return {
        (alert.deadline.key, alert.rung, alert.owed_on, *sorted(to.professional.key for to in alert.recipients.all()))
        for alert in Alert.objects.all()
    }


def rows_written():
    return Alert.objects.count(), Notification.objects.count(), Entry.objects.count(), Alert.history.count()


def test_the_due_day_itself_is_in_time(scene):
    scene.owe("A1", DUE)
    assert sweep(DUE).alerts == []


def test_run_twice_it_raises_nothing_twice(scene):
    scene.owe("A1", DUE)
    assert len(sweep(DUE + ONE_DAY).alerts) == 1
    before = rows_written()
    assert sweep(DUE + ONE_DAY).alerts == []
    assert rows_written() == before


def test_skipped_for_a_month_it_raises_what_every_night_would_have_each_with_its_day(scene):
    scene.owe("A1", DUE)
    scene.owe("A2", DUE + 5 * ONE_DAY, owner="worker", fast=True)
    with transaction.atomic():
        for n in range((A_MONTH_ON - DUE).days + 1):
            sweep(DUE + n * ONE_DAY)
        every_night = raised()
        assert all(alert.raised_on == alert.owed_on for alert in Alert.objects.all())
        transaction.set_rollback(True)
    assert len(every_night) == 8
    sweep(A_MONTH_ON)
    assert raised() == every_night
    assert {alert.raised_on for alert in Alert.objects.all()} == {A_MONTH_ON}


def test_each_person_of_each_alert_gets_one_message(scene):
    scene.owe("A1", DUE)
    sweep(A_MONTH_ON)
    to = sorted(message.recipient.key for message in Notification.objects.filter(code="ALERT"))
    assert to == ["board", "chair", "health_exec", "health_lead", "nurse", "worker"]
    assert sorted(message.is_urgent for message in Notification.objects.all()) == [False] * 3 + [True] * 3


def test_a_new_date_starts_the_ladder_anew_and_what_was_raised_stays(scene):
    owed = scene.owe("A1", DUE)
    sweep(date(2026, 3, 10))
    assert [alert.rung for alert in Alert.objects.order_by("rung")] == [1, 2]
    moved_on, later = date(2026, 3, 10), date(2026, 3, 20)
    with at_noon(moved_on):
        deadlines.move(owed.fresh(), to=later, on=moved_on, because="agreed with the school")
    assert sweep(later).alerts == []
    assert [(alert.rung, alert.due_on) for alert in sweep(later + 3 * ONE_DAY).alerts] == [(1, later)]
    assert Alert.objects.count() == 3
    assert [alert.due_on for alert in Alert.objects.standing()] == [later]


def test_what_is_done_is_raised_no_further(scene):
    owed = scene.owe("A1", DUE)
    sweep(DUE + ONE_DAY)
    with at_noon(DUE + ONE_DAY):
        deadlines.meet(owed.fresh(), on=DUE + ONE_DAY)
    assert sweep(A_MONTH_ON).alerts == []
    assert list(Alert.objects.standing()) == []


def test_one_deadline_that_cannot_be_looked_at_is_listed_and_the_others_go_on(scene, monkeypatch):
    scene.owe("BROKEN", DUE)
    scene.owe("A1", DUE)
    hears = Ladder.who_hears

    def stumbling(ladder, deadline, rung):
        if deadline.subject == "BROKEN":
            raise ValueError("nobody knows")
        return hears(ladder, deadline, rung)

    with monkeypatch.context() as broken:
        broken.setattr(Ladder, "who_hears", stumbling)
        swept = sweep(DUE + ONE_DAY)
    assert [alert.deadline.subject for alert in swept.alerts] == ["A1"]
    failure = {"deadline": "action:BROKEN", "case": "CP-0417", "why": "ValueError('nobody knows')"}
    assert SweepRun.objects.get().failures == [failure]
    assert not SweepRun.objects.get().is_clean
    assert [alert.deadline.subject for alert in sweep(DUE + ONE_DAY).alerts] == ["BROKEN"]
    assert SweepRun.objects.get().is_clean


def test_a_vacant_post_is_told_to_the_partnership_and_the_rung_reaches_the_next(scene):
    scene.leave("health_lead", date(2026, 2, 1))
    scene.owe("A1", DUE)
    sweep(date(2026, 3, 9))
    assert [notice.about for notice in Notice.objects.filter(code="DEAD_LETTER")] == ["agency_lead:health"]
    rung_2 = Alert.objects.get(rung=2)
    assert sorted(to.professional.key for to in rung_2.recipients.all()) == ["chair", "health_exec"]


def test_a_night_with_nothing_to_raise_costs_the_same_however_much_is_late(scene):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert sweep(A_MONTH_ON).alerts == []
        return len(asked)

    scene.owe("A1", DUE)
    sweep(A_MONTH_ON)
    few = statements()
    for n in range(20):
        scene.owe(f"B{n}", DUE)
    sweep(A_MONTH_ON)
    assert statements() == few <= 12


def test_a_promise_that_was_not_kept_lapses_once_and_the_ladder_never_stopped(scene):
    owed = scene.owe("A1", DUE)
    sweep(DUE + ONE_DAY)
    promised = date(2026, 3, 5)
    acknowledge_alert(owed, 1, intend_by=promised, plan="will do", by=scene.nurse, on=DUE + ONE_DAY)
    assert sweep(promised).lapsed == []
    assert len(sweep(promised + ONE_DAY).lapsed) == 1
    assert [alert.rung for alert in sweep(date(2026, 3, 9)).alerts] == [2]
    lapsed = Notice.objects.get(code="ACKNOWLEDGEMENT_LAPSED")
    assert sorted(message.recipient.key for message in lapsed.notifications.all()) == ["health_lead", "nurse"]
    assert sweep(date(2026, 3, 9)).lapsed == []


# Whole nights


def test_the_first_night_ever_is_today_and_a_day_is_run_once(scene):
    assert nights_due(DUE) == [DUE]
    run_night(DUE)
    assert nights_due(DUE) == []
    assert nights_due(DUE + ONE_DAY) == [DUE + ONE_DAY]


def test_one_night_makes_up_for_those_missed_and_says_that_it_was_raised_today(scene):
    run_night(DUE)
    scene.owe("A1", DUE)
    [night] = catch_up(A_MONTH_ON)
    assert night.day == A_MONTH_ON
    assert {alert.raised_on for alert in night.alerts} == {A_MONTH_ON}


def test_a_demonstration_that_was_wound_lives_through_every_night(scene, settings):
    settings.DEMO = True
    run_night(DUE)
    scene.owe("A1", DUE)
    nights = list(catch_up(date(2026, 3, 10)))
    assert [night.day for night in nights] == [DUE + n * ONE_DAY for n in range(1, 9)]
    assert all(alert.raised_on == alert.owed_on for night in nights for alert in night.alerts)


def test_a_watch_that_fails_undoes_no_alert_and_the_night_is_not_clean(scene, monkeypatch):
    scene.owe("A1", DUE)

    def broken(today):
        raise ValueError("no such plan")

    monkeypatch.setattr("config.nightly.watch", broken)
    with pytest.raises(ValueError, match="no such plan"):
        run_night(DUE + ONE_DAY)
    assert Alert.objects.count() == 1
    assert not SweepRun.objects.get(day=DUE + ONE_DAY).is_clean
