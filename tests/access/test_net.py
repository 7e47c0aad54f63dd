"""PostgreSQL's net under every page: it shows everybody what `visible_to` shows them, and no page says less for it."""

import re
import unittest

from django.db import connection
from django.test import Client
from django.urls import reverse

from config.doors import DOORS, Door
from notifications import consumers
from tests.access import world
from tests.access.asking import World
from tests.access.samples import routes, what_fills
from tests.under_the_net import as_the_application
from workflow.models import Case, Professional
from workflow.permissions import hats
from workflow.scope import BEYOND, asking, scope_of

# These say who has looked or signed in, or what is new; looking twice changes it. A file is drawn at its own moment.
SAYS_WHO_LOOKED = {"case-record", "case-bundle", "messages", "sign-ins", "second-step", "passkeys", "certificate-file"}


@unittest.skipUnless(connection.vendor == "postgresql", "SQLite has no row-level security")
class TheNet(World):
    def test_it_shows_everybody_in_the_world_exactly_what_visible_to_shows(self):
        seen = {}
        for person in Professional.objects.all():
            wearing = hats(person, world.TODAY)
            visible = set(Case.objects.visible_to(person, world.TODAY, wearing, world.NINE))
            with asking(scope_of(person, world.TODAY, wearing, world.NINE)), as_the_application():
                seen[person.key] = set(Case.objects.all())
            self.assertEqual(seen[person.key], visible, person.key)
        self.assertTrue(seen["teacher"] and not seen["neighbour"])

    def test_a_socket_hears_the_same_under_it(self):
        case = Case.objects.get(reference="SP-T")
        for person in Professional.objects.all():
            bare = what_a_socket_hears(person, case)
            with as_the_application():
                self.assertEqual(what_a_socket_hears(person, case), bare, person.key)

    def test_few_pages_rightly_show_more_than_the_cases_of_their_reader(self):
        self.assertTrue(routes())  # every page is known by then
        told = {name.rsplit(".", 1)[1] for name, why in BEYOND.items() if why == "alerts that went to the reader"}
        self.assertEqual(
            told,
            {
                *("alerts", "alerts_fragment", "alert", "hand_over", "snooze", "sign", "answer_offer"),
                *("dead_letters", "end_of_ladder"),
            },
        )
        self.assertEqual(
            {name for name, why in BEYOND.items() if why != "alerts that went to the reader"},
            {
                *("notifications.views.messages.messages", "notifications.views.messages.message"),
                *(f"config.retention_room.{name}" for name in ("retention", "of_a_case")),
                *(f"config.retention_room.{name}" for name in ("certificate", "certificate_file")),
            },
        )

    def test_no_page_says_less_under_it(self):
        as_owner = Client()
        for route in routes():
            if DOORS.get(route.name) not in (Door.OWN, Door.CASE) or route.name in SAYS_WHO_LOOKED:
                continue
            address = reverse(route.name, kwargs=what_fills(route))
            for who in ("clerk", "teacher", "board"):
                with self.subTest(route=route.name, who=who):
                    under = self.ask(who, address)
                    as_owner.logout()
                    as_owner.force_login(self.users[who])
                    bare = as_owner.get(address)
                    self.assertEqual(under.status_code, bare.status_code)
                    self.assertEqual(as_said(under), as_said(bare))


def what_a_socket_hears(person, case):
    return (
        consumers.case_for.func(person, case.reference, world.NINE),
        consumers.latest_message.func(person.pk),
        consumers.number_of.func(case.pk),
    )


def as_said(answer):
    """Without what differs from one request to the next."""
    said = answer.content.decode(errors="replace")
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", said) if "html" in answer["Content-Type"] else ""
