"""Drift as of any day: what was said then is what is said of that day now; every measure with its rows."""

from datetime import date

import pytest

from config.stories.replay import Player
from config.stories.story import read
from plans import drift
from plans.child_drift import ChildHistory, trend
from plans.flags import standing
from plans.measures import measures
from plans.models import Action, Outcome, Plan
from plans.siblings import NOT_THERE, side_by_side
from plans.stagnation import days_untouched, untouched
from tests.conftest import story_path
from tests.making import doing
from tests.stories.small import at, play, running
from workflow.as_of import end_of
from workflow.models import Case
from workflow.policy import calendar

pytestmark = pytest.mark.django_db

TWO = {"mira": {"name": "Mira Lowe", "born_on": "2024-05-14"}, "otis": {"name": "Otis Lowe", "born_on": "2021-02-02"}}


class Watcher(Player):
    """Writes down how every open plan stands after each event, as it is asked on the day."""

    def __init__(self, story):
        super().__init__(story)
        self.noted = {}

    def check(self, event):
        super().check(event)
        for plan in Plan.objects.open().select_related("child", "case"):
            rating = drift.rating(plan)
            reasons = sorted((flag.code, flag.about, flag.facts) for flag in drift.touching(plan))
            slippage = drift.plan_slippage(plan.child, event.on)
            self.noted[event.on, plan.child.key] = (rating, reasons, slippage, drift.outcomes_improved(plan))


@pytest.mark.parametrize(
    ("story", "until"), [("two_siblings", date(2026, 10, 2)), ("nadiya_pattern", date(2026, 7, 10))]
)
def test_as_of_any_day_it_says_what_was_said_on_that_day(story, until):
    watcher = Watcher(read(story_path(story)))
    watcher.play(until=until)
    assert len({rating for rating, *_ in watcher.noted.values()}) > 1, "a story in which nothing drifts proves nothing"
    kept = {child.key: ChildHistory(child, calendar()) for child in watcher.cast.case.children.all()}
    for (day, key), said in watcher.noted.items():
        seen = kept[key].on(day)
        reasons = sorted((reason.code, reason.about, reason.facts) for reason in seen.reasons)
        assert (seen.rating, reasons, seen.slippage, seen.improved) == said, (day, key)


def add(key="A1", on="2026-08-04", due="2026-09-04", owner="housing_officer", children=("mira",)):
    told = {"action": key, "text": f"Mend {key}", "owner": owner, "due": due, "measure": "On file", "outcome": "O1"}
    return at(on, "social_worker", "add_action", {**told, "children": list(children)})


def redate(on, to, approved_by="social_worker", key="A1"):
    told = {"action": key, "to": to, "reason": "Parts", "approved_by": approved_by}
    return at(on, "social_worker", "redate_action", told)


def found(player, title, on):
    seen = ChildHistory(player.cast.case.children.first(), calendar()).on(on)
    return next(measure for measure in measures(seen) if measure.title == title)


def test_slippage_names_the_action_and_leads_to_its_date():
    player = play(running(), add(), redate("2026-09-03", "2026-09-18"))
    before, after = (found(player, "Slippage", day) for day in (date(2026, 9, 4), date(2026, 9, 8)))
    assert (before.finding, before.rows) == ("No action is past its first date.", [])
    (row,) = after.rows
    assert after.finding == "2 working days in all; median 2; worst 2 working days."
    assert (row.what, row.deadline_id) == ("A1", Action.objects.get().deadline.pk)


def test_later_dates_say_who_and_why_as_of_the_day():
    player = play(running(), add(), redate("2026-09-03", "2026-09-18"), redate("2026-09-15", "2026-09-30", "manager"))
    once, twice = (found(player, "Dates moved later", day) for day in (date(2026, 9, 3), date(2026, 9, 15)))
    assert (once.finding, twice.finding) == ("1 later date for 1 action.", "2 later dates for 1 action.")
    assert [(row.by.name, row.reason) for row in twice.rows] == [("Ada Quill", "Parts"), ("Ben Rook", "Parts")]


def test_an_action_handed_over_is_counted_from_the_day_it_was():
    over = at("2026-08-20", "manager", "hand_over_action", {"action": "A1", "to": "health_visitor", "reason": "Moved"})
    player = play(running(), add(), over)
    assert found(player, "Owner changed", date(2026, 8, 19)).rows == []
    (row,) = found(player, "Owner changed", date(2026, 8, 20)).rows
    assert (row.words, row.by.name, row.reason) == ("given to Olga Reed (Health)", "Ben Rook", "Moved")


def test_an_action_called_off_was_dropped_and_counts_for_no_slippage():
    off = at("2026-09-15", "cp_chair", "cancel_action", {"action": "A1", "reason": "Family moved"})
    player = play(running(), add(), off)
    assert found(player, "Dropped, not done", date(2026, 9, 14)).finding == "None."
    (row,) = found(player, "Dropped, not done", date(2026, 9, 15)).rows
    assert (row.what, row.by.name, row.reason) == ("A1", "Cleo Marr", "Family moved")
    assert found(player, "Slippage", date(2026, 9, 15)).rows == []


