"""Getting ready, on the pages: who belongs there, what is missing, what a day does, what the case owes next."""

from datetime import date, datetime
from unittest import mock

from bs4 import BeautifulSoup
from django.test import TestCase

from config import clock
from config.stories.replay import Player
from config.stories.story import read
from meetings.arranging import cancel_conference
from meetings.models import Arrangement, Conference
from tests.conftest import story_path
from tests.making import a_professional, an_agency, doing, with_policy
from tests.pages.played import words
from workflow.acting import LONDON
from workflow.models import Agency, Deadline, Professional, Role, User
from workflow.timescales import ENGLAND_SETTINGS

TODAY = date(2026, 11, 23)
NAMES = ("Bryony", "Ash", "Sorrel", "Mina", "Emil", "Hart")
ASKS = {"convening_asks_for": ENGLAND_SETTINGS["convening_asks_for"]}


class TestGettingReady(TestCase):
    """A conference about two siblings is booked for 2 December; nobody has been invited."""

    @classmethod
    def setUpTestData(cls):
        player = Player(read(story_path("before_the_invitations")))
        assert player.play().holds
        with_policy(ASKS, on=TODAY)
        cls.case = player.cast.case
        with doing(on=TODAY, name="give_sign_ins"):
            a_professional("stranger", Role.AGENCY_PRACTITIONER, an_agency("library"), name="Sam Stranger")
            for professional in Professional.objects.all():
                professional.user = User.objects.create(username=professional.key)
                professional.save()
        cls.people = {each.key: each for each in Professional.objects.select_related("user", "agency")}
        cls.conference = Conference.objects.get(key="icpc-1")
        cls.mother, cls.father = (cls.case.family_members.get(key=key) for key in ("mina", "emil"))
        cls.address = f"/meetings/{cls.conference.pk}/"

    def setUp(self):
        nine = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 0, tzinfo=LONDON)
        stopped = mock.patch.object(clock, "now", return_value=nine)
        stopped.start()
        self.addCleanup(stopped.stop)

    def page(self, address, key=None, status=200):
        if key:
            self.client.force_login(self.people[key].user)
        answer = self.client.get(address)
        self.assertEqual(answer.status_code, status, address)
        return BeautifulSoup(answer.content, "html.parser")

    def send(self, address, key, **said):
        self.client.force_login(self.people[key].user)
        return self.client.post(address, said)

    def everybody(self):
        agencies = Agency.objects.exclude(key="library")
        return [*(f"agency-{one.pk}" for one in agencies), f"person-{self.mother.pk}", f"person-{self.father.pk}"]

    def consider_both(self):
        for child in self.case.children.all():
            self.send(f"{self.address}child/{child.pk}/", "social_worker", takes_part="before")

    def state(self):
        return self.conference.fresh().state

    # Who belongs there

    def test_everybody_who_belongs_there_is_named_with_why(self):
        said = words(self.page(self.address, "clerk"))
        assert "Housing conditions: Mina Sorrel" in said
        assert "Parental responsibility for Bryony Sorrel" in said
        assert "Works with Ash Sorrel" in said
        assert "Belongs to every initial conference" in said
        assert "7 who belong there are neither invited nor excused nor excluded yet" in said

    def test_a_stranger_finds_nothing_here(self):
        pk = self.case.children.first().pk
        for end in ("", "move/", "cancel/", "sitting/", "support/", "reports/", f"child/{pk}/", "reports/agency/1/"):
            self.page(self.address + end, "stranger", status=404)
        for end in ("meetings/", "meetings/book/"):
            self.page(f"/cases/SP-0013/{end}", "stranger", status=404)

    def test_no_title_and_no_address_holds_a_name(self):
        pages = ["", "move/", "cancel/", "sitting/", "support/", "reports/"]
        pages += [f"child/{self.case.children.first().pk}/", f"excuse/person/{self.father.pk}/"]
        addresses = [self.address + end for end in pages] + [
            "/cases/SP-0013/meetings/",
            "/cases/SP-0013/meetings/book/",
        ]
        for address in addresses:
            page = self.page(address, "cp_chair")
            found = [page.title.text, *(link.get("href", "") for link in page.find_all("a"))]
            assert not [(name, text) for name in NAMES for text in found if name.lower() in text.lower()], address

    def test_a_page_costs_a_fixed_number_of_statements(self):
        self.client.force_login(self.people["clerk"].user)
        for address, statements in {
            self.address: 15,
            f"{self.address}reports/": 10,
            "/cases/SP-0013/meetings/": 12,
        }.items():
            with self.subTest(address=address), self.assertNumQueries(statements):
                self.client.get(address)

    # Inviting

    def test_nobody_is_invited_until_father_and_housing_are_dealt_with(self):
        self.consider_both()
        housing = Agency.objects.get(key="housing")
        without = [
            code for code in self.everybody() if code not in (f"person-{self.father.pk}", f"agency-{housing.pk}")
        ]
        page = BeautifulSoup(self.send(self.address, "clerk", invited=without).content, "html.parser")
        assert "Emil Hart" in words(page.select_one(".govuk-error-summary"))
        assert "Housing provider" in words(page.select_one(".govuk-error-summary"))
        assert page.title.text.startswith("Error: ")
        assert self.state() == "booked"
        excused = self.send(f"{self.address}excuse/agency/{housing.pk}/", "cp_chair", reason="no_relevant_information")
        assert excused.status_code == 302
        with_father = [*without, f"person-{self.father.pk}"]
        assert self.send(self.address, "clerk", invited=with_father).status_code == 302
        assert self.state() == "invited"

    def test_the_children_are_considered_before_anybody_is_invited(self):
        page = BeautifulSoup(self.send(self.address, "clerk", invited=self.everybody()).content, "html.parser")
        assert "Every child is considered one by one" in words(page.select_one(".govuk-error-summary"))
        assert self.state() == "booked"

    def test_what_is_missing_is_said_before_anybody_tries(self):
        missing = words(self.page(self.address, "clerk").select_one("#missing").find_next("ul"))
        assert "Nobody has said how Bryony Sorrel takes part" in missing

    def test_only_who_may_invite_is_offered_to(self):
        assert self.page(self.address, "clerk").select_one("#invite")
        assert not self.page(self.address, "social_worker").select_one("#invite")
        answer = self.send(self.address, "social_worker", invited=self.everybody())
        assert "not one of the people who may do this" in answer.content.decode()
        assert self.state() == "booked"

    def test_a_family_member_who_cannot_be_found_is_excused_with_what_was_tried(self):
        address = f"{self.address}excuse/person/{self.father.pk}/"
        refused = self.send(address, "cp_chair", reason="whereabouts_unknown", tracing="")
        assert "not a reason for which somebody can be excused" in refused.content.decode()
        self.send(address, "cp_chair", reason="whereabouts_unknown", tracing="Letters on 3 and 10 November")
        said = words(self.page(self.address))
        assert "Nobody knows where they are: Letters on 3 and 10 November" in said

    def test_the_chair_keeps_somebody_out_and_says_how_they_contribute(self):
        asked = self.send(
            f"{self.address}keep-out/{self.father.pk}/", "social_worker", grounds="child_asks", evidence="She said so"
        )
        assert asked.status_code == 302
        address = f"{self.address}keep-out/{self.father.pk}/decide/"
        assert "She said so" in words(self.page(address, "cp_chair"))
        decided = {"excluded": "yes", "reason": "She is afraid", "may_receive": "decision_only"}
        assert "able to contribute instead" in self.send(address, "cp_chair", **decided).content.decode()
        self.send(address, "cp_chair", **decided, other_means="A letter read out")
        assert "Contributes instead: A letter read out. May receive: the decision only." in words(
            self.page(self.address)
        )

    # Support

    def test_support_is_arranged_and_settled(self):
        self.send(f"{self.address}support/", "social_worker", kind="interpreter", person=f"person-{self.mother.pk}")
        arranged = Arrangement.objects.get(conference=self.conference)
        assert "Interpreter for Mina Sorrel: needed." in words(self.page(self.address, "clerk"))
        address = f"{self.address}support/{arranged.pk}/"
        refused = self.send(address, "clerk", how="booked", who="Bryony Sorrel")
        assert "must never interpret" in refused.content.decode()
        self.send(address, "clerk", how="booked", who="Polyglot Ltd")
        assert arranged.fresh().state == "booked"

    def test_a_need_of_another_case_is_not_found(self):
        self.page(f"{self.address}support/999/", "clerk", status=404)
        self.page(f"{self.address}excuse/person/999/", "cp_chair", status=404)
        self.page(f"{self.address}excuse/thing/1/", "cp_chair", status=404)

    def test_contact_details_are_kept(self):
        address = f"{self.address}contact/{self.father.pk}/"
        self.send(address, "clerk", email="not an address")
        assert self.father.fresh().email == ""
        self.send(address, "clerk", email="emil@hart.example", safe_contact="After six")
        assert self.father.fresh().email == "emil@hart.example"
        assert "After six" in words(self.page(self.address))

    # Reports

    def test_a_report_is_logged_and_shared_and_is_no_presence(self):
        police = Agency.objects.get(key="police")
        assert "A written report is not presence" in words(self.page(f"{self.address}reports/", "clerk"))
        self.send(
            f"{self.address}reports/agency/{police.pk}/",
            "clerk",
            shared_with_family="no",
            on_paper="on",
            summary="Three calls",
        )
        report = self.conference.reports.get(agency=police)
        said = words(self.page(f"{self.address}reports/"))
        assert "In, 4 working days early" in said and "on paper" in said
        share = f"{self.address}reports/{report.pk}/share/"
        assert "came to know it" in self.send(share, "social_worker", how="").content.decode()
        assert not report.fresh().shared_with_family
        self.send(share, "social_worker", how="Read to her at home")
        assert report.fresh().shared_on == TODAY

    def test_another_agencys_report_is_offered_to_nobody_else(self):
        page = self.page(f"{self.address}reports/", "housing_officer")
        assert len(page.select("a[href*='/reports/agency/']")) == 1
        police = Agency.objects.get(key="police")
        answer = self.send(f"{self.address}reports/agency/{police.pk}/", "housing_officer", shared_with_family="no")
        assert "belongs to another agency" in answer.content.decode()

    # A day

    def day(self, day, **more):
        return {"day-day": day.day, "day-month": day.month, "day-year": day.year, **more}

    def test_looking_at_another_day_saves_nothing_and_says_what_it_does(self):
        address = f"{self.address}move/?day-day=4&day-month=12&day-year=2026"
        said = words(self.page(address, "clerk"))
        assert "What Friday 4 December 2026 does" in said
        assert "It is past the legal limit for Bryony Sorrel, 2 December 2026" in said
        assert "Minutes are out" in said and "Decision letter" in said
        assert self.conference.fresh().booked_for == date(2026, 12, 2)

    def test_a_day_past_the_limit_needs_a_reason_and_an_agreement(self):
        address = f"{self.address}move/?day-day=4&day-month=12&day-year=2026"
        refused = self.send(address, "clerk", reason="The police cannot come")
        assert "past the legal limit" in refused.content.decode()
        self.send(
            address, "clerk", reason="The police cannot come", late_reason="Police", approved_by="head_of_service"
        )
        assert self.conference.fresh().booked_for == date(2026, 12, 4)

    def test_a_day_that_is_none_is_said_beside_the_box(self):
        page = self.page(f"{self.address}move/?day-day=31&day-month=2&day-year=2027", "clerk")
        assert "The day must be a real date" in words(page.select_one(".govuk-error-summary"))
        far = words(self.page(f"{self.address}move/?day-day=3&day-month=3&day-year=2060", "clerk"))
        assert "bank holidays of that year are not in the calendar" in far

    def test_the_conference_is_cancelled_with_a_reason_and_the_duty_stays(self):
        self.send(f"{self.address}cancel/", "clerk", reason="")
        assert self.state() == "booked"
        self.send(f"{self.address}cancel/", "clerk", reason="The family has moved away")
        assert self.state() == "cancelled"
        assert Deadline.objects.pending().filter(code="icpc").count() == 2

    def test_time_and_place_are_set(self):
        self.send(f"{self.address}sitting/", "clerk", starts_at="13:30", place="Room 4", minutes_planned="75")
        said = words(self.page(self.address))
        assert "13:30, 75 minutes planned" in said and "Room 4" in said

    # All meetings of the case

    def test_the_case_says_what_comes_next_and_what_was(self):
        said = words(self.page("/cases/SP-0013/meetings/", "clerk"))
        assert "Initial conference Bryony Sorrel, Ash Sorrel" in said
        assert "Booked Wed 2 Dec 2026" in said
        assert "Strategy discussion" in said

    def test_a_conference_is_booked_on_the_day_proposed(self):
        cancel_conference(self.conference.fresh(), reason="Again", by=self.people["clerk"], on=TODAY)
        with doing(on=TODAY, name="ask_again"):
            again = Conference(case=self.case, key="icpc-2", kind="initial")
            again.save()
            for child in self.case.children.all():
                again.about.create(child=child)
        page = self.page("/cases/SP-0013/meetings/", "clerk")
        address = page.find("a", string=lambda text: text and "See what this day does" in text)
        link = address or page.select_one("a[href*='meetings/book/?kind=initial']")
        assert "Every date it gives" in words(self.page(link["href"]))
        self.send(link["href"], "clerk", starts_at="10:00", minutes_planned="90")
        assert again.fresh().state == "booked"
