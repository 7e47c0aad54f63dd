"""What somebody needs in order to take part: asked for, booked, declined; and each child considered."""

from datetime import date

import pytest

from meetings import support
from meetings.inviting import send_invitations
from meetings.models import Arrangement, Conference
from tests.making import with_policy
from workflow.errors import Refused
from workflow.models import Agency, Professional

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
KINDS, STATES = Arrangement.Kind, Arrangement.State


@pytest.fixture
def conference(told) -> Conference:
    told("before_the_invitations")
    return Conference.objects.get(key="icpc-1")


def by(key):
    return {"by": Professional.objects.get(key=key), "on": TODAY}


def member(conference, key="mina"):
    return conference.case.family_members.get(key=key)


def child(conference, key="bryony"):
    return conference.case.children.get(key=key)


def refused(code, do, *args, **kwargs):
    with pytest.raises(Refused) as found:
        do(*args, **kwargs)
    assert found.value.code == code
    return found.value


def arranged(conference, kind=KINDS.INTERPRETER, key="mina", note=""):
    return support.arrange_support(conference, member(conference, key), kind=kind, note=note, **by("clerk"))


# Arranging


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        ((), "needed"),
        (("asked_for",), "asked_for"),
        (("booked",), "booked"),
        (("asked_for", "booked"), "booked"),
        (("not_available", "asked_for", "booked"), "booked"),
        (("booked", "not_available"), "not_available"),
        (("asked_for", "declined"), "declined"),
        (("booked", "cancelled"), "cancelled"),
    ],
)
def test_support_goes_its_way(conference, steps, ends):
    one = arranged(conference)
    for step in steps:
        support.settle_support(one, how=step, who="Polyglot Ltd", **by("clerk"))
    assert one.fresh().state == ends


@pytest.mark.parametrize(
    ("first", "then"),
    [("declined", "booked"), ("cancelled", "asked_for"), ("booked", "asked_for"), ("declined", "declined")],
)
def test_what_is_settled_does_not_go_back(conference, first, then):
    one = arranged(conference)
    support.settle_support(one, how=first, who="Polyglot Ltd", **by("clerk"))
    refused("WRONG_STATE", support.settle_support, one, how=then, who="Another", **by("clerk"))
    assert one.fresh().state == first


@pytest.mark.parametrize("who", ["ash", "Ash Sorrel", "emil", "her father, emil  HART"])
def test_family_and_children_never_interpret(conference, who):
    one = arranged(conference)
    refused("INTERPRETER_NOT_INDEPENDENT", support.settle_support, one, how="booked", who=who, **by("clerk"))
    assert one.fresh().state == "needed"


def test_family_may_support(conference):
    one = arranged(conference, KINDS.SUPPORTER)
    assert support.settle_support(one, how="booked", who="Emil Hart", **by("clerk")).state == "booked"


def test_support_is_described_and_named(conference):
    refused("REASON_REQUIRED", arranged, conference, KINDS.ACCESS)
    refused("REASON_REQUIRED", support.settle_support, arranged(conference), how="booked", who=" ", **by("clerk"))
    refused("UNKNOWN", arranged, conference, "biscuits")
    refused("UNKNOWN", support.arrange_support, conference, None, kind=KINDS.ADVOCATE, **by("clerk"))
    refused("UNKNOWN", support.settle_support, arranged(conference), how="maybe", **by("clerk"))
    assert (
        support.arrange_support(conference, None, kind=KINDS.OBSERVER, note="A student", **by("clerk")).person is None
    )


def test_only_who_gets_people_there_arranges_support(conference):
    refused("NOT_PERMITTED", support.arrange_support, conference, None, kind=KINDS.OBSERVER, **by("police_officer"))
    refused("NOT_PERMITTED", support.settle_support, arranged(conference), how="asked_for", **by("housing_officer"))


# Interpreters said when inviting


def everybody(conference):
    family = [member(conference), member(conference, "emil")]
    return [*Agency.objects.filter(key__in=["social_care", "police", "health", "education", "housing"]), *family]


def speaks(conference, language="Polish"):
    from tests.making import doing

    with doing(conference.case, on=TODAY):
        mother = member(conference)
        mother.language = language
        mother.save()
    return mother


