"""Referral, strategy discussion, enquiry; moves, legal status, incidents; rules and calendars."""

import pytest

from tests.stories.small import CHILDREN, at, play, running

pytestmark = pytest.mark.django_db

REFERRAL = {"referral": "r1", "children": ["mira"], "concern": "Worry", "anyone_pregnant": "no"}
STRATEGY = {
    "strategy": "s1",
    "children": ["mira"],
    "attended": ["manager", "police_officer", "health_visitor"],
    "outcome": "s47_joint",
    "considered": ["mira"],
}


def test_a_pregnancy_is_asked_about_and_the_unborn_child_is_named():
    play(
        at(
            "2026-08-03",
            "teacher",
            "receive_referral",
            {**REFERRAL, "anyone_pregnant": "yes"},
            refused="UNBORN_NOT_LISTED",
        ),
        at(
            "2026-08-03",
            "teacher",
            "receive_referral",
            {**REFERRAL, "anyone_pregnant": "not_asked"},
            notices=[{"code": "PREGNANCY_NOT_ASKED", "about": "r1", "to": ["manager"]}],
            opened=[
                {"deadline": "referral:r1", "due": "2026-08-04", "owner": "manager"},
                {"deadline": "assessment:r1", "due": "2026-10-06", "owner": "social_worker"},
            ],
        ),
        at("2026-08-03", "teacher", "receive_referral", REFERRAL, refused="ALREADY_EXISTS"),
    )


def test_early_help_ends_what_the_referral_began():
    play(
        at("2026-08-03", "teacher", "receive_referral", REFERRAL),
        at(
            "2026-08-04",
            "manager",
            "decide_referral",
            {"referral": "r1", "decision": "early_help", "spoke_to_referrer": False, "why_not": "Anonymous"},
            met=[{"deadline": "referral:r1", "on": "2026-08-04"}],
            waived=[{"deadline": "assessment:r1", "why": "no_longer_owed"}],
        ),
        at(
            "2026-08-05",
            "manager",
            "decide_referral",
            {"referral": "r1", "decision": "assessment", "spoke_to_referrer": True},
            refused="WRONG_STATE",
        ),
    )


def test_every_child_of_the_family_is_considered():
    two = {**CHILDREN, "eli": {"name": "Eli Lowe", "expected_on": "2026-12-01"}}
    play(
        at(
            "2026-08-03",
            "manager",
            "conclude_strategy",
            STRATEGY,
            refused="CHILD_NOT_CONSIDERED",
            refused_about=["eli"],
        ),
        children=two,
    )


def test_an_emergency_discussion_owes_a_full_one():
    play(
        at(
            "2026-08-03",
            "manager",
            "call_strategy",
            {"strategy": "s1", "children": ["mira"], "reason": "Tonight"},
            opened=[{"deadline": "strategy:s1", "due": "2026-08-04", "owner": "manager"}],
        ),
        at(
            "2026-08-03",
            "manager",
            "conclude_strategy",
            {**STRATEGY, "attended": ["manager", "police_officer"], "emergency": "Tonight", "outcome": "police_only"},
            opened=[
                {"deadline": "strategy_full:s1", "due": "2026-08-10", "owner": "manager"},
                {"deadline": "strategy_record:s1", "due": "2026-08-04", "owner": "manager"},
            ],
            met=[{"deadline": "strategy:s1", "on": "2026-08-03"}],
        ),
        at(
            "2026-08-07",
            "manager",
            "conclude_strategy",
            {**STRATEGY, "strategy": "s2", "follows": "s1", "outcome": "no_further_action"},
            met=[{"deadline": "strategy_full:s1", "on": "2026-08-07"}],
        ),
    )


def test_an_agency_that_asks_brings_the_first_due_date_back():
    play(
        at("2026-08-03", "manager", "conclude_strategy", STRATEGY, state={"due:icpc:mira": "2026-08-24"}),
        at(
            "2026-08-10",
            "social_worker",
            "propose_s47_outcome",
            {"children": ["mira"], "seen": ["mira"], "outcome": "no_further_action"},
        ),
        at(
            "2026-08-10",
            "manager",
            "authorise_s47",
            {"children": ["mira"], "outcome": "no_further_action", "rationale": "Explained"},
            met=[{"deadline": "s47:mira", "on": "2026-08-10"}],
            waived=[{"deadline": "icpc:mira", "why": "no_longer_owed"}],
        ),
        at(
            "2026-08-11",
            "health_visitor",
            "ask_for_conference",
            {"child": "mira", "backed_by": "police_lead"},
            refused="BACKING_MISSING",
        ),
        at(
            "2026-08-11",
            "health_visitor",
            "ask_for_conference",
            {"child": "mira", "backed_by": "health_lead"},
            opened=[{"deadline": "conference_ask:mira", "due": "2026-08-18", "owner": "manager"}],
        ),
        at(
            "2026-08-12",
            "manager",
            "authorise_s47",
            {"children": ["mira"], "outcome": "conference", "rationale": "Agreed"},
            met=[{"deadline": "conference_ask:mira", "on": "2026-08-12"}],
            opened=[
                {"deadline": "icpc:mira", "due": "2026-08-24", "owner": "cp_chair"},
                {"deadline": "icpc_request:mira", "due": "2026-08-13", "owner": "social_worker"},
            ],
        ),
    )


