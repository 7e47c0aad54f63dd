"""The room: who comes, goes and was ticked by mistake, and what that does to quorum and to absence."""

from unittest import mock

import pytest

from meetings import room, sittings
from meetings.coming_and_going import correct_attendance, record_arrival
from meetings.models import Attendance, Conference, Presence
from meetings.recipients import of_letter
from meetings.sittings import adjourn_conference, open_conference, record_departure
from notifications.models import Notice
from tests.meetings.sat import TODAY, agency, invited, person, relative, sitting, ten
from tests.stories.small import at
from workflow.errors import ExcludedPerson, NotBookedForToday, NotPermitted, ReasonRequired, Unknown, WrongState
from workflow.models import Entry

pytestmark = pytest.mark.django_db
TOO_FEW = ("social_worker", "health_visitor")


def told(by="cp_chair", minute=0):
    return {"by": person(by), "at": ten(minute)}


def in_words(conference):
    return room.in_the_room(conference.fresh().sitting, ten()).quorum_in_words


def test_everybody_is_down_with_how_they_take_part_and_for_whom():
    _, conference = invited()
    open_conference(
        conference,
        attended=[person("social_worker"), person("teacher"), person("health_visitor")],
        family_present=[relative("ida")],
        apologies=[agency("police")],
        modes={person("teacher"): "video", relative("ida"): "phone"},
        stands_in_for={person("teacher"): "Kit Moss, school nurse"},
        **told(),
    )
    rows = {row.person.key: row for row in Attendance.objects.all()}
    assert {key: row.mode for key, row in rows.items()} == {
        "social_worker": "room",
        "teacher": "video",
        "health_visitor": "room",
        "ida": "phone",
    }
    assert rows["teacher"].stands_in_for == "Kit Moss, school nurse"
    assert all(row.arrived_at == ten() for row in rows.values())
    said = Presence.objects.get(agency=agency("police"))
    assert (said.was_there, said.sent_apologies, said.sent_report) == (False, True, False)


def test_a_sitting_is_opened_on_its_own_day_only():
    _, conference = invited()
    with pytest.raises(NotBookedForToday):
        open_conference(conference, attended=[person("social_worker")], by=person("cp_chair"), on=TODAY.replace(day=17))
    assert conference.fresh().state == Conference.State.INVITED


def test_the_quorum_is_said_in_words():
    _, conference = sitting()
    assert in_words(conference) == "Quorum: social care and 2 of 2 other groups are here"
    record_departure(conference, person("teacher"), **told())
    assert in_words(conference) == "No quorum: social care is here, but only 1 of 2 other groups"
    record_departure(conference, person("social_worker"), **told())
    assert in_words(conference) == "No quorum: social care is not here; 1 of 2 other groups are here"


def test_who_comes_late_can_make_it_quorate_and_is_absent_no_more():
    _, conference = sitting(there=TOO_FEW)
    assert not conference.sitting.is_quorate
    assert Presence.objects.get(agency=agency("education"), key="rcpc-1").absences_in_a_row == 1
    record_arrival(conference, person("teacher"), mode="video", **told("clerk", 20))
    assert conference.sitting.is_quorate
    row = Presence.objects.get(agency=agency("education"), key="rcpc-1")
    assert (row.was_there, row.absences_in_a_row) == (True, 0)
    came = Attendance.objects.get(professional=person("teacher"))
    assert (came.arrived_at, came.mode) == (ten(20), "video")


def test_somebody_who_comes_late_is_not_needed_twice():
    _, conference = sitting()
    with pytest.raises(WrongState):
        record_arrival(conference, person("teacher"), **told())


def test_who_left_may_come_back_and_counts_again():
    _, conference = sitting()
    record_departure(conference, person("teacher"), **told(minute=5))
    assert not conference.sitting.is_quorate
    left = Attendance.objects.get(professional=person("teacher"))
    assert (left.left_early, left.left_at) == (True, ten(5))
    record_arrival(conference, person("teacher"), **told(minute=15))
    assert conference.sitting.is_quorate


