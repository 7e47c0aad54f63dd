"""Nobody reloads: a night passes, the agency lead's open page shows the alert, and they answer it with the keyboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_agency_lead_sees_an_alert_the_moment_a_night_raises_it_and_answers_it(site, signed_in):
    page = signed_in("housing_lead")
    page.goto(f"{site.address}/alerts/")
    expect(page.get_by_text("No alert stands for you.")).to_be_visible()
    page.evaluate("window.neverReloaded = true")

    site.command("wind", "2026-06-19")

    late = page.get_by_role("link", name="Inspect and repair damp; decide on overcrowding")
    expect(late).to_be_visible(timeout=30_000)
    expect(page.locator("live-region")).to_contain_text("5 working days late")
    expect(page.locator("live-region")).to_contain_text("Waits for you")
    assert page.evaluate("window.neverReloaded")

    late.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inspect and repair damp; decide on overcrowding")
    expect(page.locator("main")).to_contain_text("Acknowledging never stops the ladder.")

    page.get_by_label("What will you do?").focus()
    page.keyboard.type("The contractor comes on Tuesday; I look at it myself on Wednesday.")
    for typed in ("17", "6", "2026"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.locator(".govuk-error-summary")).to_contain_text("The date has already passed.")
    expect(page.get_by_label("What will you do?")).to_have_value(
        "The contractor comes on Tuesday; I look at it myself on Wednesday."
    )

    page.get_by_role("link", name="The date has already passed. Choose today or later.").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Day")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("24")
    page.keyboard.press("Enter")

    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("Your promise is recorded.")
    expect(page.locator("main")).to_contain_text("The contractor comes on Tuesday")
    page.goto(f"{site.address}/alerts/")
    expect(page.locator("live-region")).to_contain_text("Fran Oakes promised by 24 Jun 2026")


def test_a_page_left_open_by_somebody_signed_out_says_so_and_shows_nothing_more(site, signed_in):
    page = signed_in("misuse_lead")
    page.goto(f"{site.address}/alerts/?view=all")
    page.context.clear_cookies()
    page.evaluate("document.querySelector('live-region').look(true)")
    expect(page.locator(".app-live-note")).to_contain_text("You are signed out")


def test_a_page_whose_socket_is_refused_says_whether_it_is_the_sign_in_that_is_over(site, signed_in):
    page = signed_in("misuse_lead")
    page.goto(f"{site.address}/alerts/?view=all")
    refused = "document.querySelector('live-region').line.lost(true)"
    page.evaluate(refused)
    expect(page.locator(".app-live-note")).to_contain_text("You no longer have access")
    page.context.clear_cookies()
    page.evaluate(refused)
    expect(page.locator(".app-live-note")).to_contain_text("You are signed out")


def test_a_link_is_followed_although_its_part_of_the_page_is_drawn_anew_while_it_is_pressed(site, signed_in):
    page = signed_in("social_worker")
    page.goto(f"{site.address}/alerts/")
    link = page.locator("live-region th[scope=row] a").first
    leads_to = link.get_attribute("href")
    link.hover()
    page.mouse.down()
    page.evaluate("document.querySelector('live-region').look(true)")
    page.mouse.up()
    expect(page).to_have_url(f"{site.address}{leads_to}", timeout=10_000)
