"""The auditor's pages: a sample, the checklist of a case, a finding and its owner, the bundle for an inspector."""

import csv
import io
import json
import zipfile

import openpyxl
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.documents.pdf import can_be_drawn
from plans.models import AuditFinding, AuditSample
from tests.making import a_professional, doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow.models import Case, Chain, Deadline, Entry, Professional, Role, User

DRAW = {"seed": "spring", "wanted": "1", "strata": ["category", "rating"]}
FINDING = {
    "do": "record_finding",
    "found": "No measure.",
    "action": "Agree one.",
    "due-day": "15",
    "due-month": "9",
    "due-year": "2026",
}


class AuditPages(PlayedCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        with doing(on=TODAY, name="second_auditor"):
            first = Professional.objects.get(key="inspector")
            second = a_professional("inspector_2", Role.AUDITOR, first.agency)
            second.user = User.objects.create(username="inspector_2")
            second.save()
        cls.people["inspector_2"] = second
        cls.case = Case.objects.get()

    def sampled(self):
        self.open_as("inspector")
        self.client.post(reverse("audits"), DRAW)
        return AuditSample.objects.get().cases.get()

    def open_as(self, key):
        """An auditor says why before they look at a case."""
        self.sign_in(key)
        self.client.post(reverse("case-why", args=[self.case.reference]), {"reason": "The audit of this spring."})

    def address(self, sampled):
        return reverse("audited-case", args=[sampled.pk])

    def answers(self, sampled, **other):
        told = {"do": "answer_audit_question"}
        for one in sampled.sample.questions:
            told |= {f"{one['code']}-answer": "yes", f"{one['code']}-evidence": "Plan, edition 2."}
        return told | other

    def test_a_sample_is_drawn_kept_and_answered_and_a_second_auditor_agrees(self):
        sampled = self.sampled()
        page = self.client.post(self.address(sampled), self.answers(sampled), follow=True)
        self.assertContains(page, "12 of 12 questions answered. A second auditor gives their view.")
        self.assertNotContains(page, "Do you agree with these answers?")
        self.open_as("inspector_2")
        self.client.post(self.address(sampled), {"do": "give_second_view", "agrees": "yes"})
        self.assertIn("Agrees", words(self.page(reverse("audit", args=[sampled.sample_id]), "inspector_2")))

    def test_an_answer_without_evidence_is_kept_as_typed_and_refused_beside_its_field(self):
        sampled = self.sampled()
        told = self.answers(sampled, **{"challenge-evidence": " ", "risk_named-evidence": "Typed before."})
        page = self.client.post(self.address(sampled), told)
        self.assertContains(page, "Say what in the record shows it.")
        self.assertContains(page, "Typed before.")
        self.assertFalse(sampled.answers.exists())

    def test_whoever_owes_a_finding_completes_it_on_the_case_and_nobody_else_is_offered_to(self):
        sampled = self.sampled()
        owner = self.case.lead_practitioner
        self.client.post(self.address(sampled), FINDING | {"owner": owner.key})
        finding = AuditFinding.objects.get()
        self.assertEqual(Deadline.objects.get(code="audit_finding").owner, owner)
        address = reverse("case-findings", args=[self.case.reference])
        self.assertNotIn("It is done", words(self.page(address, "manager")))
        self.sign_in(owner.key)
        self.client.post(address, {"finding": finding.pk, "evidence": "Edition 3."})
        self.assertEqual(finding.fresh().state, AuditFinding.State.DONE)

    def test_the_room_is_the_auditors_alone(self):
        sampled = self.sampled()
        rooms = [reverse("audits"), reverse("audit", args=[sampled.sample_id]), self.address(sampled)]
        for who in ("board", "manager", "cp_chair", "social_worker"):
            for address in rooms:
                self.page(address, who, status=403)

    def test_the_rooms_ask_few_questions(self):
        sampled = self.sampled()
        self.client.post(self.address(sampled), self.answers(sampled))
        for address in (reverse("audits"), reverse("audit", args=[sampled.sample_id]), self.address(sampled)):
            with self.subTest(address), CaptureQueriesContext(connection) as asked:
                self.client.get(address)
            self.assertLessEqual(len(asked), 15, address)

    # The bundle

    def taken_out(self):
        self.open_as("inspector")
        answer = self.client.post(reverse("case-bundle", args=[self.case.reference]), {"reason": "=Inspection 2026"})
        self.assertEqual(answer.headers["Content-Disposition"], f'attachment; filename="{self.case.reference}.zip"')
        return zipfile.ZipFile(io.BytesIO(answer.content))

    def test_a_bundle_holds_the_case_and_where_its_chain_stood_and_is_itself_in_the_journal(self):
        before = Chain.objects.get(case=self.case)
        found = self.taken_out()
        names = set(found.namelist())
        self.assertLessEqual({"csv/alerts.csv", "csv/read-log.csv", "csv/plan-history.csv", "seal.json"}, names)
        self.assertIn(f"{self.case.reference}.pdf" if can_be_drawn() else "no-pdf.txt", names)
        seal = json.loads(found.read("seal.json"))
        self.assertEqual((seal["number"], seal["hash"]), (before.number, before.hash))
        self.assertEqual(Entry.objects.filter(case=self.case).last().act, "export_bundle")

    def test_the_next_bundle_says_who_took_the_case_out_before(self):
        self.taken_out()
        found = self.taken_out()
        log = list(csv.reader(io.StringIO(found.read("csv/read-log.csv").decode("utf-8-sig"))))
        said = [row[3:5] for row in log[1:]]
        self.assertIn(["Exported", "Case bundle"], said)
        self.assertIn(["Said why", "The audit of this spring."], said)

    def test_an_auditor_says_why_before_the_checklist_of_a_case_and_the_look_is_on_record(self):
        sampled = self.sampled()
        self.client.force_login(self.people["inspector_2"].user)
        self.assertIn("why", self.client.get(self.address(sampled)).headers["Location"])
        self.open_as("inspector_2")
        self.client.get(self.address(sampled))
        self.assertTrue(self.case.reads.filter(by__key="inspector_2", about="audited-case").exists())

    def test_no_cell_of_it_is_a_formula(self):
        self.taken_out()
        found = self.taken_out()
        book = openpyxl.load_workbook(io.BytesIO(found.read(f"{self.case.reference}.xlsx")))
        kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row if cell.value is not None}
        self.assertEqual(kinds, {"s"})
        self.assertIn("'=Inspection 2026", found.read("csv/journal.csv").decode("utf-8-sig"))

    def test_nothing_is_taken_out_without_a_reason_or_by_somebody_without_the_right(self):
        address = reverse("case-bundle", args=[self.case.reference])
        self.open_as("inspector")
        self.assertContains(self.client.post(address, {"reason": " "}), "Say why.")
        self.sign_in("social_worker")
        answer = self.client.post(address, {"reason": "Curious."})
        self.assertNotEqual(answer.headers["Content-Type"], "application/zip")
        self.assertFalse(Entry.objects.filter(act="export_bundle", outcome=Entry.Outcome.DONE).exists())
