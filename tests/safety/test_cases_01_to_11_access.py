"""Cases 1 to 8, 10 and 11: who gets where, and what they cannot tell from the answer."""

from types import ModuleType

from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from config import urls
from config.doors import DOORS, Door
from meetings.models import Conference, Report
from notifications import need_to_know
from notifications.api_keys import make_api_key
from tests.access import test_attempts, test_walk, world
from tests.access.asking import World
from tests.access.samples import routes, what_fills
from tests.making import a_professional, doing
from tests.meetings.sat import agency, person
from tests.safety.borrowing import only
from workflow.models import Case, CaseLink, Entry, Professional, Read, Role
from workflow.permissions import MAY
from workflow.records import QuietChange

# Where an alert or a message that somebody was sent while they were of the team stands, by the reference alone.
TOLD_BEFORE = {"/", "/alerts/", "/alerts/fragment/", "/alerts/end-of-ladder/", "/messages/"}
WITHOUT_TOKENS = test_walk._without_tokens

Walked = only(
    test_walk.Walk,
    test_case_02_every_page_fragment_file_and_draft_of_another_agencys_case_is_as_one_that_is_not_there=(
        "test_who_does_not_need_to_know_cannot_tell_a_case_from_none"
    ),
    test_case_11_every_address_has_a_door="test_every_address_has_a_door_and_every_door_an_address",
)
Attempted = only(
    test_attempts.Attempts,
    test_case_01_an_attempt_is_written_down="test_a_case_that_is_not_theirs_is_written_down_as_one_that_is_not_there",
    test_case_06_another_cases_action="test_another_cases_action_is_not_found_under_ones_own_meeting_or_case",
)


