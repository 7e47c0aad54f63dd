"""People leave, hand over and are covered; details come in; what is owed goes on."""

import pytest

from tests.stories.small import CHILDREN, at, play, running

pytestmark = pytest.mark.django_db


def test_what_the_old_holder_owes_passes_to_the_new_one():
    play(
        running(),
        at(
            "2026-08-04",
            "manager",
            "hand_over_case",
            {"role": "lead_practitioner", "to": "second_worker", "reason": "New team"},
            opened=[],
            moved=[],
            state={"owner:visit:mira": "second_worker", "owner:core_group:mira": "second_worker"},
            drift={"figures": {"lead_practitioners": 2}},
        ),
    )


def test_a_case_is_handed_only_to_somebody_who_holds_the_role():
    play(
        running(),
        at(
            "2026-08-04",
            "manager",
            "hand_over_case",
            {"role": "chair", "to": "social_worker", "reason": "Mistake"},
            refused="WRONG_ROLE",
        ),
    )


def test_the_undecided_conference_passes_to_the_new_chair():
    booked = {"conference": "rcpc-1", "kind": "review", "children": ["mira"], "date": "2026-09-18"}
    play(
        running(),
        at("2026-08-04", "clerk", "book_conference", booked),
        at(
            "2026-08-05",
            "cp_chair",
            "hand_over_case",
            {"role": "chair", "to": "second_chair", "reason": "Leave"},
            state={"owner:review:mira": "second_chair"},
        ),
        at("2026-08-06", "clerk", "send_invitations", {"conference": "rcpc-1", "invited": ["social_care", "health"]}),
        at(
            "2026-09-18",
            "cp_chair",
            "open_conference",
            {"conference": "rcpc-1", "attended": ["social_worker", "health_visitor", "teacher"]},
            refused="NOT_PERMITTED",
        ),
        at(
            "2026-09-18",
            "second_chair",
            "open_conference",
            {"conference": "rcpc-1", "attended": ["social_worker", "health_visitor", "teacher"]},
            state={"conference:rcpc-1": "open", "quorate:rcpc-1": True},
        ),
    )


def test_somebody_who_holds_a_case_cannot_leave():
    play(
        running(),
        at("2026-08-04", "manager", "leave_post", {"professional": "social_worker"}, refused="STILL_HOLDS_CASE"),
    )


def test_what_a_leaver_owes_is_told_and_they_can_do_nothing_more():
    action = {"action": "A1", "text": "Mend the boiler", "owner": "housing_officer", "due": "2026-09-04"}
    play(
        running(),
        at(
            "2026-08-03",
            "social_worker",
            "add_action",
            {**action, "measure": "On file", "outcome": "O1", "children": ["mira"]},
        ),
        at(
            "2026-08-10",
            "housing_lead",
            "leave_post",
            {"professional": "housing_officer"},
            notices=[{"code": "OWNER_LEFT", "about": "action:A1", "to": ["housing_lead", "social_worker"]}],
        ),
        at(
            "2026-08-11",
            "housing_officer",
            "complete_action",
            {"action": "A1", "evidence": "Done"},
            refused="NOT_PERMITTED",
        ),
        # The vacant owner is a dead letter: the next rung hears in their place, at once.
        at(
            "2026-09-07",
            "system",
            "look",
            alerts=[{"on": "2026-09-07", "deadline": "action:A1", "rung": 1, "to": ["housing_lead", "social_worker"]}],
            state={"deadline:action:A1": "pending"},
        ),
    )


def test_missing_details_are_struck_off_when_they_come_in():
    children = {"mira": {**CHILDREN["mira"], "missing": ["religion", "nhs_number"]}}
    player = play(
        running(),
        at("2026-08-04", "social_worker", "record_details", {"person": "mira", "fields": ["religion"]}),
        at("2026-08-04", "social_worker", "record_details", {"person": "nobody", "fields": ["x"]}, refused="UNKNOWN"),
        children=children,
    )
    assert player.cast.case.children.get().missing == ["nhs_number"]


def test_a_contact_named_later_owes_later_reports_only():
    player = play(
        running(),
        at(
            "2026-08-04",
            "social_worker",
            "record_involvement",
            {"agency": "education", "with": ["mira"], "contact": "teacher"},
        ),
        at(
            "2026-08-05",
            "clerk",
            "book_conference",
            {"conference": "rcpc-1", "kind": "review", "children": ["mira"], "date": "2026-09-18"},
            state={"owner:report:rcpc-1:education": "teacher"},
        ),
    )
    assert player.played.events == 3
