"""What a day does before it is saved; and whether enough agencies are going to be there."""

from datetime import date

import pytest

from meetings.forecast import Turnout, quorum_forecast, quorum_forecasts, what_a_day_does
from meetings.models import Conference, ConferenceChild, Invitation
from plans.other_plans import record_other_plan
from tests.making import a_case, a_deadline, a_partnership, a_professional, an_agency, doing, with_policy
from workflow.errors import CalendarMissingYear
from workflow.models import Agency, AgencyInvolvement, Case, Role
from workflow.people import name_contact

pytestmark = pytest.mark.django_db
# A Wednesday three weeks before Easter. A conference since 4 March is owed by 25 March.
TODAY = date(2026, 3, 18)
LIMIT = date(2026, 3, 25)


@pytest.fixture
def people():
    return a_partnership(on=TODAY)


@pytest.fixture
def case(people) -> Case:
    case = a_case(people, on=TODAY)
    with doing(on=TODAY):
        an_agency("police")
        an_agency("education")
    return case


def does(case, day, kind="initial", **more):
    return what_a_day_does(case, kind, list(case.children.all()), day, TODAY, **more)


def codes(forecast):
    return [clash.code for clash in forecast.clashes]


def dates(forecast):
    return {effect.what: effect.on for effect in forecast.effects}


def owed(case):
    assert a_deadline(case, on=TODAY, since=date(2026, 3, 4)).due_on == LIMIT


# What follows from a day


def test_every_later_date_of_an_initial_conference(case):
    found = dates(does(case, date(2026, 4, 15)))
    assert found == {
        "Invitations go out": date(2026, 4, 8),
        "Reports are in: Social Care, Police, Health": date(2026, 4, 10),
        "Last day to ask that somebody be kept out": date(2026, 4, 10),
        "Decision letter": date(2026, 4, 16),
        "Minutes are out": date(2026, 5, 14),
        "The minutes can be challenged until": date(2026, 5, 29),
        "First core group, where a plan starts": date(2026, 4, 29),
        "First review, where a plan starts": date(2026, 7, 15),
    }


def test_a_review_gives_the_next_review_and_leaves_the_core_group_where_it_is(case, people):
    from workflow import deadlines

    with doing(case, on=TODAY):
        for code, due in (("review", date(2026, 6, 30)), ("core_group", date(2026, 4, 20))):
            deadlines.start_chosen(
                case, code, "maya", due=due, because="chosen", owner=case.chair, title=code, on=TODAY
            )
    forecast = does(case, date(2026, 6, 17), kind="review")
    assert dates(forecast)["Next review, where a plan continues"] == date(2026, 12, 17)
    assert dates(forecast)["Invitations go out"] == date(2026, 5, 19)
    stays = next(effect for effect in forecast.effects if effect.what == "Next core group stays due")
    assert (stays.on, stays.about) == (date(2026, 4, 20), "Maya Reed")
    assert not any("where a plan starts" in effect.what for effect in forecast.effects)


def test_every_date_says_how_it_was_reached(case):
    letter = next(effect for effect in does(case, date(2026, 4, 2)).effects if effect.what == "Decision letter")
    assert letter.on == date(2026, 4, 7)
    assert letter.explanation == (
        "the conference 2 Apr 2026 + 1 working day, skipping Good Friday 3 Apr and Easter Monday 6 Apr"
    )


def test_other_values_of_the_partnership_count(case):
    with_policy({"minutes_distribute": "10 wd"}, on=TODAY)
    assert dates(does(case, date(2026, 4, 15)))["Minutes are out"] == date(2026, 4, 29)


def test_looking_saves_nothing(case):
    from workflow.models import Deadline, Entry

    before = Entry.objects.count(), Deadline.objects.count()
    does(case, date(2026, 4, 15))
    assert (Entry.objects.count(), Deadline.objects.count()) == before


# What speaks against a day


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 4, 18), "WEEKEND"),
        (date(2026, 4, 6), "BANK_HOLIDAY"),
        (date(2026, 3, 17), "DATE_IN_PAST"),
        (date(2026, 3, 20), "SHORT_NOTICE"),
        (date(2026, 3, 20), "EXCLUSION_TOO_LATE"),
    ],
)
def test_a_day_that_will_not_do(case, day, code):
    assert code in codes(does(case, day))


def test_a_good_day_clashes_with_nothing(case):
    assert does(case, date(2026, 4, 15)).clashes == []


@pytest.mark.parametrize(
    ("review", "code", "said"),
    [
        pytest.param(date(2026, 4, 15), "OTHER_PLAN_SAME_DAY", "is reviewed that day.", id="the-day-itself"),
        pytest.param(date(2026, 4, 13), "OTHER_PLAN_SAME_WEEK", "in that week, on Monday 13 April.", id="its-monday"),
        pytest.param(date(2026, 4, 20), "", "", id="the-monday-after"),
    ],
)
def test_a_review_of_another_plan_speaks_against_the_day(case, review, code, said):
    told = {"kind": "marac", "led_by": "Police", "next_review_on": review}
    record_other_plan(case, case.children.get(), **told, by=case.lead_practitioner, on=TODAY)
    forecast = does(case, date(2026, 4, 15))
    assert codes(forecast) == [code] * bool(code)
    assert not code or forecast.clashes[0].sentence.endswith(said)
    assert not any(clash.is_refused for clash in forecast.clashes)


