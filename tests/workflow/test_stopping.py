"""Stopping the clock: only where the policy allows, by a manager who does not owe it, and on a ledger that adds up."""

from datetime import date

import pytest

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, cover, doing, with_policy
from workflow import audit, deadlines, history
from workflow.errors import (
    ClockBudgetUsed,
    ClockNotStoppable,
    ClockRunOut,
    NotPermitted,
    OwnClock,
    ReasonRequired,
    WrongState,
)
from workflow.lateness import lateness, slippage
from workflow.models import ClockStop, Deadline, Role, WhyWaived
from workflow.rule_changes import proclaim_holiday
from workflow.stopping import restart_clock, stop_clock
from workflow.timescales import checked_changes

pytestmark = pytest.mark.django_db

DUE = date(2026, 4, 10)  # 15 working days after A_WEDNESDAY, over Easter
MONDAY, THURSDAY = date(2026, 3, 23), date(2026, 3, 26)
WHY = "The father is in hospital until Thursday"


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def allowed():
    with_policy({"clock_stops": {"icpc_hold": 5, "core_group_next": 14}})


@pytest.fixture
def deadline(people):
    return a_deadline(a_case(people))


@pytest.fixture
def manager(people):
    return people[Role.TEAM_MANAGER]


def stopped(deadline, by, on=MONDAY, reason=WHY):
    return stop_clock(deadline, reason=reason, by=by, on=on)


def test_no_clock_stops_until_the_policy_names_its_timescale(deadline, manager):
    with pytest.raises(ClockNotStoppable):
        stopped(deadline, manager)


def test_a_stopped_clock_is_due_at_the_latest_its_budget_allows(allowed, deadline, manager):
    row = stopped(deadline, manager)
    assert (row.budget, row.most_days, row.stopped_on, row.authorised_by, row.reason) == (5, 5, MONDAY, manager, WHY)
    now = deadline.fresh()
    assert (now.due_on, now.first_due_on, now.stopped_since) == (date(2026, 4, 17), DUE, MONDAY)
    assert f"clock stopped for at most 5 working days: {WHY}" in now.explanation
    assert lateness(now, THURSDAY) == "clock stopped since 23 Mar 2026, due 17 Apr 2026 at the latest"


def test_running_again_it_is_due_as_many_working_days_later_as_it_stood_still(allowed, deadline, manager):
    stopped(deadline, manager)
    row = restart_clock(deadline, by=manager, on=THURSDAY)
    assert (row.state, row.ended_on, row.days) == (ClockStop.State.ENDED, THURSDAY, 3)
    now = deadline.fresh()
    assert (now.due_on, now.first_due_on, now.stopped_since) == (date(2026, 4, 15), DUE, None)
    assert now.explanation.endswith("the clock runs again after standing still for 3 working days")
    assert slippage(now, date(2026, 4, 15)) == 3
    assert [move.now for move in history.moves(now.case, "icpc", "maya")] == [date(2026, 4, 17), date(2026, 4, 15)]


def test_a_clock_in_calendar_days_stands_still_in_calendar_days(allowed, people, manager):
    deadline = a_deadline(a_case(people), timescale="core_group_next")
    due = deadline.due_on
    stopped(deadline, manager, on=date(2026, 3, 27))
    restart_clock(deadline, by=manager, on=date(2026, 3, 30))
    assert (deadline.due_on - due).days == 3
    assert "standing still for 3 calendar days" in deadline.explanation


def test_a_stop_nobody_ends_becomes_late_by_itself_and_takes_no_more_than_its_budget(allowed, deadline, manager):
    stopped(deadline, manager)
    assert Deadline.objects.overdue(date(2026, 4, 18)).get() == deadline
    assert restart_clock(deadline, by=manager, on=date(2026, 4, 24)).days == 5
    assert deadline.fresh().due_on == date(2026, 4, 17)


def test_the_next_stop_has_what_is_left_and_then_there_is_none(allowed, deadline, manager):
    stopped(deadline, manager)
    restart_clock(deadline, by=manager, on=THURSDAY)
    assert stopped(deadline, manager, on=THURSDAY).most_days == 2
    restart_clock(deadline, by=manager, on=date(2026, 3, 30))
    with pytest.raises(ClockBudgetUsed):
        stopped(deadline, manager, on=date(2026, 3, 31))
    assert deadline.fresh().due_on == date(2026, 4, 17)


