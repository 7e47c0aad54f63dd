"""How long an agency held what was owed: until it was done, handed on, or the day that is asked about."""

from datetime import date

import pytest

from plans.held import time_held
from tests.making import a_case, a_partnership, a_professional, an_agency, doing
from workflow import deadlines
from workflow.as_of import end_of
from workflow.models import Role
from workflow.policy import calendar

pytestmark = pytest.mark.django_db
# A Wednesday; 11 March is a week later, 18 March two.
BEGAN, LATER, ENDED = date(2026, 3, 4), date(2026, 3, 11), date(2026, 3, 18)


@pytest.fixture
def case():
    return a_case(a_partnership(on=BEGAN), on=BEGAN)


def owe(case, subject, *, due, owner=None):
    with doing(case, on=BEGAN):
        told = {"because": "agreed", "owner": owner or case.lead_practitioner, "title": subject}
        return deadlines.start_chosen(case, "action", subject, due=due, on=BEGAN, **told)


def held(case, on):
    found = time_held(case, at=end_of(on), days=calendar())
    return {one.agency: (one.things, one.days, one.late) for one in found}


def test_what_was_done_is_held_until_that_day_and_what_was_not_until_today(case):
    mine = str(case.lead_practitioner.agency)
    done = owe(case, "a1", due=date(2026, 3, 6))
    owe(case, "a2", due=date(2026, 3, 31))
    with doing(case, on=LATER):
        deadlines.meet(done, on=LATER)
    # a1: 5 to 11 March, of which 9, 10 and 11 March are past Friday the 6th; a2: 5 to 18 March.
    assert held(case, ENDED) == {mine: (2, 5 + 10, 3)}
    assert held(case, LATER) == {mine: (2, 5 + 5, 3)}


def test_what_is_handed_on_is_held_by_each_for_their_part(case):
    with doing(on=BEGAN):
        other = a_professional("officer", Role.AGENCY_PRACTITIONER, an_agency("housing"))
    owed = owe(case, "a1", due=date(2026, 3, 6))
    with doing(case, on=LATER):
        deadlines.hand_over(owed, other, on=LATER)
    found = held(case, ENDED)
    assert found[str(case.lead_practitioner.agency)] == (1, 5, 3)
    assert found[str(other.agency)] == (1, 5, 5)


def test_a_moved_date_forgives_no_day_that_was_late_before_it_moved(case):
    owed = owe(case, "a1", due=date(2026, 3, 6))
    with doing(case, on=LATER):
        deadlines.move(owed, date(2026, 3, 31), on=LATER, because="Parts")
    assert held(case, ENDED) == {str(case.lead_practitioner.agency): (1, 10, 3)}


def test_where_nothing_was_owed_nobody_held_anything(case):
    assert held(case, BEGAN) == {}


def test_it_is_one_statement(case, django_assert_num_queries):
    for subject in ("a1", "a2"):
        owe(case, subject, due=date(2026, 3, 6))
    days = calendar()
    with django_assert_num_queries(1):
        time_held(case, at=end_of(ENDED), days=days)
