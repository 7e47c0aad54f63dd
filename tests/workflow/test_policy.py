"""Changing the rules takes two people, keeps what was, and looks after the dates that are open."""

from datetime import date

import pytest

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, cover, doing, noon, with_policy
from workflow import deadlines, history
from workflow.acts import PARTNERSHIP
from workflow.errors import AlreadyExists, DateInPast, NotPermitted, TwoPeopleNeeded, Unknown, WrongState
from workflow.models import Deadline, Entry, Holiday, PolicyVersion, Role
from workflow.policy import add_version, calendar, policy_named, policy_on
from workflow.rule_changes import change_policy, proclaim_holiday

pytestmark = pytest.mark.django_db

DUE = date(2026, 4, 10)
THURSDAY = date(2026, 3, 19)
WEDDING = date(2026, 3, 25)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def officer(people):
    return people[Role.PARTNERSHIP]


@pytest.fixture
def second(people):
    return people[Role.SYSTEM_ADMIN]


def change(code="icpc_hold", value="10 wd", *, by, agreed_by, on=THURSDAY, recalculate=()):
    return change_policy(PARTNERSHIP, code, value, agreed_by=agreed_by, recalculate=recalculate, by=by, on=on)


def proclaim(day=WEDDING, name="A royal wedding", *, by, agreed_by, on=THURSDAY):
    return proclaim_holiday(PARTNERSHIP, day, name, agreed_by=agreed_by, by=by, on=on)


def test_a_new_value_holds_from_today_and_names_both_people(officer, second):
    version = change(by=officer, agreed_by=second)
    assert str(policy_on(THURSDAY).span("icpc_hold")) == "10 wd"
    assert str(policy_on(A_WEDNESDAY).span("icpc_hold")) == "15 wd"
    assert (version.name, version.made_by, version.agreed_by) == ("2026-1+1", officer, second)
    assert (version.effective_from, version.values) == (THURSDAY, {"icpc_hold": "10 wd"})


def test_a_version_is_never_edited_a_change_is_a_new_one(officer, second):
    first = change(by=officer, agreed_by=second)
    change("visit", "5 wd", by=officer, agreed_by=second)
    assert [version.name for version in PolicyVersion.objects.all()] == ["2026-1+1", "2026-1+2"]
    assert first.fresh().values == {"icpc_hold": "10 wd"}
    assert first.history.count() == 1


@pytest.mark.parametrize("rule", [change, proclaim])
def test_nobody_changes_the_rules_alone(rule, officer):
    with pytest.raises(TwoPeopleNeeded) as refused:
        rule(by=officer, agreed_by=officer)
    assert refused.value.about == ["partnership"]
    assert not PolicyVersion.objects.exists() and not Holiday.objects.exists()


@pytest.mark.parametrize("rule", [change, proclaim])
def test_an_administrator_who_covers_the_partnership_is_still_one_person(rule, officer, second, people):
    cover(officer, second, from_on=THURSDAY, until_on=THURSDAY)
    with pytest.raises(TwoPeopleNeeded):
        rule(by=second, agreed_by=second)
    rule(by=second, agreed_by=people[Role.CONFERENCE_ADMIN])


@pytest.mark.parametrize("rule", [change, proclaim])
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PARTNERSHIP}))
def test_only_an_administrator_can_be_the_second_person(rule, role, officer, people):
    if role in (Role.SYSTEM_ADMIN, Role.CONFERENCE_ADMIN):
        rule(by=officer, agreed_by=people[role])
    else:
        with pytest.raises(TwoPeopleNeeded):
            rule(by=officer, agreed_by=people[role])


@pytest.mark.parametrize("rule", [change, proclaim])
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PARTNERSHIP}))
def test_only_the_partnership_changes_the_rules(rule, role, second, people):
    with pytest.raises(NotPermitted):
        rule(by=people[role], agreed_by=second)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("icpc_hlod", "10 wd", id="no-such-clock"),
        pytest.param("icpc_hold", "ten days", id="no-length-of-time"),
        pytest.param("icpc_hold", "", id="nothing"),
    ],
)
def test_a_rule_nobody_can_read_is_refused_and_written_down(code, value, officer, second):
    with pytest.raises(Unknown) as refused:
        change(code, value, by=officer, agreed_by=second)
    assert refused.value.about == [code]
    assert Entry.objects.last().code == "UNKNOWN"
    assert not PolicyVersion.objects.exists()


def test_open_dates_stay_where_they_are_unless_they_are_named(case, officer, second):
    named, other = a_deadline(case), a_deadline(case, subject="leo")
    version = change(by=officer, agreed_by=second, recalculate=[named])
    assert (named.fresh().due_on, named.fresh().first_due_on) == (date(2026, 4, 1), DUE)
    assert (named.fresh().value, named.fresh().policy_version) == ("10 wd", version.name)
    assert (other.fresh().due_on, other.fresh().value, other.fresh().policy_version) == (DUE, "15 wd", "2026-1")
    (move,) = history.moves(case, "icpc", "maya")
    assert move.reason == "icpc_hold is 10 wd in policy 2026-1+1"


