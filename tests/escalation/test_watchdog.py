"""The watchdog: what was owed and not raised is found without the sweep, and said loudly."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command

from config import clock
from config.nightly import run_night
from escalation.climbing import Climbing
from escalation.models import SweepRun
from escalation.watchdog import check, last_clean
from tests.escalation.scene import set_scene
from workflow.acting import LONDON
from workflow.models import Deadline

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)
LATE = date(2026, 3, 9)


@pytest.fixture
def scene():
    return set_scene()


def findings(today):
    return [str(finding) for finding in check(today)]


def test_after_a_clean_sweep_there_is_nothing_to_say(scene):
    scene.owe("A1", DUE)
    run_night(LATE)
    assert findings(LATE) == []
    assert last_clean(LATE) == LATE


def test_a_sweep_that_never_ran_is_found(scene):
    assert findings(DUE) == ["sweep: has never run"]
    assert last_clean(DUE) is None


def test_a_sweep_that_stopped_running_is_found_and_so_is_every_rung_it_owes(scene):
    scene.owe("A1", DUE)
    run_night(DUE + ONE_DAY)
    assert findings(LATE) == [
        "sweep: has not run since 3 March 2026",
        "CP-0417 action:A1: rung 2 was owed on 9 March 2026 and was not raised",
    ]
    assert last_clean(LATE) == DUE + ONE_DAY


def test_a_sweep_that_overlooks_something_is_not_believed(scene, monkeypatch):
    scene.owe("A1", DUE)
    with monkeypatch.context() as blind:
        blind.setattr(Climbing, "anything_owed", lambda climbing: Deadline.objects.filter(pk=0))
        run_night(DUE + ONE_DAY)
    assert findings(DUE + ONE_DAY) == ["CP-0417 action:A1: rung 1 was owed on 3 March 2026 and was not raised"]


def test_a_sweep_that_could_not_look_at_something_is_not_clean(scene):
    failure = {"deadline": "action:A1", "case": "CP-0417", "why": "ValueError()"}
    moment = datetime(2026, 3, 9, 0, 5, tzinfo=LONDON)
    SweepRun.objects.create(day=LATE, finished_at=moment, night_done_at=moment, failures=[failure])
    assert findings(LATE) == ["CP-0417 action:A1: could not be looked at on 9 March 2026: ValueError()"]
    assert last_clean(LATE) is None


def test_a_sweep_that_did_not_finish_is_found(scene):
    SweepRun.objects.create(day=LATE)
    assert findings(LATE) == ["sweep: of 9 March 2026 did not finish"]


def test_an_alert_that_went_to_nobody_is_found():
    scene = set_scene(without=("health_lead", "health_exec", "board"))
    scene.owe("A1", DUE)
    scene.leave("chair", LATE)
    run_night(LATE)
    assert findings(LATE) == ["CP-0417 action:A1: rung 2 was raised and went to nobody"]


# As a command and as a page


@pytest.fixture
def morning(monkeypatch):
    """Eight in the morning of the ninth."""
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(LATE, datetime.min.time(), LONDON) + timedelta(hours=8))


def test_the_command_fails_when_something_is_wrong_and_says_when_all_is_well(scene, morning, capsys):
    with pytest.raises(SystemExit, match="1"):
        call_command("watchdog")
    assert "has never run" in capsys.readouterr().err
    run_night(LATE)
    call_command("watchdog")
    assert "Last clean sweep: 2026-03-09." in capsys.readouterr().out


def test_the_health_page_says_when_the_last_clean_sweep_was_and_nothing_about_a_case(scene, morning, client):
    scene.owe("A1", DUE)
    answer = client.get("/health/")
    assert answer.status_code == 503
    not_yet = {"record_verified_at": None, "record_is_whole": None}
    assert answer.json() == {"ok": False, "last_clean_sweep": None, "oldest_waiting_minutes": 0} | not_yet
    run_night(LATE)
    answer = client.get("/health/")
    assert answer.status_code == 503  # swept at five past midnight, and nobody has sent what it raised
    swept = {"last_clean_sweep": "2026-03-09", **not_yet}
    assert answer.json() == swept | {"ok": False, "oldest_waiting_minutes": 7 * 60 + 55}
    call_command("deliver")
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == swept | {"ok": True, "oldest_waiting_minutes": 0}


def test_just_after_midnight_yesterdays_sweep_is_still_the_last_there_can_be(scene, monkeypatch, client):
    run_night(LATE - ONE_DAY)
    midnight = datetime.combine(LATE, datetime.min.time(), LONDON)
    monkeypatch.setattr(clock, "now", lambda: midnight + timedelta(minutes=4))
    assert client.get("/health/").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: midnight + timedelta(hours=2))
    assert client.get("/health/").status_code == 503


def test_the_sweep_command_catches_up_and_says_what_it_raised(scene, morning, capsys):
    scene.owe("A1", DUE)
    call_command("sweep")
    said = capsys.readouterr().out
    assert "Mon 9 March 2026: 2 alerts" in said
    assert "CP-0417 action:A1, rung 2, owed on 9 Mar 2026" in said
    call_command("sweep")
    assert "9 March 2026 has been swept already." in capsys.readouterr().out
