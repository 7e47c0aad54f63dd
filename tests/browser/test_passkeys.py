"""A passkey in a real browser: added by somebody who needs a second step, used to sign in, refused, used once more.

The authenticator is Chromium's own virtual one. The site is opened by its name, since no browser makes a passkey for an
address of numbers.
"""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, THE_DAY_BEFORE, serving
from tests.browser.hands import Keyboard
from tests.browser.looking import Looking

pytestmark = pytest.mark.browser
hands = Keyboard()
A_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def strict(chromium, tmp_path_factory):
    """A site on which everybody needs a second step."""
    data = tmp_path_factory.mktemp("passkeys")
    with serving(data, "tests.browser.prepare", THE_DAY_BEFORE, THROUGHLINE_SECOND_STEP="everybody") as site:
        yield site


@contextmanager
def a_browser(browser, **how):
    """A page with a machine's own passkeys, and what the page says when something is wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **how)
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    machine = context.new_cdp_session(page)
    machine.send("WebAuthn.enable")
    number = machine.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})["authenticatorId"]
    yield page, machine, number, wrong
    context.close()


def by_name(site):
    return site.address.replace("127.0.0.1", "localhost")


def password(page, address, name):
    page.goto(f"{address}/sign-in/")
    hands.write(page.get_by_label("Username"), name)
    hands.write(page.get_by_label("Password", exact=True), PASSWORD)
    hands.press(page.get_by_role("button", name="Sign in"))


def test_the_whole_of_it_by_keyboard_alone(strict, browser):
    address, look = by_name(strict), Looking()
    with a_browser(browser) as (page, machine, number, wrong):
        password(page, address, "manager")
        page.wait_for_url("**/my-sign-in/second-step/")
        look(page, "setting up a second step, a passkey being possible")
        hands.press(page.get_by_role("link", name="use a passkey instead"))
        page.get_by_role("heading", name="Passkeys", exact=True).wait_for()
        look(page, "no passkey yet")
        hands.press(page.get_by_role("button", name="Add a passkey"))
        page.locator(".govuk-error-summary").wait_for()
        look(page, "a passkey without a name")
        assert machine.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"] == []
        hands.write(page.get_by_label("What do you call it?"), "Work laptop")
        hands.press(page.get_by_role("button", name="Add a passkey"))
        page.get_by_role("heading", name="Recovery codes").wait_for()
        hands.press(page.get_by_role("button", name="I have written them down"))
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/my-sign-in/passkeys/")
        look(page, "one passkey")
        hands.write(page.get_by_label("What do you call it?"), "The same once more")
        hands.press(page.get_by_role("button", name="Add a passkey"))
        expect(page.get_by_role("status").filter(has_text="in your list already")).to_be_visible()
        look(page, "a passkey that is there already")
        page.goto(f"{address}/my-sign-in/")
        look(page, "my sign-in")

        hands.press(page.get_by_role("button", name="Sign out"))
        page.wait_for_url("**/sign-in/")
        password(page, address, "manager")
        page.wait_for_url("**/sign-in/code/")
        look(page, "the second step")
        refuse(machine, number)
        hands.press(page.get_by_role("button", name="Use your passkey"))
        expect(page.get_by_role("status").filter(has_text="Not done – the question was closed")).to_be_visible()
        look(page, "a passkey that nobody answered")
        assert page.url.endswith("/sign-in/code/")
        number = awake_again(machine, number)
        hands.press(page.get_by_role("button", name="Use your passkey"))
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/my-sign-in/")
        expect(page.get_by_role("cell", name="Password and passkey")).to_be_visible()

        page.goto(f"{address}/break-glass/")
        hands.write(page.get_by_label("Reference of the case"), "SP-9999")
        hands.choose(page.get_by_role("radio").first)
        hands.write(page.get_by_label("Why do you need to see it now?"), "Nobody answers & it is <late>")
        hands.press(page.get_by_role("button", name="Open the case"))
        page.get_by_role("heading", name="Say once more that it is you").wait_for()
        look(page, "asked again, with a passkey")
        hands.press(page.get_by_role("button", name="Use your passkey"))
        page.locator(".govuk-error-summary").filter(has_text="No case has this reference").wait_for()
        assert page.get_by_label("Why do you need to see it now?").input_value() == "Nobody answers & it is <late>"

        assert look.wrong == []
        assert [each for each in wrong if "403" not in each] == []


def test_where_there_is_no_passkey_the_pages_say_what_else_there_is(strict, browser):
    """At an address of numbers; in a browser without script; on a machine that has none of them."""
    address, look = by_name(strict), Looking()
    with a_browser(browser) as (page, machine, number, _):
        password(page, address, "housing_lead")
        page.wait_for_url("**/my-sign-in/second-step/")
        page.goto(f"{address}/my-sign-in/passkeys/")
        hands.write(page.get_by_label("What do you call it?"), "Blue key")
        hands.press(page.get_by_role("button", name="Add a passkey"))
        page.get_by_role("heading", name="Recovery codes").wait_for()
        codes = page.locator(".app-codes li").all_inner_texts()
        hands.press(page.get_by_role("button", name="Sign out"))
        page.wait_for_url("**/sign-in/")
        password(page, strict.address, "housing_lead")
        page.get_by_text("and not at this address").wait_for()
        look(page, "the second step at an address of numbers")
        assert page.get_by_role("link", name=address).get_attribute("href") == f"{address}/"

    with a_browser(browser, java_script_enabled=False) as (page, *_):
        page.goto(f"{address}/sign-in/")
        page.get_by_label("Username").fill("housing_lead")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("A passkey needs a browser that runs the script")).to_be_visible()
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Nothing came from your passkey")
        page.get_by_label("Recovery code").fill(codes[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{address}/")

    with a_browser(browser) as (page, machine, number, _):
        machine.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
        page.add_init_script("delete window.PublicKeyCredential")
        password(page, address, "housing_lead")
        page.wait_for_url("**/sign-in/code/")
        hands.press(page.get_by_role("button", name="Use your passkey"))
        expect(page.get_by_role("status").filter(has_text="this browser has no passkeys")).to_be_visible()
        hands.write(page.get_by_label("Recovery code"), codes[1])
        hands.press(page.get_by_role("button", name="Sign in", exact=True))
        page.wait_for_url(f"{address}/")
    assert look.wrong == []


def refuse(machine, number):
    """The finger is the wrong one, as often as the machine asks; after that it asks no more."""
    machine.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})


def awake_again(machine, number):
    """The machine is started anew, with the same passkeys on it."""
    kept = machine.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    machine.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
    number = machine.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})["authenticatorId"]
    for each in kept:
        machine.send("WebAuthn.addCredential", {"authenticatorId": number, "credential": each})
    return number
