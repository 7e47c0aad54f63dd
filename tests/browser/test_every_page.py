"""Every page, wide and narrow: nothing an accessibility checker objects to, nothing to scroll sideways."""

import pytest

from tests.browser.looking import AXE, LOOK

pytestmark = pytest.mark.browser

CASE = "/cases/SP-0001/"
PAGES = (
    "/",
    "/meetings/",
    "/cases/",
    CASE,
    f"{CASE}?show=refused",
    f"{CASE}plan/",
    f"{CASE}dates/",
    f"{CASE}dates/?on=2026-05-10",
    f"{CASE}dates/?on-day=31&on-month=2&on-year=2026",
    "/alerts/",
    "/alerts/?view=all",
    "/overdue/?view=all",
    "/cases/SP-9999/",
)


@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_kept_out_by_how_a_page_is_made(site, signed_in, width):
    page = signed_in("social_worker", width=width)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{site.address}/alerts/")
    one_alert = page.locator("live-region th a").first.get_attribute("href")
    wrong = []
    for address in (*PAGES, one_alert):
        page.goto(site.address + address)
        page.evaluate(AXE)
        wrong += [f"{address}: {each}" for each in page.evaluate(LOOK)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{address}: {wide} px wide")
    assert wrong == []
    assert [each for each in said if "404" not in each] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_turn_keeps_nobody_out_and_says_what_is_missing(site, signed_in, width):
    page = signed_in("manager", width=width)
    page.goto(f"{site.address}/work/")
    page.locator("main table a").first.wait_for()
    wrong = []
    for step in ("the list", "the form", "the form with errors"):
        page.evaluate(AXE)
        wrong += [f"{step}: {each}" for each in page.evaluate(LOOK)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{step}: {wide} px wide"] if wide > width else []
        if step == "the list":
            page.locator("main table a").first.press("Enter")
            page.wait_for_url("**/work/*/")
        elif step == "the form":
            page.locator("main form button[type=submit]").press("Enter")
            page.locator(".govuk-error-summary").wait_for()
    assert wrong == []
    assert page.title().startswith("Error: ")


def test_the_page_to_sign_in_keeps_nobody_out(site, browser):
    page = browser.new_page()
    page.goto(f"{site.address}/sign-in/")
    page.evaluate(AXE)
    assert page.evaluate(LOOK) == []
    page.context.close()


def test_a_page_is_whole_without_script(site, browser, signed_in):
    cookies = signed_in("social_worker").context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{site.address}/alerts/")
    assert "Inspect and repair damp" in page.locator("main").inner_text()
    context.close()
