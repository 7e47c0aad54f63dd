"""Every address, as everybody: nobody sees what is not theirs, and what is there does not show."""

import os
import re
import time
from io import BytesIO
from statistics import median
from zipfile import ZipFile

from django.conf import settings
from django.urls import reverse

from config.doors import DOORS, LET_THROUGH, Door
from notifications import consumers
from tests.access import world
from tests.access.asking import World
from tests.access.samples import nothing_there, routes, what_fills
from workflow.models import Professional

SOCIAL_WORK = {"social_worker", "manager"}
# Words of the world that are not for everybody who sees the case, and who finds them.
KEPT_FOR = {
    "ida@post.example": SOCIAL_WORK | {"clerk"},
    world.SAFE_CONTACT: SOCIAL_WORK | {"clerk"},
    world.HELD["address"]: SOCIAL_WORK | {"clerk"},
    world.HELD["police"]: SOCIAL_WORK | {"cp_chair", "inspector", "police_lead"},
    world.HELD["excluded"]: SOCIAL_WORK | {"cp_chair", "clerk", "inspector"},
    world.HELD["adoption"]: SOCIAL_WORK | {"inspector"},
    world.HELD["third_party"]: SOCIAL_WORK | {"cp_chair", "inspector"},
}
MATRIX = settings.BASE_DIR / "docs" / "reference" / "access.md"
IS_SHOWN = {200, 302, 400, 405, 409}
# A visible case and still not this page: it is somebody else's act, or not theirs to read.
IS_KEPT = {403, 404}