def test_a_limit_of_its_own_is_never_passed(allowed, people, manager):
    deadline = a_deadline(a_case(people), no_later_than=date(2026, 4, 13))
    assert stopped(deadline, manager).most_days == 1
    assert deadline.due_on == date(2026, 4, 13)


def test_what_is_late_already_cannot_be_hidden_by_stopping(allowed, deadline, manager):
    with pytest.raises(ClockRunOut):
        stopped(deadline, manager, on=date(2026, 4, 13))


def test_only_a_manager_stops_a_clock(allowed, deadline, people):
    for role in set(Role) - {Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.DIRECTOR}:
        with pytest.raises(NotPermitted):
            stopped(deadline, people[role])


def test_nobody_stops_or_starts_the_clock_of_what_they_owe_themselves(allowed, people, manager):
    deadline = a_deadline(a_case(people), owner=manager)
    with pytest.raises(OwnClock):
        stopped(deadline, manager)
    stopped(deadline, people[Role.SERVICE_MANAGER])
    with pytest.raises(OwnClock):
        restart_clock(deadline, by=manager, on=THURSDAY)


def test_an_owner_who_covers_a_manager_is_still_the_owner(allowed, deadline, people, manager):
    chair = people[Role.CONFERENCE_CHAIR]
    cover(manager, chair, from_on=MONDAY, until_on=THURSDAY)
    with pytest.raises(OwnClock):
        stopped(deadline, chair)


def test_a_stop_needs_a_reason_and_a_clock_that_runs(allowed, deadline, manager):
    with pytest.raises(ReasonRequired):
        stopped(deadline, manager, reason="  ")
    with pytest.raises(WrongState):
        restart_clock(deadline, by=manager, on=MONDAY)
    stopped(deadline, manager)
    with pytest.raises(WrongState):
        stopped(deadline, manager)


def test_a_date_counted_back_from_an_appointment_has_no_clock_to_stop(people, manager):
    with_policy({"clock_stops": {"report_icpc": 5}})
    case = a_case(people)
    with doing(case):
        back = deadlines.start_before(
            case,
            "report",
            "icpc-1:health",
            timescale="report_icpc",
            event_on=date(2026, 4, 8),
            because="conference",
            owner=case.lead_practitioner,
            title="Report",
            on=A_WEDNESDAY,
        )
    with pytest.raises(ClockNotStoppable):
        stopped(back, manager)


def test_done_or_waived_while_it_stands_still_the_ledger_is_closed(allowed, deadline, people, manager):
    stopped(deadline, manager)
    with doing(deadline.case, on=THURSDAY):
        deadlines.meet(deadline, on=THURSDAY)
    row = ClockStop.objects.get()
    assert (row.ended_on, row.days, deadline.fresh().stopped_since) == (THURSDAY, 3, None)
    other = a_deadline(deadline.case, subject="leo")
    stopped(other, manager)
    with doing(other.case, on=THURSDAY):
        deadlines.waive(other, WhyWaived.CANCELLED)
    assert ClockStop.objects.get(deadline=other).days == 3


def test_a_proclaimed_holiday_keeps_the_days_a_clock_stood_still(allowed, deadline, people, manager):
    stopped(deadline, manager)
    restart_clock(deadline, by=manager, on=THURSDAY)
    proclaim_holiday(
        None,
        date(2026, 4, 1),
        "Day of mourning",
        agreed_by=people[Role.CONFERENCE_ADMIN],
        by=people[Role.PARTNERSHIP],
        on=THURSDAY,
    )
    assert deadline.fresh().due_on == date(2026, 4, 16)


def test_the_record_stays_whole(allowed, deadline, manager):
    stopped(deadline, manager)
    restart_clock(deadline, by=manager, on=THURSDAY)
    assert not list(audit.check(deadline.case))


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"icpc_hlod": 5}, id="no-such-clock"),
        pytest.param({"icpc_hold": 0}, id="no-days"),
        pytest.param({"icpc_hold": "5 wd"}, id="not-a-number"),
        pytest.param({"icpc_hold": True}, id="yes-is-no-number"),
    ],
)
def test_a_budget_nobody_can_read_is_refused(told):
    with pytest.raises(ValueError, match="is not a"):
        checked_changes({"clock_stops": told})
