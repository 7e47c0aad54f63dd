"""Whatever happens to a page while somebody types into it, their words are there afterwards, and in order."""

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import PASSWORD, serving, signing_in
from tests.browser.hands import Keyboard
from tests.browser.journey import MEETING, PATIENTLY, at, expect_soon, one
from tests.browser.looking import Looking

pytestmark = pytest.mark.browser
THE_DAY_TO_CONVENE = "2026-11-23"
HANDS = Keyboard()
LESS_THAN_A_PAUSE, TWO_SECONDS, A_MINUTE = 500, 2_000, 60_000


@pytest.fixture(scope="module")
def booked(browser, tmp_path_factory):
    """A conference with an agenda, to write under."""
    data = tmp_path_factory.mktemp("booked")
    with serving(data, "tests.browser.prepare_meeting", THE_DAY_TO_CONVENE) as site:
        with signing_in(site, browser) as open_page:
            page = open_page("clerk")
            page.goto(f"{site.address}{MEETING}agenda/")
            HANDS.press(one(page, "Prepare the agenda"))
            expect(page.locator(".govuk-notification-banner")).to_contain_text("prepared", timeout=PATIENTLY)
        yield site


@pytest.fixture
def somebody(booked, browser):
    with signing_in(booked, browser) as open_page:
        yield open_page


@pytest.fixture
def opened(booked):
    """Opens a page about the meeting: `opened(page, "minutes/1/")`."""

    def open_it(page: Page, where: str) -> Page:
        page.goto(f"{booked.address}{MEETING}{where}")
        return page

    return open_it


def text_of(page: Page):
    return page.get_by_label("What was said")


def state_of(page: Page):
    return page.locator(".app-save-state").last


def says(page: Page, words: str) -> None:
    expect(state_of(page)).to_contain_text(words, timeout=PATIENTLY)


def sign_in_again(page: Page) -> None:
    """In another tab of the same browser."""
    other = page.context.new_page()
    other.goto(page.url)
    for label, words in (("Username", "clerk"), ("Password", PASSWORD)):
        HANDS.write(other.get_by_role("textbox", name=label), words)
    other.keyboard.press("Enter")
    expect(other.get_by_role("button", name="Sign out")).to_be_visible(timeout=PATIENTLY)
    other.close()


def test_what_is_typed_is_on_the_server_two_seconds_after_a_pause(somebody, opened):
    page = somebody("clerk")
    page.clock.install()
    opened(page, "minutes/1/")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    HANDS.write(text_of(page), "Health came at ten.")
    page.clock.run_for(LESS_THAN_A_PAUSE)
    expect(state_of(page)).to_be_empty()
    page.clock.run_for(TWO_SECONDS - LESS_THAN_A_PAUSE)
    says(page, "Saved at")


def test_a_page_that_crashes_has_kept_what_was_typed(somebody, opened):
    page = opened(somebody("clerk"), "minutes/2/")
    HANDS.write(text_of(page), "The mother has told us about the damp room.")
    says(page, "Saved at")
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")
    again = opened(page.context.new_page(), "minutes/2/")
    expect(text_of(again)).to_have_value("The mother has told us about the damp room.")


def test_the_last_words_before_a_page_is_closed_are_kept_too(somebody, opened):
    page = somebody("clerk")
    context = page.context
    opened(page, "minutes/3/")
    page.clock.install()
    HANDS.write(text_of(page), "Closed in the middle of a sen")
    page.close()
    again = context.new_page()

    def is_there() -> bool:
        opened(again, "minutes/3/")
        return text_of(again).input_value() == "Closed in the middle of a sen"

    expect_soon(is_there)


