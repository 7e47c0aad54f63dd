"""Conferences: what stops a booking, an invitation, an exclusion, a decision, and what leaving early does."""

import pytest

from tests.stories.small import CHILDREN, at, play, running

pytestmark = pytest.mark.django_db

BOOKED = {"conference": "rcpc-1", "kind": "review", "children": ["mira"], "date": "2026-09-18"}
THERE = ["social_worker", "health_visitor", "teacher"]
DECISION = {
    "conference": "rcpc-1",
    "decisions": [{"child": "mira", "outcome": "continue", "category": "NEG"}],
    "views": {"mira": "words"},
    "contingency": "Legal advice",
}
FAMILY = {
    "ida": {"name": "Ida Lowe", "relation": "mother", "of": ["mira"], "parental_responsibility": ["mira"]},
    "ole": {
        "name": "Ole Lowe",
        "relation": "father",
        "of": ["mira"],
        "parental_responsibility": ["mira"],
        "language": "Danish",
    },
}


def booked(**other):
    return at("2026-08-04", "clerk", "book_conference", {**BOOKED, **other})


def invited(on="2026-08-05", who=("social_care", "health", "education"), **told):
    return at(on, "clerk", "send_invitations", {"conference": "rcpc-1", "invited": list(who), **told})


def opened(attended=THERE, **expect):
    return at("2026-09-18", "cp_chair", "open_conference", {"conference": "rcpc-1", "attended": attended}, **expect)


def decided(on="2026-09-18", expect=None, **other):
    return at(on, "cp_chair", "decide_conference", {**DECISION, **other}, **(expect or {}))


# Booking


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"date": "2026-08-03"}, "DATE_IN_PAST"),
        ({"date": "2026-09-19"}, "NON_WORKING_DAY"),
        ({"chair": "manager"}, "CHAIR_NOT_INDEPENDENT"),
        ({"date": "2026-11-13"}, "LATE_BOOKING"),
        ({"kind": "initial"}, "UNKNOWN"),
        ({"kind": "transfer_in"}, "WRONG_STATE"),
    ],
)
def test_a_booking_that_may_not_be(other, code):
    play(running(), at("2026-08-04", "clerk", "book_conference", {**BOOKED, **other}, refused=code))


def test_a_review_needs_a_plan():
    play(at("2026-08-04", "clerk", "book_conference", BOOKED, refused="NO_OPEN_PLAN", refused_about=["mira"]))


def test_a_child_has_one_conference_ahead():
    play(
        running(),
        booked(),
        at("2026-08-05", "clerk", "book_conference", {**BOOKED, "conference": "rcpc-2"}, refused="ALREADY_BOOKED"),
        at("2026-08-05", "clerk", "cancel_meeting", {"meeting": "rcpc-1", "reason": " "}, refused="REASON_REQUIRED"),
        at(
            "2026-08-05",
            "clerk",
            "cancel_meeting",
            {"meeting": "rcpc-1", "reason": "Double booked"},
            waived=[
                {"deadline": "invitations:rcpc-1", "why": "no_longer_owed"},
                {"deadline": "report:rcpc-1:health", "why": "no_longer_owed"},
                {"deadline": "report:rcpc-1:social_care", "why": "no_longer_owed"},
            ],
            state={"conference:rcpc-1": "cancelled", "deadline:review:mira": "pending"},
        ),
        at(
            "2026-08-05",
            "clerk",
            "book_conference",
            {**BOOKED, "conference": "rcpc-2"},
            state={"conference:rcpc-2": "booked"},
        ),
    )


def test_what_was_counted_back_follows_a_moved_conference():
    play(
        running(),
        booked(),
        invited(),
        at(
            "2026-08-06",
            "clerk",
            "move_conference",
            {"conference": "rcpc-1", "date": "2026-09-25", "reason": "Chair away"},
            moved=[
                {"deadline": "report:rcpc-1:education", "from": "2026-09-11", "to": "2026-09-18"},
                {"deadline": "report:rcpc-1:health", "from": "2026-09-11", "to": "2026-09-18"},
                {"deadline": "report:rcpc-1:social_care", "from": "2026-09-11", "to": "2026-09-18"},
            ],
            opened=[{"deadline": "invitations:rcpc-1", "due": "2026-08-27", "owner": "clerk"}],
            state={"conference:rcpc-1": "booked", "booked_for:rcpc-1": "2026-09-25", "due:review:mira": "2026-11-12"},
            drift={"figures": {"rearranged_meetings": 1}},
        ),
    )


# Who is asked


