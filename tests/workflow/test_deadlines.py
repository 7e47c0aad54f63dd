"""A deadline: how it starts, ends, moves and explains itself, and what the database refuses whoever asks."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django_fsm import TransitionNotAllowed

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing, with_policy
from workflow import deadlines
from workflow.errors import CalendarMissingYear
from workflow.lateness import late_by, slippage
from workflow.models import LATE, CaseLink, Deadline, FamilyMember, Role, WhyWaived
from workflow.policy import calendar
from workflow.timescales import Span

pytestmark = pytest.mark.django_db

DUE = date(2026, 4, 10)
NEXT_DAY = date(2026, 3, 19)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def deadline(case):
    return a_deadline(case)


def chosen(case, subject="a1", *, due=date(2026, 4, 1), on=A_WEDNESDAY, **said):
    said = {"because": "agreed at the core group", "owner": case.lead_practitioner, "title": "Sleep plan", **said}
    with doing(case, on=on):
        return deadlines.start_chosen(case, "action", subject, due=due, on=on, **said)


# Starting


def test_a_deadline_explains_its_date_in_words(deadline):
    assert deadline.due_on == DUE
    assert deadline.explanation == (
        "strategy discussion 18 Mar 2026 + 15 working days, skipping Good Friday 3 Apr and Easter Monday 6 Apr; "
        "policy 2026-1"
    )


def test_one_holiday_on_the_way_is_named_alone_and_none_is_not_mentioned(case):
    over_may_day = a_deadline(case, subject="b", since=date(2026, 4, 20))
    in_words = "strategy discussion 20 Apr 2026 + 15 working days, skipping May Day 4 May; policy 2026-1"
    assert over_may_day.explanation == in_words
    without = a_deadline(case, subject="c", since=date(2026, 2, 2))
    assert without.explanation == "strategy discussion 2 Feb 2026 + 15 working days; policy 2026-1"


def test_calendar_days_and_months_skip_nothing_and_say_nothing_of_holidays(case):
    in_months = a_deadline(case, timescale="rcpc_first")
    assert in_months.due_on == date(2026, 6, 18)
    assert in_months.explanation == "strategy discussion 18 Mar 2026 + 3 calendar months; policy 2026-1"


def test_a_new_deadline_is_pending_and_keeps_its_rule_its_value_and_its_first_date(deadline, people):
    kept = deadline.fresh()
    assert kept.is_pending
    assert (kept.timescale, kept.value, kept.policy_version) == ("icpc_hold", "15 wd", "2026-1")
    assert (kept.counted_from, kept.first_due_on, kept.running_since) == (A_WEDNESDAY, DUE, A_WEDNESDAY)
    assert (kept.owner, kept.agency.key, kept.key) == (people[Role.CONFERENCE_CHAIR], "social_care", "icpc:maya")
    assert kept.span == Span(15, "wd") and not kept.has_moved


def test_starting_what_is_pending_changes_nothing(case, deadline):
    assert a_deadline(case, since=NEXT_DAY, on=NEXT_DAY) is None
    assert Deadline.objects.get().due_on == DUE


def test_the_same_duty_of_another_child_or_another_case_is_its_own(case, people, deadline):
    assert a_deadline(case, subject="leo") is not None
    assert a_deadline(a_case(people, "CP-2")) is not None


def test_once_met_the_key_may_be_opened_again_and_has_a_first_date_of_its_own(case, deadline):
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    again = a_deadline(case, since=NEXT_DAY, on=NEXT_DAY)
    assert again.first_due_on == date(2026, 4, 13)
    assert deadlines.first(case, "icpc", "maya") == deadline
    assert deadlines.latest(case, "icpc", "maya") == deadlines.pending(case, "icpc", "maya") == again


def test_a_limit_comes_before_a_count_that_would_pass_it(case):
    limited = a_deadline(case, no_later_than=date(2026, 4, 1))
    assert limited.due_on == date(2026, 4, 1)
    assert ", but no later than 1 Apr; policy" in limited.explanation
    assert a_deadline(case, subject="leo", no_later_than=date(2026, 5, 1)).due_on == DUE


def test_a_limit_already_past_asks_for_today_and_not_for_yesterday(case):
    assert a_deadline(case, no_later_than=date(2026, 3, 2)).due_on == A_WEDNESDAY


def test_a_count_that_leaves_the_calendar_starts_nothing(case):
    with pytest.raises(CalendarMissingYear):
        a_deadline(case, since=date(2029, 12, 20))
    assert not Deadline.objects.exists()


def test_a_chosen_date_is_counted_from_nothing_and_moved_by_no_rule(case):
    action = chosen(case)
    assert (action.timescale, action.value, action.counted_from, action.span) == ("", "", None, None)
    assert action.explanation == "agreed at the core group, chosen on 18 Mar 2026"
    assert deadlines.worked_out_again(action, calendar().with_days({date(2026, 4, 1): "A wedding"})) == action.due_on
    with doing(case), pytest.raises(ValueError, match="chosen, not counted"):
        deadlines.recount(action, DUE, on=A_WEDNESDAY, because="moved")


def test_who_owes_something_needs_to_know_about_the_case(case, people):
    iro = people[Role.IRO]
    assert not CaseLink.objects.filter(case=case, professional=iro).exists()
    chosen(case, owner=iro)
    assert CaseLink.objects.filter(case=case, professional=iro, until_on=None).exists()


def test_a_family_member_may_owe_something_and_social_care_answers_for_it(case):
    mum = FamilyMember.objects.get(key="mum")
    deadline = chosen(case, owner=mum)
    assert deadline.fresh().owner == mum
    assert deadline.agency.key == "social_care"


def test_what_a_deadline_is_about_is_kept_without_knowing_what_it_means(case):
    child = case.children.get()
    about = chosen(case, about=child)
    assert (about.about_type.model_class(), about.about_id) == (type(child), child.pk)


# Ending


def test_a_met_deadline_says_when_and_is_no_longer_owed(case, deadline):
    with doing(case, on=DUE):
        deadlines.meet(deadline, on=DUE)
    assert (deadline.fresh().state, deadline.fresh().met_on) == ("met", DUE)
    assert deadlines.pending(case, "icpc", "maya") is None


def test_met_on_the_due_day_is_in_time_and_a_day_later_is_late(case):
    for subject, day in (("in_time", DUE), ("late", date(2026, 4, 11))):
        with doing(case, on=day):
            deadlines.meet(a_deadline_in(case, subject), on=day)
    assert [one.subject for one in Deadline.objects.filter(LATE)] == ["late"]


def a_deadline_in(case, subject):
    """The same deadline, started inside an act that is already under way."""
    return deadlines.start(
        case,
        "icpc",
        subject,
        timescale="icpc_hold",
        since=A_WEDNESDAY,
        because="strategy discussion",
        owner=case.chair,
        title="Initial conference",
        on=A_WEDNESDAY,
    )


def test_a_waived_deadline_says_why(case, deadline):
    with doing(case):
        deadlines.waive(deadline, WhyWaived.NEVER_MET)
    assert (deadline.fresh().state, deadline.fresh().why_waived) == ("waived", "never_met")


def test_what_is_over_is_neither_met_nor_waived_a_second_time(case, deadline):
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    with doing(case):
        deadlines.meet(deadline, on=DUE)
        deadlines.waive(deadline)
        deadlines.meet(None, on=DUE)
        deadlines.waive(None)
    assert (deadline.fresh().state, deadline.fresh().met_on, deadline.fresh().version) == ("met", A_WEDNESDAY, 2)
    with pytest.raises(TransitionNotAllowed):
        deadline.meet(on=DUE)
    with pytest.raises(TransitionNotAllowed):
        deadline.waive(why=WhyWaived.CANCELLED)
    assert (deadline.met_on, deadline.why_waived) == (A_WEDNESDAY, "")


def test_waiving_all_leaves_a_line_of_history_for_each(case):
    first, second = a_deadline(case), a_deadline(case, subject="leo")
    with doing(case):
        deadlines.waive_all([first, second], WhyWaived.CANCELLED)
    assert [one.history.count() for one in (first, second)] == [2, 2]
    assert set(Deadline.objects.values_list("why_waived", flat=True)) == {"cancelled"}


def test_owed_again_it_keeps_its_first_date_and_its_rule(case, deadline):
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    with doing(case, on=NEXT_DAY):
        again = deadlines.restart(deadline, on=NEXT_DAY, due=date(2026, 5, 1), because="not done after all")
    assert (again.due_on, again.first_due_on, again.value, again.running_since) == (
        date(2026, 5, 1),
        DUE,
        "15 wd",
        NEXT_DAY,
    )
    assert again.explanation == "not done after all: owed again by 1 May 2026; first due 10 Apr 2026"
    assert (again.owner, again.is_pending, again.pk != deadline.pk) == (deadline.owner, True, True)
    assert deadline.fresh().state == "met"


# Moving


def test_a_moved_date_keeps_the_first_one_and_says_why(case, deadline):
    with doing(case, on=NEXT_DAY):
        deadlines.move(deadline, date(2026, 4, 20), on=NEXT_DAY, because="the chair is ill")
    moved = deadline.fresh()
    assert (moved.due_on, moved.first_due_on, moved.has_moved) == (date(2026, 4, 20), DUE, True)
    assert moved.moved_because == "the chair is ill"
    assert moved.running_since == NEXT_DAY
    assert moved.explanation.endswith(". Moved from 10 Apr 2026 to 20 Apr 2026 on 19 Mar 2026: the chair is ill")


def test_the_first_date_never_changes_however_often_it_moves(case, deadline):
    for day in (20, 12, 27):
        with doing(case, on=NEXT_DAY):
            deadlines.move(deadline, date(2026, 4, day), on=NEXT_DAY, because="again")
    assert deadline.fresh().first_due_on == DUE
    assert deadline.fresh().explanation.count("Moved from") == 3


def test_a_move_to_the_same_day_is_none(case, deadline):
    with doing(case):
        deadlines.move(deadline, DUE, on=NEXT_DAY, because="no change")
    assert (deadline.fresh().version, deadline.fresh().moved_because) == (1, "")


def a_report(case, event_on):
    with doing(case):
        return deadlines.start_before(
            case,
            "report",
            "icpc-1:health",
            timescale="report_icpc",
            event_on=event_on,
            because="conference",
            owner=case.chair,
            title="Report",
            on=A_WEDNESDAY,
        )


def test_a_deadline_before_an_appointment_follows_it(case):
    report = a_report(case, date(2026, 4, 8))
    assert (report.due_on, report.counted_back) == (date(2026, 4, 1), True)
    with doing(case, on=NEXT_DAY):
        deadlines.recount(report, date(2026, 4, 16), on=NEXT_DAY, because="the conference moved")
    assert (report.fresh().due_on, report.counted_from, report.first_due_on) == (
        date(2026, 4, 13),
        date(2026, 4, 16),
        date(2026, 4, 1),
    )


def test_an_appointment_brought_forward_too_far_leaves_one_working_day(case):
    report = a_report(case, date(2026, 4, 8))
    friday = date(2026, 3, 20)
    with doing(case, on=friday):
        deadlines.recount(report, date(2026, 3, 24), on=friday, because="brought forward")
    assert (report.fresh().due_on, report.short_notice) == (date(2026, 3, 23), True)
    with doing(case, on=friday):
        deadlines.recount(report, date(2026, 4, 16), on=friday, because="put back")
    assert (report.fresh().due_on, report.short_notice) == (date(2026, 4, 13), False)


def test_following_an_appointment_uses_the_value_it_was_opened_with(case):
    report = a_report(case, date(2026, 4, 8))
    with_policy({"report_icpc": "1 wd"}, on=NEXT_DAY)
    with doing(case, on=NEXT_DAY):
        deadlines.recount(report, date(2026, 4, 16), on=NEXT_DAY, because="the conference moved")
    assert report.fresh().due_on == date(2026, 4, 13)


def test_worked_out_again_under_another_calendar_or_value(case, deadline):
    wedding = calendar().with_days({date(2026, 3, 25): "A wedding"})
    assert deadlines.worked_out_again(deadline, calendar()) == DUE
    assert deadlines.worked_out_again(deadline, wedding) == date(2026, 4, 13)
    assert deadlines.worked_out_again(deadline, calendar(), Span.parse("10 wd")) == date(2026, 4, 1)
    report = a_report(case, date(2026, 4, 8))
    assert deadlines.worked_out_again(report, calendar().with_days({date(2026, 4, 7): "A wedding"})) == date(
        2026, 3, 31
    )


def test_worked_out_again_the_trigger_counts_if_it_did_when_it_was_opened(case):
    with_policy({"count_trigger_day": ["icpc_hold"]})
    counted = a_deadline(case)
    with_policy({"count_trigger_day": []}, on=NEXT_DAY)
    not_counted = a_deadline(case, subject="leo", since=NEXT_DAY, on=NEXT_DAY)
    for deadline in (counted, not_counted):
        assert deadlines.worked_out_again(deadline, calendar()) == deadline.due_on


def test_worked_out_again_a_limit_still_holds(case):
    limited = a_deadline(case, no_later_than=date(2026, 4, 10))
    wedding = calendar().with_days({date(2026, 3, 25): "A wedding"})
    assert deadlines.worked_out_again(limited, wedding) == date(2026, 4, 10)


def test_a_deadline_keeps_its_value_and_version_when_the_policy_changes(case, deadline):
    version = with_policy({"icpc_hold": "5 wd"}, on=NEXT_DAY)
    kept = deadline.fresh()
    assert (kept.due_on, kept.value, kept.policy_version) == (DUE, "15 wd", "2026-1")
    later = a_deadline(case, subject="leo", since=NEXT_DAY, on=NEXT_DAY)
    assert (later.due_on, later.value, later.policy_version) == (date(2026, 3, 26), "5 wd", version.name)


def test_handing_over_changes_the_owner_and_neither_the_date_nor_the_ladder(case, deadline, people):
    with doing(case, on=NEXT_DAY):
        deadlines.hand_over(deadline, people[Role.AGENCY_LEAD], on=NEXT_DAY)
    kept = deadline.fresh()
    assert (kept.owner, kept.agency.key) == (people[Role.AGENCY_LEAD], "health")
    assert (kept.due_on, kept.running_since) == (DUE, A_WEDNESDAY)


def test_handing_over_to_a_family_member_leaves_one_owner(case, deadline):
    mum = FamilyMember.objects.get(key="mum")
    with doing(case):
        deadlines.hand_over(deadline, mum, on=A_WEDNESDAY)
    assert (deadline.fresh().owner, deadline.fresh().owner_professional) == (mum, None)


# Asking


def test_a_deadline_is_late_the_day_after_its_due_day(case, deadline):
    assert not deadline.is_overdue(DUE)
    assert deadline.is_overdue(date(2026, 4, 11))
    assert list(Deadline.objects.overdue(DUE)) == []
    assert list(Deadline.objects.overdue(date(2026, 4, 11))) == [deadline]
    with doing(case):
        deadlines.waive(deadline)
    assert not deadline.is_overdue(date(2026, 4, 11))
    assert list(Deadline.objects.overdue(date(2026, 4, 11))) == []


@pytest.mark.parametrize(
    ("on", "late"),
    [
        pytest.param("2026-04-09", 0, id="before"),
        pytest.param("2026-04-10", 0, id="due-day"),
        pytest.param("2026-04-12", 0, id="weekend-after"),
        pytest.param("2026-04-13", 1, id="Monday"),
        pytest.param("2026-05-05", 16, id="over-May-Day"),
    ],
)
def test_lateness_is_told_in_working_days(deadline, on, late):
    assert late_by(deadline, date.fromisoformat(on)) == late


def test_lateness_stops_growing_when_the_duty_is_met(case, deadline):
    with doing(case, on=date(2026, 4, 14)):
        deadlines.meet(deadline, on=date(2026, 4, 14))
    assert late_by(deadline, date(2026, 6, 1)) == 2


def test_slippage_is_told_from_the_first_date_whatever_the_date_is_now(case, deadline):
    with doing(case):
        deadlines.move(deadline, date(2026, 4, 20), on=NEXT_DAY, because="ill")
    assert slippage(deadline, DUE) == 0
    assert slippage(deadline, date(2026, 4, 15)) == 3
    assert late_by(deadline, date(2026, 4, 15)) == 0


# What the database refuses


def refused_by_the_database(constraint, save):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        save()
    named = str(refused.value)
    return constraint in named or "workflow_deadline.case_id" in named


def raw(deadline, **changes):
    """An UPDATE that no code of ours looked at."""
    return lambda: QuerySet(Deadline).filter(pk=deadline.pk).update(**changes)


def test_two_pending_deadlines_under_one_key_are_impossible(case, deadline):
    other = a_deadline(case, subject="leo")
    assert refused_by_the_database("one_pending_deadline_per_key", raw(other, subject="maya"))


def test_two_finished_deadlines_under_one_key_are_history(case, deadline):
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    other = a_deadline(case)
    with doing(case):
        deadlines.meet(other, on=A_WEDNESDAY)
    assert deadlines.of(case, "icpc", "maya").count() == 2


def test_a_deadline_without_an_owner_or_with_two_is_impossible(deadline):
    mum = FamilyMember.objects.get(key="mum")
    assert refused_by_the_database("a_deadline_has_one_owner", raw(deadline, owner_professional=None))
    assert refused_by_the_database("a_deadline_has_one_owner", raw(deadline, owner_family_member=mum))


def test_met_without_a_day_or_a_day_without_being_met_is_impossible(deadline):
    assert refused_by_the_database("a_met_deadline_says_when", raw(deadline, state="met"))
    assert refused_by_the_database("a_met_deadline_says_when", raw(deadline, met_on=A_WEDNESDAY))


def test_waived_without_a_reason_or_a_reason_without_being_waived_is_impossible(deadline):
    assert refused_by_the_database("a_waived_deadline_says_why", raw(deadline, state="waived"))
    assert refused_by_the_database("a_waived_deadline_says_why", raw(deadline, why_waived="cancelled"))
