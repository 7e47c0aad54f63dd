"""The next meetings a case owes: the window of each, a day on which it could be held, siblings together."""

from datetime import date

import pytest

from meetings.models import Conference, ConferenceChild
from meetings.series import proposals
from tests.making import a_case, a_partnership, doing, with_policy
from tests.unguarded import no_guards
from workflow import deadlines
from workflow.models import Case, Child

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 18)


@pytest.fixture
def case() -> Case:
    case = a_case(a_partnership(on=TODAY), on=TODAY)
    with doing(case, on=TODAY):
        Child(case=case, key="tom", name="Tom Reed", born_on=date(2022, 5, 4)).save()
    return case


def owe(case, code="review", subject="maya", due=date(2026, 6, 30), since=None):
    with doing(case, on=TODAY):
        made = deadlines.start_chosen(
            case, code, subject, due=due, because="chosen", owner=case.chair, title=code, on=TODAY
        )
        if since:
            made.counted_from = since
            made.save()


def one(case, on=TODAY):
    (found,) = proposals(case, on)
    return found


def a_conference(case, children, *, day, kind="review", key="rcpc-1", chair=None):
    with doing(case, on=TODAY):
        conference = Conference(case=case, key=key, kind=kind)
        conference.save()
        conference.book(day=day, chair=chair or case.chair, late_reason="")
        conference.save()
        for child in children:
            ConferenceChild(conference=conference, child=case.children.get(key=child)).save()
    return conference


def test_a_case_that_owes_no_meeting_is_proposed_none(case):
    owe(case, code="visit")
    assert proposals(case, TODAY) == []


def test_a_review_has_a_window_and_a_day_with_some_in_reserve(case):
    owe(case)
    found = one(case)
    # Twenty working days for the invitations: over Easter.
    assert (found.not_before, found.due_on, found.book_by) == (date(2026, 4, 17), date(2026, 6, 30), date(2026, 6, 30))
    assert (found.proposed, found.invitations_by) == (date(2026, 6, 23), date(2026, 5, 26))
    assert not found.is_late and not found.is_short and found.kind == "review"


def test_a_limit_on_a_sunday_is_booked_by_the_friday_before(case):
    owe(case, due=date(2026, 6, 28))
    assert (one(case).book_by, one(case).proposed) == (date(2026, 6, 26), date(2026, 6, 19))


def test_a_review_is_never_on_the_day_it_is_counted_from(case):
    owe(case, since=date(2026, 4, 30))
    assert one(case).not_before == date(2026, 5, 1)


def test_a_school_holiday_is_avoided_where_it_can_be(case):
    holidays = [{"from": "2026-06-22", "to": "2026-06-26", "name": "Local holidays"}]
    with_policy({"school_holidays": holidays}, on=TODAY)
    owe(case)
    assert one(case).proposed == date(2026, 6, 19)


def test_a_school_holiday_that_fills_the_window_is_used(case):
    with_policy({"school_holidays": [{"from": "2026-03-01", "to": "2026-07-31", "name": "All"}]}, on=TODAY)
    owe(case)
    assert one(case).proposed == date(2026, 6, 23)


def test_a_day_on_which_the_chair_sits_elsewhere_is_avoided(case):
    owe(case, subject="tom")
    a_conference(case, ["maya"], day=date(2026, 6, 23))
    assert one(case).proposed == date(2026, 6, 22)


def test_siblings_with_limits_near_each_other_meet_together_and_the_earlier_governs(case):
    owe(case, subject="maya", due=date(2026, 6, 30))
    owe(case, subject="tom", due=date(2026, 6, 10))
    found = one(case)
    assert [child.key for child in found.children] == ["tom", "maya"]
    assert found.due_on == date(2026, 6, 10)


def test_siblings_far_apart_do_not(case):
    owe(case, subject="maya", due=date(2026, 6, 30))
    owe(case, subject="tom", due=date(2026, 6, 1))
    assert [found.due_on for found in proposals(case, TODAY)] == [date(2026, 6, 1), date(2026, 6, 30)]


def test_different_duties_are_different_meetings(case):
    owe(case, code="core_group", due=date(2026, 4, 15))
    owe(case, code="review", due=date(2026, 4, 30))
    assert [found.what for found in proposals(case, TODAY)] == ["Core group", "Review conference"]


def test_a_meeting_that_is_not_a_conference_needs_no_invitations_and_can_be_any_day(case):
    owe(case, code="core_group", due=date(2026, 4, 15))
    found = one(case)
    assert (found.not_before, found.invitations_by, found.kind) == (TODAY, None, "")
    assert found.proposed == date(2026, 4, 8)


def test_what_is_booked_is_not_proposed_again(case):
    owe(case)
    conference = a_conference(case, ["maya"], day=date(2026, 6, 2))
    found = one(case)
    assert (found.booked, found.proposed, found.invitations_by) == (conference, None, date(2026, 5, 1))


def test_a_child_left_out_of_what_is_booked_still_needs_a_day(case):
    owe(case, subject="maya")
    owe(case, subject="tom")
    a_conference(case, ["maya"], day=date(2026, 6, 2))
    assert [(found.booked is not None, found.proposed is not None) for found in proposals(case, TODAY)] == [
        (True, False),
        (False, True),
    ]


def test_too_little_notice_is_said_and_the_last_day_proposed(case):
    owe(case, due=date(2026, 3, 27))
    found = one(case)
    assert found.is_short and not found.is_late
    assert found.proposed == date(2026, 3, 27)


def test_past_its_limit_it_is_proposed_as_soon_as_can_be(case):
    owe(case, due=date(2026, 3, 13))
    found = one(case)
    assert found.is_late and found.proposed == TODAY


def test_a_conference_to_come_together_again_is_its_own(case):
    conference = a_conference(case, ["maya"], day=date(2026, 4, 15), key="icpc-1", kind="initial")
    owe(case, code="reconvene", subject="icpc-1", due=date(2026, 4, 20))
    found = one(case)
    assert (found.what, found.booked) == ("Conference to come together again", conference)


def test_children_not_yet_born_have_a_pre_birth_conference(case):
    owe(case, code="icpc", subject="maya", due=date(2026, 4, 20))
    assert one(case).kind == "initial"
    with no_guards():
        Child._base_manager.filter(key="maya").update(state="unborn")
    assert one(case.fresh()).kind == "pre_birth"


def test_proposals_cost_a_fixed_number_of_statements(case, django_assert_num_queries):
    owe(case)
    a_conference(case, ["maya"], day=date(2026, 6, 2))
    fresh = Case.objects.get(pk=case.pk)
    with django_assert_num_queries(6):
        proposals(fresh, TODAY)
