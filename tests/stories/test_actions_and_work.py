"""Actions, contingency, visits, core groups: what the long stories leave out."""

import pytest

from tests.stories.small import at, play, running

pytestmark = pytest.mark.django_db

ACTION = {
    "action": "A1",
    "text": "Mend the boiler",
    "owner": "housing_officer",
    "due": "2026-09-04",
    "measure": "On file",
    "outcome": "O1",
    "children": ["mira"],
}


def added(**other):
    return at("2026-08-03", "social_worker", "add_action", {**ACTION, **other})


@pytest.mark.parametrize(
    ("by", "other", "code"),
    [
        ("social_worker", {"due": "2026-07-31"}, "DATE_IN_PAST"),
        ("social_worker", {"due": "2026-09-05"}, "NON_WORKING_DAY"),
        ("social_worker", {"owner": None}, "ACTION_NOT_SMART"),
        ("social_worker", {"measure": " "}, "ACTION_NOT_SMART"),
        ("teacher", {}, "NOT_PERMITTED"),
        ("inspector", {}, "NOT_PERMITTED"),
        ("social_worker", {"owner": "nobody"}, "UNKNOWN"),
    ],
)
def test_an_action_that_may_not_be(by, other, code):
    play(running(), at("2026-08-03", by, "add_action", {**ACTION, **other}, refused=code))


def test_an_action_needs_a_plan_unless_the_risk_is_immediate():
    play(
        at("2026-08-03", "social_worker", "add_action", ACTION, refused="NO_OPEN_PLAN"),
        at(
            "2026-08-03",
            "social_worker",
            "add_action",
            {**ACTION, "immediate_risk": True, "due": "2026-08-07"},
            opened=[{"deadline": "action:A1", "due": "2026-08-07", "owner": "housing_officer"}],
        ),
        # The fast ladder: rung 1 on the first day overdue, a Saturday; rung 2 one working day after the due day.
        at(
            "2026-08-10",
            "system",
            "look",
            alerts=[
                {"on": "2026-08-08", "deadline": "action:A1", "rung": 1, "to": ["housing_officer", "social_worker"]},
                {"on": "2026-08-10", "deadline": "action:A1", "rung": 2, "to": ["housing_lead"]},
            ],
        ),
    )


def test_a_vague_action_and_a_weekend_that_is_meant_are_let_through_and_told():
    play(
        running(),
        at(
            "2026-08-03",
            "social_worker",
            "add_action",
            {**ACTION, "text": "Continue to monitor", "due": "2026-09-05", "even_if_not_working_day": True},
            notices=[
                {"code": "NON_WORKING_DAY", "about": "A1", "to": ["social_worker"]},
                {"code": "VAGUE_ACTION", "about": "A1", "to": ["social_worker"]},
            ],
        ),
    )


def test_an_action_reopened_keeps_its_first_date():
    play(
        running(),
        added(),
        at("2026-08-20", "housing_officer", "complete_action", {"action": "A1", "evidence": "Works order"}),
        at(
            "2026-08-20",
            "housing_officer",
            "complete_action",
            {"action": "A1", "evidence": "Again"},
            refused="WRONG_STATE",
        ),
        at(
            "2026-09-07",
            "social_worker",
            "reopen_action",
            {"action": "A1", "due": "2026-09-19", "reason": "Cold again"},
            refused="NON_WORKING_DAY",
        ),
        at(
            "2026-09-07",
            "social_worker",
            "reopen_action",
            {"action": "A1", "due": "2026-09-18", "reason": "Cold again"},
            opened=[{"deadline": "action:A1", "due": "2026-09-18", "owner": "housing_officer"}],
            overdue=[],
            state={
                "action:A1": "agreed",
                "original_due:action:A1": "2026-09-04",
                "due_dates:A1": ["2026-09-04", "2026-09-18"],
            },
            drift={"figures": {"redates:A1": 0, "slippage:A1": 1}},
        ),
    )


