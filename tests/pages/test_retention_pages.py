"""Retention: the list, a case's own page, two people and a hold; and what is shown of a case that was destroyed."""

from datetime import date, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import clock
from escalation.posts import leave_post
from meetings.documents.pdf import can_be_drawn
from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing, with_policy
from tests.pages.played import words
from workflow import deadlines
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP
from workflow.errors import StillHoldsCase
from workflow.models import BrokenGlass, Case, Certificate, DestructionOrder, LegalHold, Read, Role, User
from workflow.signed_in import OPENED

DUE = date(2028, 1, 4)
REFERENCE = "CP-1"
NAMES = ("Maya", "Reed", "Ann")


class RetentionPages(TestCase):
    """One case whose year is over, another in which something is owed."""

    @classmethod
    def setUpTestData(cls):
        assert connection.features.supports_json_field
        cls.people = a_partnership()
        with_policy({"retention_years": {"referral": 1}})
        cls.case = a_case(cls.people)
        owed = a_deadline(cls.case)
        with doing(cls.case):
            deadlines.meet(owed, on=A_WEDNESDAY)
        a_deadline(a_case(cls.people, "CP-2"))
        with doing(name="give_sign_ins"):
            for role, person in cls.people.items():
                person = person.fresh()
                person.user = User.objects.create(username=str(role))
                person.save()
                cls.people[role] = person

    def setUp(self):
        nine = datetime(DUE.year, DUE.month, DUE.day, 9, 0, tzinfo=LONDON)
        stopped = mock.patch.object(clock, "now", return_value=nine)
        stopped.start()
        self.addCleanup(stopped.stop)

    def sign_in(self, role):
        self.client.force_login(self.people[role].user)
        if role == Role.AUDITOR:
            session = self.client.session
            session[OPENED] = {str(case.pk): "9999-01-01T00:00:00+00:00" for case in Case.objects.all()}
            session.save()

    def page(self, name, *args, as_=None, status=200):
        if as_:
            self.sign_in(as_)
        answer = self.client.get(reverse(name, args=args))
        self.assertEqual(answer.status_code, status, name)
        return BeautifulSoup(answer.content, "html.parser")

    def does(self, act, as_, **said):
        self.sign_in(as_)
        return self.client.post(reverse("retention-case", args=[REFERENCE]), {"do": act, **said}, follow=True)

    def offered(self, as_):
        page = self.page("retention-case", REFERENCE, as_=as_)
        return {each["value"] for each in page.select("input[name=do]")}

    def destroyed(self):
        self.does("propose_destruction", Role.PARTNERSHIP)
        self.does("release_destruction", Role.DIRECTOR)
        self.does("carry_out_destruction", Role.CONFERENCE_ADMIN, sure="on")
        return Certificate.objects.get()

    # What is due

    def test_the_list_says_what_is_due_and_the_schedule_and_names_nobody(self):
        said = words(self.page("retention", as_=Role.PARTNERSHIP))
        self.assertIn("CP-1 1 year from the last entry in the record of the case", said)
        self.assertNotIn("CP-2", said)
        self.assertIn("Nothing was destroyed.", said)
        self.assertIn("Care Planning, Placement and Case Review (England) Regulations 2010", said)
        for name in NAMES:
            self.assertNotIn(name, said)

    def test_only_those_who_keep_the_files_or_answer_for_them_see_the_list(self):
        let_in = {Role.PARTNERSHIP, Role.CONFERENCE_ADMIN, Role.SERVICE_MANAGER, Role.DIRECTOR, Role.AUDITOR}
        for role in self.people:
            with self.subTest(role):
                self.page("retention", as_=role, status=200 if role in let_in else 403)

    def test_a_case_says_until_when_it_is_kept_and_why(self):
        said = words(self.page("retention-case", "CP-2", as_=Role.LEAD_PRACTITIONER))
        self.assertIn("Still open Not due: dates owed: 1.", said)
        said = words(self.page("retention-case", REFERENCE, as_=Role.LEAD_PRACTITIONER))
        self.assertIn("Due It was to be kept until Fri 31 Dec 2027", said)
        self.page("retention-case", "CP-9", as_=Role.PARTNERSHIP, status=404)
        self.page("retention-case", REFERENCE, as_=Role.IRO, status=404)

    def test_the_dry_run_lists_what_is_due_and_how_much_would_go_and_changes_nothing(self):
        out = StringIO()
        call_command("retention", "--dry-run", "--on", "2028-01-04", stdout=out)
        said = out.getvalue()
        self.assertIn("CP-1 the case; until 31 Dec 2027; 1 year from the last entry in the record of the case\n", said)
        self.assertIn("    Deadline: 1, lines of history: 2\n", said)
        self.assertIn("1 due on 4 Jan 2028. Nothing was changed.", said)
        call_command("retention", stdout=(every := StringIO()))
        self.assertIn("CP-2 the case; until 31 Dec 2027; 1 year from the last entry in the record of the case; dates "
                      "owed: 1", every.getvalue())  # fmt: skip
        with self.assertRaises(CommandError):
            call_command("retention", "--on", "soon")

    # The way

    def test_each_is_offered_what_they_may_do_and_nobody_the_second_step_of_their_own(self):
        self.assertEqual(self.offered(Role.PARTNERSHIP), {"propose_destruction", "put_on_hold"})
        self.assertEqual(self.offered(Role.AUDITOR), set())
        self.assertEqual(self.offered(Role.CONFERENCE_CHAIR), {"put_on_hold"})
        self.does("propose_destruction", Role.PARTNERSHIP)
        self.assertEqual(self.offered(Role.PARTNERSHIP), {"withdraw_destruction", "put_on_hold"})
        self.assertIn("It waits for somebody else than you", words(self.page("retention-case", REFERENCE)))
        self.assertEqual(
            self.offered(Role.DIRECTOR),
            {"release_destruction", "decline_destruction", "withdraw_destruction", "put_on_hold"},
        )
        self.does("release_destruction", Role.DIRECTOR)
        self.assertEqual(
            self.offered(Role.CONFERENCE_ADMIN), {"carry_out_destruction", "withdraw_destruction", "put_on_hold"}
        )

    def test_a_second_step_of_ones_own_is_refused_in_words(self):
        self.does("propose_destruction", Role.PARTNERSHIP)
        answer = self.does("release_destruction", Role.PARTNERSHIP)
        self.assertContains(answer, "Somebody else than the person who prepared this")
        self.assertEqual(DestructionOrder.objects.get().state, "proposed")

    def test_it_is_not_destroyed_by_a_slip_of_the_hand(self):
        self.does("propose_destruction", Role.PARTNERSHIP)
        self.does("release_destruction", Role.DIRECTOR)
        answer = self.does("carry_out_destruction", Role.CONFERENCE_ADMIN)
        self.assertContains(answer, "Say that you know that this cannot be undone.")
        self.assertFalse(Certificate.objects.exists())

    def test_a_hold_stops_it_and_is_lifted_with_a_reason(self):
        self.does("propose_destruction", Role.PARTNERSHIP)
        answer = self.does("put_on_hold", Role.CONFERENCE_CHAIR, why="court", reason=" ")
        self.assertContains(answer, "Say why.")
        self.does("put_on_hold", Role.CONFERENCE_CHAIR, why="court", reason="The family court asks")
        self.assertEqual(self.offered(Role.DIRECTOR),
                         {"decline_destruction", "withdraw_destruction", "put_on_hold", "lift_hold"})  # fmt: skip
        self.assertIn("Held", words(self.page("retention", as_=Role.PARTNERSHIP)))
        answer = self.does("release_destruction", Role.DIRECTOR)
        self.assertContains(answer, "A legal hold is on it")
        hold = LegalHold.objects.get()
        self.does("lift_hold", Role.DIRECTOR, hold=hold.pk, reason="The court has decided")
        self.does("release_destruction", Role.DIRECTOR)
        self.assertEqual(DestructionOrder.objects.get().state, "released")

    def test_a_hold_on_every_case_is_put_on_and_lifted_on_the_list(self):
        self.sign_in(Role.PARTNERSHIP)
        address = reverse("retention")
        said = {"do": "put_on_hold", "why": "inquiry", "reason": "The public inquiry"}
        self.client.post(address, said)
        self.assertContains(self.client.get(address), "The public inquiry")
        self.assertNotIn("propose_destruction", self.offered(Role.PARTNERSHIP))
        hold = LegalHold.objects.get()
        self.client.post(address, {"do": "lift_hold", "hold": hold.pk, "reason": "It has reported"})
        self.assertContains(self.client.get(address), "No hold is on.")

    # Afterwards

    def test_every_page_of_a_destroyed_case_says_so_and_nothing_else(self):
        seal = self.destroyed().entry.seal
        for name in ("case", "case-plan", "plan-compare", "case-dates", "case-drift", "case-meetings", "case-access",
                     "case-record", "case-bundle"):  # fmt: skip
            said = words(self.page(name, REFERENCE, as_=Role.LEAD_PRACTITIONER, status=410))
            self.assertIn("This case was destroyed", said)
            self.assertIn(f"{seal.number}: {seal.hash}", said)
            for name_of in NAMES:
                self.assertNotIn(name_of, said)
        self.page("case", REFERENCE, as_=Role.AUDITOR, status=410)
        self.page("case", REFERENCE, as_=Role.IRO, status=404)
        self.assertEqual(self.client.post(reverse("case-record", args=[REFERENCE])).status_code, 404)

    def test_who_looked_at_that_is_on_record(self):
        self.destroyed()
        self.page("case-plan", REFERENCE, as_=Role.LEAD_PRACTITIONER, status=410)
        last = Read.objects.latest("pk")
        self.assertEqual((last.case, last.about), (self.case, "case-plan"))

    def test_lists_searches_and_figures_hold_it_no_more(self):
        self.destroyed()
        for role in (Role.TEAM_MANAGER, Role.AUDITOR):
            for name in ("cases", "today", "drift", "overdue", "meetings", "register", "attendance", "drift-quiet"):
                self.assertNotIn(REFERENCE, words(self.page(name, as_=role)), name)
        self.sign_in(Role.TEAM_MANAGER)
        self.assertNotContains(self.client.get(reverse("cases"), {"q": "Reed"}), REFERENCE)
        self.sign_in(Role.PARTNERSHIP)
        answer = self.client.get(
            reverse("policy-what-if"),
            {"changes": 'ladder = ["1 wd"]', "first-day": "1", "first-month": "3", "first-year": "2026",
             "last-day": "1", "last-month": "6", "last-year": "2026"},
        )  # fmt: skip
        self.assertEqual(answer.status_code, 200)
        call_command("what_if", "--policy", self.policy_file(), "--from", "2026-03-01", "--to", "2026-06-01",
                     stdout=StringIO())  # fmt: skip

    def policy_file(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = Path(folder.name) / "other.toml"
        file.write_text('ladder = ["1 wd", "3 wd", "5 wd", "10 wd"]\n')
        return file

    def test_it_cannot_be_opened_by_break_glass_and_its_people_may_leave(self):
        self.destroyed()
        self.sign_in(Role.AGENCY_PRACTITIONER)
        said = {"reference": REFERENCE, "why": "danger", "reason": "To look", "password": "x"}
        self.assertNotEqual(self.client.post(reverse("break-glass"), said).status_code, 302)
        self.assertFalse(BrokenGlass.objects.exists())
        with self.assertRaises(StillHoldsCase) as refused:
            leave_post(PARTNERSHIP, self.case.lead_practitioner, by=self.people[Role.TEAM_MANAGER], on=DUE)
        self.assertEqual(refused.exception.about, ["CP-2"])

    def test_the_certificate_is_a_page_and_a_file_without_content(self):
        found = self.destroyed()
        said = words(self.page("certificate", found.pk, as_=Role.DIRECTOR))
        self.assertIn("Proposed by Partnership, Social Care, on 4 January 2028", said)
        self.assertIn("Released by Director, Social Care, on 4 January 2028", said)
        self.assertIn("Deadline 1 2", said)
        self.assertIn(f"seal {found.entry.number - 1}: {found.entry.seal.previous}", said)
        for name in NAMES:
            self.assertNotIn(name, said)
        answer = self.client.get(reverse("certificate-file", args=[found.pk]))
        if can_be_drawn():
            self.assertEqual(answer["Content-Disposition"], f'attachment; filename="certificate-{found.pk}.pdf"')
            self.assertTrue(answer.content.startswith(b"%PDF"))
        else:
            self.assertEqual(answer.status_code, 302)
        self.page("certificate", found.pk, as_=Role.LEAD_PRACTITIONER, status=404)

    def test_the_page_of_a_destroyed_case_keeps_its_read_log_and_the_list_its_certificate(self):
        self.destroyed()
        said = words(self.page("retention-case", REFERENCE, as_=Role.PARTNERSHIP))
        self.assertIn("Until when it is kept who looked", said)
        self.assertIn("Until Sun 31 Dec 2034.", said)
        self.assertIn("Certificate", words(self.page("retention")))

    def test_the_pages_ask_few_questions(self):
        for name, args in (("retention", ()), ("retention-case", (REFERENCE,))):
            self.sign_in(Role.DIRECTOR)
            with self.subTest(name), CaptureQueriesContext(connection) as asked:
                self.client.get(reverse(name, args=args))
            self.assertLessEqual(len(asked), 15, "\n".join(each["sql"][:150] for each in asked))
        found = self.destroyed()
        for name, args in (
            ("certificate", (found.pk,)), ("case", (REFERENCE,)), ("retention-case", (REFERENCE,)), ("retention", ())
        ):  # fmt: skip
            self.sign_in(Role.DIRECTOR)
            with self.subTest(name), CaptureQueriesContext(connection) as asked:
                self.client.get(reverse(name, args=args))
            self.assertLessEqual(len(asked), 15, "\n".join(each["sql"][:150] for each in asked))
