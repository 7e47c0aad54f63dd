"""Every address, as everybody: nobody sees what is not theirs, and what is there does not show."""

import os
import re
import time
from statistics import median
from unittest import mock

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from config.doors import DOORS, LET_THROUGH, Door
from meetings.documents.document import Document, Section
from meetings.documents.pdf import as_pdf as drawn_as_pdf
from meetings.documents.pdf import can_be_drawn
from meetings.documents.word import as_word
from notifications import consumers
from tests.access import world
from tests.access.asking import World
from tests.access.files import everything_in, is_said
from tests.access.samples import nothing_there, routes, what_fills
from workflow.models import Passage, Professional

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
    def every_page(self, who, address):
        """An answer, and the pages of its list that follow the first."""
        answer = self.ask(who, address)
        yield answer
        if answer["Content-Type"].startswith("text/html"):
            numbers = [int(each) for each in re.findall(rb"[?&;]page=(\d+)", answer.content)]
            for number in range(2, max(numbers, default=1) + 1):
                yield self.client.get(address, {"page": number})

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
                    words = ("Mira", "Jonah", "Lowe", *(("SP-T",) if who != "board" else ()))
                    self.assertEqual([word for word in words if is_said(word, said)], [])

    def test_what_is_kept_from_some_of_those_who_see_the_case_is_on_no_page_of_theirs(self):
        for route, address in [*((route, address) for route, address, _ in self.walked(Door.CASE)), *as_pdf()]:
            for who in world.NEED_TO_KNOW:
                with self.subTest(route=route.name, who=who):
                    for answer in self.every_page(who, address):
                        self.assertEqual(kept_and_said(who, answer), [])

    def test_nor_in_any_passage_gathered_for_somebody_who_asked_what_is_held_about_them(self):
        """Each has an address of its own: the walk goes to one of them."""
        asked = what_fills(next(route for route in routes() if route.name == "subject-request"))
        passages = Passage.objects.filter(request=asked["pk"])
        self.assertTrue(set(passages.values_list("matter", flat=True)) >= {"contact", "police", "adoption"})
        for passage in passages.exclude(matter=""):
            address = reverse("subject-passage", kwargs=asked | {"passage_pk": passage.pk})
            for who in world.NEED_TO_KNOW:
                with self.subTest(passage=passage.place, who=who):
                    self.assertEqual(kept_and_said(who, self.ask(who, address)), [])

    def test_nor_in_what_is_taken_out_of_the_house(self):
        """Not even for those who read it here: whoever is given it is not known."""
        for who in ("manager", "inspector"):
            self.ask(who, "/cases/SP-T/")
            answer = self.client.post("/cases/SP-T/bundle/", {"reason": "For an inspection"})
            if answer["Content-Type"] == "application/zip":
                said = everything_in(answer)
                self.assertEqual([words for words in KEPT_FOR if is_said(words, said)], [], who)
                break
        else:
            self.fail("nobody took it out")
        self.assertTrue(is_said("SP-T", said))

    def test_the_walk_reads_the_files_it_is_given(self):
        """Or what is kept could stand in each of them: every kind is asked for, and is drawn on this machine."""
        kinds = set()
        for _, address in [*((route, address) for route, address, _ in self.walked(Door.CASE)), *as_pdf()]:
            answer = self.ask("manager", address)
            kinds.add(answer["Content-Type"].split(";")[0].rpartition(".")[2])
        self.assertLessEqual({"document", "application/pdf" if can_be_drawn() else "document"}, kinds)

    def test_what_is_kept_fails_it_also_within_a_file(self):
        """A page that put a word of the police into a paper would be found out, whatever it is made of."""
        paper = Document("Proof", "SP-T", "1", "Clerk", "20 November", [Section("Known", world.HELD["police"])])
        drawn = {"docx": as_word(paper)} | ({"pdf": drawn_as_pdf(paper)} if can_be_drawn() else {})
        for content in drawn.values():
            self.assertNotIn(world.HELD["police"].encode(), content)
            given = HttpResponse(content)
            with (
                mock.patch("meetings.views.proof.attached", return_value=given),
                mock.patch("meetings.views.proof.as_pdf", return_value=content),
            ):
                answer = self.ask("clerk", reverse("meeting-proof-file", kwargs=_filled("meeting-proof-file")))
            self.assertEqual(kept_and_said("clerk", answer), [world.HELD["police"]])
            self.assertEqual(kept_and_said("cp_chair", answer), [])

    def test_its_readers_find_it(self):
        contact = next(route for route in routes() if route.name == "meeting-contact")
        pages = ["/cases/SP-T/kept-back/", reverse("meeting-contact", kwargs=what_fills(contact))]
        for words, readers in KEPT_FOR.items():
            for who in readers:
                with self.subTest(words=words, who=who):
                    self.assertTrue(any(is_said(words, everything_in(self.ask(who, page))) for page in pages))

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


def kept_and_said(who, answer):
    """What stands in an answer to somebody that is not theirs to read."""
    said = everything_in(answer)
    return [words for words, readers in KEPT_FOR.items() if who not in readers and is_said(words, said)]


def as_pdf():
    """The addresses of a file that can be had in two kinds, once more for the other one."""
    for route in routes():
        if "format" in route.pattern.converters:
            yield route, reverse(route.name, kwargs=what_fills(route) | {"format": "pdf"})


def _filled(name):
    return next(what_fills(route) for route in routes() if route.name == name)


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def _without_tokens(answer):
    return re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", answer.content)