def test_a_named_date_of_another_clock_is_left_alone(case, officer, second):
    deadline = a_deadline(case)
    change("visit", "5 wd", by=officer, agreed_by=second, recalculate=[deadline])
    assert deadline.fresh().version == 1


def test_what_is_over_is_not_worked_out_again(case, officer, second):
    deadline = a_deadline(case)
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    with pytest.raises(WrongState) as refused:
        change(by=officer, agreed_by=second, recalculate=[deadline])
    assert refused.value.about == ["icpc:maya"]
    assert not PolicyVersion.objects.exists()


def test_the_policy_a_date_was_opened_under_can_still_be_asked(officer, second):
    first = change(by=officer, agreed_by=second)
    change(value="5 wd", by=officer, agreed_by=second, on=date(2026, 3, 20))
    assert str(policy_named(first.name).span("icpc_hold")) == "10 wd"
    assert str(policy_named("2026-1").span("icpc_hold")) == "15 wd"


# Proclaimed holidays


def test_a_proclaimed_day_moves_what_was_counted_over_it_and_says_why(case, officer, second):
    over_it, before_it = a_deadline(case), a_deadline(case, subject="leo", timescale="icpc_request")
    moved = proclaim(by=officer, agreed_by=second)
    assert [(one.key, one.due_on) for one in moved] == [("icpc:maya", date(2026, 4, 13))]
    assert over_it.fresh().first_due_on == DUE
    assert over_it.fresh().moved_because == "A royal wedding 25 Mar 2026 was proclaimed"
    assert before_it.fresh().due_on == THURSDAY
    assert not calendar().is_working_day(WEDDING)


def test_months_calendar_days_and_chosen_dates_stay(case, officer, second):
    a_deadline(case, subject="months", timescale="rcpc_first")
    a_deadline(case, subject="days", timescale="core_group_next")
    with doing(case):
        deadlines.start_chosen(
            case,
            "action",
            "a1",
            due=WEDDING,
            because="agreed",
            owner=case.chair,
            title="Sleep plan",
            on=A_WEDNESDAY,
        )
    assert proclaim(by=officer, agreed_by=second) == []
    assert not Deadline.objects.filter(version__gt=1).exists()


def test_what_is_over_stays(case, officer, second):
    deadline = a_deadline(case)
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    assert proclaim(by=officer, agreed_by=second) == []
    assert deadline.fresh().due_on == DUE


def test_a_report_counted_back_over_the_day_is_owed_sooner_but_never_in_the_past(case, officer, second):
    def report(subject, event_on):
        with doing(case):
            return deadlines.start_before(
                case,
                "report",
                subject,
                timescale="report_icpc",
                event_on=event_on,
                because="conference",
                owner=case.chair,
                title="Report",
                on=A_WEDNESDAY,
            )

    movable, at_the_brink = report("a", date(2026, 3, 27)), report("b", date(2026, 3, 26))
    assert (movable.due_on, at_the_brink.due_on) == (date(2026, 3, 24), date(2026, 3, 23))
    on = date(2026, 3, 23)
    moved = proclaim(by=officer, agreed_by=second, on=on)
    assert [(one.subject, one.due_on) for one in moved] == [("a", on)]
    assert at_the_brink.fresh().due_on == on


def test_a_day_counts_trigger_deadline_over_no_holiday_does_not_move(case, officer, second):
    with_policy({"count_trigger_day": ["icpc_hold"]})
    deadline = a_deadline(case)
    assert proclaim(date(2026, 6, 12), by=officer, agreed_by=second) == []
    assert deadline.fresh().due_on == date(2026, 4, 9)


def test_a_deadline_opened_afterwards_skips_the_day_by_name(case, officer, second):
    proclaim(by=officer, agreed_by=second)
    later = a_deadline(case, subject="leo", since=THURSDAY, on=THURSDAY)
    assert later.due_on == date(2026, 4, 14)
    assert "skipping A royal wedding 25 Mar, Good Friday 3 Apr and Easter Monday 6 Apr" in later.explanation


@pytest.mark.parametrize("day", [THURSDAY, A_WEDNESDAY])
def test_a_holiday_is_proclaimed_before_its_day(day, officer, second):
    with pytest.raises(DateInPast) as refused:
        proclaim(day, by=officer, agreed_by=second)
    assert refused.value.about == [day.isoformat()]


def test_a_day_is_proclaimed_once(officer, second):
    proclaim(by=officer, agreed_by=second)
    with pytest.raises(AlreadyExists) as refused:
        proclaim(by=officer, agreed_by=second, name="Another wedding")
    assert refused.value.about == ["2026-03-25"]


def test_a_proclaimed_day_is_on_record_with_who_agreed(officer, second):
    proclaim(by=officer, agreed_by=second)
    holiday = Holiday.objects.get()
    assert (holiday.name, holiday.agreed_by) == ("A royal wedding", second)
    row = holiday.history.get()
    assert (row.history_by, row.history_date) == (officer, noon(THURSDAY))


def test_a_value_nobody_knows_adds_no_version():
    with doing(), pytest.raises(ValueError, match="nonsense"):
        add_version({"nonsense": 1}, on=THURSDAY)
    assert not PolicyVersion.objects.exists()