def test_somebody_expected_is_excused_only_for_an_allowed_reason():
    excuse = {"conference": "rcpc-1", "who": "health"}
    play(
        running(),
        booked(),
        at(
            "2026-08-05",
            "cp_chair",
            "excuse_from_conference",
            {**excuse, "reason": "busy"},
            refused="EXCUSE_NOT_ALLOWED",
        ),
        at(
            "2026-08-05",
            "cp_chair",
            "excuse_from_conference",
            {"conference": "rcpc-1", "who": "ole", "reason": "whereabouts_unknown"},
            refused="EXCUSE_NOT_ALLOWED",
        ),
        at(
            "2026-08-05",
            "cp_chair",
            "excuse_from_conference",
            {**excuse, "reason": "work_ended"},
            waived=[{"deadline": "report:rcpc-1:health", "why": "no_longer_owed"}],
            state={"invitation:rcpc-1:health": "excused"},
        ),
        family=FAMILY,
    )


def test_an_interpreter_is_booked_and_is_never_family():
    everybody = ("social_care", "health", "ida", "ole")
    send = {"conference": "rcpc-1", "invited": list(everybody)}
    play(
        running(),
        booked(),
        at("2026-08-05", "clerk", "send_invitations", send, refused="INTERPRETER_NOT_BOOKED", refused_about=["ole"]),
        at(
            "2026-08-05",
            "clerk",
            "send_invitations",
            {**send, "interpreters": {"ole": "ida"}},
            refused="INTERPRETER_NOT_INDEPENDENT",
        ),
        invited(who=everybody, interpreters={"ole": "accredited"}),
        family=FAMILY,
    )


def test_an_exclusion_is_asked_for_in_time_on_a_ground_with_evidence():
    ask = {"conference": "rcpc-1", "person": "ole", "grounds": ["violence_or_intimidation"], "evidence": "Police log"}
    play(
        running(),
        booked(),
        at(
            "2026-09-01",
            "social_worker",
            "request_exclusion",
            {**ask, "grounds": ["dislike"]},
            refused="EXCLUSION_GROUND_NOT_ALLOWED",
        ),
        at("2026-09-01", "social_worker", "request_exclusion", {**ask, "evidence": " "}, refused="EVIDENCE_MISSING"),
        # The conference is on Friday 18 September; three working days before it is Tuesday 15.
        at("2026-09-16", "social_worker", "request_exclusion", ask, refused="EXCLUSION_TOO_LATE"),
        at(
            "2026-09-16",
            "social_worker",
            "request_exclusion",
            {**ask, "late_reason": "Threats this morning"},
            # Two working days would be the day of the conference: the last working day before it is the limit.
            opened=[{"deadline": "exclusion:rcpc-1:ole", "due": "2026-09-17", "owner": "cp_chair"}],
            state={"exclusion:rcpc-1:ole": "requested"},
        ),
        at(
            "2026-09-17",
            "cp_chair",
            "decide_exclusion",
            {"conference": "rcpc-1", "person": "ole", "excluded": True, "reason": "Safety"},
            refused="OTHER_MEANS_MISSING",
        ),
        at(
            "2026-09-17",
            "second_chair",
            "decide_exclusion",
            {"conference": "rcpc-1", "person": "ole", "excluded": True, "reason": "Safety", "other_means": "Letter"},
            refused="NOT_PERMITTED",
        ),
        at(
            "2026-09-17",
            "cp_chair",
            "decide_exclusion",
            {"conference": "rcpc-1", "person": "ole", "excluded": True, "reason": "Safety", "other_means": "Letter"},
            met=[{"deadline": "exclusion:rcpc-1:ole", "on": "2026-09-17"}],
            state={"exclusion:rcpc-1:ole": "excluded", "invitation:rcpc-1:ole": "excluded"},
        ),
        at(
            "2026-09-17",
            "clerk",
            "send_invitations",
            {"conference": "rcpc-1", "invited": ["social_care", "health", "ida", "ole"]},
            refused="EXCLUDED_PERSON",
            refused_about=["ole"],
        ),
        family=FAMILY,
    )


def test_an_exclusion_that_is_lifted_gives_the_invitation_back():
    decide = {"conference": "rcpc-1", "person": "ole", "reason": "Safety", "other_means": "Letter"}
    play(
        running(),
        booked(),
        invited(who=("social_care", "health", "ida", "ole"), interpreters={"ole": "declined"}),
        at("2026-09-01", "cp_chair", "decide_exclusion", {**decide, "excluded": True}),
        at(
            "2026-09-02",
            "cp_chair",
            "decide_exclusion",
            {**decide, "excluded": False},
            state={"exclusion:rcpc-1:ole": "not_excluded", "invitation:rcpc-1:ole": "invited"},
        ),
        family=FAMILY,
    )