def test_a_move_for_good_owes_a_conference_and_keeps_the_first_start():
    move = {"child": "mira", "from_authority": "Elsewhere", "plan_started_on": "2025-12-01", "category": "EMO"}
    play(
        at(
            "2026-08-03",
            "clerk",
            "notify_transfer_in",
            {**move, "permanent": False},
            opened=[],
            state={"transfer:mira": "temporary"},
        ),
        at(
            "2026-08-10",
            "clerk",
            "notify_transfer_in",
            {**move, "permanent": True},
            opened=[{"deadline": "transfer_in:mira", "due": "2026-09-01", "owner": "cp_chair"}],
            state={"transfer:mira": "pending", "plan:mira": None},
        ),
        at(
            "2026-08-11",
            "clerk",
            "book_conference",
            {"conference": "tic-1", "kind": "transfer_in", "children": ["mira"], "date": "2026-08-26"},
        ),
        at(
            "2026-08-12",
            "clerk",
            "send_invitations",
            {"conference": "tic-1", "invited": ["social_care", "police", "health"]},
        ),
        at(
            "2026-08-26",
            "cp_chair",
            "open_conference",
            {"conference": "tic-1", "attended": ["social_worker", "police_officer", "health_visitor"]},
        ),
        at(
            "2026-08-26",
            "cp_chair",
            "decide_conference",
            {
                "conference": "tic-1",
                "decisions": [{"child": "mira", "outcome": "plan", "category": "EMO"}],
                "views": {"mira": "words"},
                "contingency": "Legal advice",
                "core_group": ["social_care", "health"],
            },
            met=[{"deadline": "transfer_in:mira", "on": "2026-08-26"}],
            state={
                "transfer:mira": "accepted",
                "plan_start:mira": "2026-08-26",
                "plan_start_original:mira": "2025-12-01",
                "due:review:mira": "2026-11-26",
                "months_on_plan:mira": 8,
            },
        ),
    )


def test_becoming_looked_after_owes_a_review_and_is_told_when_on_a_plan():
    play(
        running(),
        at(
            "2026-08-04",
            "manager",
            "record_legal_status",
            {"child": "mira", "status": "accommodated"},
            opened=[{"deadline": "looked_after_review:mira", "due": "2026-09-02", "owner": "reviewer"}],
            notices=[{"code": "DUAL_STATUS", "about": "mira", "to": ["cp_chair", "manager", "reviewer"]}],
            state={"looked_after:mira": "2026-08-04"},
        ),
        at(
            "2026-08-05", "manager", "record_legal_status", {"child": "mira", "status": "interim_care_order"}, opened=[]
        ),
        at(
            "2026-08-20",
            "manager",
            "record_legal_status",
            {"child": "mira", "status": "ended"},
            waived=[{"deadline": "looked_after_review:mira", "why": "no_longer_owed"}],
            state={"looked_after:mira": None},
        ),
    )


def test_the_national_panel_is_told_by_the_director():
    incident = {"incident": "i1", "children": ["mira"], "what": "Grave harm", "aware_on": "2026-08-03"}
    play(
        at(
            "2026-08-04",
            "manager",
            "record_serious_incident",
            incident,
            opened=[{"deadline": "serious_incident:i1", "due": "2026-08-10", "owner": "director"}],
        ),
        at("2026-08-05", "manager", "notify_national_panel", {"incident": "i1"}, refused="NOT_PERMITTED"),
        at(
            "2026-08-05",
            "director",
            "notify_national_panel",
            {"incident": "i1"},
            met=[{"deadline": "serious_incident:i1", "on": "2026-08-05"}],
            state={"serious_incident:i1": "notified"},
        ),
    )


def test_legal_advice_is_recorded_by_the_day_the_chair_named():
    meeting = {"meeting": "lpm-1", "children": ["mira"], "due": "2026-08-14"}
    play(
        running(),
        at(
            "2026-08-04",
            "cp_chair",
            "recommend_legal_planning",
            meeting,
            opened=[{"deadline": "legal_planning:lpm-1", "due": "2026-08-14", "owner": "manager"}],
        ),
        at(
            "2026-08-10",
            "manager",
            "hold_legal_planning",
            {"meeting": "lpm-1", "advice": "", "outcome": "Nothing"},
            refused="ADVICE_MISSING",
        ),
        at(
            "2026-08-10",
            "manager",
            "hold_legal_planning",
            {"meeting": "lpm-1", "advice": "Threshold met", "outcome": "Letter before proceedings"},
            met=[{"deadline": "legal_planning:lpm-1", "on": "2026-08-10"}],
        ),
    )


def test_a_year_without_holidays_is_refused_not_guessed():
    play(
        at(
            "2029-12-20",
            "manager",
            "conclude_strategy",
            STRATEGY,
            refused="CALENDAR_MISSING_YEAR",
            refused_about=["2030"],
        ),
    )
