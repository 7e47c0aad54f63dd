"""The register: every dissent and disagreement, where it stands, its clock, and that nothing closes by itself."""

from datetime import date, datetime

import pytest

from meetings.models import Dissent
from meetings.register import CLOSED, NOTED, OPEN, register
from tests.stories.small import at, play, running
from workflow.acting import LONDON
from workflow.models import Case

pytestmark = pytest.mark.django_db
THERE = ["social_worker", "health_visitor", "teacher"]
BOOKED = {"conference": "rev", "date": "2026-08-06", "kind": "review", "children": ["mira"]}
DECIDED = {
    "conference": "rev",
    "decisions": [{"child": "mira", "outcome": "continue", "category": "NEG"}],
    "views": {"mira": "observation"},
    "contingency": "Legal advice",
    "dissents": {"education": "The plan should have ended"},
}
A_DISSENT = (
    running(),
    at("2026-08-03", "clerk", "book_conference", BOOKED),
    at("2026-08-04", "clerk", "send_invitations", {"conference": "rev", "invited": ["social_care", "health"]}),
    at("2026-08-06", "cp_chair", "open_conference", {"conference": "rev", "attended": THERE}),
    at("2026-08-06", "cp_chair", "decide_conference", DECIDED),
)
FORMAL = at("2026-08-07", "teacher", "formalise_dissent", {"conference": "rev", "agency": "education"})
ANSWERED = at(
    "2026-08-12",
    "cp_chair",
    "answer_dissent",
    {"conference": "rev", "agency": "education", "outcome": "decision_stands", "reason": "The risk stands"},
)
RAISED = at(
    "2026-08-03",
    "teacher",
    "raise_disagreement",
    {
        "disagreement": "d1",
        "with_agency": "social_care",
        "answer_from": "manager",
        "about": "No visit",
        "immediate_risk": False,
    },
)
MOVED_UP = at("2026-08-10", "teacher", "escalate_disagreement", {"disagreement": "d1", "answer_from": "head"})
RESOLVED = at(
    "2026-08-12",
    "head",
    "resolve_disagreement",
    {"disagreement": "d1", "outcome": "Visited twice a week", "confirmed_by": ["education", "social_care"]},
)


def only(*events, on="2026-08-07", time=(12, 0)):
    play(*events)
    (found,) = register(
        Case.objects.all(), datetime.combine(date.fromisoformat(on), datetime(1, 1, 1, *time).time(), LONDON)
    )
    return found


def test_a_dissent_noted_is_open_for_its_real_hours_and_then_stands_as_noted():
    play(*A_DISSENT)
    cases = Case.objects.all()
    (last_moment,) = register(cases, datetime(2026, 8, 9, 12, 0, tzinfo=LONDON))
    (too_late,) = register(cases, datetime(2026, 8, 9, 12, 1, tzinfo=LONDON))
    (long_after,) = register(cases, datetime(2026, 9, 9, 12, 1, tzinfo=LONDON))
    assert last_moment.until == datetime(2026, 8, 9, 12, 0, tzinfo=LONDON)
    assert [each.standing for each in (last_moment, too_late, long_after)] == [OPEN, NOTED, NOTED]
    assert long_after.working_days == 1


def test_a_formal_dissent_is_open_until_the_chair_answers():
    found = only(*A_DISSENT, FORMAL, on="2026-08-20")
    assert (found.standing, found.stage, found.owed.due_on) == (OPEN, "Formal", date(2026, 8, 14))
    assert (found.who.key, found.about, found.since) == ("education", "The plan should have ended", date(2026, 8, 6))
    assert found.working_days == 10


def test_an_answered_dissent_says_how_and_stops_counting():
    found = only(*A_DISSENT, FORMAL, ANSWERED, on="2026-08-20")
    assert (found.standing, found.outcome, found.working_days) == (CLOSED, "The risk stands", 4)
    assert found.stage == Dissent.State.DECISION_STANDS.label
    assert found.owed is None


def test_a_disagreement_shows_the_clock_of_its_own_stage():
    found = only(RAISED, MOVED_UP, on="2026-08-11")
    assert (found.stage, found.owed.due_on, found.working_days) == ("Stage 2: line managers", date(2026, 8, 17), 6)
    assert (found.who.key, found.against, found.is_dissent) == ("education", "Children's social care", False)


def test_a_disagreement_never_closes_by_itself():
    assert only(RAISED, on="2027-02-01").standing == OPEN


def test_a_resolved_disagreement_says_at_which_stage_and_what_was_agreed():
    found = only(RAISED, MOVED_UP, RESOLVED, on="2026-09-01")
    assert (found.standing, found.stage, found.outcome) == (CLOSED, "Resolved at stage 2", "Visited twice a week")
    assert found.working_days == 7


def test_it_takes_the_same_few_statements_however_many_there_are(django_assert_num_queries):
    more = [{**RAISED, "with": {**RAISED["with"], "disagreement": f"d{number}"}} for number in range(2, 6)]
    play(RAISED, *more, *A_DISSENT)
    with django_assert_num_queries(5):
        found = register(Case.objects.all(), datetime(2026, 8, 7, 12, 0, tzinfo=LONDON))
        assert len(found) == 6
        assert all(each.case.reference and each.who.name and each.against for each in found)
