"""Who belongs at a conference and why, and what stands in the way of inviting them."""

from datetime import date

import pytest

from meetings import convening, support
from meetings.inviting import decide_exclusion, excuse_from_conference, send_invitations, share_report, submit_report
from meetings.models import Conference, Invitation
from meetings.reporting import reports_to
from tests.making import doing, with_policy
from tests.unguarded import no_guards
from workflow.errors import Refused
from workflow.models import Agency, AgencyContact, FamilyMember, Professional, Relationship
from workflow.timescales import ENGLAND_SETTINGS

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def conference(told) -> Conference:
    told("before_the_invitations")
    return Conference.objects.get(key="icpc-1")


def by(key, on=TODAY):
    return {"by": Professional.objects.get(key=key), "on": on}


def member(conference, key="mina"):
    return conference.case.family_members.get(key=key)


def agency(key):
    return Agency.objects.get(key=key)


def lines(conference):
    return {line.party.key: line for line in convening.roll(conference, TODAY).lines}


def found(conference):
    return [(gap.code, getattr(gap.who, "key", "")) for gap in convening.gaps(conference, TODAY)]


def invite(conference, *without, **more):
    parties = [line.party for line in convening.roll(conference, TODAY).lines if line.party.key not in without]
    return send_invitations(conference, parties, **more, **by("clerk"))


