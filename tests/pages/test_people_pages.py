"""The pages of people and of one's own sign-in: who sees them, what they do, what they cost."""

from datetime import date, timedelta
from io import BytesIO
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from openpyxl import load_workbook

from config import clock
from escalation.answering import hand_over_alert
from escalation.models import Alert
from escalation.sweep import sweep
from notifications.models import OutsideMail
from tests.escalation.scene import set_scene
from tests.making import A_WEDNESDAY, a_partnership, a_professional, an_agency, doing, noon
from workflow.models import Agency, JoiningLink, Professional, Role, User

pytestmark = pytest.mark.django_db
COSTS = {
    "/people/": 7,
    "/people/moves/": 5,
    "/my-sign-in/": 5,
    "/my-sign-in/second-step/": 4,
    "/my-sign-in/passkeys/": 4,
}


@pytest.fixture(autouse=True)
def at_noon():
    assert connection.features.supports_json_field  # SQLite is asked once for each process, not for each page
    with mock.patch.object(clock, "now", return_value=noon(A_WEDNESDAY)):
        yield


@pytest.fixture
def people():
    found = a_partnership()
    with doing():
        found["nurse"] = a_professional(
            "nurse",
            Role.AGENCY_PRACTITIONER,
            found[Role.AGENCY_LEAD].agency,
            name="Nia Holt",
            email="nia@health.example",
        )
        a_professional("officer", Role.AGENCY_PRACTITIONER, an_agency("police"), name="Ossie Pike")
        for key, person in found.items():
            person.user = User.objects.create(username=str(key), password="!none")
            person.save()
    return found


def page(client, person, address, status=200):
    client.force_login(person.user)
    answer = client.get(address)
    assert answer.status_code == status, address
    return BeautifulSoup(answer.content, "html.parser")


def words(soup):
    return " ".join(soup.get_text(" ").split())


def test_a_lead_sees_the_people_of_their_agency_and_an_administrator_everybody(client, people):
    seen = words(page(client, people[Role.AGENCY_LEAD], "/people/").main)
    assert "Nia Holt" in seen
    assert "Ossie Pike" not in seen
    assert "Looks to ask about" in seen
    assert "Ossie Pike" in words(page(client, people[Role.SYSTEM_ADMIN], "/people/").main)


def test_who_decides_about_nobody_is_refused(client, people):
    for role in (Role.AGENCY_PRACTITIONER, Role.LEAD_PRACTITIONER, Role.CONFERENCE_CHAIR):
        for address in ("/people/", "/people/moves/", "/people/moves/file/", f"/people/{people['nurse'].pk}/"):
            page(client, people[role], address, status=403)


def test_a_post_of_another_agency_is_not_there(client, people):
    officer = Professional.objects.get(key="officer")
    page(client, people[Role.AGENCY_LEAD], f"/people/{officer.pk}/", status=404)


def test_whoever_only_reads_is_offered_nothing(client, people):
    for role in (Role.PARTNERSHIP, Role.AUDITOR):
        assert "Invite a colleague" not in words(page(client, people[role], "/people/"))
        soup = page(client, people[role], f"/people/{people['nurse'].pk}/")
        assert "nothing you can decide" in words(soup)


def test_one_is_offered_nothing_about_oneself(client, people):
    lead = people[Role.AGENCY_LEAD]
    assert "nothing you can decide" in words(page(client, lead, f"/people/{lead.pk}/"))
    answer = client.post(f"/people/{lead.pk}/", {"do": "change_post", "role": "agency_practitioner", "reason": "So"})
    assert "Nobody decides about their own post" in answer.content.decode()


def test_a_colleague_is_invited_and_what_was_typed_is_kept_when_it_is_refused(client, people):
    lead = people[Role.AGENCY_LEAD]
    page(client, lead, "/people/")
    said = {"invite": "1", "name": "Ola Finch", "role": "agency_practitioner", "agency": lead.agency.pk}
    answer = client.post("/people/", said | {"email": "NIA@health.example"}).content.decode()
    assert "already" in answer.lower() or "There is" in answer
    assert 'value="Ola Finch"' in answer
    assert client.post("/people/", said | {"email": "ola@health.example"})["Location"] == "/people/"
    assert OutsideMail.objects.get().to_address == "ola@health.example"
    assert "Link sent" in words(page(client, lead, "/people/"))
    invited = Professional.objects.get(key="ola_finch")
    assert "Waiting to be sent" in words(page(client, lead, f"/people/{invited.pk}/"))
    forbidden = said | {"email": "x@health.example", "role": "auditor"}
    assert "Select a valid choice" in client.post("/people/", forbidden).content.decode()


