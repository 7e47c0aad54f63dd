"""Handing a report in as a file, and taking it away again: by whom, as what, and written down."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from meetings.models import Conference, ReportFile
from meetings.report_files import storage
from tests.access.asking import World
from tests.meetings.handed_in import PLAIN
from workflow.models import Entry, Read


class ReportFiles(World):
    def setUp(self):
        super().setUp()
        self.conference = Conference.objects.get(key="rcpc-2")
        self.report = self.conference.reports.get(agency__key="education")
        self.add = reverse("meeting-report-add", args=[self.conference.pk, self.report.pk])
        self.take = reverse("meeting-report-file", args=[self.conference.pk, self.report.pk, 1])

    def hand_in(self, content, name="Mira Lowe.pdf", who="teacher", **said):
        self.ask(who, self.add)
        return self.client.post(self.add, {"file": SimpleUploadedFile(name, content), **said})

    def test_it_is_taken_away_and_never_shown_and_the_look_is_written_down(self):
        answer = self.ask("cp_chair", self.take)
        self.assertEqual(answer.content, PLAIN)
        self.assertEqual(answer["Content-Disposition"], 'attachment; filename="SP-T-report-education-1.pdf"')
        self.assertEqual((answer["X-Content-Type-Options"], answer["Cache-Control"]), ("nosniff", "no-store"))
        self.assertTrue(answer["Content-Security-Policy"].startswith("default-src 'none'"))
        self.assertTrue(answer["Content-Security-Policy"].endswith("sandbox"))
        looked = Read.objects.latest("pk")
        self.assertEqual((looked.by.key, looked.kind, looked.about), ("cp_chair", "download", "meeting-report-file"))

    def test_a_new_version_needs_a_reason_and_stands_beside_the_old_one(self):
        answer = self.hand_in(PLAIN + b"%%EOF\n")
        self.assertContains(answer, "Say why.")
        answer = self.hand_in(PLAIN + b"%%EOF\n", reason="Page two was missing")
        self.assertRedirects(answer, reverse("meeting-reports", args=[self.conference.pk]))
        page = self.client.get(answer["Location"])
        self.assertContains(page, "Version 1")
        self.assertContains(page, "superseded")
        self.assertEqual([each.number for each in self.report.files.all()], [1, 2])
        self.assertEqual(self.ask("clerk", self.take).content, PLAIN)

    def test_what_is_refused_is_said_beside_the_file_and_what_was_typed_stays(self):
        before = sorted(Path(storage().location).iterdir())
        answer = self.hand_in(b"MZ\x90", "../../holiday.docx", reason="The second page was missing")
        self.assertContains(answer, "This is not a PDF or a Word document")
        self.assertContains(answer, "The second page was missing")
        self.assertContains(answer, 'id="id_file-error"')
        self.assertEqual(sorted(Path(storage().location).iterdir()), before)
        self.assertEqual(Entry.objects.latest("pk").code, "FILE_KIND_NOT_TAKEN")

    @override_settings(UPLOAD_LIMIT=1000)
    def test_a_file_over_the_limit_is_read_past_and_refused_beside_the_field(self):
        answer = self.hand_in(PLAIN + b"x" * 300_000, reason="Page two was missing")
        self.assertContains(answer, "This file is larger than what is taken.")
        self.assertContains(answer, "Page two was missing")

    def test_another_agency_cannot_and_is_not_offered_to(self):
        page = self.ask("police_lead", reverse("meeting-reports", args=[self.conference.pk]))
        self.assertNotContains(page, f'"{self.add}"')
        self.assertContains(page, self.take)
        self.assertContains(self.hand_in(PLAIN, who="police_lead", reason="Ours is better"), "agency", status_code=200)
        self.assertEqual(ReportFile.objects.count(), 1)

    def test_changed_bytes_are_not_given_out(self):
        kept = Path(storage().path(self.report.files.get().kept_as))
        self.addCleanup(kept.write_bytes, kept.read_bytes())
        kept.write_bytes(b"%PDF-another")
        with self.assertLogs("meetings.views.reports", "ERROR"):
            answer = self.ask("clerk", self.take)
        self.assertContains(answer, "not as it was handed in", status_code=503)

    def test_no_address_leads_to_the_folder(self):
        kept_as = self.report.files.get().kept_as
        for place in ("uploads", "static/uploads", "media", "static"):
            self.assertEqual(self.ask("clerk", f"/{place}/{kept_as}").status_code, 404)

    def test_a_report_comes_in_with_its_file_in_one_form(self):
        address = reverse("meeting-report", args=[self.conference.pk, self._owing()])
        page = self.ask("clerk", address)
        self.assertContains(page, 'enctype="multipart/form-data"')
        said = {"shared_with_family": "no", "summary": "Three calls", "on_paper": "true"}
        answer = self.client.post(address, said | {"file": SimpleUploadedFile("x.pdf", PLAIN)})
        self.assertEqual(answer.status_code, 302)
        self.assertEqual(ReportFile.objects.latest("pk").report.summary, "Three calls")

    def _owing(self):
        from workflow.models import Agency, Deadline

        owed = Deadline.objects.filter(code="report", state="pending", subject__startswith="rcpc-2:").first()
        return Agency.objects.get(key=owed.subject.split(":")[1]).pk
