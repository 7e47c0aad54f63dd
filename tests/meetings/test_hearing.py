"""What people think: the child's words kept and dated, too young refused, an agency that thinks otherwise named."""

from datetime import date

import pytest

from meetings.deciding import check, decide_conference
from meetings.hearing import (
    heard,
    record_agency_view,
    record_view,
    said_before,
    who_differs,
)
from meetings.models import AgencyView, Conference, View
from meetings.outcomes import ChildDecision, Decisions
from tests.meetings.sat import TODAY, agency, booked, child, person, relative, sitting, ten
from tests.stories.small import RUNNING, at
from workflow.errors import (
    DateInFuture,
    NotPermitted,
    NotYourAgency,
    ReasonRequired,
    TooYoungIsNoReason,
    ViewsMissing,
    WrongState,
)

pytestmark = pytest.mark.django_db


def told(by="cp_chair"):
    return {"by": person(by), "at": ten()}


def decisions(conference, outcome="continue", category="NEG"):
    return Decisions([ChildDecision(conference.children[0], outcome, category)], contingency="Legal advice")


def test_what_a_child_says_is_kept_word_for_word_with_its_day_and_hearer():
    _, conference = sitting()
    mira = child("mira")
    record_view(
        conference,
        mira,
        how="words",
        words="“I want to sleep at Nana’s.”",
        said_on=date(2026, 9, 15),
        heard_by=person("teacher"),
        **told("social_worker"),
    )
    view = View.objects.get()
    assert (view.words, view.said_on, view.heard_by) == (
        "“I want to sleep at Nana’s.”",
        date(2026, 9, 15),
        person("teacher"),
    )


def test_said_today_and_to_the_one_who_writes_it_down_unless_said_otherwise():
    _, conference = sitting()
    view = record_view(conference, relative("ida"), how="in_person", **told("clerk"))
    assert (view.said_on, view.heard_by) == (TODAY, person("clerk"))


def test_too_young_is_no_reason():
    _, conference = sitting()
    with pytest.raises(TooYoungIsNoReason):
        record_view(conference, child("mira"), how="too_young", words="Only two", **told())
    assert not View.objects.exists()


@pytest.mark.parametrize("how", ["words", "observation", "not_obtained"])
def test_words_are_words_and_nothing_obtained_needs_its_reason(how):
    _, conference = sitting()
    with pytest.raises(ReasonRequired):
        record_view(conference, child("mira"), how=how, words=" ", **told())


def test_nobody_has_said_tomorrow_what_they_think():
    _, conference = sitting()
    with pytest.raises(DateInFuture):
        record_view(
            conference,
            child("mira"),
            how="words",
            words="x",
            said_on=date(2026, 9, 19),
            **told(),
        )


def test_an_unborn_child_has_no_views():
    children = {
        "mira": {"name": "Mira Lowe", "born_on": "2024-05-14"},
        "baby": {"name": "Baby Lowe", "expected_on": "2026-12-01"},
    }
    _, conference = booked(
        at("2026-08-03", "clerk", "load_running_plan", {**RUNNING, "child": "baby"}),
        children=children,
        about=("mira", "baby"),
    )
    with pytest.raises(WrongState):
        record_view(conference, child("baby"), how="observation", words="Kicks", **told())


@pytest.mark.parametrize("by", ["teacher", "second_worker", "second_chair", "inspector"])
def test_only_who_runs_the_meeting_or_works_with_the_family_records_views(by):
    _, conference = sitting()
    with pytest.raises(NotPermitted):
        record_view(conference, child("mira"), how="words", words="x", **told(by))


def test_views_recorded_before_count_for_the_decision():
    _, conference = sitting()
    mira = child("mira")
    with pytest.raises(ViewsMissing):
        decide_conference(conference, decisions(conference), views={}, **told())
    record_view(conference, mira, how="observation", words="Clings to her mother", **told())
    decide_conference(Conference.objects.get(), decisions(conference), views={}, **told())
    assert [(view.how, view.words) for view in View.objects.all()] == [("observation", "Clings to her mother")]


