"""Asking the site as anybody in the world of these tests."""

from unittest import mock

from django.test import TestCase

from config import clock
from tests.access import world
from tests.under_the_net import ClientOfTheApplication, make_the_application
from workflow.models import Case, User
from workflow.signed_in import OPENED


class World(TestCase):
    """The world at nine in the morning. An auditor has said why they open every case, unless a test is about that."""

    maxDiff = None
    says_why = True
    client_class = ClientOfTheApplication

    @classmethod
    def setUpTestData(cls):
        world.build()
        make_the_application()
        cls.users = {user.username: user for user in User.objects.all()}
        cls.opened = {str(case.pk): "9999-01-01T00:00:00+00:00" for case in Case.objects.all()}

    def setUp(self):
        self.wind_to(world.NINE)

    def wind_to(self, moment):
        stopped = mock.patch.object(clock, "now", return_value=moment)
        stopped.start()
        self.addCleanup(stopped.stop)

    def ask(self, who, address, method="get"):
        self.client.logout()
        if who != "nobody":
            self.client.force_login(self.users[who])
        if who == "inspector" and self.says_why:
            session = self.client.session
            session[OPENED] = self.opened
            session.save()
        return getattr(self.client, method)(address)
