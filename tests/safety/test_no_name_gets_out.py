"""After a story with seeded names, nothing that is read by others than the team holds one of them: no line of the log,
address, title, file name, mail, answer for a machine.
"""

import logging
import re

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client

from config.logs import OneLine
from config.stories.replay import Player
from config.stories.story import read
from notifications.deliver import deliver
from notifications.outside import deliver_outside
from tests.access import world
from tests.conftest import story_path
from tests.safety.pages import EveryPage, soup_of
from workflow.models import Child, FamilyMember, Professional


class Kept(logging.Handler):
    """Every line of every logger, as it would be written, down to the last detail."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(OneLine())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def written():
    kept, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(level)


def names() -> re.Pattern:
    """Every first and last name and every address of the family and the professionals, as whole words."""
    people = [*Child.objects.all(), *FamilyMember.objects.all(), *Professional.objects.all()]
    words = {part for each in people for part in each.name.split() if len(part) > 2 and part[0].isupper()}
    for each in FamilyMember.objects.all():
        words |= {line for line in (*each.postal_address.splitlines(), each.email, each.safe_contact) if line}
    assert len(words) > 15
    return re.compile(r"\b(" + "|".join(map(re.escape, sorted(words))) + r")\b")


@pytest.mark.django_db
def test_a_whole_story_a_night_and_an_error_leave_no_name_in_the_log(written, monkeypatch):
    Player(read(story_path("two_siblings"))).play()
    name = Child.objects.order_by("pk").first().name

    def fails(on):
        raise ValueError(f"{name} is not there on {on}")

    monkeypatch.setattr("config.health.last_clean", fails)
    assert Client(raise_request_exception=False).get("/health/").status_code == 500
    logging.getLogger("some.package").error("could not find %s", name)
    logging.getLogger("some.package").error(f"could not find {name}")
    logging.getLogger("some.package").warning("%(who)s is away", {"who": name})
    assert len(written) > 3
    said = names()
    assert [line for line in written if said.search(line)] == []
    assert any("ValueError" in line for line in written)


class NoName(EveryPage):
    def test_no_address_title_or_file_name_holds_one_and_no_answer_for_a_machine(self):
        said, looked_at = names(), 0
        kept = Kept()
        logging.getLogger().addHandler(kept)
        self.addCleanup(logging.getLogger().removeHandler, kept)
        for name, answer in [*self.every_answer(), *self.refusals()]:
            with self.subTest(page=name):
                looked_at += 1
                told = [answer.get("Location", ""), answer.get("Content-Disposition", ""), str(answer.cookies)]
                if soup := soup_of(answer):
                    told += [soup.title.text] if soup.title else []
                    told += addresses(soup)
                if answer["Content-Type"] == "application/json":
                    told.append(answer.content.decode())
                self.assertEqual([each for each in told if said.search(each)], [])
        self.assertGreater(looked_at, 100)
        self.assertEqual([line for line in kept.lines if said.search(line)], [])

    def test_no_mail_of_the_world_holds_the_name_of_a_child_or_where_anybody_lives(self):
        for at in (world.EARLIER, world.NINE):
            deliver(at)
            deliver_outside(at)
        said = re.compile(r"\b(Mira|Jonah|Quarry|LE1 7QX)\b")
        self.assertGreater(len(mail.outbox), 5)
        for each in mail.outbox:
            self.assertIsNone(said.search(each.message().as_string()))
            self.assertIsNone(said.search(each.body))


def addresses(soup: BeautifulSoup) -> list[str]:
    """Everywhere a page leads, and what it says of itself to the browser."""
    found = [str(each[name]) for each in soup(True) for name in ("href", "action", "src") if each.has_attr(name)]
    return [each for each in found if not each.startswith("mailto:")]
