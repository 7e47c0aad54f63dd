"""What the nights would have raised under other rules: believed because under the same rules they raise the same."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.nightly import run_night
from config.stories.story import LIBRARY
from escalation.recorded import recorded
from escalation.what_differs import asked, were_raised
from escalation.what_if import NO_DEADLINE, OtherRules, UnreadablePolicy, replay
from tests.escalation.scene import OPENED, at_noon, set_scene
from workflow import deadlines
from workflow.models import Case
from workflow.policy import add_version
from workflow.timescales import ENGLAND_2026_1

ONE_DAY = timedelta(days=1)
LONG = sorted(path.stem for path in LIBRARY.glob("*.json"))
PROMISES = sorted(
    path.stem
    for path in (LIBRARY / "promises").glob("*.json")
    if any(word in path.read_text() for word in ("miss_sweep", "proclaim_holiday", "change_policy", "name_cover"))
)


def as_raised(found):
    return [(one.deadline_id, one.due, one.rung, one.owed_on, one.raised_on, one.to) for one in found]


@pytest.mark.parametrize("story", LONG + PROMISES)
def test_under_the_rules_that_held_it_raises_exactly_what_was_raised(told, story):
    told(story)
    cases = list(Case.objects.values_list("pk", flat=True))
    again = replay(recorded(cases), OtherRules())
    assert sorted(as_raised(again.raised)) == sorted(as_raised(were_raised(cases)))


# By hand, with one duty


@pytest.fixture
def scene(db):
    return set_scene()


def nights(first, last):
    for n in range((last - first).days + 1):
        run_night(first + n * ONE_DAY)


def what_if(told, *, first=OPENED, last=date(2026, 4, 30)):
    cases = list(Case.objects.values_list("pk", flat=True))
    return asked(cases, OtherRules.read(told), first=first, last=last)


def test_a_shorter_ladder_raises_each_rung_earlier_and_the_fourth_that_was_never_reached(scene):
    owed = scene.owe("report", date(2026, 3, 2))  # a Monday
    nights(date(2026, 3, 1), date(2026, 3, 20))
    with at_noon(date(2026, 3, 20)):
        deadlines.meet(owed, on=date(2026, 3, 20))
    found = what_if({"ladder": ["1 wd", "3 wd", "5 wd", "10 wd"]})
    assert [(one.rung, one.raised_on) for one in found.was] == [
        (1, date(2026, 3, 3)),
        (2, date(2026, 3, 9)),
        (3, date(2026, 3, 16)),
    ]
    assert [(one.rung, one.raised_on) for one in found.now] == [
        (1, date(2026, 3, 3)),
        (2, date(2026, 3, 5)),
        (3, date(2026, 3, 9)),
        (4, date(2026, 3, 16)),
    ]
    assert [(one.was.rung, one.days) for one in found.shifts] == [(1, 0), (2, 2), (3, 5)]
    assert not found.missed and [one.rung for one in found.added] == [4]
    assert [(role, was, now) for role, _, rung, was, now in found.by_hearer if rung == 4] == [
        ("Partnership officer", 0, 1)
    ]


def test_a_longer_ladder_says_what_would_have_been_missed(scene):
    owed = scene.owe("report", date(2026, 3, 2))
    nights(date(2026, 3, 1), date(2026, 3, 10))
    with at_noon(date(2026, 3, 10)):
        deadlines.meet(owed, on=date(2026, 3, 10))
    found = what_if({"ladder": ["2 wd", "10 wd", "20 wd", "30 wd"]})
    assert [one.rung for one in found.missed] == [2]
    assert [(one.was.rung, one.days) for one in found.later] == [(1, -1)]


def test_other_time_limits_move_the_dates_they_counted_and_say_what_is_newly_late(scene):
    with at_noon(date(2026, 3, 2)):
        owed = deadlines.start(
            scene.case,
            "minutes",
            "icpc-1",
            timescale="minutes_distribute",
            since=date(2026, 3, 2),
            because="decision",
            owner=scene.clerk,
            title="Minutes",
            on=date(2026, 3, 2),
        )
    nights(date(2026, 3, 2), date(2026, 3, 24))
    with at_noon(date(2026, 3, 24)):
        deadlines.meet(owed, on=date(2026, 3, 24))
    found = what_if({"minutes_distribute": "10 wd"})
    assert not found.was
    assert [(one.rung, one.due, one.raised_on) for one in found.now] == [
        (1, date(2026, 3, 16), date(2026, 3, 17)),
        (2, date(2026, 3, 16), date(2026, 3, 23)),
    ]
    assert found.newly_late == [owed.pk]


def test_a_date_somebody_chose_stays_where_it_was_chosen(scene):
    scene.owe("report", date(2026, 3, 2))
    nights(date(2026, 3, 1), date(2026, 3, 4))
    every = {code: "1 wd" for code in ENGLAND_2026_1 if code not in NO_DEADLINE}
    found = what_if(every)
    assert [one.due for one in found.now] == [date(2026, 3, 2)]


def test_whoever_left_that_day_still_heard_that_night_and_the_next_night_their_post_was_vacant(scene):
    scene.owe("report", date(2026, 3, 2), owner="nurse")
    nights(date(2026, 3, 1), date(2026, 3, 3))
    with at_noon(date(2026, 3, 3)):
        nurse = scene.nurse.fresh()
        nurse.left_on = date(2026, 3, 3)
        nurse.save()
    scene.owe("second", date(2026, 3, 3), owner="nurse", on=date(2026, 3, 3))
    nights(date(2026, 3, 4), date(2026, 3, 6))
    cases = [scene.case.pk]
    assert as_raised(replay(recorded(cases), OtherRules()).raised) == as_raised(were_raised(cases))
    assert scene.nurse.pk in were_raised(cases)[0].to and scene.nurse.pk not in were_raised(cases)[1].to


def test_a_duty_goes_on_climbing_the_ladder_it_began_when_the_policy_changes_on_the_way(scene):
    scene.owe("report", date(2026, 3, 2))
    nights(date(2026, 3, 1), date(2026, 3, 3))
    with at_noon(date(2026, 3, 3)):
        add_version({"ladder": ["1 wd", "2 wd", "3 wd", "4 wd"]}, on=date(2026, 3, 3))
    scene.owe("second", date(2026, 3, 3), on=date(2026, 3, 3))
    nights(date(2026, 3, 4), date(2026, 3, 10))
    cases = [scene.case.pk]
    assert as_raised(replay(recorded(cases), OtherRules()).raised) == as_raised(were_raised(cases))
    assert [one.rung for one in were_raised(cases) if one.due == date(2026, 3, 2)] == [1, 2]
    assert [one.rung for one in were_raised(cases) if one.due == date(2026, 3, 3)] == [1, 2, 3, 4]


def test_it_changes_nothing_not_one_row_is_written(scene):
    scene.owe("report", date(2026, 3, 2))
    nights(date(2026, 3, 1), date(2026, 3, 10))
    before = {model: model._base_manager.count() for model in apps.get_models()}
    with CaptureQueriesContext(connection) as asked_of_the_database:
        what_if({"ladder": ["1 wd", "3 wd", "5 wd", "10 wd"], "minutes_distribute": "10 wd"})
    assert all(query["sql"].startswith("SELECT") for query in asked_of_the_database)
    assert {model: model._base_manager.count() for model in apps.get_models()} == before


def test_it_asks_the_same_number_of_questions_however_much_there_is(scene):
    def statements():
        with CaptureQueriesContext(connection) as asked_of_the_database:
            what_if({"ladder": ["1 wd", "3 wd", "5 wd", "10 wd"]})
        return len(asked_of_the_database)

    scene.owe("one", date(2026, 3, 2))
    nights(date(2026, 3, 1), date(2026, 3, 4))
    few = statements()
    for n in range(5):
        scene.owe(f"more-{n}", date(2026, 3, 4), on=date(2026, 3, 4))
    nights(date(2026, 3, 5), date(2026, 3, 12))
    assert statements() == few


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ladder", ["1 wd"]),
        ("ladder", ["1 wd", "soon", "10 wd", "20 wd"]),
        ("ladders", {"icpc": {"ordinary": []}}),
        ("minutes_distribute", "soon"),
        ("quorum_other_groups", 1),
        ("visit_record", "3 wd"),
        ("nobody_knows", "1 wd"),
        ("minutes_distribute", 10),
    ],
)
def test_what_cannot_be_replayed_is_named_with_its_key(key, value):
    with pytest.raises(UnreadablePolicy) as refused:
        OtherRules.read({key: value, "decision_letter": "2 wd"})
    assert list(refused.value.faults) == [key]


def test_the_command_says_the_figures_and_names_what_is_wrong_with_a_file(scene, tmp_path, capsys):
    scene.owe("report", date(2026, 3, 2))
    nights(date(2026, 3, 1), date(2026, 3, 10))
    file = tmp_path / "ladder.toml"
    file.write_text('ladder = ["1 wd", "3 wd", "5 wd", "10 wd"]\n')
    out = StringIO()
    call_command("what_if", policy=str(file), first=date(2026, 3, 1), last=date(2026, 3, 31), stdout=out)
    assert "2 alerts were raised; 3 would have been" in out.getvalue()
    file.write_text('laddder = ["1 wd"]\n')
    with pytest.raises(CommandError, match="laddder"):
        call_command("what_if", policy=str(file), first=date(2026, 3, 1), last=date(2026, 3, 31), stdout=out)
