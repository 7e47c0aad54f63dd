"""A case on a plan, told once for all tests of the pages, and people who sign in to look at it."""

from datetime import date, datetime
from unittest import mock

from bs4 import BeautifulSoup
from django.db import connection
from django.test import TestCase

from config import clock
from config.stories.replay import Player
from config.stories.story import read
from tests.conftest import story_path
from tests.making import a_professional, an_agency, doing
from workflow.acting import LONDON
from workflow.models import Case, Professional, Role, User
from workflow.signed_in import OPENED

# The first working day after the bank holiday: an action due on Friday is one working day late.
TODAY = date(2026, 9, 1)
NAMES = ("Jonah", "Mira", "Kellow")


class PlayedCase(TestCase):
    """Two siblings on a plan, told up to TODAY; nine in the morning. Everybody may sign in."""

    @classmethod
    def setUpTestData(cls):
        assert connection.features.supports_json_field  # SQLite is asked once for each process, not for each page
        Player(read(story_path("two_siblings"))).play(until=TODAY)
        with doing(on=TODAY, name="give_sign_ins"):
            a_professional("stranger", Role.AGENCY_PRACTITIONER, an_agency("library"), name="Sam Stranger")
            for professional in Professional.objects.all():
                professional.user = User.objects.create(username=professional.key)
                professional.save()
        cls.people = {each.key: each for each in Professional.objects.select_related("user", "agency")}

    def setUp(self):
        nine = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 0, tzinfo=LONDON)
        stopped = mock.patch.object(clock, "now", return_value=nine)
        stopped.start()
        self.addCleanup(stopped.stop)

    def sign_in(self, key):
        """Somebody signs in; an auditor has said why they open every case."""
        self.client.force_login(self.people[key].user)
        if self.people[key].role == Role.AUDITOR:
            session = self.client.session
            session[OPENED] = {str(case.pk): "9999-01-01T00:00:00+00:00" for case in Case.objects.all()}
            session.save()

    def page(self, address, key=None, status=200):
        """The page somebody is shown, as soup."""
        if key:
            self.sign_in(key)
        answer = self.client.get(address)
        self.assertEqual(answer.status_code, status, address)
        return BeautifulSoup(answer.content, "html.parser")


def words(soup):
    """The text of a page on one line."""
    return " ".join(soup.get_text(" ").split())