def test_a_parent_leaves_and_quorum_does_not_change():
    _, conference = sitting()
    record_departure(conference, relative("ida"), **told(minute=30))
    assert Attendance.objects.get(family_member=relative("ida")).left_at == ten(30)
    assert conference.sitting.is_quorate
    with pytest.raises(Unknown):
        record_departure(conference, relative("ida"), **told())


def test_an_excluded_parent_cannot_come_late():
    exclusion = {"conference": "rcpc-1", "person": "ole", "grounds": ["child_asks"], "evidence": "Mira asked"}
    decided = {
        "conference": "rcpc-1",
        "person": "ole",
        "excluded": True,
        "reason": "She asked",
        "other_means": "Letter",
    }
    _, conference = sitting(
        then=[
            at("2026-08-10", "cp_chair", "request_exclusion", exclusion),
            at("2026-08-10", "cp_chair", "decide_exclusion", decided),
        ]
    )
    with pytest.raises(ExcludedPerson):
        record_arrival(conference, relative("ole"), **told())


def test_ticked_by_mistake_is_put_right_with_its_reason_and_the_agency_was_absent_after_all():
    _, conference = sitting()
    with pytest.raises(ReasonRequired):
        correct_attendance(conference, person("teacher"), was_here=False, reason=" ", **told())
    correct_attendance(conference, person("teacher"), was_here=False, reason="Wrong line", **told("clerk"))
    assert not conference.sitting.is_quorate
    row = Presence.objects.get(agency=agency("education"), key="rcpc-1")
    assert (row.was_there, row.absences_in_a_row) == (False, 1)
    assert Attendance.objects.get(professional=person("teacher")).why_struck == "Wrong line"
    assert Notice.objects.filter(code="INQUORATE").exists()


def test_an_agency_whose_only_visitor_was_a_mistake_is_not_told_as_one_that_came():
    _, conference = sitting(there=(*("social_worker", "health_visitor", "teacher"), "housing_officer"))
    assert agency("housing") in of_letter(conference).full
    correct_attendance(conference, person("housing_officer"), was_here=False, reason="Wrong line", **told())
    assert agency("housing") not in of_letter(conference).full


def test_somebody_goes_over_to_the_telephone():
    _, conference = sitting()
    correct_attendance(conference, person("teacher"), was_here=True, mode="phone", **told())
    assert Attendance.objects.get(professional=person("teacher")).mode == "phone"
    assert conference.sitting.is_quorate


def test_nobody_is_corrected_who_is_not_here():
    _, conference = sitting()
    with pytest.raises(Unknown):
        correct_attendance(conference, person("police_officer"), was_here=False, reason="No", **told())


@pytest.mark.parametrize("by", ["second_chair", "social_worker", "teacher", "inspector"])
def test_only_who_runs_the_meeting_says_who_is_here(by):
    _, conference = sitting()
    with pytest.raises(NotPermitted):
        record_arrival(conference, person("police_officer"), **told(by))
    with pytest.raises(NotPermitted):
        correct_attendance(conference, person("teacher"), was_here=True, mode="phone", **told(by))
    assert Entry.objects.filter(code="NOT_PERMITTED", act="record_arrival").exists()


def test_nobody_comes_or_is_corrected_when_no_sitting_goes_on():
    _, conference = invited()
    with pytest.raises(WrongState):
        record_arrival(conference, person("teacher"), **told())
    with pytest.raises(WrongState):
        correct_attendance(conference, person("teacher"), was_here=True, **told())


def test_the_limit_of_the_next_sitting_is_told_and_kept():
    _, conference = sitting(there=TOO_FEW)
    limit = sittings.latest_next_date(conference, TODAY)
    assert limit.isoformat() == "2026-10-02"
    adjourn_conference(conference, reason="inquorate", next_date=limit, existing_plan_reviewed=True, **told())
    assert sittings.needs_the_chairs_manager(conference, TODAY)


def test_open_pages_of_everybody_in_the_meeting_look_again():
    _, conference = sitting()
    with mock.patch.object(room, "look_again") as told_to:
        room.nudge(conference)
    people = {person(key).pk for key in ("cp_chair", "clerk", "manager", "social_worker", "teacher", "health_visitor")}
    assert people <= told_to.call_args.args[0]
    assert person("inspector").pk not in told_to.call_args.args[0]