class Walk(World):
    def walked(self, door):
        for route in routes():
            if DOORS.get(route.name) is door:
                filled = what_fills(route)
                yield route, reverse(route.name, kwargs=filled), reverse(route.name, kwargs=nothing_there(filled))

    def test_every_address_has_a_door_and_every_door_an_address(self):
        self.assertEqual({route.name for route in routes()}, set(DOORS))

    def test_nobody_and_whoever_holds_no_post_gets_nowhere(self):
        for door in set(Door) - set(LET_THROUGH):
            for route, address, _ in self.walked(door):
                for method in ("get", "post"):
                    with self.subTest(route=route.name, method=method):
                        answer = self.ask("nobody", address, method)
                        self.assertEqual(answer.status_code, 302)
                        self.assertTrue(answer["Location"].startswith("/sign-in/?next="))
                        for who in ("leaver", "without a post"):
                            self.assertIn(self.ask(who, address, method).status_code, (403, 404, 405), who)

    def test_a_script_is_told_that_nobody_is_signed_in(self):
        for _, address, _ in self.walked(Door.SCRIPT):
            self.assertEqual(self.ask("nobody", address).status_code, 401)
            self.assertEqual(self.ask("without a post", address).status_code, 403)

    def test_who_does_not_need_to_know_cannot_tell_a_case_from_none(self):
        for route, address, unknown in self.walked(Door.CASE):
            for who in world.OUTSIDERS:
                for method in ("get", "post"):
                    with self.subTest(route=route.name, who=who, method=method):
                        forbidden, missing = self.ask(who, address, method), self.ask(who, unknown, method)
                        self.assertEqual(forbidden.status_code, missing.status_code)
                        self.assertIn(forbidden.status_code, (404, 405))
                        self.assertEqual(_without_tokens(forbidden), _without_tokens(missing))

    def test_what_is_ones_own_names_nobody_elses_case(self):
        for route, address, _ in self.walked(Door.OWN):
            for who in world.OUTSIDERS:
                with self.subTest(route=route.name, who=who):
                    said = everything_in(self.ask(who, address))
                    # The ladder's last rung tells the partnership officer a reference, and no more.
                    for word in ("Mira", "Jonah", "Lowe", *(("SP-T",) if who != "board" else ())):
                        self.assertNotIn(word, said)

    def test_what_is_kept_from_some_of_those_who_see_the_case_is_on_no_page_of_theirs(self):
        for route, address, _ in self.walked(Door.CASE):
            for who in world.NEED_TO_KNOW:
                kept = [words for words, readers in KEPT_FOR.items() if who not in readers]
                with self.subTest(route=route.name, who=who):
                    said = everything_in(self.ask(who, address))
                    self.assertFalse([words for words in kept if words in said])

    def test_its_readers_find_it(self):
        contact = next(route for route in routes() if route.name == "meeting-contact")
        pages = ["/cases/SP-T/kept-back/", reverse("meeting-contact", kwargs=what_fills(contact))]
        for words, readers in KEPT_FOR.items():
            for who in readers:
                with self.subTest(words=words, who=who):
                    self.assertIn(words, "".join(everything_in(self.ask(who, page)) for page in pages))

    def test_a_socket_listens_to_a_case_for_whoever_sees_it_alone(self):
        for person in Professional.objects.all():
            sees = {ref: consumers.case_for.func(person, ref, world.NINE) for ref in ("SP-T", "SP-9999", "\0")}
            self.assertEqual(sees["SP-9999"], None)
            self.assertEqual(sees["\0"], None)
            if person.key in world.EVERYBODY:
                self.assertEqual(sees["SP-T"] is not None, person.key in world.NEED_TO_KNOW, person.key)

    def test_a_forbidden_case_is_refused_as_fast_as_one_that_is_not_there(self):
        """By the work done, which a busy machine does not change; medians of pairs asked in turn."""
        self.ask("neighbour", "/cases/SP-T/")
        took = {"SP-T": [], "SP-9999": []}
        for turn in range(31):
            for reference in sorted(took, reverse=bool(turn % 2)):
                begun = time.thread_time()
                self.client.get(f"/cases/{reference}/plan/")
                took[reference].append(time.thread_time() - begun)
        ratio = median(took["SP-T"]) / median(took["SP-9999"])
        self.assertTrue(0.75 < ratio < 1.33, ratio)

    def test_every_page_of_a_case_is_shown_to_somebody_who_needs_to_know(self):
        for route, address, _ in self.walked(Door.CASE):
            with self.subTest(route=route.name):
                answers = {who: self.ask(who, address).status_code for who in world.NEED_TO_KNOW}
                self.assertTrue(set(answers.values()) <= IS_SHOWN | IS_KEPT, answers)
                self.assertTrue(set(answers.values()) & IS_SHOWN, answers)

    def test_the_matrix_in_the_documentation_is_what_was_walked(self):
        walked = self.matrix()
        if os.environ.get("THROUGHLINE_WRITE_MATRIX"):
            MATRIX.write_text(walked)
        self.assertEqual(MATRIX.read_text(), walked)

    def matrix(self):
        lines = [*HEAD, _row(["Address", "Door", *world.EVERYBODY]), _row(["---"] * (len(world.EVERYBODY) + 2))]
        for door in Door:
            for route, address, _ in sorted(self.walked(door), key=lambda each: str(each[0].pattern)):
                told = [str(self.ask(who, address).status_code) for who in world.EVERYBODY]
                lines.append(_row([f"`/{route.pattern}`", door, *told]))
        return "\n".join(dict.fromkeys(lines)) + "\n"  # an address with two names is one address


HEAD = (
    "# Who gets where",
    "",
    "Every address, asked for by everybody in the world of `tests/access`: the answer's number. 200 is shown, 302",
    "leads on, 405 takes only what is sent to it, 400 and 409 say what is missing, 403 and 404 are not for them.",
    "Written by `THROUGHLINE_WRITE_MATRIX=1 pytest tests/access`, which fails when it differs.",
    "",
)


def everything_in(answer):
    """What an answer says, also within a document or a bundle."""
    if not answer.content.startswith(b"PK"):
        return answer.content.decode(errors="replace")
    with ZipFile(BytesIO(answer.content)) as files:
        return "\n".join(files.read(name).decode(errors="replace") for name in files.namelist())


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def _without_tokens(answer):
    return re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", answer.content)
