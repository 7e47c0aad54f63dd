"""The chair's brief: made the evening before, once, from the record; kept as it was, and the chair is told."""

from datetime import date, datetime
from unittest import mock

import pytest

from config import engine
from meetings.arranging import move_conference
from meetings.brief import brief_for, briefs_due, make_brief
from meetings.models import Brief, Conference, Invitation, Presence
from notifications.models import Notice
from notifications.tell import recipients_of
from plans.children import record_details
from tests.making import doing
from tests.stories.small import CHILDREN, at, play, running
from workflow.acting import LONDON
from workflow.errors import NotPermitted
from workflow.models import FamilyMember, Protection

pytestmark = pytest.mark.django_db
# A Thursday, so that the evening before is a Wednesday's.
BOOKED = at(
    "2026-08-03",
    "clerk",
    "book_conference",
    {"conference": "rev", "date": "2026-08-06", "kind": "review", "children": ["mira"]},
)
INVITED = at("2026-08-04", "clerk", "send_invitations", {"conference": "rev", "invited": ["social_care", "health"]})
FAMILY = {"mum": {"name": "Ann Lowe", "relation": "mother", "of": ["mira"], "missing": ["phone"]}}


def moment(day, hour, minute=0):
    return datetime(2026, 8, day, hour, minute, tzinfo=LONDON)


EVENING = moment(5, 17)


def conference_of(*events, **more):
    play(*(events or (running(), BOOKED, INVITED)), **more)
    return Conference.objects.get()


def section(content, heading):
    return next(each["lines"] for each in content.sections if each["heading"] == heading)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (moment(5, 16, 59), False),
        (moment(5, 17), True),
        (moment(5, 23, 59), True),
        (moment(6, 9, 59), True),
        (moment(6, 10), False),
        (moment(7, 9), False),
    ],
)
def test_it_is_due_from_five_the_evening_before_until_the_sitting_begins(now, due):
    conference = conference_of()
    assert briefs_due(now) == ([conference] if due else [])


@pytest.mark.parametrize(("now", "due"), [(moment(7, 16, 59), False), (moment(7, 17), True), (moment(9, 12), True)])
def test_before_a_monday_the_evening_is_that_of_friday(now, due):
    monday = {**BOOKED, "with": {**BOOKED["with"], "date": "2026-08-10"}}
    conference = conference_of(running(), monday)
    assert briefs_due(now) == ([conference] if due else [])


def test_it_is_made_once_and_the_chair_is_told_once():
    conference = conference_of()
    first = make_brief(conference, by=None, at=EVENING)
    again = make_brief(conference, by=None, at=moment(5, 18))
    assert (first.pk, first.for_day, first.made_at) == (again.pk, date(2026, 8, 6), EVENING)
    told = Notice.objects.get(code="BRIEF_READY")
    assert [person.key for person in recipients_of(told)] == ["cp_chair"]
    assert briefs_due(moment(5, 18)) == []


def test_nobody_makes_it_by_hand():
    conference = conference_of()
    with pytest.raises(NotPermitted):
        make_brief(conference, by=conference.chair, at=EVENING)


def test_another_day_has_a_brief_of_its_own_and_the_first_is_kept():
    conference = conference_of()
    make_brief(conference, by=None, at=EVENING)
    clerk = conference.case.administrator
    move_conference(conference, date(2026, 8, 7), reason="The chair is ill", by=clerk, at=moment(5, 18))
    make_brief(conference.fresh(), by=None, at=moment(6, 17))
    assert list(Brief.objects.values_list("for_day", flat=True)) == [date(2026, 8, 6), date(2026, 8, 7)]


def test_it_says_who_is_on_a_plan_and_that_no_words_are_on_record():
    content = brief_for(conference_of(), EVENING)
    (mira,) = content.children
    assert mira.name == "Mira Lowe"
    assert mira.plan == "On a plan for neglect since 10 Feb 2026 (5 months)."
    assert mira.said == "Nothing the child said is on record."


def test_it_tells_what_is_overdue_and_which_reports_are_missing():
    conference = conference_of(running(last_supervision_on="2025-09-01"), BOOKED, INVITED)
    content = brief_for(conference, EVENING)
    assert section(content, "Overdue") == ["Supervision of the work with Mira Lowe: 28 working days late (Ben Rook)"]
    assert [line.split(":")[0] for line in section(content, "Reports missing")] == [
        "Children's social care",
        "Health",
    ]


