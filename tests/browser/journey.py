"""A conference from the first invitation to the last copy, as the people who hold it live through it in their browsers.

Told once, in steps; whoever makes the journey brings the hands. `look` is called wherever somebody would look.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import Hands, write_day
from tests.notifications.mail_server import MailServer

MEETING = "/meetings/1/"
SITTING_ON = date(2026, 12, 2)
KEPT_FROM_THE_FATHER = "How the mother is kept safe"
SECRET = "She is staying at Fernhollow until Friday."
CLOSED_PART = "Only the police know of the Wednesday call."
FOR_EVERYBODY = "Bryony said: “I like the bacon toast” & laughed <twice>."
OFFLINE = "Typed without a connection, first. "
STILL_OFFLINE = "And this was typed second."
BEFOREHAND = (
    "/meetings/",
    "/cases/SP-0013/meetings/",
    "/cases/SP-0013/meetings/book/",
    "reports/",
    "reports/agency/5/",
    "move/",
    "cancel/",
    "sitting/",
    "excuse/agency/5/",
    "keep-out/2/",
    "child/1/",
    "support/",
    "contact/1/",
    "invitations/1/answer/",
    "invitations/1/again/",
    "agenda/1/",
    "brief/",
)
ASKED_BEFOREHAND = (
    "reports/agency/5/",
    "excuse/agency/5/",
    "keep-out/2/",
    "support/",
    "invitations/1/answer/",
    "invitations/1/again/",
)
AFTERWARDS = (
    "/meetings/",
    "/attendance/",
    "/attendance/housing/",
    "/disagreements/",
    "/disagreements/dissent/1/",
    "last-time/",
    "minutes/challenges/",
    "copies/minutes/1/",
    "copies/minutes/1/again/",
    "room/items/1/",
)
ASKED_AFTERWARDS = ("copies/minutes/1/again/",)
PATIENTLY = 30_000  # milliseconds: a machine with two cores may be busy with something else
Files = dict[str, dict[str, tuple[str, bytes]]]  # by reader and kind: the name of the file, and its bytes


def nobody_looks(page: Page, state: str) -> None:
    """For a journey on which nothing is measured."""


@dataclass
class Journey:
    """The people, each with a browser of their own, and what they have seen so far."""

    site: Site
    mail: MailServer
    hands: Hands
    open_page: Callable[..., Any]
    guest: Callable[[], Page]
    look: Callable[[Page, str], None] = nobody_looks
    files: Files = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clerk: Page = self.open_page("clerk")
        self.chair: Page = self.open_page("cp_chair")

    def make(self) -> None:
        """The whole way, from nobody invited to everybody having their copy."""
        self.convene()
        self.prepare_the_agenda()
        self.housing_answers_by_link()
        self.look_around(self.clerk, BEFOREHAND, ASKED_BEFOREHAND)
        self.look_around(self.chair, ("keep-out/2/decide/",), ("keep-out/2/decide/",))
        self.site.command("wind", SITTING_ON.isoformat())
        self.open_the_sitting()
        self.minutes_are_written_meanwhile()
        self.housing_comes()
        self.everybody_is_heard()
        self.decide()
        self.finish_the_minutes()
        self.send_them()
        self.everybody_reads()
        self.look_around(self.clerk, AFTERWARDS, ASKED_AFTERWARDS)

    # Going about

    def go(self, page: Page, address: str, heading: str) -> None:
        """To a page by its address, as from a bookmark."""
        page.goto(f"{self.site.address}{address}")
        at(page, heading)

    def follow(self, page: Page, name: str, heading: str) -> None:
        """By a link or a button to the page under this heading."""
        self.press(page, name)
        at(page, heading)

    def press(self, page: Page, name: str) -> None:
        self.hands.press(one(page, name))

    def do(self, page: Page, button: str, said: str) -> None:
        """A button after which the page says that it is done."""
        self.press(page, button)
        expect(page.locator(".govuk-notification-banner")).to_contain_text(said, timeout=PATIENTLY)

    def refused(self, page: Page, button: str, *said: str) -> None:
        """A button after which the page says what is wrong, and puts the focus where it says so."""
        self.press(page, button)
        summary = page.locator(".govuk-error-summary")
        for words in said:
            expect(summary).to_contain_text(words, timeout=PATIENTLY)
        expect(summary).to_be_focused()

    # Convening

    def convene(self) -> None:
        """Refused until the father and housing are dealt with."""
        page, hands = self.clerk, self.hands
        self.go(page, MEETING, "Getting ready")
        self.look(page, "getting ready, nobody asked")
        self.look_at(page, "invitations", "Invitations", "invitations, nobody asked")
        self.look_at(page, "room", "The meeting", "the meeting, not yet possible")
        self.look_at(page, "minutes", "Minutes", "minutes, nothing there")
        self.look_at(page, "sending", "Sending out", "sending out, nothing there")
        self.go(page, MEETING, "Getting ready")
        for name in ("Mina Sorrel", "Emil Hart"):
            self.follow(page, f"Contact details of {name}", f"How can {name} be reached?")
            hands.write(page.get_by_label("E-mail address"), f"{name.split()[0].lower()}@post.example")
            self.do(page, "Save", "The contact details are recorded.")
        for child in ("Bryony", "Ash"):
            self.press(page, f"Consider how {child} Sorrel takes part")
            hands.choose(page.get_by_label("Is heard before it"))
            self.do(page, "Save", "takes part is recorded.")
        father, housing = page.get_by_label("Emil Hart, father"), page.get_by_label("Housing provider")
        hands.tick(father, False)
        hands.tick(housing, False)
        self.refused(page, "Send the invitations", "Emil Hart", "Housing provider")
        self.look(page, "getting ready, refused")
        hands.tick(father)
        self.refused(page, "Send the invitations", "Housing provider")
        expect(page.locator(".govuk-error-summary")).not_to_contain_text("Emil Hart")
        hands.tick(housing)
        self.do(page, "Send the invitations", "The invitations are on their way.")
        self.look(page, "getting ready, everybody asked")

    def prepare_the_agenda(self) -> None:
        """One item is kept from the father, one is for professionals alone."""
        page, hands = self.clerk, self.hands
        self.go(page, f"{MEETING}agenda/", "Agenda")
        self.look(page, "agenda, empty")
        self.do(page, "Prepare the agenda", "The agenda is prepared.")
        self.press(page, "Put something on the agenda")
        hands.write(page.get_by_label("What is it about?"), KEPT_FROM_THE_FATHER)
        self.do(page, "Put it on the agenda", KEPT_FROM_THE_FATHER)
        item = page.get_by_role("row").filter(has_text=KEPT_FROM_THE_FATHER)
        hands.press(item.get_by_role("link", name="Change"))
        at(page, "Change the item")
        hands.tick(page.get_by_label("Emil Hart, father"))
        self.look(page, "an item of the agenda")
        self.do(page, "Save", "Changed")
        expect(item).to_contain_text("Kept from 1 of the family")
        self.look(page, "agenda, full")

    def housing_answers_by_link(self) -> None:
        """The housing officer has no account: a mail, a link, an answer."""
        page, hands = self.guest(), self.hands
        page.goto(self.link_sent_to("housing.officer@housing.example"))
        at(page, "You are asked to a meeting")
        self.look(page, "a guest is asked")
        self.refused(page, "Send your answer", "")
        self.look(page, "a guest, error")
        hands.choose(page.get_by_label("I am coming", exact=True))
        self.press(page, "Send your answer")
        at(page, "Your answer is recorded")
        self.look(page, "a guest has answered")
        for name in ("Sorrel", "Hart", "SP-0013"):
            assert name not in page.content()
        self.look_at(self.clerk, "invitations", "Invitations", "invitations, full")
        row = self.clerk.get_by_role("row").filter(has_text="Housing provider")
        expect(row).to_contain_text("Link used")
        expect(row).to_contain_text("Comes")

    def link_sent_to(self, address: str, after: int = 0) -> str:
        """The address in the last mail to somebody, once it has come."""
        expect_soon(lambda: len(self.mail.to(address)) > after)
        parts = self.mail.to(address)[-1].message.walk()
        plain = (part for part in parts if part.get_content_type() == "text/plain")
        body = "".join(part.get_payload(decode=True).decode() for part in plain)
        found = re.search(r"http://\S+/l/\S+/", body)
        assert found, body
        return found.group()

    # The meeting

    def open_the_sitting(self) -> None:
        page, hands = self.chair, self.hands
        self.go(page, f"{MEETING}room/", "The meeting")
        self.look(page, "the meeting, about to begin")
        self.follow(page, "Open the sitting", "Open the sitting")
        self.refused(page, "Open the sitting", "Say which professionals are here")
        self.look(page, "opening, error")
        for name in ("Ife Marlow", "DC Kim Ford", "Bea Lund", "Mina Sorrel", "Emil Hart"):
            hands.pick(page.get_by_role("combobox", name=re.compile(f"^{name},")), "In the room")
        self.do(page, "Open the sitting", "Sitting 1 is open. Quorum is there.")
        self.look(page, "the meeting, open")
        page.context.set_offline(True)
        page.evaluate("document.querySelector('live-region').look(true)")
        expect(page.locator(".app-live-note")).to_contain_text("Not connected", timeout=PATIENTLY)
        self.look(page, "the meeting, offline")
        page.context.set_offline(False)
        page.evaluate("document.querySelector('live-region').look(true)")
        expect(page.locator(".app-live-note")).to_be_hidden(timeout=PATIENTLY)

    def minutes_are_written_meanwhile(self) -> None:
        """The minute-taker's connection is cut for a minute, just when too few are left."""
        writer, chair, hands = self.clerk, self.chair, self.hands
        writer.clock.install()
        self.go(writer, f"{MEETING}minutes/", "Minutes")
        self.look(writer, "minutes, to be written")
        self.follow(writer, "1. Introductions", "1. Introductions")
        self.look(writer, "an item, empty")
        self.do(chair, "Next item", "Now: Introductions.")
        text, state = writer.get_by_label("What was said"), writer.locator(".app-save-state")
        hands.write(text, FOR_EVERYBODY)
        expect(state).to_contain_text("Saved at", timeout=PATIENTLY)
        expect(chair.locator("#text-now")).to_have_text(FOR_EVERYBODY, timeout=PATIENTLY)
        self.look(writer, "an item, written")

        writer.context.set_offline(True)
        hands.add(text, f"\n{OFFLINE}")
        expect(state).to_contain_text("Not saved – no connection", timeout=PATIENTLY)
        self.look(writer, "an item, offline")
        self.too_few_are_left()
        writer.clock.run_for(30_000)
        hands.add(text, STILL_OFFLINE)
        writer.clock.run_for(30_000)
        expect(state).to_contain_text("Not saved – no connection", timeout=PATIENTLY)
        expect(chair.locator("main")).not_to_contain_text("Typed without a connection")
        writer.context.set_offline(False)
        expect(state).to_contain_text("Saved at", timeout=PATIENTLY)
        everything = f"{FOR_EVERYBODY}\n{OFFLINE}{STILL_OFFLINE}"
        expect(text).to_have_value(everything)
        self.go(chair, f"{MEETING}room/", "The meeting")
        expect(chair.locator("#text-now")).to_have_text(everything)

    def too_few_are_left(self) -> None:
        """Quorum is lost in the middle: three ways on, each of which leads somewhere."""
        page = self.chair
        self.follow(page, "Change who is here", "Who is here")
        self.look(page, "who is here")
        self.do(page, "Has left: DC Kim Ford", "DC Kim Ford has left.")
        self.look(page, "who is here, too few")
        self.follow(page, "Back to the meeting", "The meeting")
        lost = page.locator("#quorum-lost")
        expect(lost).to_contain_text("Too few agencies are here")
        self.look(page, "the meeting, quorum lost")
        for way, heading in (
            ("#way-adjourn", "Adjourn the conference"),
            ("#way-go-on", "The decision"),
            ("#way-correct", "Who is here"),
        ):
            self.hands.press(page.locator(way))
            at(page, heading)
            self.look(page, f"quorum lost: {heading}")
            if heading != "Who is here":
                self.go(page, f"{MEETING}room/", "The meeting")

    def housing_comes(self) -> None:
        page, hands = self.chair, self.hands
        self.go(page, f"{MEETING}room/people/", "Who is here")
        arrival = page.locator("form").filter(has=page.get_by_role("button", name="Is here"))
        hands.pick(arrival.get_by_label("Who?"), "Des Amery, agency practitioner, Housing provider")
        hands.choose(arrival.get_by_label("By video"))
        self.do(page, "Is here", "Des Amery is here.")
        self.follow(page, "Back to the meeting", "The meeting")
        expect(page.locator("#quorum-lost")).to_have_count(0)
        self.look(page, "the meeting, full")

    def everybody_is_heard(self) -> None:
        page, hands = self.chair, self.hands
        self.follow(page, "What people think", "What people think")
        self.look(page, "what people think, nobody asked")
        said = {
            "Bryony Sorrel": ("In their own words", "“I want breakfast before school.”"),
            "Ash Sorrel": ("What was observed", "He hid food in his pockets."),
            "Mina Sorrel": ("In person", "She wants help in the mornings."),
            "Emil Hart": ("In person", "He was not asked before and is glad to be."),
        }
        self.press(page, "Record the views of Ash Sorrel")
        at(page, "What Ash Sorrel says")
        hands.choose(page.get_by_label("Too young (no reason)"))
        self.refused(page, "Record", "")
        self.look(page, "a view, refused")
        self.go(page, f"{MEETING}views/", "What people think")
        for name, (how, words) in said.items():
            self.press(page, f"Record the views of {name}")
            hands.choose(page.get_by_label(how, exact=True))
            hands.write(page.get_by_role("textbox", name=re.compile("What was said, word for word")), words)
            self.do(page, "Record", f"Recorded: the views of {name}.")
        self.press(page, "Say what it thinks: Housing provider")
        at(page, "What Housing provider thinks")
        for position in range(2):
            hands.choose(page.get_by_label("Threshold met", exact=True).nth(position))
            hands.pick(page.get_by_label("Under which category?").nth(position), "Neglect")
        self.look(page, "what an agency thinks")
        self.do(page, "Record", "Recorded: what Housing provider thinks.")
        self.look(page, "what people think, full")

    def decide(self) -> None:
        """Child by child, read back before it is recorded; the next review is set within its limit."""
        page, hands = self.chair, self.hands
        self.go(page, f"{MEETING}decide/", "The decision")
        self.look(page, "the decision, empty")
        self.refused(page, "Read it back", "")
        self.look(page, "the decision, error")
        bryony = page.get_by_role("group", name="What is decided for Bryony Sorrel?")
        ash = page.get_by_role("group", name="What is decided for Ash Sorrel?")
        hands.choose(bryony.get_by_label("Protection plan", exact=True))
        hands.pick(page.get_by_label("Category").nth(0), "Neglect")
        hands.write(page.get_by_label("Why?", exact=True).nth(0), "Meals are missed and school is missed with them.")
        hands.choose(ash.get_by_label("Protection plan", exact=True))
        hands.pick(page.get_by_label("Category").nth(1), "Emotional abuse")
        hands.write(page.get_by_label("Why?", exact=True).nth(1), "He is afraid when voices are raised.")
        hands.write(page.get_by_label("What will happen if the plan does not work?"), "Legal advice within a week.")
        group = page.get_by_role("group", name="Which agencies are in the core group?")
        for agency in ("Children's social care", "Housing provider", "Nursery and school"):
            hands.tick(group.get_by_label(agency))
        next_review = page.get_by_role("group", name="When is the next review?")
        write_day(hands, next_review, date(2027, 6, 1))
        self.press(page, "Add an action")
        expect(page.get_by_text("Action 1", exact=True)).to_be_visible(timeout=PATIENTLY)
        hands.write(page.get_by_label("What will be done?"), "Give both children breakfast at the club")
        hands.pick(page.get_by_label("Who will do it?"), "Ife Marlow, lead practitioner, Children's social care")
        write_day(hands, page.get_by_role("group", name="By when?"), date(2026, 12, 16))
        hands.write(page.get_by_label("How will anybody know it is done?"), "The club’s list")
        hands.write(page.get_by_label("Which outcome does it serve?"), "Fed every morning")
        self.refused(page, "Read it back", "past its legal limit")
        write_day(hands, next_review, date(2027, 2, 24))
        self.refused(page, "Read it back", "Housing provider thinks otherwise.")
        hands.write(page.get_by_label("What does Housing provider disagree with?"), "Neglect describes Ash better.")
        self.follow(page, "Read it back", "You are about to record")
        said = page.locator("main")
        for words in (
            "Neglect",
            "Emotional abuse",
            "Wed 24 Feb 2027",
            "Legal advice within a week.",
            "Ife Marlow",
            "Neglect describes",
        ):
            expect(said).to_contain_text(re.compile(re.escape(words), re.IGNORECASE))
        self.look(page, "the decision, read back")
        self.do(page, "Record these decisions", "The decisions are recorded.")
        self.look(page, "the meeting, over")

    # The minutes

    def finish_the_minutes(self) -> None:
        """One part the father may not see, one for professionals alone; then the draft is with the chair."""
        page, hands = self.clerk, self.hands
        for title, words in ((KEPT_FROM_THE_FATHER, SECRET), ("For professionals alone", CLOSED_PART)):
            self.go(page, f"{MEETING}minutes/", "Minutes")
            hands.press(page.get_by_role("link", name=title))
            at(page, title)
            hands.write(page.get_by_label("What was said"), words)
            expect(page.locator(".app-save-state")).to_contain_text("Saved at", timeout=PATIENTLY)
        self.go(page, f"{MEETING}minutes/", "Minutes")
        self.look(page, "minutes, full")
        self.do(page, "Give the draft to the chair", "The draft is with the chair.")
        self.go(self.chair, f"{MEETING}minutes/sign-off/", "Signing off the minutes")
        self.look(self.chair, "minutes, to be signed off")
        self.do(self.chair, "Approve these minutes", "Approved.")
        self.look_at(self.chair, "minutes/versions", "Versions of the minutes", "versions of the minutes")

    def send_them(self) -> None:
        """The minute-taker works out who gets what; the chair looks at each and lets them go."""
        page, hands = self.clerk, self.hands
        self.go(page, f"{MEETING}sending/", "Sending out")
        minutes = page.locator("form").filter(has=page.locator("input[name=of][value=minutes]"))
        hands.press(minutes.get_by_role("button", name="Work out who gets what"))
        expect(page.get_by_role("table", name="Who gets what: minutes")).to_be_visible(timeout=PATIENTLY)
        expect(page.locator("#main-content")).to_contain_text("You worked this out. Somebody else looks")
        self.look(page, "sending out, worked out")
        second = self.chair
        self.go(second, f"{MEETING}sending/", "Sending out")
        self.press(second, "View as Emil Hart")
        at(second, "View as Emil Hart")
        expect(second.locator(".app-paper")).not_to_contain_text("Fernhollow")
        expect(second.locator(".app-paper")).to_contain_text(FOR_EVERYBODY)
        self.look(second, "view as the father")
        self.files["as looked at"] = self.taken(second, {"docx": "Word", "pdf": "PDF"})
        self.go(second, f"{MEETING}sending/", "Sending out")
        self.refused(second, "Let 7 versions go", "")
        self.look(second, "sending out, error")
        hands.tick(second.get_by_label("I have looked at every version"))
        self.press(second, "Let 7 versions go")
        expect(second.get_by_role("table", name="Every copy: minutes")).to_be_visible(timeout=PATIENTLY)
        self.look(second, "sending out, gone")
        self.look_at(second, "proof", "Proof", "proof")

    def everybody_reads(self) -> None:
        """By the links in their mails, in Word and as PDF; the police officer in the service."""
        for name in ("emil", "mina"):
            page = self.guest()
            page.goto(self.link_sent_to(f"{name}@post.example", after=1))
            at(page, "There is a document for you")
            self.look(page, f"{name}: a document")
            self.follow(page, "Open the document", "Your document")
            self.look(page, f"{name}: the document")
            self.files[name] = self.taken(page, {"docx": "Take it away as Word", "pdf": "Take it away as PDF"})
        police = self.open_page("police_officer")
        self.go(police, f"{MEETING}sending/", "What came to your agency")
        self.look(police, "sending out, an agency")
        self.follow(police, "Minutes, version 1", "Minutes, version 1 for Police")
        self.press(police, "Open it")
        expect(police.locator(".app-paper")).to_be_visible(timeout=PATIENTLY)
        self.look(police, "the document, an agency")
        self.files["police"] = self.taken(police, {"docx": "Word", "pdf": "PDF"})

    def taken(self, page: Page, by: dict[str, str]) -> dict[str, tuple[str, bytes]]:
        """What is downloaded: the name of each file, and its bytes."""
        found = {}
        for kind, link in by.items():
            with page.expect_download(timeout=PATIENTLY) as coming:
                self.press(page, link)
            found[kind] = (coming.value.suggested_filename, coming.value.path().read_bytes())
        return found

    def look_around(self, page: Page, places: Iterable[str], forms: Iterable[str] = ()) -> None:
        """The other pages of the meeting as they are, and those with a form as they are when nothing was filled in."""
        if self.look is nobody_looks:
            return
        for place in places:
            answer = page.goto(self.site.address + (place if place.startswith("/") else MEETING + place))
            assert answer and answer.ok, f"{answer and answer.status} {place}"
            self.look(page, place)
            if place in forms:
                page.locator("main form button").last.click()
                expect(page.locator(".govuk-error-summary")).to_be_focused(timeout=PATIENTLY)
                self.look(page, f"{place}, error")

    def look_at(self, page: Page, where: str, heading: str, state: str) -> None:
        self.go(page, f"{MEETING}{where}/", heading)
        self.look(page, state)


def at(page: Page, heading: str) -> None:
    """Waits for the page under this heading."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading, timeout=PATIENTLY)


def one(page: Page, name: str) -> Locator:
    """The link, button or opener of this name, spelt in full."""
    main, spelt = page.locator("main"), re.compile(f"^{re.escape(name).replace(':', ' ?:')}$")
    found = main.get_by_role("button", name=spelt).or_(main.get_by_role("link", name=spelt))
    return found.or_(main.locator("summary", has_text=name)).first


def expect_soon(true: Callable[[], bool]) -> None:
    """For what no page shows."""
    until = time.monotonic() + PATIENTLY / 1000
    while not true():
        assert time.monotonic() < until, "It did not come in time."
        time.sleep(0.1)