def test_what_is_said_when_inviting_is_an_arrangement_too(conference):
    mother = speaks(conference)
    send_invitations(conference, everybody(conference), interpreters={mother: "accredited"}, **by("clerk"))
    one = Arrangement.objects.get(conference=conference)
    assert (one.kind, one.state, one.who, one.for_member) == ("interpreter", "booked", "Accredited interpreter", mother)
    assert conference.invitations.get(family_member=mother).interpreter == "accredited"


def test_an_interpreter_arranged_before_need_not_be_said_again(conference):
    mother = speaks(conference)
    refused("INTERPRETER_NOT_BOOKED", send_invitations, conference, everybody(conference), **by("clerk"))
    support.settle_support(arranged(conference), how="booked", who="Polyglot Ltd", **by("clerk"))
    send_invitations(conference, everybody(conference), **by("clerk"))
    assert conference.invitations.get(family_member=mother).interpreter == "accredited"


@pytest.mark.parametrize(
    ("before", "said", "states"),
    [
        ("booked", "declined", ["declined"]),
        ("declined", "accredited", ["declined", "booked"]),
        ("asked_for", "accredited", ["booked"]),
        ("not_available", "declined", ["not_available", "declined"]),
        ("cancelled", "declined", ["cancelled", "declined"]),
        ("booked", "accredited", ["booked"]),
    ],
)
def test_the_last_word_on_an_interpreter_counts(conference, before, said, states):
    mother = speaks(conference)
    support.settle_support(arranged(conference), how=before, who="Polyglot Ltd", **by("clerk"))
    send_invitations(conference, everybody(conference), interpreters={mother: said}, **by("clerk"))
    assert [one.state for one in Arrangement.objects.filter(conference=conference)] == states
    assert conference.invitations.get(family_member=mother).interpreter == said


# Children


def test_each_child_is_considered_one_by_one(conference):
    row = support.consider_child(conference, child(conference), takes_part="comes", **by("social_worker"))
    assert (row.takes_part, conference.about.get(child__key="ash").takes_part) == ("comes", "")


def test_a_child_who_takes_no_part_has_a_reason(conference):
    bryony = child(conference)
    refused("CHILD_TAKES_NO_PART", support.consider_child, conference, bryony, takes_part="not", **by("cp_chair"))
    refused("CHILD_TAKES_NO_PART", support.consider_child, conference, bryony, takes_part="", **by("cp_chair"))
    refused("UNKNOWN", support.consider_child, conference, bryony, takes_part="perhaps", **by("cp_chair"))
    row = support.consider_child(
        conference, bryony, takes_part="not", why_not_there="In hospital that week", **by("cp_chair")
    )
    assert row.why_not_there == "In hospital that week"
    refused("NOT_PERMITTED", support.consider_child, conference, bryony, takes_part="comes", **by("police_officer"))


def test_a_child_heard_through_an_advocate_needs_one(conference):
    for _ in range(2):
        support.consider_child(conference, child(conference), takes_part="advocate", **by("clerk"))
    one = Arrangement.objects.get(conference=conference)
    assert (one.kind, one.state, one.for_child.key) == ("advocate", "needed", "bryony")


def test_a_conference_that_is_over_is_prepared_no_more(conference):
    from meetings.arranging import cancel_conference

    one = arranged(conference)
    cancel_conference(conference, reason="The family has moved", **by("clerk"))
    over = one.fresh()
    refused("WRONG_STATE", arranged, conference)
    refused("WRONG_STATE", support.settle_support, over, how="asked_for", **by("clerk"))
    refused("WRONG_STATE", support.consider_child, conference, child(conference), takes_part="comes", **by("clerk"))


def test_contact_details_are_recorded_by_social_care_alone(conference):
    said = {"email": "mina@sorrel.example", "postal_address": "1 Long Row", "safe_contact": "Mornings"}
    support.record_contact_details(member(conference), **said, **by("social_worker"))
    assert {name: getattr(member(conference), name) for name in said} == said
    refused("NOT_PERMITTED", support.record_contact_details, member(conference), **by("police_officer"))


def test_the_default_policy_asks_for_support(conference):
    with_policy({"convening_asks_for": ["support"]}, on=TODAY)
    arranged(conference, KINDS.SUPPORTER)
    one = arranged(conference, KINDS.ACCESS, note="A ramp")
    found = refused("SUPPORT_NOT_SETTLED", send_invitations, conference, everybody(conference), **by("clerk"))
    assert found.about == ["mina"]
    support.settle_support(one, how="booked", who="The town hall", **by("clerk"))
    assert send_invitations(conference, everybody(conference), **by("clerk")).state == "invited"