class Access(World):
    def test_case_01_a_case_of_others_is_as_one_that_is_not_there_and_the_attempt_is_written_down(self):
        answers, costs = [], []
        for address in ("/cases/SP-T/", "/cases/SP-9999/"):
            self.ask("neighbour", "/health/")
            with self.assertLogs("config.logs", "WARNING") as told, CaptureQueriesContext(connection) as cost:
                answers.append(self.client.get(address))
            costs.append(len(cost))
            self.assertIn("answered 404", told.output[0])
        forbidden, unknown = answers
        self.assertEqual((forbidden.status_code, unknown.status_code), (404, 404))
        self.assertEqual(WITHOUT_TOKENS(forbidden), WITHOUT_TOKENS(unknown))
        self.assertEqual({*forbidden.headers} ^ {*unknown.headers}, set())
        # The time an answer takes is the statements it asks: the very same number.
        self.assertEqual(*costs)

    def test_case_02_nor_by_a_key_of_another_agency(self):
        with doing(on=world.TODAY):
            admin = a_professional("admin", Role.SYSTEM_ADMIN, agency("social_care"))
        told = {}
        for holder in ("manager", "neighbour_lead"):
            said = {"name": holder, "scopes": ["deadlines:read"], "by": admin, "on": world.TODAY}
            words = make_api_key(Professional.objects.get(key=holder), **said).words
            answer = Client().get(reverse("api-overdue"), headers={"Authorization": f"Bearer {words}"})
            told[holder] = {each["reference"] for each in answer.json()["overdue"]}
        self.assertEqual(told, {"manager": {"SP-T"}, "neighbour_lead": set()})

    def test_case_03_a_restricted_case_is_in_no_list_count_or_figure_of_others(self):
        case, addresses = Case.objects.get(reference="SP-T"), self.of_ones_own()
        chair = person("cp_chair")
        shown = {who: self.pages_naming(who, addresses) for who in ("teacher", "police_lead")}
        self.assertTrue(all(len(found) > 1 for found in shown.values()), shown)
        need_to_know.restrict_case(case, why="staff", reason="A cousin works here", named=(), by=chair, on=world.TODAY)
        for who in ("teacher", "police_lead", "board", "neighbour"):
            with self.subTest(who=who):
                self.assertEqual(self.pages_naming(who, addresses, b"Mira"), [])
                self.assertLessEqual(set(self.pages_naming(who, addresses)), TOLD_BEFORE)
                self.assertEqual(self.ask(who, "/cases/SP-T/").status_code, 404)
        self.assertEqual(self.ask("cp_chair", "/cases/SP-T/").status_code, 200)

    def of_ones_own(self):
        return [
            reverse(route.name, kwargs=what_fills(route))
            for route in routes()
            if DOORS.get(route.name) is Door.OWN and "pk" not in route.pattern.converters
        ]

    def pages_naming(self, who, addresses, *words):
        self.ask(who, "/health/")
        said = {each: self.client.get(each).content for each in addresses}
        return [each for each, page in said.items() if any(word in page for word in words or (b"SP-T", b"Mira"))]

    def test_case_04_when_a_link_ends_the_next_page_is_refused_in_words(self):
        self.assertEqual(self.ask("teacher", "/cases/SP-T/").status_code, 200)
        self.end_the_links_of("teacher")
        answer = self.client.get("/cases/SP-T/plan/")
        self.assertEqual(answer.status_code, 404)
        self.assertContains(answer, "not", status_code=404)
        self.assertNotContains(answer, "Mira", status_code=404)

    def end_the_links_of(self, key):
        with doing(Case.objects.get(reference="SP-T"), on=world.TODAY):
            for found in CaseLink.objects.filter(professional__key=key, until_on=None):
                found.until_on = world.TODAY
                found.save()

    def test_case_05_a_post_that_ends_between_the_page_and_its_form_sends_nothing(self):
        report = Report.objects.get(conference__key="rcpc-2")
        address = reverse("meeting-report-share", args=[report.conference_id, report.pk])
        self.assertEqual(self.ask("clerk", address).status_code, 200)
        with doing(on=world.TODAY):
            clerk = Professional.objects.get(key="clerk")
            clerk.left_on = world.TODAY
            clerk.save()
        before, kept = Entry.objects.count(), report.fresh().version
        answer = self.client.post(address, {"how": "Read to her at home"})
        self.assertIn(answer.status_code, (403, 404))
        self.assertEqual((Entry.objects.count(), report.fresh().version), (before, kept))

    def test_case_06_what_belongs_to_another_meeting_is_not_there_under_ones_own(self):
        own, other = Conference.objects.get(key="rcpc-1"), Conference.objects.get(key="rcpc-2")
        report = Report.objects.get(conference=other)
        before = Entry.objects.count()
        for name in ("meeting-report-share", "meeting-report-add"):
            self.ask("clerk", "/health/")
            answer = self.client.post(reverse(name, args=[own.pk, report.pk]), {"how": "Read to her"})
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.client.get(reverse("meeting-report-file", args=[own.pk, report.pk, 1])).status_code, 404)
        self.assertEqual(Entry.objects.count(), before)

    def test_case_07_fields_that_no_form_has_change_nothing(self):
        report = Report.objects.get(conference__key="rcpc-2", agency__key="education")
        before = (report.agency_id, report.conference_id, report.received_on)
        self.ask("clerk", "/health/")
        sent = {
            "how": "Read to her",
            "agency": 1,
            "conference": 1,
            "received_on": "1999-01-01",
            "version": 99,
            "id": 77,
        }
        sent |= {"state": "closed", "case": 1, "owner": "board", "by": "board", "at": "1999-01-01"}
        answer = self.client.post(reverse("meeting-report-share", args=[report.conference_id, report.pk]), sent)
        self.assertIn(answer.status_code, (200, 302))
        after = report.fresh()
        self.assertEqual((after.agency_id, after.conference_id, after.received_on), before)
        self.assertLessEqual(after.version, report.version + 1)
        self.assertEqual(Entry.objects.latest("pk").by.key, "clerk")
        self.assertEqual(Conference.objects.get(key="rcpc-2").state, Conference.State.INVITED)

    def test_case_08_a_state_is_not_changed_around_its_steps(self):
        conference = Conference.objects.get(key="rcpc-2")
        with self.assertRaises(AttributeError):
            conference.state = Conference.State.CLOSED
        for change in ({"state": "closed"}, {"state": "no such state"}):
            with self.assertRaises(QuietChange):
                Conference.objects.filter(pk=conference.pk).update(**change)
        with self.assertRaises(QuietChange):
            conference.save()
        self.assertEqual(conference.fresh().state, Conference.State.INVITED)

    def test_case_10_an_auditors_look_is_written_down_and_nothing_they_send_is_done(self):
        self.ask("inspector", "/cases/SP-T/plan/")
        looked = Read.objects.latest("pk")
        self.assertEqual((looked.by.key, looked.about), ("inspector", "case-plan"))
        theirs = {act for act, roles in MAY.items() if Role.AUDITOR in roles}
        before = Entry.objects.latest("pk").pk
        for route in routes():
            if DOORS.get(route.name) is Door.CASE:
                address = reverse(route.name, kwargs=what_fills(route))
                self.ask("inspector", "/health/")
                with self.subTest(route=route.name):
                    status = self.client.post(address, {"reason": "As agreed"}).status_code
                    self.assertIn(status, (200, 302, 400, 403, 404, 405))
        done = Entry.objects.filter(pk__gt=before, by__key="inspector", outcome="done").exclude(act__in=theirs)
        self.assertEqual(list(done.values_list("act", flat=True)), [])

    def test_case_11_an_address_without_a_door_is_not_shown(self):
        new = path("new/", lambda request: HttpResponse("Mira"), name="new")
        fake = ModuleType("addresses_with_a_new_one")
        fake.urlpatterns = [*urls.urlpatterns, new]
        with override_settings(ROOT_URLCONF=fake), self.assertLogs("config.doors", "ERROR") as told:
            answer = self.ask("manager", "/new/")
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn(b"Mira", answer.content)
        self.assertIn("has no door", told.output[0])
