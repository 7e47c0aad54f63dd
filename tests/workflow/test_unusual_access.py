"""Which looks of a week a manager is asked to look at, and why each; and what says so on Monday."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from notifications import need_to_know
from notifications.digest import send_digests
from notifications.models import Heartbeat
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, an_agency, doing
from workflow.acting import LONDON
from workflow.models import AgencyPart, Case, Role, User
from workflow.people import link
from workflow.policy import calendar
from workflow.reads import Kind, read
from workflow.unusual_access import (
    MANY_CASES,
    Why,
    looks_of_auditors,
    looks_to_ask_about,
    week_before,
)

pytestmark = pytest.mark.django_db
MONDAY = A_WEDNESDAY - timedelta(days=2)
NEXT_MONDAY = datetime(2026, 3, 23, 8, tzinfo=LONDON)


def on(day, hour=11, minute=0):
    """That day of March 2026, in London; the 16th is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=LONDON)


@pytest.fixture
def people():
    found = a_partnership(on=MONDAY)
    with doing(on=MONDAY):
        police = an_agency("police")
        found["officer"] = a_professional("officer", Role.AGENCY_PRACTITIONER, police, name="Otto Wick")
        found["police_lead"] = a_professional("police_lead", Role.AGENCY_LEAD, police)
        found["cousin"] = a_professional("cousin", Role.AGENCY_PRACTITIONER, police, name="Tom Reed")
        found["second"] = a_professional("second", Role.SERVICE_MANAGER, found[Role.TEAM_MANAGER].agency)
    return found


@pytest.fixture
def case(people):
    found = a_case(people, on=MONDAY)
    with doing(found, on=MONDAY):
        link(found, people["officer"], "core group", on=MONDAY)
        link(found, people["cousin"], "core group", on=MONDAY)
        AgencyPart.objects.get_or_create(case=found, agency=people["officer"].agency)
    return found


def look(case, person, at, kind=Kind.VIEW, about="case"):
    return read(case, by=person, kind=kind, at=at, about=about)


def asked_about(manager, monday=MONDAY):
    cases = Case.objects.visible_to(manager, MONDAY)
    return {(one.by.key, one.case.reference): one.why for one in looks_to_ask_about(manager, cases, monday, calendar())}


def test_a_look_at_work_by_somebody_who_works_in_it_is_not_unusual(people, case):
    look(case, people["officer"], on(18))
    assert asked_about(people[Role.TEAM_MANAGER]) == {}


@pytest.mark.parametrize(
    ("at", "is_unusual"),
    [
        pytest.param(on(18, 6, 59), True, id="before seven"),
        pytest.param(on(18, 7), False, id="at seven"),
        pytest.param(on(18, 19, 59), False, id="before eight in the evening"),
        pytest.param(on(18, 20), True, id="at eight in the evening"),
        pytest.param(on(21), True, id="on a Saturday"),
    ],
)
def test_the_hour_and_the_day_are_those_of_london(people, case, at, is_unusual):
    look(case, people["officer"], at)
    assert asked_about(people[Role.TEAM_MANAGER]) == ({("officer", "CP-1"): {Why.HOURS}} if is_unusual else {})


def test_somebody_who_had_no_part_in_it_that_day(people, case):
    look(case, people[Role.AGENCY_PRACTITIONER], on(18))
    assert asked_about(people[Role.TEAM_MANAGER]) == {(Role.AGENCY_PRACTITIONER, "CP-1"): {Why.NO_PART}}


def test_a_part_that_ended_before_the_look_does_not_explain_it(people, case):
    with doing(case, on=MONDAY):
        ended = case.links.get(professional=people["officer"])
        ended.until_on = A_WEDNESDAY
        ended.save()
    look(case, people["officer"], on(17))
    assert asked_about(people[Role.TEAM_MANAGER]) == {}
    look(case, people["officer"], on(18))
    assert asked_about(people[Role.TEAM_MANAGER]) == {("officer", "CP-1"): {Why.NO_PART}}


def test_through_broken_glass(people, case):
    broken = {"why": "danger", "reason": "Not home since four"}
    need_to_know.break_glass(case, **broken, by=people[Role.IRO], at=on(18, 11))
    look(case, people[Role.IRO], on(18, 12))
    assert asked_about(people[Role.TEAM_MANAGER]) == {(Role.IRO, "CP-1"): {Why.GLASS}}


def test_a_family_name_that_is_their_own(people, case):
    look(case, people["cousin"], on(18))
    assert asked_about(people[Role.TEAM_MANAGER]) == {("cousin", "CP-1"): {Why.NAMESAKE}}


def test_more_cases_in_a_day_than_are_a_days_work(people):
    cases = [a_case(people, reference=f"CP-{n:02}", on=MONDAY) for n in range(MANY_CASES + 1)]
    worker = people[Role.LEAD_PRACTITIONER]
    for case in cases[:-1]:
        look(case, worker, on(18))
    look(cases[-1], worker, on(19))
    assert asked_about(people[Role.TEAM_MANAGER]) == {}
    look(cases[-1], worker, on(18))
    found = asked_about(people[Role.TEAM_MANAGER])
    assert len(found) == MANY_CASES + 1 and set(map(frozenset, found.values())) == {frozenset({Why.MANY})}