def test_a_bank_holiday_is_called_by_its_name(case):
    clash = next(clash for clash in does(case, date(2026, 4, 6)).clashes if clash.code == "BANK_HOLIDAY")
    assert clash.sentence == "Monday 6 April 2026 is a bank holiday: Easter Monday."
    assert clash.is_refused


def test_a_school_holiday_speaks_against_a_day_and_forbids_nothing(case):
    with_policy({"school_holidays": [{"from": "2026-03-30", "to": "2026-04-10", "name": "Easter holidays"}]}, on=TODAY)
    first, last, after = (does(case, date(2026, *day)) for day in ((3, 30), (4, 10), (4, 13)))
    assert [("SCHOOL_HOLIDAY" in codes(each)) for each in (first, last, after)] == [True, True, False]
    clash = next(clash for clash in first.clashes if clash.code == "SCHOOL_HOLIDAY")
    assert "Easter holidays" in clash.sentence and not clash.is_refused


def test_past_the_limit_is_said_for_each_child_with_the_reason(case):
    owed(case)
    assert not does(case, LIMIT).is_past_limit
    forecast = does(case, date(2026, 3, 26))
    clash = next(clash for clash in forecast.clashes if clash.code == "PAST_LIMIT")
    assert forecast.is_past_limit and clash.is_refused
    assert (
        "past the legal limit for Maya Reed, 25 March 2026: strategy discussion 4 Mar 2026 + 15 wd"[:60]
        in clash.sentence
    )


def test_a_chair_sits_in_one_place_at_a_time(case, people):
    other = a_case_of(people, "CP-2")
    a_conference(other, "icpc-9", day=date(2026, 4, 15))
    named = does(case, date(2026, 4, 15), visible=Case.objects.all())
    hidden = does(case, date(2026, 4, 15), visible=Case.objects.none())
    assert "chairs initial conference in CP-2 that day, at 10:00" in named.clashes[0].sentence
    assert "CP-2" not in hidden.clashes[0].sentence and "another meeting" in hidden.clashes[0].sentence
    assert codes(does(case, date(2026, 4, 16))) == []


def test_a_conference_does_not_clash_with_itself(case):
    itself = a_conference(case, "icpc-1", day=date(2026, 4, 15))
    assert codes(does(case, date(2026, 4, 15), conference=itself)) == []


def test_another_chair_is_free(case, people):
    a_conference(a_case_of(people, "CP-2"), "icpc-9", day=date(2026, 4, 15))
    with doing(on=TODAY):
        another = a_professional("second", Role.CONFERENCE_CHAIR, people[Role.CONFERENCE_CHAIR].agency)
    assert codes(does(case, date(2026, 4, 15), chair=another)) == []


def test_only_a_review_well_before_its_limit_is_early(case):
    from workflow import deadlines

    with doing(case, on=TODAY):
        deadlines.start_chosen(
            case, "review", "maya", due=date(2026, 6, 30), because="chosen", owner=case.chair, title="Review", on=TODAY
        )
    assert does(case, date(2026, 6, 1), kind="review").is_early
    assert not does(case, date(2026, 6, 2), kind="review").is_early
    assert not does(case, date(2026, 6, 1)).is_early


def test_a_year_nobody_knows_is_refused(case):
    with pytest.raises(CalendarMissingYear):
        does(case, date(2060, 4, 15))


def test_a_forecast_costs_a_fixed_number_of_statements(case, django_assert_num_queries):
    with doing(case, on=TODAY):
        for child in case.children.all():
            AgencyInvolvement(agency=Agency.objects.get(key="education"), child=child, from_on=TODAY).save()
    with django_assert_num_queries(10):
        does(case, date(2026, 4, 15), visible=Case.objects.all())


# Who is likely to come


def a_case_of(people, reference):
    from workflow.models import Child, Family

    with doing(on=TODAY):
        family = Family(name=reference)
        family.save()
        roles = {role: people[Role(name)] for role, name in ROLES.items()}
        other = Case(reference=reference, family=family, opened_on=TODAY, **roles)
        other.save()
        Child(case=other, key="tom", name="Tom Reed", born_on=date(2020, 5, 4)).save()
    return other


ROLES = {
    "lead_practitioner": "lead_practitioner",
    "team_manager": "team_manager",
    "chair": "conference_chair",
    "administrator": "conference_admin",
}


def a_conference(case, key, *, day):
    with doing(case, on=TODAY):
        conference = Conference(case=case, key=key, kind="initial")
        conference.save()
        conference.book(day=day, chair=case.chair, late_reason="")
        conference.save()
        for child in case.children.all():
            ConferenceChild(conference=conference, child=child).save()
    return conference


