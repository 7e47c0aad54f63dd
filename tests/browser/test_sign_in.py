"""Signing in with a second step, by keyboard alone; and its pages, wide and narrow."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.browser.conftest import PASSWORD, THE_DAY_BEFORE, serving
from tests.browser.hands import Keyboard
from tests.browser.looking import Looking

pytestmark = pytest.mark.browser
hands = Keyboard()


@pytest.fixture(scope="module")
def strict(chromium, tmp_path_factory):
    """A site on which everybody needs a second step, and a sign-in is soon over."""
    settings = {"THROUGHLINE_SECOND_STEP": "everybody", "THROUGHLINE_IDLE_MINUTES": "2"}
    data = tmp_path_factory.mktemp("strict")
    with serving(data, "tests.browser.prepare", THE_DAY_BEFORE, **settings) as site:
        yield site


def code_for(page):
    key = re.sub(r"\s", "", page.locator(".app-code-key").inner_text())
    return format_hotp_value(hotp_value(key, int(time.time()) // 30))


def password(page, site, name):
    page.goto(f"{site.address}/sign-in/")
    hands.write(page.get_by_label("Username"), name)
    hands.write(page.get_by_label("Password", exact=True), PASSWORD)
    hands.press(page.get_by_role("button", name="Sign in"))


def test_the_whole_of_it_by_keyboard_alone(strict, browser):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    said, look = [], Looking()
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    password(page, strict, "manager")
    page.wait_for_url("**/my-sign-in/second-step/")
    page.goto(f"{strict.address}/cases/")
    page.wait_for_url("**/my-sign-in/second-step/")
    look(page, "setting it up")
    hands.write(page.get_by_label("The code your telephone shows"), "123")
    hands.press(page.get_by_role("button", name="Set it up"))
    page.locator(".govuk-error-summary").wait_for()
    look(page, "setting it up with a wrong code")
    hands.write(page.get_by_label("The code your telephone shows"), code_for(page))
    hands.press(page.get_by_role("button", name="Set it up"))
    page.get_by_role("heading", name="Recovery codes").wait_for()
    look(page, "recovery codes")
    codes = page.locator(".app-codes li").all_inner_texts()
    hands.press(page.get_by_role("button", name="I have written them down"))
    page.wait_for_url(f"{strict.address}/")

    hands.press(page.get_by_role("button", name="Sign out"))
    page.wait_for_url("**/sign-in/")
    password(page, strict, "manager")
    page.wait_for_url("**/sign-in/code/")
    look(page, "the second step")
    hands.write(page.get_by_label("Code"), codes[0])
    hands.press(page.get_by_role("button", name="Sign in", exact=True))
    page.wait_for_url(f"{strict.address}/")

    warning = page.get_by_role("alert").filter(has_text="You will be signed out in")
    warning.wait_for()
    look(page, "the warning")
    with page.expect_response(lambda answer: answer.url.endswith("/sign-in/lasts/")) as stayed:
        hands.press(warning.get_by_role("button", name="Stay signed in"))
    assert stayed.value.request.method == "POST"
    assert stayed.value.ok

    for address in ("/my-sign-in/", "/my-sign-in/recovery-codes/", "/people/", "/people/moves/", "/break-glass/"):
        page.goto(strict.address + address)
        look(page, address)
    page.goto(f"{strict.address}/people/")
    hands.press(page.locator("main table a").first)
    page.get_by_role("heading", level=1).wait_for()
    look(page, "a post")

    page.goto(f"{strict.address}/break-glass/")
    hands.write(page.get_by_label("Reference of the case"), "SP-9999")
    hands.choose(page.get_by_role("radio").first)
    hands.write(page.get_by_label("Why do you need to see it now?"), "Nobody answers & it is <late>")
    hands.press(page.get_by_role("button", name="Open the case"))
    page.get_by_role("heading", name="Say once more that it is you").wait_for()
    look(page, "asked again")
    hands.write(page.get_by_label("Your password, once more"), PASSWORD)
    hands.press(page.get_by_role("button", name="Go on"))
    page.locator(".govuk-error-summary").filter(has_text="No case has this reference").wait_for()
    assert page.get_by_label("Why do you need to see it now?").input_value() == "Nobody answers & it is <late>"

    assert look.wrong == []
    assert [each for each in said if "403" not in each and "404" not in each] == []
    page.context.close()


def test_a_page_left_open_says_that_the_sign_in_ended_elsewhere(strict, browser):
    context = browser.new_context()
    page = context.new_page()
    password(page, strict, "housing_lead")
    page.wait_for_url("**/my-sign-in/second-step/")
    page.get_by_role("alert").filter(has_text="You will be signed out in").wait_for()
    strict.command("shell", "-c", "from workflow.models import User; User.objects.update(turn=1)")
    page.get_by_role("button", name="Stay signed in").press("Enter")
    page.get_by_role("alert").filter(has_text="You are signed out").wait_for()
    assert (
        page.get_by_role("link", name="Sign in again").get_attribute("href").startswith("/sign-in/?next=%2Fmy-sign-in")
    )
    context.close()


def test_the_page_to_join_keeps_nobody_out(strict, browser):
    strict.command("shell", "-c", AN_INVITATION)
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    look = Looking()
    page.goto(f"{strict.address}/join/{'x' * 43}/")
    look(page, "a link that is good for nothing")
    page.goto(f"{strict.address}/join/browser/")
    look(page, "joining")
    hands.write(page.get_by_label("A password of your own"), "short")
    hands.press(page.get_by_role("button", name="Set it up"))
    page.locator(".govuk-error-summary").wait_for()
    look(page, "joining with a password that is too short")
    hands.write(page.get_by_label("A password of your own"), "four plain words together")
    hands.press(page.get_by_role("button", name="Set it up"))
    page.wait_for_url("**/sign-in/")
    look(page, "signing in for the first time")
    assert look.wrong == []
    page.context.close()


AN_INVITATION = """
from datetime import timedelta
from config import clock
from notifications.joining import _digest
from workflow.acts import under_way
from workflow.models import JoiningLink, Professional
with under_way("invite_colleague", None, by=None, at=clock.now()):
    JoiningLink(
        professional=Professional.objects.get(key="keyworker"),
        digest=_digest("browser"),
        expires_at=clock.now() + timedelta(days=1),
    ).save()
"""