def refused(code, do, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        do(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def asked_for(*what):
    with_policy({"convening_asks_for": list(what)}, on=TODAY)


# The roll


def test_everybody_is_there_for_a_reason(conference):
    why = {key: line.why for key, line in lines(conference).items()}
    assert list(why) == ["social_care", "police", "health", "education", "housing", "mina", "emil"]
    assert why["police"] == ["belongs to every initial conference"]
    assert why["education"] == ["works with Bryony Sorrel", "works with Ash Sorrel"]
    assert why["housing"] == ["housing conditions: Mina Sorrel"]
    assert why["emil"] == ["parental responsibility for Bryony Sorrel", "parental responsibility for Ash Sorrel"]


def test_the_father_of_an_unborn_child_belongs_there(conference):
    with doing(conference.case, on=TODAY):
        child = conference.children[1]
        with no_guards():
            rows = type(child)._base_manager.filter(pk=child.pk)
            rows.update(state="unborn", born_on=None, expected_on=date(2027, 3, 1))
        man = FamilyMember(case=conference.case, key="olle", name="Olle Berg", relation="father")
        man.save()
        Relationship(member=man, child=child).save()
    assert lines(conference)["olle"].why == ["father of Ash Sorrel"]


def test_the_roll_says_who_answers_for_each_agency(conference):
    contacts = {key: line.contact and line.contact.key for key, line in lines(conference).items() if line.is_agency}
    assert contacts == {
        "social_care": "social_worker",
        "police": "police_officer",
        "health": "health_visitor",
        "education": "nursery_lead",
        "housing": "housing_officer",
    }


def test_who_is_asked_besides_stands_on_the_roll_without_a_reason(conference):
    with doing(conference.case, on=TODAY):
        extra = Agency(key="library", name="Library", quorum_group="library")
        extra.save()
    parties = [line.party for line in convening.roll(conference, TODAY).lines]
    send_invitations(conference, [*parties, extra], **by("clerk"))
    line = lines(conference)["library"]
    assert (line.why, line.state, line.is_missing) == ([], "invited", False)


def test_the_roll_costs_a_fixed_number_of_statements(conference, django_assert_num_queries):
    found = Conference.objects.select_related("case__lead_practitioner").get(pk=conference.pk)
    with django_assert_num_queries(9):
        convening.gaps_in(convening.roll(found, TODAY))


# Gaps


def test_what_is_missing_before_anybody_is_invited(conference):
    missing = [key for code, key in found(conference) if code == "EXPECTED_NOT_INVITED"]
    assert missing == ["social_care", "police", "health", "education", "housing", "mina", "emil"]
    assert ("CHILD_TAKES_NO_PART", "bryony") in found(conference)


def test_whoever_is_invited_excused_or_excluded_is_no_gap(conference):
    excuse_from_conference(conference, agency("housing"), reason="work_ended", **by("cp_chair"))
    decided = {"excluded": True, "reason": "She is afraid", "other_means": "A letter"}
    decide_exclusion(conference, member(conference, "emil"), **decided, **by("cp_chair"))
    missing = [key for code, key in found(conference) if code == "EXPECTED_NOT_INVITED"]
    assert missing == ["social_care", "police", "health", "education", "mina"]
    invite(conference, "housing", "emil")
    assert "EXPECTED_NOT_INVITED" not in dict(found(conference))
    assert convening.roll(conference, TODAY).counts == {"expected": 0, "invited": 5, "excused": 1, "excluded": 1}


def test_an_agency_for_which_nobody_answers_is_said(conference):
    with doing(conference.case, on=TODAY):
        for professional in Professional.objects.filter(agency__key="police"):
            professional.left_on = TODAY
            professional.save()
    assert ("NOBODY_TO_CONTACT", "police") in found(conference)
    assert not next(gap for gap in convening.gaps(conference, TODAY) if gap.code == "NOBODY_TO_CONTACT").is_refused


def test_somebody_out_of_post_answers_for_nobody(conference):
    with doing(conference.case, on=TODAY):
        named = AgencyContact.objects.get(agency__key="health").contact
        named.left_on = TODAY
        named.save()
    assert lines(conference)["health"].contact.key == "health_lead"


def test_an_interpreter_open_is_a_gap_said_once(conference):
    with doing(conference.case, on=TODAY):
        mother = member(conference)
        mother.language = "Polish"
        mother.save()
    assert ("INTERPRETER_NOT_BOOKED", "mina") in found(conference)
    one = support.arrange_support(conference, mother, kind="interpreter", **by("clerk"))
    assert [code for code, _ in found(conference)].count("INTERPRETER_NOT_BOOKED") == 1
    assert "SUPPORT_NOT_SETTLED" not in dict(found(conference))
    support.settle_support(one, how="declined", **by("clerk"))
    assert "INTERPRETER_NOT_BOOKED" not in dict(found(conference))


# Fathers


def without_father(conference):
    with doing(conference.case, on=TODAY):
        for relationship in Relationship.objects.filter(member__key="emil"):
            relationship.parental_responsibility = False
            relationship.save()
        emil = member(conference, "emil")
        emil.relation = "uncle"
        emil.save()


def test_a_child_without_a_father_on_record_is_asked_about(conference):
    asked_for("father")
    without_father(conference)
    assert ("FATHER_NOT_ON_RECORD", "ash") in found(conference)
    assert refused("FATHER_NOT_ON_RECORD", invite, conference).about == ["ash", "bryony"]
    for child in conference.children:
        support.consider_child(
            conference,
            child,
            takes_part="comes",
            why_no_father="The mother does not say who he is",
            **by("social_worker"),
        )
    assert invite(conference).state == "invited"


def test_a_second_parent_is_as_good_as_a_father(conference):
    asked_for("father")
    with doing(conference.case, on=TODAY):
        emil = member(conference, "emil")
        emil.relation = "mother's wife"
        emil.save()
    assert invite(conference).state == "invited"


def test_a_father_who_has_died_is_on_record(conference):
    asked_for("father")
    with doing(conference.case, on=TODAY):
        emil = member(conference, "emil")
        emil.is_deceased = True
        emil.save()
    assert invite(conference).state == "invited"


def test_what_the_assessment_said_of_the_father_counts(conference):
    asked_for("father")
    without_father(conference)
    with doing(conference.case, on=TODAY):
        referral = conference.case.referrals.get()
        referral.why_not_father = "Not known to anybody"
        referral.save()
    assert invite(conference).state == "invited"


def test_what_the_assessment_says_of_the_father_is_kept(told):
    from meetings.enquiries import complete_assessment

    referral = told("fresh_referral").cast.case.referrals.get()
    on = date(2026, 11, 24)
    complete_assessment(referral, covers_father=False, why_not_father="In prison abroad", **by("social_worker", on))
    assert referral.fresh().why_not_father == "In prison abroad"


# What a partnership asks for


@pytest.mark.parametrize(("asked", "code"), [("children", "CHILD_TAKES_NO_PART"), ("father", "FATHER_NOT_ON_RECORD")])
def test_a_partnership_asks_for_what_it_wants(conference, asked, code):
    without_father(conference)
    asked_for(asked)
    assert refused(code, invite, conference).about == ["ash", "bryony"]
    assert conference.fresh().state == "booked"
    assert not Invitation.objects.filter(state="invited").exists()


def test_everything_is_asked_for_unless_somebody_says_otherwise():
    assert ENGLAND_SETTINGS["convening_asks_for"] == ["father", "children", "support"]


def test_a_story_is_asked_for_nothing_its_words_do_not_know(conference):
    without_father(conference)
    assert invite(conference).state == "invited"


# Reports


def stands(conference, on=TODAY):
    return {line.agency.key: line.state for line in reports_to(conference, on)}


def test_each_report_says_how_it_stands(conference):
    submit_report(conference, agency("police"), shared_with_family=False, **by("police_officer"))
    submit_report(conference, agency("health"), shared_with_family=True, **by("health_visitor", date(2026, 11, 27)))
    submit_report(conference, agency("housing"), shared_with_family=True, **by("housing_officer", date(2026, 11, 30)))
    excuse_from_conference(conference, agency("education"), reason="work_ended", **by("cp_chair"))
    assert stands(conference, date(2026, 12, 1)) == {
        "social_care": "2 working days late",
        "police": "In, 4 working days early",
        "health": "In, in time",
        "education": "Not asked for any more",
        "housing": "In, 1 working day late",
    }


def test_a_report_that_never_came_says_so(told):
    told("missing_report_stays_in_the_figures")
    never = [
        line.state
        for conference in Conference.objects.all()
        for line in reports_to(conference, date(2027, 1, 4))
        if line.state == "Never came"
    ]
    assert never


def test_a_report_logged_by_the_administrator_came_on_paper(conference):
    paper = submit_report(conference, agency("police"), shared_with_family=False, summary="Three calls", **by("clerk"))
    own = submit_report(
        conference, agency("health"), shared_with_family=True, shared_how="Read", **by("health_visitor")
    )
    assert (paper.on_paper, paper.shared_on, paper.summary) == (True, None, "Three calls")
    assert (own.on_paper, own.shared_on, own.shared_how) == (False, TODAY, "Read")


def test_how_a_report_was_shared_is_kept(conference):
    report = submit_report(conference, agency("police"), shared_with_family=False, **by("police_officer"))
    refused("REASON_REQUIRED", share_report, report, how=" ", **by("police_officer"))
    refused("DATE_IN_FUTURE", share_report, report, how="Read", shared_on=date(2026, 11, 24), **by("clerk"))
    refused("NOT_YOUR_AGENCY", share_report, report, how="Read", **by("health_visitor"))
    refused("NOT_PERMITTED", share_report, report, how="Read", **by("board"))
    share_report(report, how="Read to her", shared_on=date(2026, 11, 22), **by("social_worker"))
    kept = report.fresh()
    assert (kept.shared_with_family, kept.shared_on, kept.shared_how) == (True, date(2026, 11, 22), "Read to her")


# The turn of the guided worklist


def test_the_turn_to_invite_says_what_is_missing(conference):
    from meetings.course import Course
    from meetings.forms import SendInvitations
    from workflow.acting import moment_of

    asked_for("children")
    course = Course(conference.case.referrals.get())
    everybody = [line.party.key for line in convening.roll(conference, TODAY).lines]
    form = SendInvitations({"invited": everybody}, course=course)
    assert form.is_valid(), form.errors
    clerk = Professional.objects.get(key="clerk")
    refused("CHILD_TAKES_NO_PART", form.perform, by=clerk, at=moment_of(TODAY, None))
    for child in conference.children:
        support.consider_child(conference, child, takes_part="before", **by("clerk"))
    form.perform(by=clerk, at=moment_of(TODAY, None))
    assert conference.fresh().state == "invited"


def test_once_people_take_over_from_stories_everything_is_asked_for(db):
    from config.stories.replay import play_together
    from config.stories.story import read
    from tests.conftest import story_path
    from workflow.policy import policy_on

    story = read(story_path("before_the_invitations"))
    play_together([story], until=date(2026, 11, 20))
    days = (date(2026, 11, 19), date(2026, 11, 20))
    assert [policy_on(day).settings["convening_asks_for"] for day in days] == [[], ["father", "children", "support"]]