def test_ten_minutes_without_a_network_end_with_the_newest_words_saved(somebody, opened):
    page = somebody("clerk")
    page.clock.install()
    opened(page, "minutes/6/")
    HANDS.write(text_of(page), "Before the network went.")
    page.clock.run_for(TWO_SECONDS)
    says(page, "Saved at")
    page.context.set_offline(True)
    HANDS.add(text_of(page), " While it was away.")
    page.clock.run_for(TWO_SECONDS)
    says(page, "Not saved – no connection")
    for _ in range(10):
        HANDS.add(text_of(page), " More.")
        page.clock.run_for(A_MINUTE)
        says(page, "Not saved – no connection")
    page.context.set_offline(False)
    page.clock.run_for(A_MINUTE)
    says(page, "Saved at")
    again = opened(page.context.new_page(), "minutes/6/")
    expect(text_of(again)).to_have_value("Before the network went. While it was away." + " More." * 10)


def test_an_answer_that_is_lost_again_and_again_is_no_second_page(somebody, opened):
    """The words arrive each time, and nobody is told: the page goes on without a conflict with itself."""
    page = opened(somebody("clerk"), "views/member/2/")
    words = page.get_by_role("textbox", name="What was said, word for word, or what was seen")
    lost = []

    def arrives_and_is_lost(route) -> None:
        route.fetch()
        lost.append(route.request.post_data)
        route.abort()

    page.route("**/drafts/", arrives_and_is_lost)
    HANDS.write(words, "He came")
    says(page, "Not saved – no connection")
    HANDS.add(words, ", and stayed")
    # Asking the page for something lets what it sends come through here.
    expect_soon(lambda: bool(page.title()) and len(lost) >= 2 and "stayed" in lost[-1])
    page.unroute("**/drafts/")
    HANDS.add(words, ".")
    says(page, "Saved as a draft at")
    again = opened(page.context.new_page(), "views/member/2/")
    expect(again.get_by_role("textbox", name="What was said, word for word, or what was seen")).to_have_value(
        "He came, and stayed."
    )
    expect(again.get_by_text("on a second page")).to_have_count(0)


def test_a_service_without_its_database_is_said_and_the_form_waits_for_it(somebody, opened):
    page = opened(somebody("clerk"), "views/member/1/")
    words = page.get_by_role("textbox", name="What was said, word for word, or what was seen")
    HANDS.choose(page.get_by_label("By telephone"))
    page.route("**/drafts/", lambda route: route.fulfill(status=503, json={"said": "Try again."}))
    HANDS.write(words, "She asks when she is told.")
    says(page, "Not saved – the service cannot save just now; still trying")
    HANDS.press(one(page, "Record"))
    expect(page.get_by_text("Not sent. Press the button again when the draft is saved.")).to_be_visible(
        timeout=PATIENTLY
    )
    expect(words).to_have_value("She asks when she is told.")
    page.unroute("**/drafts/")
    expect(page.get_by_text("Saved as a draft at")).to_be_visible(timeout=PATIENTLY)
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    HANDS.press(one(page, "Record"))
    at(page, "What people think")
    assert any("draft-saved-at=" in each for each in sent if each)


def test_somebody_signed_out_goes_on_typing_and_loses_nothing(somebody, opened):
    page = opened(somebody("clerk"), "minutes/4/")
    HANDS.write(text_of(page), "First, while signed in. ")
    says(page, "Saved at")
    page.context.clear_cookies()
    HANDS.add(text_of(page), "Second, signed out. ")
    says(page, "Signed out – sign in in another tab, then go on here")
    HANDS.add(text_of(page), "Third, still signed out.")
    sign_in_again(page)
    page.bring_to_front()
    says(page, "Saved at")
    opened(page, "minutes/4/")
    expect(text_of(page)).to_have_value("First, while signed in. Second, signed out. Third, still signed out.")


