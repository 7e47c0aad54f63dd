"""A child leaves hospital: agreed by social care and health, on conditions or with an explicit none; and its record."""

from datetime import date

import pytest

from meetings.core_groups import distribute_record, write_record
from meetings.discharge import call_discharge_meeting, cancel_discharge_meeting, hold_discharge_meeting
from meetings.models import DischargeMeeting, RecordCopy
from notifications.models import Notice
from notifications.tell import recipients_of
from tests.stories.small import play, running
from workflow.errors import (
    AlreadyExists,
    ConditionsMissing,
    DateInPast,
    DischargeInquorate,
    NonWorkingDay,
    NotPermitted,
    ReasonRequired,
    TextMissing,
    WrongState,
)
from workflow.models import CaseLink

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 8, 3)
TUESDAY = date(2026, 8, 4)


@pytest.fixture
def cast():
    return play(running()).cast


@pytest.fixture
def who(cast):
    return cast.professionals


@pytest.fixture
def called(cast, who):
    return call(cast, who["health_visitor"])


def call(cast, by, key="d1", planned_for=TUESDAY):
    child = cast.case.children.get(key="mira")
    return call_discharge_meeting(child, key, hospital="Ward 4", planned_for=planned_for, by=by, on=MONDAY)


def hold(meeting, who, *, is_safe=True, conditions="A cot, by the health visitor", there=None, by="social_worker"):
    attended = [who[key] for key in there or ("social_worker", "health_visitor")]
    return hold_discharge_meeting(
        meeting, is_safe=is_safe, conditions=conditions, attended=attended, by=who[by], on=TUESDAY
    )


def told(code):
    return {person.key for person in recipients_of(Notice.objects.get(code=code))}


def test_a_ward_calls_it_and_social_care_hears(called):
    assert called.state == DischargeMeeting.State.CALLED
    assert told("DISCHARGE_MEETING_CALLED") == {"social_worker", "manager"}


def test_it_is_called_for_a_working_day_ahead_and_once(cast, who, called):
    with pytest.raises(AlreadyExists):
        call(cast, who["social_worker"])
    with pytest.raises(DateInPast):
        call(cast, who["social_worker"], "d2", date(2026, 7, 31))
    with pytest.raises(NonWorkingDay):
        call(cast, who["social_worker"], "d2", date(2026, 8, 8))
    with pytest.raises(NotPermitted):
        call(cast, who["inspector"], "d2")


def test_nobody_is_safe_without_conditions_or_an_explicit_none(who, called):
    with pytest.raises(ConditionsMissing):
        hold(called, who, conditions="  ")
    assert not hold(called.fresh(), who, conditions="None.").has_conditions
    assert not Notice.objects.filter(code="DISCHARGE_ON_CONDITIONS").exists()


def test_social_care_and_health_decide_together(who, called):
    with pytest.raises(DischargeInquorate) as refused:
        hold(called, who, there=["social_worker", "police_officer"])
    assert refused.value.about == ["health"]
    with pytest.raises(DischargeInquorate) as refused:
        hold(called, who, there=["health_visitor", "cp_chair"])
    assert refused.value.about == ["social_care"]


def test_conditions_are_told_and_those_who_came_have_the_case(cast, who, called):
    held = hold(called, who, there=["social_worker", "health_visitor", "teacher"])
    assert held.state == DischargeMeeting.State.HELD
    assert held.attended == ["social_worker", "health_visitor", "teacher"]
    assert told("DISCHARGE_ON_CONDITIONS") == {"social_worker", "manager"}
    assert CaseLink.objects.filter(case=cast.case, professional=who["teacher"], until_on=None).exists()


def test_a_child_who_is_not_safe_is_told_to_manager_and_chair(who, called):
    assert hold(called, who, is_safe=False, conditions="").is_safe is False
    assert told("DISCHARGE_NOT_SAFE") == {"manager", "cp_chair"}


def test_it_is_held_once_by_social_care(who, called):
    with pytest.raises(NotPermitted):
        hold(called, who, by="health_visitor")
    hold(called, who)
    with pytest.raises(WrongState):
        hold(called.fresh(), who)


def test_it_is_cancelled_with_a_reason_and_only_before_it_is_held(who, called):
    with pytest.raises(ReasonRequired):
        cancel_discharge_meeting(called, reason=" ", by=who["manager"], on=MONDAY)
    with pytest.raises(NotPermitted):
        cancel_discharge_meeting(called, reason="Went home", by=who["teacher"], on=MONDAY)
    cancelled = cancel_discharge_meeting(called.fresh(), reason="Moved ward", by=who["manager"], on=MONDAY)
    assert (cancelled.state, cancelled.why_cancelled) == (DischargeMeeting.State.CANCELLED, "Moved ward")
    with pytest.raises(WrongState):
        hold(cancelled.fresh(), who)


def test_its_record_is_written_until_it_goes_out(cast, who, called):
    with pytest.raises(WrongState):
        write_record(called, text="Too early", by=who["social_worker"], on=TUESDAY)
    hold(called, who)
    meeting = called.fresh()
    with pytest.raises(TextMissing):
        write_record(meeting, text=" ", by=who["social_worker"], on=TUESDAY)
    write_record(meeting, text="What was said", by=who["social_worker"], on=TUESDAY)
    with pytest.raises(NotPermitted):
        write_record(meeting.fresh(), text="Other words", by=who["teacher"], on=TUESDAY)
    health = who["health_visitor"].agency
    distribute_record(meeting.fresh(), to=[health], by=who["social_worker"], on=TUESDAY)
    assert [copy.party for copy in RecordCopy.objects.filter(case=cast.case, record_key="d1")] == [health]
    with pytest.raises(WrongState):
        write_record(meeting.fresh(), text="After the fact", by=who["social_worker"], on=TUESDAY)
    assert meeting.fresh().what_was_said == "What was said"