def test_every_step_of_a_post_can_be_taken_on_its_page(client, people):
    lead, nurse = people[Role.AGENCY_LEAD], people["nurse"]
    address = f"/people/{nurse.pk}/"
    page(client, lead, address)
    for step, more, holds in (
        ("send_joining_link", {}, lambda: JoiningLink.objects.count() == 1),
        ("stop_sign_in", {}, lambda: not User.objects.get(username="nurse").is_active),
        ("allow_sign_in", {}, lambda: User.objects.get(username="nurse").is_active),
        ("change_post", {"role": "agency_lead"}, lambda: nurse.fresh().role == "agency_lead"),
        ("leave_post", {}, lambda: nurse.fresh().left_on == A_WEDNESDAY),
    ):
        answer = client.post(address, {"do": step, "reason": "As agreed", **more})
        assert answer.status_code == 302, (step, BeautifulSoup(answer.content, "html.parser").main.get_text())
        assert holds(), step
    assert "Nia Holt" not in words(page(client, lead, "/people/").main)


def test_an_administrator_ends_a_post_anywhere(client, people):
    nurse = people["nurse"]
    soup = page(client, people[Role.SYSTEM_ADMIN], f"/people/{nurse.pk}/")
    assert "They leave" not in words(soup)
    assert client.post(f"/people/{nurse.pk}/", {"do": "end_post"}).status_code == 302
    assert nurse.fresh().left_on == A_WEDNESDAY


def test_an_administrator_adds_an_agency(client, people):
    page(client, people[Role.SYSTEM_ADMIN], "/people/")
    client.post("/people/", {"add-agency": "1", "agency-name": "Youth justice"})
    assert Agency.objects.get(key="youth_justice").name == "Youth justice"
    page(client, people[Role.AGENCY_LEAD], "/people/")
    client.post("/people/", {"add-agency": "1", "agency-name": "Another"})
    assert not Agency.objects.filter(key="another").exists()


def test_the_report_and_its_spreadsheet_say_the_same(client, people):
    lead = people[Role.AGENCY_LEAD]
    seen = words(page(client, lead, "/people/moves/").main)
    assert "Nia Holt Joined Wed 18 Mar 2026 Agency practitioner" in seen
    taken = client.get("/people/moves/file/")
    assert taken["Content-Disposition"] == 'attachment; filename="people-2026-02-15-2026-03-18.xlsx"'
    rows = list(load_workbook(BytesIO(taken.content)).active.values)
    assert ("Joined", "2026-03-18", "Nia Holt", "Health", "Agency practitioner") in [row[:5] for row in rows]
    assert not any("Ossie" in str(row) for row in rows)


def test_a_period_that_cannot_be_is_told_beside_its_field(client, people):
    lead, day = people[Role.AGENCY_LEAD], A_WEDNESDAY - timedelta(days=30)
    asked = f"since-day=18&since-month=3&since-year=2026&until-day={day.day}&until-month={day.month}&until-year=2026"
    assert "The last day must be the first or a later one" in words(page(client, lead, f"/people/moves/?{asked}"))
    assert client.get(f"/people/moves/file/?{asked}").status_code == 404
    asked = "since-day=31&since-month=2&since-year=2026&until-day=1&until-month=3&until-year=2026"
    assert "must be a real date" in words(page(client, lead, f"/people/moves/?{asked}"))


@pytest.mark.parametrize("address", COSTS)
def test_what_a_page_costs(client, people, address, django_assert_num_queries):
    client.force_login(people[Role.SYSTEM_ADMIN].user)
    client.get(address)
    with django_assert_num_queries(COSTS[address]):
        client.get(address)
    with doing():
        for number in range(20):
            a_professional(f"more_{number}", Role.AGENCY_PRACTITIONER, people["nurse"].agency)
    with django_assert_num_queries(COSTS[address]):
        client.get(address)


def test_what_the_page_of_a_post_costs(client, people, django_assert_num_queries):
    client.force_login(people[Role.SYSTEM_ADMIN].user)
    with django_assert_num_queries(6):
        client.get(f"/people/{people['nurse'].pk}/")


def test_the_page_of_a_post_says_which_alerts_wait_and_the_alerts_page_that_they_were_given_back(client):
    scene = set_scene()
    late = date(2026, 3, 3)
    scene.owe("A1", late - timedelta(days=1), owner="health_lead")
    sweep(late)
    alert = Alert.objects.get(rung=1)
    with doing():
        scene.health_lead.user = User.objects.create(username="health_lead", password="!none")
        scene.health_lead.save()
    hand_over_alert(alert, to=scene.nurse, reason="On leave", by=scene.health_lead, on=late)
    with mock.patch.object(clock, "now", return_value=noon(late)):
        address = f"/people/{scene.nurse.pk}/"
        said = words(page(client, scene.health_lead, address).main)
        assert "1 offered to them: back with whoever offered it" in said
        answer = client.post(address, {"do": "leave_post"}, follow=True)
        assert "No alert waits for their answer." in answer.content.decode()
        said = words(page(client, scene.health_lead, f"/alerts/{alert.pk}/").main)
    assert "Given back Ivy Bunting to Hal Linnet" in said and "They have left their post." in said