def test_a_form_is_not_sent_by_somebody_signed_out_and_keeps_what_is_in_it(somebody, opened):
    page = opened(somebody("clerk"), "views/member/2/")
    words = page.get_by_role("textbox", name="What was said, word for word, or what was seen")
    HANDS.choose(page.get_by_label("By telephone"))
    HANDS.write(words, "He wants to be asked before, not after.")
    says(page, "Saved as a draft at")
    page.context.clear_cookies()
    HANDS.add(words, " He said so twice.")
    HANDS.press(one(page, "Record"))
    expect(page.get_by_text("Not sent. Press the button again when the draft is saved.")).to_be_visible(
        timeout=PATIENTLY
    )
    sign_in_again(page)
    expect(page.get_by_text("Saved as a draft at")).to_be_visible(timeout=PATIENTLY)
    HANDS.press(one(page, "Record"))
    at(page, "What people think")
    expect(page.locator("main")).to_contain_text("He wants to be asked before, not after. He said so twice.")


def test_a_form_open_twice_says_so_on_the_second_page_and_leaves_the_first_alone(somebody, opened):
    first = somebody("clerk")
    second = first.context.new_page()
    for page in (first, second):
        opened(page, "views/member/1/")
    words = "What was said, word for word, or what was seen"
    HANDS.write(first.get_by_role("textbox", name=words), "She is tired in the mornings.")
    says(first, "Saved as a draft at")
    HANDS.write(second.get_by_role("textbox", name=words), "She asks for help.")
    says(second, "Open in another tab or by you elsewhere")
    expect(first.get_by_role("textbox", name=words)).to_have_value("She is tired in the mornings.")
    third = opened(first.context.new_page(), "views/member/1/")
    expect(third.get_by_role("textbox", name=words)).to_have_value("She is tired in the mornings.")
    HANDS.press(third.get_by_role("button", name="Show that instead"))
    expect(third.get_by_role("textbox", name=words)).to_have_value("She asks for help.")


def test_a_second_save_is_shown_beside_the_first_and_a_person_chooses(somebody, opened):
    clerk, chair = somebody("clerk"), somebody("cp_chair")
    opened(clerk, "minutes/5/")
    HANDS.write(text_of(clerk), "The school sees them every day.")
    says(clerk, "Saved at")
    opened(chair, "minutes/5/")
    expect(chair.get_by_text("Nell Ashby is writing here – read only.")).to_be_visible()
    clerk.context.set_offline(True)
    HANDS.add(text_of(clerk), " The minute-taker adds this.")
    says(clerk, "Not saved – no connection")
    HANDS.press(one(chair, "Take over"))
    expect(text_of(chair)).to_be_editable(timeout=PATIENTLY)
    HANDS.add(text_of(chair), " The chair adds that.")
    says(chair, "Saved at")
    clerk.context.set_offline(False)
    says(clerk, "Not in the minutes yet – Ravi Sands saved something else")
    look = Looking()
    look(clerk, "an item, not saved")
    HANDS.press(one(clerk, "Compare the two and choose"))
    at(clerk, "Ravi Sands has changed this meanwhile")
    for whose, what in (("Now", ["chair", "that"]), ("You entered", ["minute-taker", "this"])):
        expect(clerk.get_by_role("region", name=whose)).to_contain_text("The school sees them every day.")
        marks = clerk.get_by_role("region", name=whose).locator("mark")
        expect(marks).to_have_text([f"only here: {words}" for words in what])
    look(clerk, "two texts")
    HANDS.press(one(clerk, "Save what I chose"))
    expect(clerk.locator(".govuk-error-summary")).to_be_focused(timeout=PATIENTLY)
    look(clerk, "two texts, error")
    HANDS.choose(clerk.get_by_label("Both together, as edited below"))
    HANDS.press(one(clerk, "Save what I chose"))
    at(clerk, "5.")
    for words in ("The school sees them every day.", "The minute-taker adds this.", "The chair adds that."):
        expect(clerk.locator("#as-it-reads")).to_contain_text(words, timeout=PATIENTLY)
    opened(clerk, "minutes/5/earlier/")
    look(clerk, "earlier texts")
    assert look.wrong == []