def test_a_report_belongs_to_its_agency_and_a_paper_one_may_be_logged():
    report = {"conference": "rcpc-1", "agency": "health", "shared_with_family": True}
    play(
        running(),
        booked(),
        at("2026-08-06", "teacher", "submit_report", report, refused="NOT_YOUR_AGENCY"),
        at(
            "2026-08-06",
            "clerk",
            "submit_report",
            report,
            met=[{"deadline": "report:rcpc-1:health", "on": "2026-08-06"}],
        ),
        at("2026-08-07", "health_visitor", "submit_report", report, refused="WRONG_STATE"),
    )


# In the meeting


def test_quorum_is_judged_again_when_somebody_leaves():
    play(
        running(),
        booked(),
        invited(),
        opened(state={"quorate:rcpc-1": True}),
        at(
            "2026-09-18",
            "cp_chair",
            "record_departure",
            {"conference": "rcpc-1", "who": "teacher"},
            notices=[{"code": "INQUORATE", "about": "rcpc-1", "to": ["cp_chair"]}],
            state={"quorate:rcpc-1": False},
        )
        | {"expect": {"state": {"quorate:rcpc-1": False}}},
        at("2026-09-18", "cp_chair", "record_departure", {"conference": "rcpc-1", "who": "teacher"}, refused="UNKNOWN"),
        decided(expect={"refused": "NOT_QUORATE"}),
        decided(
            override="attendance_difficulty_reported",
            expect={"state": {"conference:rcpc-1": "held", "deadline:report:rcpc-1:health": "waived"}},
        ),
    )


def test_an_adjourned_conference_comes_together_within_ten_working_days():
    adjourn = {"conference": "rcpc-1", "reason": "other"}
    play(
        running(),
        booked(),
        invited(),
        opened(),
        at(
            "2026-09-18",
            "cp_chair",
            "adjourn_conference",
            {**adjourn, "next_date": "2026-10-05"},
            refused="NEXT_DATE_TOO_LATE",
        ),
        at(
            "2026-09-18",
            "cp_chair",
            "adjourn_conference",
            {**adjourn, "next_date": "2026-09-26"},
            refused="NON_WORKING_DAY",
        ),
        at(
            "2026-09-18",
            "cp_chair",
            "adjourn_conference",
            {**adjourn, "next_date": "2026-10-02"},
            opened=[{"deadline": "reconvene:rcpc-1", "due": "2026-10-02", "owner": "cp_chair"}],
            state={"conference:rcpc-1": "adjourned_other", "due:review:mira": "2026-11-12"},
        ),
    )


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"decisions": []}, "CHILD_WITHOUT_DECISION"),
        ({"decisions": [{"child": "mira", "outcome": "plan", "category": "NEG"}]}, "WRONG_OUTCOME"),
        ({"decisions": [{"child": "mira", "outcome": "continue"}]}, "CATEGORY_MISSING"),
        ({"views": {"mira": "too_young"}}, "VIEWS_MISSING"),
        ({"contingency": " "}, "CONTINGENCY_MISSING"),
        ({"next_review_on": "2027-03-19"}, "REVIEW_DATE_TOO_LATE"),
    ],
)
def test_a_decision_that_is_not_whole(other, code):
    play(running(), booked(), invited(), opened(), decided(**other, expect={"refused": code}))


def test_a_plan_does_not_end_at_its_first_review_without_an_exceptional_reason():
    ends = [{"child": "mira", "outcome": "end"}]
    exceptional = [{**ends[0], "exceptional_reason": "Moved to her aunt for good", "step_down": "child_in_need"}]
    play(
        running(last_review_on=None, plan_started_on="2026-07-10"),
        booked(),
        invited(),
        opened(),
        decided(decisions=ends, contingency="", expect={"refused": "FIRST_REVIEW_END"}),
        decided(
            decisions=exceptional,
            contingency="",
            expect={
                "state": {
                    "plan:mira": "ended_review",
                    "plan_end:mira": "2026-09-18",
                    "cin_plan:mira": "open",
                    "cin_plan_start:mira": "2026-09-18",
                    "deadline:visit:mira": "waived",
                    "core_group_members:mira": [],
                }
            },
        ),
    )


