"""The summary of drift is what history says: counted as it happens, proved every night, broken on purpose here."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.nightly import catch_up
from escalation.models import SweepRun
from escalation.watchdog import check, last_clean
from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing
from workflow import deadlines, drift_months
from workflow.models import MonthOfDrift, Role

pytestmark = pytest.mark.django_db

THURSDAY = A_WEDNESDAY + timedelta(days=1)
DUE = date(2026, 4, 10)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def deadline(case):
    return a_deadline(case)


def move(deadline, to, *, on, because="ill"):
    with doing(deadline.case, on=on):
        deadlines.move(deadline, to, on=on, because=because)


def counted():
    return {
        (row.kind, row.month): {name: getattr(row, name) for name in drift_months.NUMBERS if getattr(row, name)}
        for row in MonthOfDrift.objects.all()
    }


def test_a_move_counts_in_the_month_it_was_made_with_its_days_and_its_reason(deadline):
    move(deadline, date(2026, 4, 20), on=THURSDAY)
    move(deadline, date(2026, 4, 22), on=date(2026, 4, 21), because=" ")
    assert counted() == {
        ("icpc_hold", date(2026, 3, 1)): {"moves": 1, "later": 1, "days": 10},
        ("icpc_hold", date(2026, 4, 1)): {"moves": 1, "later": 1, "days": 2, "unexplained": 1, "passed": 1},
    }


def test_a_date_brought_forward_is_a_move_and_adds_no_days(deadline):
    move(deadline, date(2026, 4, 1), on=THURSDAY)
    assert counted() == {("icpc_hold", date(2026, 3, 1)): {"moves": 1}}


def test_what_ends_in_time_is_not_counted_and_what_ends_late_is(case, deadline):
    leo = a_deadline(case, subject="leo")
    with doing(case, on=DUE):
        deadlines.meet(deadline, on=DUE)
    assert counted() == {}
    with doing(case, on=date(2026, 5, 5)):
        deadlines.waive(leo)
    assert counted() == {("icpc_hold", date(2026, 5, 1)): {"ended_late": 1}}


def test_a_refused_act_leaves_the_summary_as_it_was(deadline):
    with pytest.raises(RuntimeError), doing(deadline.case, on=THURSDAY):
        deadlines.move(deadline, date(2026, 4, 20), on=THURSDAY, because="ill")
        raise RuntimeError
    assert counted() == {}


steps = st.lists(
    st.tuples(
        st.integers(0, 40), st.sampled_from(["move", "hand over", "meet", "waive", "again"]), st.integers(-20, 60)
    ),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_summary_is_what_history_says_whatever_was_done(case, people, steps):
    day, subject = A_WEDNESDAY, f"child-{deadlines.Deadline.objects.count()}"
    one = a_deadline(case, subject=subject)
    for days, what, amount in steps:
        day += timedelta(days=days)
        with doing(case, on=day):
            if what == "move" and one.is_pending:
                deadlines.move(one, one.due_on + timedelta(days=amount), on=day, because="drawn" if amount % 2 else "")
            elif what == "hand over":
                deadlines.hand_over(one, list(people.values())[amount % len(people)], on=day)
            elif what == "meet":
                deadlines.meet(one, on=day)
            elif what == "waive":
                deadlines.waive(one)
            elif what == "again" and not one.is_pending:
                one = deadlines.restart(one, on=day, due=day + timedelta(days=9), because="drawn")
    assert drift_months.summarised() == drift_months.recounted()
    assert drift_months.differences() == []


def test_a_whole_story_leaves_the_summary_equal_to_its_history(told):
    told("two_siblings", until=date(2026, 9, 10))
    assert drift_months.summarised() == drift_months.recounted() != {}


def test_a_summary_that_was_broken_fails_the_night_and_says_where(deadline):
    move(deadline, date(2026, 4, 20), on=THURSDAY)
    MonthOfDrift.objects.update(days=3)
    list(catch_up(THURSDAY))
    (failure,) = SweepRun.objects.get(day=THURSDAY).failures
    assert failure["why"] == "CP-1, icpc_hold, March 2026: days is 3 and history says 10"
    assert last_clean(THURSDAY) is None
    assert any("days is 3" in finding.wrong for finding in check(THURSDAY))


def test_a_night_finds_nothing_wrong_with_a_summary_that_is_whole(deadline):
    move(deadline, date(2026, 4, 20), on=THURSDAY)
    list(catch_up(THURSDAY))
    assert last_clean(THURSDAY) == THURSDAY


def test_counting_anew_makes_it_what_history_says(deadline):
    move(deadline, date(2026, 4, 20), on=THURSDAY)
    before = counted()
    MonthOfDrift.objects.update(days=3)
    assert drift_months.recount() == 1
    assert counted() == before
    assert drift_months.recount() == 0


def test_the_proof_costs_the_same_however_much_there_is(django_assert_num_queries, case):
    for number in range(5):
        move(a_deadline(case, subject=f"child-{number}"), date(2026, 4, 20), on=THURSDAY)
    with django_assert_num_queries(2):
        drift_months.differences()


def test_the_agency_that_owed_it_then_is_the_one_it_counts_for(case, people, deadline):
    move(deadline, date(2026, 4, 20), on=THURSDAY)
    with doing(case, on=THURSDAY):
        deadlines.hand_over(deadline, people[Role.AGENCY_LEAD], on=THURSDAY)
    move(deadline, date(2026, 4, 30), on=THURSDAY)
    assert sorted(MonthOfDrift.objects.values_list("agency__key", "days")) == [("health", 10), ("social_care", 10)]
    assert drift_months.differences() == []