def test_words_written_anew_and_a_measure_taken_away_are_told_apart():
    agreed = {
        "children": ["mira"],
        "risks": {"mira": "Cold"},
        "outcomes": [{"outcome": "O1", "children": ["mira"], "measure": "Warm at each visit"}],
        "contingency": "Meet",
        "actions": [],
    }
    again = {**agreed, "outcomes": [{**agreed["outcomes"][0], "measure": "Warm at most visits"}]}
    player = play(
        running(),
        at("2026-08-04", "social_worker", "agree_plan", agreed),
        at("2026-08-18", "social_worker", "agree_plan", again),
    )
    (row,) = found(player, "Words changed", date(2026, 8, 18)).rows
    assert row.words == "measure: “Warm at each visit” became “Warm at most visits”"
    assert found(player, "Measure removed", date(2026, 8, 18)).rows == []
    # No act takes a measure away; whoever finds another way is seen.
    with doing(player.cast.case, on=date(2026, 8, 20)):
        outcome = Outcome.objects.get()
        outcome.measure = ""
        outcome.save()
    (row,) = found(player, "Measure removed", date(2026, 8, 20)).rows
    assert row.words == "measure “Warm at most visits” was taken away"


def test_the_trend_tells_how_it_stood_at_each_meeting_it_is_asked_of(told):
    case = told("two_siblings", until=date(2026, 9, 21)).cast.case
    kept = ChildHistory(case.children.get(key="mira"), calendar())
    stood = trend(kept, [moment for moment in kept.meetings_by_name if moment.is_conference])
    assert [(one.title, one.later_dates) for one in stood] == [("Initial conference", 0), ("Review 1", 1)]


def test_a_day_before_the_plan_has_no_drift():
    child = play(running()).cast.case.children.get()
    assert ChildHistory(child, calendar()).on(date(2026, 8, 2)) is None


def test_a_silence_that_was_broken_today_stands_no_longer_tonight():
    player = play(
        running(),
        at("2026-09-16", "system", "look"),
        at("2026-09-16", "teacher", "record_was_not_brought", {"child": "mira", "service": "School nurse"}),
        policy={"agency_silent_days": 42},
    )
    seen = ChildHistory(player.cast.case.children.get(), calendar()).on(date(2026, 9, 16))
    assert (
        [reason.about for reason in seen.reasons] == ["health"] == [flag.about for flag in standing(player.cast.case)]
    )


# Not late, and not touched


def quiet(on):
    return [(action.key, days_untouched(action, on)) for action in untouched(Case.objects.all(), on)]


def test_an_action_nobody_touched_for_six_weeks_is_listed_and_nobody_is_told():
    play(running(), add(due="2026-12-04"), at("2026-09-30", "system", "look", notices=[], alerts=[]))
    assert quiet(date(2026, 9, 14)) == []
    assert quiet(date(2026, 9, 15)) == [("A1", 42)]


def test_one_that_is_late_is_not_listed_since_lateness_has_its_ladder():
    play(running(), add(due="2026-09-04"))
    assert quiet(date(2026, 9, 4)) == []
    assert quiet(date(2026, 10, 30)) == []


def test_a_new_date_a_new_owner_and_an_end_are_touches():
    over = {"action": "A2", "to": "health_visitor", "reason": "Moved"}
    done = {"action": "A3", "evidence": "On file"}
    play(
        running(),
        *(add(key, due="2026-12-04") for key in ("A1", "A2", "A3")),
        redate("2026-09-10", "2026-12-11"),
        at("2026-09-11", "manager", "hand_over_action", over),
        at("2026-09-11", "social_worker", "complete_action", done),
    )
    assert quiet(date(2026, 9, 20)) == []
    assert quiet(date(2026, 10, 23)) == [("A1", 43), ("A2", 42)]


# Brothers and sisters


def differences(player, on):
    children = list(player.cast.case.children.all())
    return side_by_side(children, end_of(on))


def test_an_action_one_child_has_and_the_other_has_not_is_shown():
    player = play(running(), running(child="otis"), add(), children=TWO)
    (one,) = differences(player, date(2026, 8, 4)).differences
    assert one.what == "Action A1"
    assert [words for _, words in one.told] == ["Mend A1", NOT_THERE]
    assert differences(player, date(2026, 8, 3)).differences == []


def test_another_category_without_a_reason_is_missed():
    player = play(running(), running(child="otis", category="EMO"), children=TWO)
    found = differences(player, date(2026, 8, 3))
    assert [(one.what, one.reason) for one in found.differences] == [("Category", "")]
    assert found.unexplained == 1


def test_a_child_alone_on_a_plan_differs_from_nobody():
    player = play(running(), add(), children=TWO)
    assert differences(player, date(2026, 8, 4)).differences == []
