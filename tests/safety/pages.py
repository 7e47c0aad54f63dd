"""Every page that is there, as whoever is shown it: for what has to hold of all of them."""

from collections.abc import Iterator

from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.urls import reverse

from tests.access import world
from tests.access.asking import World
from tests.access.samples import routes, what_fills
from tests.meetings.sent import ADDRESS

READERS = ("clerk", "manager", "cp_chair", "social_worker", "teacher", "police_lead", "board", "inspector")
# What no address, title, file name or log may say. Each of them stands on some page of the world.
NAMES = ("Mira", "Jonah", "Lowe", *ADDRESS.splitlines(), world.SAFE_CONTACT, "ida@post.example")


class EveryPage(World):
    """Asks once for each address, of the first reader who is shown something, and keeps the answers."""

    def every_answer(self) -> Iterator[tuple[str, HttpResponse]]:
        for route in routes():
            address = reverse(route.name, kwargs=what_fills(route))
            for who in READERS:
                answer = self.ask(who, address)
                if answer.status_code == 200:
                    break
            yield route.name, answer

    def refusals(self) -> Iterator[tuple[str, HttpResponse]]:
        """The pages that say no: not there, not for you, not read."""
        yield "not there", self.ask("clerk", "/cases/SP-9999/")
        yield "no address", self.ask("clerk", "/nothing/of/the/kind/")
        yield "no post", self.ask("without a post", "/")
        yield "bad request", self.ask("clerk", "/\0")
        yield "a link of nobody", self.ask("nobody", f"/l/{'x' * 43}/")


def soup_of(answer: HttpResponse) -> BeautifulSoup | None:
    """The page as a tree; None for what is no page."""
    if not answer["Content-Type"].startswith("text/html"):
        return None
    return BeautifulSoup(answer.content, "html.parser")
