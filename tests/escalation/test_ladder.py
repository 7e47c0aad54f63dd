"""The ladder: which rung is owed on which day, and who stands on it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.ladder import Ladder, latest_due_owed, owed_on
from escalation.posts import name_cover
from tests.escalation.scene import OPENED, set_scene
from workflow.models import Deadline
from workflow.timescales import ENGLAND_DEFAULT, Span
from workflow.working_days import england_and_wales

DAYS = england_and_wales()
ONE_DAY = timedelta(days=1)
LONG_AGO = date(2025, 1, 2)


def days_of_the_rungs(due, *, fast=False, running_since=LONG_AGO):
    deadline = Deadline(due_on=due, running_since=running_since, is_fast=fast)
    return [owed_on(deadline, offset, DAYS) for offset in ENGLAND_DEFAULT.ladder(fast=fast)]


@pytest.mark.parametrize(
    ("due", "rungs", "why"),
    [
        ("2026-03-02", ["2026-03-03", "2026-03-09", "2026-03-16", "2026-03-30"], "a Monday in plain weeks"),
        (
            "2026-03-06",
            ["2026-03-09", "2026-03-13", "2026-03-20", "2026-04-07"],
            "a Friday: the weekend is no day late",
        ),
        ("2026-03-07", ["2026-03-09", "2026-03-13", "2026-03-20", "2026-04-07"], "a Saturday counts as its Friday"),
        ("2026-04-02", ["2026-04-07", "2026-04-13", "2026-04-20", "2026-05-05"], "over Easter and early May"),
        ("2026-12-23", ["2026-12-24", "2027-01-04", "2027-01-11", "2027-01-25"], "over Christmas, 28 Dec a substitute"),
        ("2029-12-28", ["2029-12-31", None, None, None], "beyond the holiday table nothing is owed"),
    ],
)
def test_the_rungs_come_after_1_5_10_and_20_working_days(due, rungs, why):
    expected = [rung and date.fromisoformat(rung) for rung in rungs]
    assert days_of_the_rungs(date.fromisoformat(due)) == expected, why


@pytest.mark.parametrize(
    ("due", "rungs", "why"),
    [
        ("2026-03-02", ["2026-03-03", "2026-03-03", "2026-03-04", "2026-03-09"], "the first day late is the next day"),
        ("2026-03-06", ["2026-03-07", "2026-03-09", "2026-03-10", "2026-03-13"], "a Friday: a Saturday is no excuse"),
        ("2026-03-07", ["2026-03-08", "2026-03-09", "2026-03-10", "2026-03-13"], "a Saturday: heard on the Sunday"),
        ("2026-12-24", ["2026-12-25", "2026-12-29", "2026-12-30", "2027-01-05"], "Christmas Day itself"),
    ],
)
def test_with_immediate_risk_the_first_rung_waits_for_no_working_day(due, rungs, why):
    expected = [date.fromisoformat(rung) for rung in rungs]
    assert days_of_the_rungs(date.fromisoformat(due), fast=True) == expected, why


def test_no_rung_is_owed_before_the_day_after_its_date_was_set():
    set_on = date(2026, 3, 20)
    assert days_of_the_rungs(date(2026, 3, 2), running_since=set_on)[:3] == [set_on + ONE_DAY] * 3


spans = st.builds(Span.parse, st.sampled_from([f"{n} {unit}" for n in (0, 1, 2, 5, 10, 20) for unit in ("wd", "d")]))
some_days = st.dates(date(2026, 1, 5), date(2028, 12, 1))


@given(due=some_days, later=st.integers(0, 60), offset=spans)
def test_asking_the_ladder_backwards_finds_exactly_what_is_owed(due, later, offset):
    today = due + later * ONE_DAY
    owed = owed_on(Deadline(due_on=due, running_since=LONG_AGO), offset, DAYS)
    assert (owed <= today) == (due <= latest_due_owed(today, offset, DAYS))


@given(due=some_days)
def test_the_rungs_come_in_their_order(due):
    for fast in (False, True):
        rungs = days_of_the_rungs(due, fast=fast)
        assert rungs == sorted(rungs)
        assert rungs[0] > due


# Who hears


def heard(scene, rung, on=OPENED, **owed):
    found = Ladder(on).who_hears(scene.owe("A1", OPENED, **owed), rung)
    return sorted(person.key for person in found.people), found.vacant


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rung", "people"),
    [(1, ["nurse", "worker"]), (2, ["health_lead"]), (3, ["chair", "health_exec"]), (4, ["board"])],
)
def test_who_stands_on_each_rung(rung, people):
    assert heard(set_scene(), rung) == (people, [])


@pytest.mark.django_db
def test_a_vacant_post_goes_one_rung_up_at_once_and_is_named():
    assert heard(set_scene(without=("health_lead",)), 2) == (["chair", "health_exec"], ["agency_lead:health"])


@pytest.mark.django_db
def test_two_vacant_posts_in_a_row_reach_the_partnership_and_both_are_named():
    scene = set_scene(without=("health_lead", "health_exec"))
    people, vacant = heard(scene, 2)
    assert people == ["board", "chair"]
    assert vacant == ["agency_lead:health", "agency_exec:health"]


@pytest.mark.django_db
def test_an_owner_who_left_is_a_vacant_post_and_the_lead_practitioner_still_hears():
    scene = set_scene()
    owed = scene.owe("A1", OPENED)
    scene.leave("nurse", OPENED)
    found = Ladder(OPENED).who_hears(owed.fresh(), 1)
    assert sorted(person.key for person in found.people) == ["health_lead", "worker"]
    assert found.vacant == ["owner:action:A1"]


@pytest.mark.django_db
def test_cover_is_added_to_whoever_is_covered_for_its_days_and_no_longer():
    scene = set_scene()
    owed = scene.owe("A1", OPENED)
    last = OPENED + 3 * ONE_DAY
    name_cover(None, scene.health_lead, scene.nurse, from_on=OPENED, until_on=last, by=scene.health_lead, on=OPENED)
    people = {on: [person.key for person in Ladder(on).who_hears(owed, 2).people] for on in (last, last + ONE_DAY)}
    assert people == {last: ["health_lead", "nurse"], last + ONE_DAY: ["health_lead"]}


@pytest.mark.django_db
def test_somebody_who_stands_on_a_rung_twice_hears_once():
    assert heard(set_scene(), 1, owner="worker") == (["worker"], [])
