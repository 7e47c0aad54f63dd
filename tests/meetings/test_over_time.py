"""Attendance over time: expected is the denominator, a report is not presence, small figures stay small."""

from datetime import date

import pytest

from meetings.kpis import attendance as of_case
from meetings.models import Presence
from meetings.over_time import Figure, Quarter, alerts, attendance, quarters_in
from notifications.models import Notice
from notifications.tell import tell
from tests.making import a_case, a_partnership, doing
from workflow.models import Role

pytestmark = pytest.mark.django_db
SITTING, CORE_GROUP = Presence.Occasion.SITTING, Presence.Occasion.CORE_GROUP
SPRING, SUMMER, AUTUMN = Quarter(2026, 2), Quarter(2026, 3), Quarter(2026, 4)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def health(people):
    return people[Role.AGENCY_LEAD].agency


def met(case, agency, *said, on=date(2026, 5, 6), occasion=SITTING):
    """Occasions of one day: there, report or absent, with the run of absences that came of it."""
    with doing(case, on=on):
        run = 0
        for number, what in enumerate(said):
            run = run + 1 if what == "absent" else 0
            Presence(
                case=case,
                agency=agency,
                occasion=occasion,
                key=f"m-{on}-{number}",
                held_on=on,
                was_there=what == "there",
                sent_report=what == "report",
                absences_in_a_row=run,
            ).save()


def of_health(occasion=SITTING, **said):
    (only,) = attendance(Presence.objects.all(), **said)[occasion]
    return only


def test_every_time_expected_is_in_the_denominator_and_a_report_is_not_presence(case, health):
    met(case, health, "there", "report", "absent", "absent")
    assert of_health().total == Figure(expected=4, there=1, reported=1, absent=2, longest=2)
    assert of_health().total.share == 25.0


def test_it_is_the_same_count_as_the_key_figures_of_the_case(case, health):
    met(case, health, "there", "report", "absent")
    assert of_case(case, SITTING) == {"health": {"attended": 1, "expected": 3, "pct": 33.3}}


def test_conferences_and_core_groups_are_counted_apart(case, health):
    met(case, health, "there")
    met(case, health, "absent", "absent", occasion=CORE_GROUP)
    assert of_health(SITTING).total.expected == 1
    assert of_health(CORE_GROUP).total == Figure(expected=2, absent=2, longest=2)


def test_quarters_are_those_of_the_calendar_and_sum_to_the_whole(case, health):
    met(case, health, "there", on=date(2026, 6, 30))
    met(case, health, "absent", on=date(2026, 7, 1))
    found = of_health()
    assert found.at(SPRING) == Figure(expected=1, there=1)
    assert found.at(SUMMER) == Figure(expected=1, absent=1, longest=1)
    assert found.at(AUTUMN) == Figure()
    assert found.at(None).expected == 2
    assert quarters_in({SITTING: [found]}) == [SUMMER, SPRING]


def test_a_quarter_keeps_its_first_and_last_day(case, health):
    for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)):
        met(case, health, "there", on=day)
    kept = AUTUMN.keep(Presence.objects.all())
    assert [row.held_on for row in kept] == [date(2026, 10, 1), date(2026, 12, 31)]


@pytest.mark.parametrize("text", ["", "2026", "2026-5", "26-1", "２０２６-1", "2026-1-1", "abcd-1"])
def test_what_is_no_quarter_is_none(text):
    assert Quarter.parse(text) is None


def test_a_quarter_is_read_as_it_is_written():
    assert Quarter.parse(str(SPRING)) == SPRING == Quarter.of(date(2026, 5, 6))
    assert SPRING.in_words == "Apr to Jun 2026"


def test_fewer_than_five_is_hidden_where_few_are_hidden(case, health):
    met(case, health, *["there"] * 4)
    assert of_health(hide_few=True).total.is_hidden
    assert of_health(hide_few=True).at(SPRING).is_hidden
    assert not of_health().total.is_hidden


def test_a_hidden_quarter_cannot_be_worked_out_from_the_whole(case, health):
    met(case, health, *["there"] * 2, on=date(2026, 5, 6))
    met(case, health, *["there"] * 6, on=date(2026, 8, 6))
    met(case, health, *["there"] * 9, on=date(2026, 11, 6))
    found = of_health(hide_few=True)
    assert not found.total.is_hidden
    assert [found.at(each).is_hidden for each in (SPRING, SUMMER, AUTUMN)] == [True, True, False]


def test_two_hidden_quarters_hide_each_other_and_no_third(case, health):
    met(case, health, *["there"] * 2, on=date(2026, 5, 6))
    met(case, health, *["there"] * 3, on=date(2026, 8, 6))
    met(case, health, *["there"] * 9, on=date(2026, 11, 6))
    found = of_health(hide_few=True)
    assert [found.at(each).is_hidden for each in (SPRING, SUMMER, AUTUMN)] == [True, True, False]


def test_alerts_of_absences_are_counted_by_agency(people, case, health):
    with doing(case, on=date(2026, 5, 6)):
        tell(case, "AGENCY_ABSENT_2", "health", [case.chair], on=date(2026, 5, 6))
        tell(case, "AGENCY_ABSENT_2", "health", [case.chair], on=date(2026, 6, 6))
        tell(case, "AGENCY_ABSENT_3", "health", [case.chair], on=date(2026, 6, 20))
        tell(case, "INQUORATE", "health", [case.chair], on=date(2026, 7, 1))
    (found,) = alerts(Notice.objects.all(), [health, case.chair.agency])
    assert (found.agency, found.two, found.three, found.last_on) == (health, 2, 1, date(2026, 6, 20))


def test_it_takes_two_statements_however_much_there_is(django_assert_num_queries, case, health):
    for month in range(1, 13):
        met(case, health, "there", "absent", on=date(2026, month, 6))
        met(case, case.chair.agency, "there", on=date(2026, month, 6), occasion=CORE_GROUP)
    with django_assert_num_queries(2):
        attendance(Presence.objects.all())
