"""The pages on which paper is let go, answered and proven, with what the demonstration has: every fate of a copy."""

from datetime import datetime, time
from unittest import mock

from bs4 import BeautifulSoup
from django.test import TestCase

from config import clock
from config.demo import OPENS_ON, give_sign_ins
from config.demo_paper import paper
from config.stories.replay import play_together
from config.stories.story import LIBRARY, read
from meetings.documents import pdf
from meetings.models import Challenge, Conference, MinutesCopy
from tests.pages.played import words
from workflow.acting import LONDON
from workflow.models import User


class PaperOnTheDesk(TestCase):
    """Minutes of SP-0014 are out, the letter of SP-0015 waits for a second person."""

    @classmethod
    def setUpTestData(cls):
        with mock.patch.object(clock, "now", return_value=nine()):
            play_together(
                [read(LIBRARY / f"{name}.json") for name in ("minutes_sent_out", "letter_waiting")], until=OPENS_ON
            )
            give_sign_ins()
            paper(OPENS_ON)
        cls.out = Conference.objects.get(case__reference="SP-0014", key="icpc-1")
        cls.waiting = Conference.objects.get(case__reference="SP-0015", key="icpc-1")
        cls.release = cls.waiting.releases.get()
        cls.challenge = Challenge.objects.get()

    def setUp(self):
        stopped = mock.patch.object(clock, "now", return_value=nine())
        stopped.start()
        self.addCleanup(stopped.stop)

    def ask(self, address, key="cp_chair", status=200, **said):
        self.client.force_login(User.objects.get(username=key))
        answer = self.client.post(address, said, follow=True) if said else self.client.get(address)
        self.assertEqual(answer.status_code, status, address)
        return answer

    def page(self, address, key="cp_chair", status=200, **said):
        return BeautifulSoup(self.ask(address, key, status, **said).content, "html.parser")

    def copy_for(self, key):
        copies = MinutesCopy.objects.filter(minutes__conference=self.out)
        return next(copy for copy in copies if copy.party.key == key)

    @property
    def challenge_page(self):
        return f"/meetings/{self.out.pk}/minutes/challenges/{self.challenge.pk}/"

    # Where a chair starts

    def test_today_leads_the_chair_to_the_challenge_the_letter_and_what_moved(self):
        today = self.page("/")
        links = {link.text: link["href"] for link in today.select("main a")}
        assert (
            links["Answer what somebody says is wrong in the minutes"] == f"/meetings/{self.out.pk}/minutes/challenges/"
        )
        assert links["Check what is ready to go out, and let it go"] == f"/meetings/{self.waiting.pk}/sending/"
        assert "from 27 Nov 2026 to 1 Dec 2026, by Joan Tully. The fitter comes" in words(today)

    def test_a_challenge_waits_for_the_chair_alone_and_only_while_it_is_open(self):
        assert "wrong in the minutes" not in words(self.page("/", "clerk"))
        self.page(self.challenge_page, verdict="reject", reason="The date is in the register")
        assert "wrong in the minutes" not in words(self.page("/"))

    # What became of each copy

    def test_every_fate_of_a_copy_is_said_in_words(self):
        said = words(self.page(f"/meetings/{self.out.pk}/sending/", "clerk"))
        for fate in (
            "Could not be delivered: 550 5.1.1 No such mailbox here",
            "To be posted",
            "Handed over on 18 Nov 2026, 15:01",
            "Opened on 19 Nov 2026, 11:00",
            "Confirmed on 19 Nov 2026, 11:00",
            "Disputed on 20 Nov 2026",
            "Redacted 3 sections left out",
        ):
            assert fate in said

    def test_a_mail_that_failed_is_a_task_for_who_administers_the_case(self):
        assert "Not delivered" in words(self.page("/", "clerk"))

    def test_sending_again_without_a_reason_is_refused_beside_the_field(self):
        copy = self.copy_for("greta")
        page = self.page(f"/meetings/{self.out.pk}/copies/minutes/{copy.pk}/again/", "clerk", reason=" ")
        assert page.title.text.startswith("Error: ")

    # Two people

    def test_who_prepared_the_letter_is_not_offered_to_let_it_go_and_the_chair_is(self):
        address = f"/meetings/{self.waiting.pk}/sending/"
        assert not [one for one in self.page(address, "clerk").select("button") if "versions go" in one.text]
        assert "Let 6 versions go" in [one.text.strip() for one in self.page(address).select("button")]

    def test_it_does_not_go_unless_somebody_says_they_have_looked(self):
        page = self.page(f"/meetings/{self.waiting.pk}/sending/", of="letter", do="release")
        assert page.title.text.startswith("Error: ")
        assert self.waiting.letter_copies.count() == 0

    def test_what_is_viewed_as_somebody_is_the_file_they_get(self):
        address = f"/meetings/{self.waiting.pk}/sending/{self.release.pk}/"
        kirsten = next(number for number, row in enumerate(self.release.rows, 1) if row["party"] == "kirsten")
        seen = words(self.page(f"{address}{kirsten}/"))
        assert "View as Kirsten Sorley" in seen
        file = self.ask(f"{address}{kirsten}/docx/").content
        self.page(f"/meetings/{self.waiting.pk}/sending/", "manager", of="letter", do="release", looked="on")
        copy = next(each for each in self.waiting.letter_copies.all() if each.party.key == "kirsten")
        assert copy.sha256 in seen
        assert self.ask(f"/meetings/{self.waiting.pk}/copies/letter/{copy.pk}/docx/", "clerk").content == file

    # A challenge

    def test_items_without_words_are_folded_away_and_those_with_words_stand_open(self):
        page = self.page(self.challenge_page)
        folded = page.select("details textarea")
        assert folded and not any(each.text.strip() for each in folded)
        assert any("Four reports came in time" in each.text for each in page.select("textarea"))

    def test_an_answer_without_a_reason_keeps_what_was_typed(self):
        section = self.out.minutes.versions.last().sections[0]["key"]
        page = self.page(self.challenge_page, verdict="accept", reason="", **{section: "Greta and Odile were welcomed"})
        assert page.title.text.startswith("Error: ")
        assert "Greta and Odile were welcomed" in page.select_one(f"textarea[name={section}]").text

    def test_only_the_chair_is_offered_the_answer(self):
        assert not self.page(self.challenge_page, "clerk").select("textarea")

    # Proof

    def test_the_proof_says_how_each_copy_went_and_when_each_was_asked(self):
        said = words(self.page(f"/meetings/{self.out.pk}/proof/"))
        assert "Could not be delivered: 550" in said
        assert "Waiting to be posted" in said
        assert "belongs to every initial conference" in said

    def test_without_pango_the_pages_say_what_to_install_and_word_files_come(self):
        copy = self.copy_for("odile")
        address = f"/meetings/{self.out.pk}/copies/minutes/{copy.pk}/"
        with mock.patch.object(pdf, "weasyprint", side_effect=pdf.PangoMissing()):
            for page in (f"/meetings/{self.out.pk}/sending/", f"/meetings/{self.out.pk}/proof/"):
                assert "libpango" in words(self.page(page, "clerk")), page
            for file in (
                f"{address}pdf/",
                f"/meetings/{self.out.pk}/proof/file/",
                f"/meetings/{self.out.pk}/sending/minutes/post/",
            ):
                assert "libpango" in words(self.page(file, "clerk", status=503)), file
            assert self.ask(f"{address}docx/", "clerk").content[:2] == b"PK"

    # What it costs

    def test_a_page_costs_a_fixed_number_of_statements(self):
        self.client.force_login(User.objects.get(username="clerk"))
        out, waiting = f"/meetings/{self.out.pk}/", f"/meetings/{self.waiting.pk}/"
        for address, statements in {
            f"{out}sending/": 13,
            f"{waiting}sending/": 11,
            f"{waiting}sending/{self.release.pk}/1/": 8,
            f"{out}minutes/challenges/": 9,
            self.challenge_page: 9,
            f"{out}minutes/addenda/": 8,
        }.items():
            self.client.get(address)  # the kinds of records are looked up once in a process
            with self.subTest(address=address), self.assertNumQueries(statements):
                self.client.get(address)

    def test_the_proof_is_the_whole_record_of_a_meeting_and_reads_each_kind_of_row_at_once(self):
        """No list page: a document of everything, so more than other pages; but no more for more copies."""
        self.client.force_login(User.objects.get(username="clerk"))
        self.client.get(f"/meetings/{self.out.pk}/proof/")
        with self.assertNumQueries(44):
            self.client.get(f"/meetings/{self.out.pk}/proof/")


def nine():
    return datetime.combine(OPENS_ON, time(9), LONDON)
