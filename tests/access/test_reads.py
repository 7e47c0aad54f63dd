"""Who looks at a case is written down, wherever they look, and an auditor says why."""

from datetime import timedelta
from unittest import mock

from django.db import DatabaseError
from django.urls import reverse

from config.doors import DOORS, Door
from tests.access import world
from tests.access.asking import World
from tests.access.samples import routes, what_fills
from workflow.models import Read
from workflow.signed_in import A_REASON_HOLDS


class Reading(World):
    says_why = False

    def test_every_address_that_shows_a_case_says_who_looked(self):
        for route in routes():
            if DOORS.get(route.name) is Door.CASE:
                with self.subTest(route=route.name):
                    self.look_at(reverse(route.name, kwargs=what_fills(route)))

    def look_at(self, address):
        """As the first who is shown the page; an address that only takes what is sent to it shows nothing."""
        answers = set()
        for who in ("clerk", "manager", "teacher", "cp_chair", "social_worker", "police_lead"):
            before = Read.objects.count()
            answers.add(status := self.ask(who, address).status_code)
            if status == 200:
                written = [(each.by.key, each.case.reference) for each in Read.objects.all()[before:]]
                return self.assertEqual(written, [(who, "SP-T")])
        return self.assertTrue(answers - {404} and answers <= {302, 404, 405, 503}, answers)

    def test_what_leads_on_or_is_refused_is_no_look(self):
        self.ask("neighbour", "/cases/SP-T/")
        self.ask("nobody", "/cases/SP-T/")
        self.assertEqual({each.kind for each in Read.objects.all()}, {"denied"})

    def test_an_auditor_says_why_before_the_first_look_and_is_written_down_too(self):
        answer = self.ask("inspector", "/cases/SP-T/plan/?on=2026-10-01")
        self.assertRedirects(answer, "/cases/SP-T/why/?next=%2Fcases%2FSP-T%2Fplan%2F%3Fon%3D2026-10-01")
        self.assertFalse(Read.objects.exists())
        self.assertContains(self.client.post(answer["Location"], {"reason": "x"}), "Say why in a few words")
        self.client.post(answer["Location"], {"reason": "Sampled for the spring audit"})
        self.assertEqual(self.client.get("/cases/SP-T/").status_code, 200)
        kept = [(each.kind, each.about) for each in Read.objects.filter(by__key="inspector")]
        self.assertEqual(kept, [("opening", "Sampled for the spring audit"), ("view", "case")])

    def test_the_reason_leads_nowhere_else(self):
        self.ask("inspector", "/cases/SP-T/")
        answer = self.client.post("/cases/SP-T/why/?next=https://elsewhere.example/", {"reason": "Spring audit"})
        self.assertRedirects(answer, "/cases/SP-T/")

    def test_the_reason_is_asked_again_in_another_session_and_after_its_hours(self):
        self.ask("inspector", "/cases/SP-T/why/")
        self.client.post("/cases/SP-T/why/", {"reason": "Spring audit"})
        self.assertEqual(self.client.get("/cases/SP-T/").status_code, 200)
        self.assertEqual(self.ask("inspector", "/cases/SP-T/").status_code, 302)
        self.client.post("/cases/SP-T/why/", {"reason": "Spring audit"})
        self.wind_to(world.NINE + A_REASON_HOLDS)
        self.assertEqual(self.client.get("/cases/SP-T/").status_code, 302)

    def test_the_page_says_who_looked_and_verifies_the_record(self):
        self.ask("teacher", "/cases/SP-T/")
        self.ask("manager", "/cases/SP-T/plan/")
        said = self.client.get("/cases/SP-T/record/").content.decode()
        self.assertIn("2 people, 0 of them outside the team", " ".join(said.split()))
        self.assertIn("Not verified yet", said)
        self.assertContains(self.client.post("/cases/SP-T/record/", follow=True), "are as they were sealed")
        self.assertContains(self.client.get("/cases/SP-T/record/"), "Whole")

    def test_a_print_told_by_the_script_is_kept_with_its_page(self):
        self.ask("manager", "/cases/SP-T/plan/")
        self.client.post("/cases/SP-T/printed/", {"page": "/cases/SP-T/plan/"})
        kept = Read.objects.get(kind="print")
        self.assertEqual((kept.by.key, kept.about), ("manager", "case-plan"))
        self.assertEqual(self.client.post("/cases/SP-T/printed/", {"page": "/no-such/"}).status_code, 404)

    def test_a_read_that_cannot_be_written_never_fails_the_page(self):
        failing = mock.patch("config.reading.read", side_effect=DatabaseError("the disk is full"))
        with failing, self.assertLogs("config.reading", "ERROR") as told:
            self.assertEqual(self.ask("teacher", "/cases/SP-T/").status_code, 200)
        self.assertIn("could not be written down", told.output[0])

    def test_a_part_that_renews_itself_is_one_look_for_a_quarter_of_an_hour(self):
        room = reverse("meeting-room-now", kwargs=what_fills(next(r for r in routes() if r.name == "meeting-room-now")))
        for minutes in (0, 14, 15, 16):
            self.wind_to(world.NINE + timedelta(minutes=minutes))
            self.ask("clerk", room)
        self.assertEqual(Read.objects.count(), 2)