def test_what_the_decision_says_wins_and_no_word_is_lost():
    _, conference = sitting()
    mira = child("mira")
    record_view(conference, mira, how="words", words="“Go away.”", **told())
    with pytest.raises(ViewsMissing):
        decide_conference(conference, decisions(conference), views={mira: "too_young"}, **told())
    decide_conference(Conference.objects.get(), decisions(conference), views={mira: "drawing"}, **told())
    assert [(view.how, view.words) for view in View.objects.all()] == [("words", "“Go away.”"), ("drawing", "")]


def test_not_obtained_does_not_take_back_what_was_said():
    _, conference = sitting()
    mira = child("mira")
    record_view(conference, mira, how="words", words="“Go away.”", **told())
    record_view(conference, mira, how="not_obtained", words="Asleep today", **told())
    assert heard(conference) == {mira: "words"}


def test_after_the_decision_nothing_more_is_recorded():
    _, conference = sitting()
    mira = child("mira")
    decide_conference(conference, decisions(conference), views={mira: "words"}, **told())
    with pytest.raises(WrongState):
        record_view(conference, mira, how="words", words="Late", **told())
    with pytest.raises(WrongState):
        record_agency_view(conference, agency("health"), mira, threshold="met", **told())


def test_what_the_child_said_before_is_told_from_the_earlier_meeting_only():
    _, conference = sitting()
    mira = child("mira")
    record_view(conference, mira, how="words", words="“Go away.”", **told())
    assert said_before(conference, mira) == []
    later = Conference(case=conference.case, key="later", kind="review")
    later.pk = conference.pk + 1
    assert [view.words for view in said_before(later, mira)] == ["“Go away.”"]


# Agencies


def test_an_agency_says_what_it_thinks_and_may_say_otherwise_later():
    _, conference = sitting()
    mira = child("mira")
    record_agency_view(
        conference, agency("health"), mira, threshold="met", category="NEG", words="x", **told("health_visitor")
    )
    record_agency_view(
        conference, agency("health"), mira, threshold="not_met", category="NEG", words="y", **told("clerk")
    )
    view = AgencyView.objects.get()
    assert (view.threshold, view.category, view.words) == ("not_met", "", "y")
    assert view.history.count() == 2


def test_nobody_speaks_for_another_agency():
    _, conference = sitting()
    with pytest.raises(NotYourAgency):
        record_agency_view(conference, agency("health"), child("mira"), threshold="met", **told("teacher"))


def test_a_view_is_about_a_child_of_the_meeting():
    children = {
        "mira": {"name": "Mira Lowe", "born_on": "2024-05-14"},
        "finn": {"name": "Finn Lowe", "born_on": "2020-05-14"},
    }
    _, conference = sitting(children=children)
    with pytest.raises(WrongState):
        record_agency_view(conference, agency("health"), child("finn"), threshold="met", **told())


@pytest.mark.parametrize(
    ("threshold", "category", "outcome", "differs"),
    [
        ("met", "NEG", "continue", False),
        ("met", "", "continue", False),
        ("met", "EMO", "continue", True),
        ("met", "NEG", "end", True),
        ("not_met", "", "continue", True),
        ("not_met", "", "end", False),
        ("no_view", "", "end", False),
    ],
)
def test_an_agency_that_thinks_otherwise_is_named(threshold, category, outcome, differs):
    _, conference = sitting()
    mira = child("mira")
    record_agency_view(
        conference, agency("police"), mira, threshold=threshold, category=category, words="Two calls", **told()
    )
    found = who_differs(conference, {mira: (outcome, "NEG" if outcome == "continue" else "")})
    assert [each.agency for each in found] == ([agency("police")] if differs else [])
    assert all("Mira Lowe: Threshold" in each.words and "Two calls" in each.words for each in found)


def test_a_decision_is_checked_without_being_taken():
    _, conference = sitting()
    mira = child("mira")
    check(conference, decisions(conference), views={mira: "words"}, by=person("cp_chair"), on=TODAY)
    assert conference.fresh().state == Conference.State.OPEN
    with pytest.raises(NotPermitted):
        check(conference, decisions(conference), views={mira: "words"}, by=person("second_chair"), on=TODAY)