def test_the_list_is_of_one_week_and_those_with_most_reasons_come_first(people, case):
    look(case, people[Role.AGENCY_PRACTITIONER], on(15, 23, 59))
    look(case, people[Role.AGENCY_PRACTITIONER], on(16))
    look(case, people["cousin"], on(22, 23, 59))
    look(case, people["cousin"], on(23))
    manager = people[Role.TEAM_MANAGER]
    found = looks_to_ask_about(manager, Case.objects.visible_to(manager), MONDAY, calendar())
    assert [(one.by.key, one.times) for one in found] == [("cousin", 1), (Role.AGENCY_PRACTITIONER, 1)]
    assert week_before(NEXT_MONDAY.date()) == MONDAY


def test_a_lead_of_another_agency_is_shown_their_own_people_alone_and_nobody_themselves(people, case):
    for key in ("officer", "police_lead", Role.AGENCY_PRACTITIONER, "second"):
        look(case, people[key], on(21))
    assert set(asked_about(people["police_lead"])) == {("officer", "CP-1")}
    assert set(asked_about(people["second"])) == {
        ("officer", "CP-1"),
        ("police_lead", "CP-1"),
        (Role.AGENCY_PRACTITIONER, "CP-1"),
    }


def test_auditors_stand_apart_with_the_reasons_they_gave(people, case):
    look(case, people[Role.AUDITOR], on(21), Kind.OPENING, "Sampled for the spring audit")
    look(case, people[Role.AUDITOR], on(21))
    assert asked_about(people[Role.DIRECTOR]) == {}
    [one] = looks_of_auditors(Case.objects.visible_to(people[Role.DIRECTOR]), MONDAY)
    assert (one.by, one.times, one.said) == (people[Role.AUDITOR], 2, ["Sampled for the spring audit"])


def test_a_week_takes_the_same_statements_however_much_was_looked_at(people, case, django_assert_num_queries):
    manager = people[Role.TEAM_MANAGER]
    cases = Case.objects.visible_to(manager)
    for times in (1, 30):
        for n in range(times):
            look(case, people["officer"], on(21, n % 24))
        with django_assert_num_queries(4):
            looks_to_ask_about(manager, cases, MONDAY, calendar())


# The word on Monday


def test_a_manager_is_told_once_how_many_and_where_and_no_more(people, case):
    manager = people[Role.TEAM_MANAGER]
    with doing(on=MONDAY):
        manager.user, manager.email = User.objects.create(username="manager"), "manager@council.example"
        manager.save()
    look(case, people["cousin"], on(21))
    for minutes in (0, 1):
        send_digests(NEXT_MONDAY + timedelta(minutes=minutes))
    [told] = [each for each in mail.outbox if "ask about" in each.subject]
    assert (told.to, told.subject) == (["manager@council.example"], "Throughline: 1 look at cases to ask about")
    assert "/access/unusual/" in told.body and "CP-1" not in told.body and "Reed" not in told.body
    assert Heartbeat.objects.get(about=Heartbeat.About.ACCESS).number == 1


def test_nobody_is_told_on_another_day(people, case):
    send_digests(NEXT_MONDAY + timedelta(days=1))
    assert not Heartbeat.objects.filter(about=Heartbeat.About.ACCESS).exists()


# The page


@pytest.fixture
def page(people, client, monkeypatch):
    monkeypatch.setattr("config.clock.now", lambda: NEXT_MONDAY)

    def asked(key, address="/access/unusual/"):
        with doing(on=MONDAY):
            person = people[key].fresh()
            if person.user is None:
                person.user = User.objects.create(username=person.key)
                person.save()
        client.force_login(person.user)
        return client.get(address)

    return asked


def test_the_page_says_who_when_and_why(people, case, page):
    look(case, people["cousin"], on(21))
    look(case, people[Role.AUDITOR], on(18), Kind.OPENING, "Sampled for the spring audit")
    said = page(Role.TEAM_MANAGER).content.decode()
    assert "Tom Reed" in said and Why.NAMESAKE.value.capitalize() in said and "21 Mar" in said
    assert "Sampled for the spring audit" not in said
    assert "Sampled for the spring audit" in page(Role.DIRECTOR).content.decode()
    assert "Nothing unusual was seen" in page(Role.TEAM_MANAGER, "/access/unusual/?week=2026-03-11").content.decode()


@pytest.mark.parametrize("week", ["nonsense", "2026-02-31", "20027-01-01", "٢٠٢٦", "2199-01-01", "\0"])
def test_a_week_that_is_none_is_the_last_one(people, case, page, week):
    look(case, people["cousin"], on(21))
    assert "Tom Reed" in page(Role.TEAM_MANAGER, f"/access/unusual/?week={week}").content.decode()


@pytest.mark.parametrize("key", [Role.LEAD_PRACTITIONER, Role.AGENCY_PRACTITIONER, Role.PARTNERSHIP, Role.AUDITOR])
def test_whoever_answers_for_nobody_is_not_shown_it(people, case, page, key):
    assert page(key).status_code == 403
