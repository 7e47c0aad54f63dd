"""The sweep: everything owed is raised, nothing twice, each with the day it was owed."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config import nightly
from config.nightly import catch_up, nights_due, run_night
from escalation.answering import acknowledge_alert
from escalation.ladder import Ladder
from escalation.models import Alert, SweepRun
from escalation.raising import one_by_one
from escalation.sweep import sweep
from escalation.watchdog import check, last_clean
from notifications.models import Notice, Notification
from tests.escalation.scene import at_noon, set_scene
from tests.making import with_policy
from workflow import deadlines
from workflow.models import Entry, Holiday

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

    def stumbling(ladder, deadline, *rung):
        if deadline.subject == "BROKEN":
            raise ValueError("nobody knows")
        return hears(ladder, deadline, *rung)

    with monkeypatch.context() as broken:
        broken.setattr(Ladder, "who_hears", stumbling)
        swept = sweep(DUE + ONE_DAY, one_by_one)
    assert [alert.deadline.subject for alert in swept.alerts] == ["A1"]
    failure = {"deadline": "action:BROKEN", "case": "CP-0417", "why": "ValueError('nobody knows')"}
    assert SweepRun.objects.get().failures == [failure]
    assert not SweepRun.objects.get().is_clean
    assert [alert.deadline.subject for alert in sweep(DUE + ONE_DAY).alerts] == ["BROKEN"]
    assert SweepRun.objects.get().failures == []


def test_a_vacant_post_is_told_to_the_partnership_and_the_rung_reaches_the_next(scene):
    scene.leave("health_lead", date(2026, 2, 1))
    scene.owe("A1", DUE)
    sweep(date(2026, 3, 9))
    assert [notice.about for notice in Notice.objects.filter(code="DEAD_LETTER")] == ["agency_lead:health"]
    rung_2 = Alert.objects.get(rung=2)
    assert sorted(to.professional.key for to in rung_2.recipients.all()) == ["chair", "health_exec"]


def statements_of(day):
    with CaptureQueriesContext(connection) as asked:
        assert sweep(day).raised == []
    return len(asked)


def test_a_night_with_nothing_to_raise_asks_once_and_leaves_its_sign_however_much_is_late(scene):
    scene.owe("A1", DUE)
    sweep(A_MONTH_ON)
    statements_of(A_MONTH_ON)  # the ladder was frozen since this process read the rules
    assert statements_of(A_MONTH_ON) == 2
    for n in range(20):
        scene.owe(f"B{n}", DUE)
    sweep(A_MONTH_ON)
    assert statements_of(A_MONTH_ON) == 2
    assert statements_of(A_MONTH_ON + ONE_DAY) == 2
    assert SweepRun.objects.get(day=A_MONTH_ON + ONE_DAY).finished_at


@pytest.mark.parametrize("rules", ["ladder", "holiday"])
def test_rules_that_changed_since_the_last_look_are_noticed_by_the_same_question(scene, rules):
    scene.owe("A1", DUE)
    sweep(DUE + ONE_DAY)
    assert statements_of(DUE + 2 * ONE_DAY) > 2
    assert statements_of(DUE + 2 * ONE_DAY) == 2
    if rules == "ladder":  # a new duty climbs it from two days after its day on, and not from one
        with_policy({"ladders": {"action": {"ordinary": [{"at": "2 d", "to": ["owner"]}]}}}, on=DUE + ONE_DAY)
        scene.owe("A2", DUE, on=DUE)
        assert sweep(DUE + 2 * ONE_DAY).alerts[0].deadline.subject == "A2"
    else:  # five working days are over a day later than this process knew
        with at_noon(DUE + 2 * ONE_DAY):
            Holiday(day=date(2026, 3, 6), name="Proclaimed").save()
        assert sweep(date(2026, 3, 9)).alerts == []
        assert [alert.rung for alert in sweep(date(2026, 3, 10)).alerts] == [2]


def test_rules_taken_back_are_not_believed_by_the_next_who_asks(scene):
    """As between two tests: the numbers of rows return, and mean something else."""
    first, second = ({"ladders": {"action": {"ordinary": [{"at": at, "to": ["owner"]}]}}} for at in ("3 d", "1 d"))
    scene.owe("A1", DUE)
    with transaction.atomic():
        with_policy(first, on=DUE)
        assert sweep(DUE + ONE_DAY).alerts == []
        transaction.set_rollback(True)
    with_policy(second, on=DUE)
    assert [alert.rung for alert in sweep(DUE + ONE_DAY).alerts] == [1]


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


def dying(*said):
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", ["watch", "forget_old_drafts", "prove_the_summary", "prove_the_record"])
def test_a_night_whose_process_died_after_the_sweep_is_done_again_by_whoever_comes_next(scene, monkeypatch, at):
    """Killed at that point: no failure is written down and nothing after it is done."""
    scene.owe("A1", DUE)
    night, done = DUE + ONE_DAY, []
    with monkeypatch.context() as killed:
        killed.setattr(f"config.nightly.{at}", dying)
        with pytest.raises(KeyboardInterrupt):
            list(catch_up(night))
    assert SweepRun.objects.get(day=night).finished_at
    assert last_clean(night) is None
    assert "night: of 3 March 2026 was not done to its end" in map(str, check(night))
    assert nights_due(night) == [night]
    really = getattr(nightly, at)
    monkeypatch.setattr(f"config.nightly.{at}", lambda *said: (done.append(said), really(*said)))
    [again] = catch_up(night)
    assert again.raised == []
    assert len(done) == 1
    assert nights_due(night) == []
    assert last_clean(night) == night
    assert Alert.objects.count() == 1


def test_a_demonstration_begins_again_with_the_night_that_was_broken_off(scene, settings, monkeypatch):
    settings.DEMO = True
    run_night(DUE)
    with monkeypatch.context() as killed:
        killed.setattr("config.nightly.watch", dying)
        with pytest.raises(KeyboardInterrupt):
            list(catch_up(DUE + 2 * ONE_DAY))
    assert nights_due(DUE + 2 * ONE_DAY) == [DUE + ONE_DAY, DUE + 2 * ONE_DAY]
