"""The ladder and the sweep over the days on which clocks, calendars and machines go wrong."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.ladder import latest_due_owed, owed_on, reached_on
from escalation.models import Alert, AlertRecipient
from escalation.sweep import sweep, sweep_moment
from notifications.models import Notification
from tests.escalation.scene import at_noon, set_scene
from tests.making import with_policy
from workflow.acting import LONDON
from workflow.ladders import Rung
from workflow.models import Deadline, Holiday
from workflow.working_days import england_and_wales

DAYS = england_and_wales()
ONE_DAY = timedelta(days=1)
LONG_AGO = date(2025, 1, 2)


def rung(at):
    return Rung.read({"at": at, "to": ["owner"]})


@pytest.mark.parametrize(
    ("due", "at", "day", "why"),
    [
        ("2027-03-25", "24 h", "2027-03-27", "a day of 24 hours"),
        ("2027-03-27", "24 h", "2027-03-29", "through the night that has 23 hours: an hour past midnight"),
        ("2027-10-30", "24 h", "2027-10-31", "through the day that has 25: told an hour early, never a night late"),
        ("2027-10-30", "25 h", "2027-11-01", "25 hours are that whole day"),
        ("2027-03-28", "1 h", "2027-03-29", "the hour falls on the day after"),
        (
            "2027-03-28",
            "24 h before",
            "2027-03-27",
            "from midnight back over 23 hours, into the day before",
        ),
        ("2027-10-31", "24 h before", "2027-10-31", "from midnight back over 25 hours, still the day itself"),
        ("2027-03-29", "2 wd before", "2027-03-24", "the Easter Monday: back over Good Friday"),
        ("2027-12-31", "1 wd", "2028-01-04", "over the year's end and a substitute holiday"),
        ("2028-02-28", "1 d", "2028-02-29", "a leap day is a day"),
        ("2028-02-29", "5 wd", "2028-03-07", "from a leap day"),
        ("2028-03-01", "1 d before", "2028-02-29", "back to a leap day"),
    ],
)
def test_the_day_a_rung_comes(due, at, day, why):
    assert reached_on(date.fromisoformat(due), rung(at), DAYS) == date.fromisoformat(day), why


spans = st.builds(
    lambda n, unit, before: rung(f"{n} {unit}{' before' if before else ''}"),
    st.integers(0, 30),
    st.sampled_from(["wd", "d", "h"]),
    st.booleans(),
)


@given(due=st.dates(date(2026, 3, 1), date(2028, 10, 1)), later=st.integers(-60, 60), at=spans)
def test_asking_backwards_finds_what_is_owed_in_every_unit_before_and_after(due, later, at):
    today = due + later * ONE_DAY
    owed = owed_on(Deadline(due_on=due, running_since=LONG_AGO), at, DAYS)
    assert (owed <= today) == (due <= latest_due_owed(today, at, DAYS))


@pytest.mark.django_db
@pytest.mark.parametrize("night", [date(2027, 3, 28), date(2027, 10, 31)])
def test_on_the_nights_the_clocks_change_every_rung_is_raised_once(night):
    scene = set_scene()
    scene.owe("A1", night - ONE_DAY, fast=True)
    for day in (night - ONE_DAY, night, night, night + ONE_DAY):
        sweep(day)
    raised = [(alert.rung, alert.raised_on) for alert in Alert.objects.filter(rung=1)]
    assert raised == [(1, night)]
    assert sweep_moment(night) == datetime(night.year, night.month, night.day, 0, 5, tzinfo=LONDON)


@pytest.mark.django_db
def test_a_holiday_proclaimed_later_puts_off_the_next_rung_and_takes_none_back():
    scene = set_scene()
    scene.owe("A1", date(2026, 3, 2))
    sweep(date(2026, 3, 3))
    with at_noon(date(2026, 3, 3)):
        Holiday(day=date(2026, 3, 6), name="A day of thanks").save()
    assert sweep(date(2026, 3, 9)).alerts == []
    assert [(alert.rung, alert.owed_on) for alert in sweep(date(2026, 3, 10)).alerts] == [(2, date(2026, 3, 10))]
    assert Alert.objects.filter(rung=1).count() == 1


@pytest.mark.django_db
def test_off_for_thirty_days_it_raises_in_order_what_is_still_owed_and_each_person_once_for_each():
    scene = set_scene()
    for n in range(5):
        scene.owe(f"A{n}", date(2026, 3, 2) + n * ONE_DAY)
    night = date(2026, 4, 1)
    alerts = sweep(night).alerts
    assert [alert.owed_on for alert in alerts] == sorted(alert.owed_on for alert in alerts)
    assert {alert.raised_on for alert in alerts} == {night}
    assert Notification.objects.count() == AlertRecipient.objects.count()
    assert sweep(night).alerts == []


@pytest.mark.django_db
def test_over_the_end_of_the_year_and_a_leap_day_nothing_is_lost():
    scene = set_scene()
    scene.owe("YEAR", date(2027, 12, 30))
    scene.owe("LEAP", date(2028, 2, 28))
    for day in (date(2027, 12, 31), date(2028, 1, 1), date(2028, 2, 29), date(2028, 3, 1)):
        sweep(day)
    first = dict(Alert.objects.filter(rung=1).values_list("deadline__subject", "raised_on"))
    assert first == {"YEAR": date(2027, 12, 31), "LEAP": date(2028, 2, 29)}


# A ladder is frozen when it starts


@pytest.mark.django_db
def test_the_next_rung_comes_from_the_ladder_it_began_on_and_a_new_duty_from_todays():
    scene = set_scene()
    scene.owe("OLD", date(2026, 3, 2))
    sweep(date(2026, 3, 3))
    with_policy({"ladder": ["1 wd", "2 wd", "3 wd", "4 wd"]}, on=date(2026, 3, 3))
    scene.owe("NEW", date(2026, 3, 3))
    sweep(date(2026, 3, 6))
    raised = sorted(Alert.objects.values_list("deadline__subject", "rung"))
    assert raised == [("NEW", 1), ("NEW", 2), ("NEW", 3), ("OLD", 1)]
    assert [alert.rung for alert in sweep(date(2026, 3, 9)).alerts if alert.deadline.subject == "OLD"] == [2]


@pytest.mark.django_db
def test_a_rung_before_the_due_day_reminds_while_it_is_still_in_time():
    scene = set_scene()
    rungs = [{"at": "2 wd before", "to": ["owner"]}, {"at": "1 wd", "to": ["agency_lead"]}]
    with_policy({"ladders": {"action": {"ordinary": rungs}}}, on=date(2026, 1, 6))
    scene.owe("A1", date(2026, 3, 5))
    assert sweep(date(2026, 3, 2)).alerts == []
    assert [(alert.rung, alert.ends_its_ladder) for alert in sweep(date(2026, 3, 3)).alerts] == [(1, False)]
    assert [(alert.rung, alert.ends_its_ladder) for alert in sweep(date(2026, 3, 6)).alerts] == [(2, True)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ladder": ["1 wd", "5 wd"]},
        {"ladders": {"icpc": {"slow": []}}},
        {"ladders": {"icpc": {"ordinary": []}}},
        {"ladders": {"icpc": {"ordinary": [{"at": "1 wd", "to": ["nobody"]}]}}},
        {"ladders": {"icpc": {"ordinary": [{"at": "1 m", "to": ["owner"]}]}}},
        {"ladders": {"icpc": {"ordinary": [{"at": "1 wd", "to": ["owner"], "answers": "named"}]}}},
        {"ladders": {"icpc": {"ordinary": [{"at": "1 wd", "to": ["owner"], "loudly": True}]}}},
    ],
)
@pytest.mark.django_db
def test_a_ladder_nobody_could_climb_is_refused_when_the_policy_is_made(wrong):
    with pytest.raises(ValueError, match="rung|ladder"):
        with_policy(wrong)