def test_likely_absences_are_who_declined_who_is_silent_and_who_was_absent_before():
    conference = conference_of()
    health = conference.invitations.get(agency__key="health")
    social_care = conference.invitations.get(agency__key="social_care")
    with doing(conference.case, on=date(2026, 8, 4)):
        health.reply, health.replied_for_sequence = Invitation.Reply.DECLINED, conference.invitation_sequence
        health.save()
        social_care.reply = Invitation.Reply.ACCEPTED
        social_care.replied_for_sequence = conference.invitation_sequence
        social_care.save()
        missed = {"was_there": False, "held_on": date(2026, 7, 1), "key": "cg", "occasion": "core_group"}
        Presence(case=conference.case, agency=health.agency, absences_in_a_row=2, **missed).save()
    lines = section(brief_for(conference, EVENING), "Likely absences")
    assert lines == ["Health: does not come, absent the last 2 times"]


def test_somebody_who_has_not_answered_is_a_likely_absence():
    lines = section(brief_for(conference_of(), EVENING), "Likely absences")
    assert lines == ["Children's social care: has not answered", "Health: has not answered"]


def test_changes_in_the_family_are_told_without_where_anybody_lives():
    conference = conference_of(running(), BOOKED, family=FAMILY)
    case = conference.case
    mum = FamilyMember.objects.get()
    with doing(case, on=date(2026, 8, 4)):
        mum.postal_address = "1 Secret Lane"
        mum.save()
        dad = FamilyMember(case=case, key="dad", name="Bo Lowe", relation="father")
        dad.save()
        Protection(protected=mum, kept_from=dad).save()
    record_details(mum.fresh(), ["phone"], by=case.administrator, on=date(2026, 8, 4))
    lines = section(brief_for(conference, EVENING), "Changes in the family")
    assert "New on record: Bo Lowe, father" in lines
    assert "Ann Lowe is kept safe from Bo Lowe" in lines
    assert "Secret Lane" not in str(lines)


def test_after_a_conference_only_what_changed_since_is_told():
    there = ["social_worker", "health_visitor", "teacher"]
    decided = {
        "conference": "rev",
        "decisions": [{"child": "mira", "outcome": "continue", "category": "NEG"}],
        "views": {"mira": "observation"},
        "contingency": "Legal advice",
        "dissents": {"education": "The plan should have ended"},
    }
    again = {"conference": "next", "date": "2026-11-05", "kind": "review", "children": ["mira"]}
    play(
        running(),
        BOOKED,
        INVITED,
        at("2026-08-06", "cp_chair", "open_conference", {"conference": "rev", "attended": there}),
        at("2026-08-06", "cp_chair", "decide_conference", decided),
        at("2026-09-01", "clerk", "book_conference", again),
        family=FAMILY,
    )
    conference = Conference.objects.get(key="next")
    record_details(FamilyMember.objects.get(), ["phone"], by=conference.case.administrator, on=date(2026, 9, 2))
    content = brief_for(conference, datetime(2026, 11, 4, 17, tzinfo=LONDON))
    assert content.since == "6 Aug 2026"
    assert section(content, "Changes in the family") == ["Ann Lowe, mother: changed details on record"]
    (differs,) = section(content, "Dissent and disagreement")
    assert differs.startswith("School, dissent from the decision of the review conference: The plan should have ended")


def test_a_birth_is_told():
    children = {**CHILDREN, "baby": {"name": "Baby Lowe", "expected_on": "2026-09-01"}}
    birth = {"child": "baby", "born_on": "2026-08-03", "name": "Noor Lowe", "nhs_number": True}
    conference = conference_of(
        running(), BOOKED, at("2026-08-04", "social_worker", "record_birth", birth), children=children
    )
    assert "Noor Lowe was born on 3 Aug 2026" in section(brief_for(conference, EVENING), "Changes in the family")


def test_the_server_makes_them_and_one_that_fails_holds_up_no_other():
    second = {**BOOKED["with"], "conference": "rev2", "children": ["noor"]}
    children = {**CHILDREN, "noor": {"name": "Noor Lowe", "born_on": "2022-01-01"}}
    play(
        running(),
        running(child="noor"),
        BOOKED,
        at("2026-08-03", "clerk", "book_conference", second),
        children=children,
    )
    real = make_brief

    def fails_for_the_first(conference, **said):
        if conference.key == "rev":
            raise RuntimeError("broken")
        return real(conference, **said)

    with mock.patch.object(engine, "make_brief", fails_for_the_first):
        engine.make_briefs(EVENING)
    assert [brief.conference.key for brief in Brief.objects.all()] == ["rev2"]
    engine.make_briefs(EVENING)
    assert {brief.conference.key for brief in Brief.objects.all()} == {"rev", "rev2"}