def test_only_an_agency_whose_dissent_was_noted_can_make_it_formal():
    formal = {"conference": "rcpc-1", "agency": "education"}
    play(
        running(),
        booked(),
        invited(),
        opened(),
        at("2026-09-18", "teacher", "formalise_dissent", formal, refused="WRONG_STATE"),
        decided(),
        at("2026-09-18", "teacher", "formalise_dissent", formal, refused="NO_DISSENT_RECORDED"),
        at("2026-09-18", "health_visitor", "formalise_dissent", formal, refused="NOT_YOUR_AGENCY"),
    )


# Letter and minutes


def test_minutes_go_out_translated_and_are_locked_once_approved():
    everybody = ("social_care", "health", "education", "ida", "ole")
    play(
        running(),
        booked(),
        invited(who=everybody, interpreters={"ole": "accredited"}),
        opened(),
        at("2026-09-18", "clerk", "draft_minutes", {"conference": "rcpc-1"}, refused="WRONG_STATE"),
        decided(),
        at("2026-09-21", "clerk", "send_letter", {"conference": "rcpc-1"}, refused="TRANSLATION_MISSING"),
        at(
            "2026-09-21",
            "clerk",
            "send_letter",
            {"conference": "rcpc-1", "translated_for": ["ole"]},
            met=[{"deadline": "letter:rcpc-1", "on": "2026-09-21"}],
            state={"letter_to:rcpc-1": ["education", "health", "ida", "ole", "social_care"]},
        ),
        at("2026-09-22", "clerk", "draft_minutes", {"conference": "rcpc-1"}, state={"minutes:rcpc-1": "with_chair"}),
        at(
            "2026-09-23",
            "cp_chair",
            "return_minutes",
            {"conference": "rcpc-1", "notes": "The date is wrong"},
            state={"minutes:rcpc-1": "returned"},
        ),
        at("2026-09-24", "clerk", "draft_minutes", {"conference": "rcpc-1"}),
        at(
            "2026-09-24",
            "clerk",
            "distribute_minutes",
            {"conference": "rcpc-1", "translated_for": ["ole"]},
            refused="NOT_APPROVED",
        ),
        at("2026-09-25", "cp_chair", "approve_minutes", {"conference": "rcpc-1"}, state={"minutes_version:rcpc-1": 1}),
        at("2026-09-25", "clerk", "draft_minutes", {"conference": "rcpc-1"}, refused="MINUTES_LOCKED"),
        at(
            "2026-09-28",
            "clerk",
            "distribute_minutes",
            {"conference": "rcpc-1", "translated_for": ["ole"]},
            met=[{"deadline": "minutes:rcpc-1", "on": "2026-09-28"}],
            state={"challenge_window:rcpc-1": "2026-10-12", "receipt:rcpc-1:health": "sent"},
        ),
        at(
            "2026-09-29",
            "teacher",
            "acknowledge_minutes",
            {"conference": "rcpc-1", "who": "health"},
            refused="NOT_YOUR_AGENCY",
        ),
        at(
            "2026-09-29",
            "clerk",
            "acknowledge_minutes",
            {"conference": "rcpc-1", "who": "health"},
            refused="NOT_YOUR_AGENCY",
        ),
        at(
            "2026-09-29",
            "clerk",
            "acknowledge_minutes",
            {"conference": "rcpc-1", "who": "ida"},
            state={"receipt:rcpc-1:ida": "acknowledged"},
        ),
        at(
            "2026-09-29",
            "police_officer",
            "acknowledge_minutes",
            {"conference": "rcpc-1", "who": "police"},
            refused="NOT_A_RECIPIENT",
        ),
        at(
            "2026-10-13",
            "teacher",
            "challenge_minutes",
            {"conference": "rcpc-1", "from": "education", "point": "Attendance"},
            notices=[{"code": "LATE_CHALLENGE", "about": "rcpc-1", "to": ["cp_chair"]}],
            state={"minutes:rcpc-1": "final", "conference:rcpc-1": "closed"},
        )
        | {"expect": {"state": {"minutes:rcpc-1": "final", "conference:rcpc-1": "closed"}}},
        family=FAMILY,
    )


# Before it


def test_a_conference_is_asked_for_about_every_child_or_says_why_not():
    two = {**CHILDREN, "eli": {"name": "Eli Lowe", "born_on": "2022-01-03", "missing": ["religion"]}}
    ask = {"conference": "icpc-1", "kind": "initial", "children": ["mira"]}
    play(
        at("2026-08-03", "social_worker", "request_conference", ask, refused="CHILD_LEFT_OUT", refused_about=["eli"]),
        at("2026-08-03", "social_worker", "request_conference", {**ask, "left_out": {"eli": "Lives with his aunt"}}),
        at("2026-08-03", "social_worker", "request_conference", ask, refused="ALREADY_EXISTS"),
        children=two,
    )