def asked(case, key="icpc-1", **replies):
    """A conference to which these agencies are asked: yes, no, sub, or nothing yet."""
    conference = a_conference(case, key, day=date(2026, 4, 15))
    said = {"yes": "accepted", "no": "declined", "sub": "substitute", "": ""}
    with doing(case, on=TODAY):
        conference.send_invitations()
        conference.save()
        for key, reply in replies.items():
            invitation = Invitation(conference=conference, agency=Agency.objects.get(key=key), reply=said[reply])
            invitation.invite()
            invitation.replied_for_sequence = conference.invitation_sequence
            invitation.save()
    return conference


@pytest.mark.parametrize(
    ("replies", "verdict"),
    [
        ({"social_care": "yes", "police": "yes", "health": "yes"}, "likely"),
        ({"social_care": "yes", "police": "sub", "health": "yes"}, "likely"),
        ({"social_care": "yes", "police": "yes", "health": ""}, "at risk"),
        ({"social_care": "", "police": "yes", "health": "yes"}, "at risk"),
        ({"social_care": "no", "police": "yes", "health": "yes"}, "lost"),
        ({"social_care": "yes", "police": "no", "health": "yes"}, "lost"),
        ({"social_care": "yes", "police": "no", "health": "yes", "education": ""}, "at risk"),
        ({"social_care": "yes", "police": "no", "health": "yes", "education": "yes"}, "likely"),
    ],
)
def test_whether_the_quorum_will_be_there(case, replies, verdict):
    assert quorum_forecast(asked(case, **replies), TODAY).verdict == verdict


def test_the_forecast_says_it_in_words(case):
    forecast = quorum_forecast(asked(case, social_care="yes", police="yes", health="", education=""), TODAY)
    assert forecast.in_words == "Social care comes; 1 of the 2 other groups needed comes, 2 have not answered"


def test_two_agencies_of_one_group_count_once_unless_the_policy_says_otherwise(case):
    with doing(on=TODAY):
        extra = an_agency("midwifery")
        extra.quorum_group = "health"
        extra.save()
    conference = asked(case, social_care="yes", health="yes", midwifery="yes")
    assert quorum_forecast(conference, TODAY).verdict == "lost"
    with_policy({"quorum_group_by": "agency"}, on=TODAY)
    assert quorum_forecast(conference, TODAY).verdict == "likely"


def test_whom_to_ring_in_the_order_that_helps_most(case, people):
    with doing(on=TODAY):
        contact = a_professional("constable", Role.AGENCY_PRACTITIONER, Agency.objects.get(key="police"))
        name_contact(case, contact.agency, contact, on=TODAY)
    forecast = quorum_forecast(asked(case, social_care="", police="", health="no", education="yes"), TODAY)
    told = [(each.agency.key, each.contact and each.contact.key, each.why) for each in forecast.to_ring]
    assert told == [
        ("social_care", "lead_practitioner", "Has not answered; without social care there is no quorum"),
        ("police", "constable", "Has not answered; the quorum needs 1 more group"),
        ("health", "agency_lead", "Does not come: ask who comes instead; the quorum needs 1 more group"),
    ]


def test_with_a_quorum_nobody_is_rung_for_it(case):
    forecast = quorum_forecast(asked(case, social_care="yes", police="yes", health="yes", education=""), TODAY)
    assert [each.why for each in forecast.to_ring] == ["Has not answered; the quorum does not hang on it"]


def test_an_answer_for_an_earlier_day_is_none(case):
    conference = asked(case, social_care="yes", police="yes", health="yes")
    with doing(case, on=TODAY):
        conference.invitation_sequence += 1
        conference.save()
    forecast = quorum_forecast(conference, TODAY)
    assert (forecast.verdict, forecast.social_care) == ("at risk", Turnout.NOT_KNOWN)


def test_before_anybody_is_asked_nothing_is_lost(case):
    conference = a_conference(case, "icpc-1", day=date(2026, 4, 15))
    with doing(case, on=TODAY):
        for key in ("social_care", "police", "health"):
            Invitation(conference=conference, agency=Agency.objects.get(key=key)).save()
    assert quorum_forecast(conference, TODAY).verdict == "at risk"


def test_whoever_is_excused_is_not_waited_for(case):
    conference = asked(case, social_care="yes", police="yes", health="")
    with doing(case, on=TODAY):
        invitation = conference.invitations.get(agency__key="health")
        invitation.excuse_from(reason="work_ended", tracing="")
        invitation.save()
    assert quorum_forecast(conference, TODAY).verdict == "lost"


def test_many_forecasts_cost_what_one_does(case, people, django_assert_num_queries):
    asked(case, social_care="yes", police="yes", health="")
    asked(a_case_of(people, "CP-2"), social_care="yes", police="no", health="")
    found = list(Conference.objects.select_related("case__lead_practitioner"))
    with django_assert_num_queries(3):
        forecasts = quorum_forecasts(found, TODAY)
    assert [forecasts[each.pk].verdict for each in found] == ["at risk", "lost"]