def test_a_handed_over_action_keeps_its_date_and_its_rungs():
    play(
        running(),
        added(),
        at(
            "2026-09-08",
            "teacher",
            "hand_over_action",
            {"action": "A1", "to": "teacher", "reason": "I can"},
            refused="NOT_PERMITTED",
        ),
        at(
            "2026-09-08",
            "housing_lead",
            "hand_over_action",
            {"action": "A1", "to": "housing_lead", "reason": "On leave"},
            alerts=[
                {"on": "2026-09-07", "deadline": "action:A1", "rung": 1, "to": ["housing_officer", "social_worker"]}
            ],
            state={"owner:action:A1": "housing_lead", "due:action:A1": "2026-09-04"},
        ),
    )


def test_a_contingency_that_came_true_is_answered():
    play(
        running(),
        at(
            "2026-08-04",
            "teacher",
            "record_contingency_met",
            {"child": "mira", "condition": "Left alone"},
            opened=[{"deadline": "contingency:mira", "due": "2026-08-18", "owner": "manager"}],
        ),
        at(
            "2026-08-19",
            "system",
            "look",
            drift={"flags": ["CONTINGENCY_NOT_USED:mira"], "rating": {"mira": "red"}},
        ),
        at("2026-08-19", "manager", "answer_contingency", {"child": "mira", "response": ""}, refused="REASON_REQUIRED"),
        at(
            "2026-08-19",
            "manager",
            "answer_contingency",
            {"child": "mira", "response": "Legal planning"},
            met=[{"deadline": "contingency:mira", "on": "2026-08-19", "late_by": 1}],
            drift={"flags": [], "rating": {"mira": "green"}},
        ),
        at(
            "2026-08-20", "manager", "answer_contingency", {"child": "mira", "response": "Again"}, refused="WRONG_STATE"
        ),
    )


def test_a_core_group_says_what_life_is_like_for_the_child():
    held = {"core_group": "cg-1", "children": ["mira"], "attended": ["social_worker", "health_visitor"]}
    words = "Mira sleeps in the hall"
    play(
        running(),
        at(
            "2026-08-04",
            "social_worker",
            "hold_core_group",
            {**held, "lived_experience": {}},
            refused="LIVED_EXPERIENCE_MISSING",
        ),
        at("2026-08-04", "social_worker", "hold_core_group", {**held, "lived_experience": {"mira": words}}),
        at(
            "2026-08-05",
            "social_worker",
            "hold_core_group",
            {**held, "core_group": "cg-2", "lived_experience": {"mira": f"  {words.upper()} "}},
            notices=[
                {"code": "AGENCY_ABSENT_2", "about": "education", "to": ["cp_chair"]},
                {"code": "SAME_WORDS", "about": "mira", "to": ["cp_chair", "social_worker"]},
            ],
        ),
        at(
            "2026-08-05",
            "manager",
            "miss_core_group",
            {"core_group": "cg-3", "children": ["mira"], "reason": "Snow"},
            notices=[{"code": "CORE_GROUP_NOT_HELD", "about": "cg-3", "to": ["cp_chair", "manager"]}],
            moved=[],
            state={"core_group:cg-3": "not_held"},
        ),
    )


def test_professionals_who_meet_touch_no_clock():
    play(
        running(),
        at(
            "2026-08-04",
            "social_worker",
            "record_professionals_meeting",
            {"children": ["mira"], "attended": ["social_worker", "teacher"], "outcome": "Shared worries"},
            opened=[],
            met=[],
            moved=[],
            notices=[],
        ),
    )


def test_two_missed_appointments_in_ninety_days_are_a_pattern():
    missed = {"child": "mira", "service": "Hearing test"}
    play(
        running(),
        at("2026-08-04", "teacher", "record_was_not_brought", missed, notices=[]),
        # Day 90 counted back from the second would be 7 August: the first lies outside.
        at("2026-11-04", "teacher", "record_was_not_brought", {**missed, "missed_on": "2026-11-02"}, notices=[]),
        at(
            "2026-11-05",
            "teacher",
            "record_was_not_brought",
            missed,
            notices=[
                {
                    "code": "WAS_NOT_BROUGHT_PATTERN",
                    "about": "mira",
                    "to": ["cp_chair", "health_visitor", "social_worker"],
                }
            ],
        ),
    )
