"""Two people and a third destroy a case whose years are over; each page keeps nobody out, wide and narrow."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving, signing_in
from tests.browser.looking import Looking

pytestmark = pytest.mark.browser

TODAY = "2026-11-27"


@pytest.fixture(scope="module")
def kept(chromium, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("kept"), "tests.browser.prepare_retention", TODAY) as served:
        yield served


def shot(page, name):
    """A picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("THROUGHLINE_SHOTS"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def test_a_case_is_destroyed_by_two_people_and_a_third(kept, browser):
    look = Looking()
    with signing_in(kept, browser) as opened:

        def see(page, name):
            look(page, name)
            shot(page, name)

        def order(page, button):
            page.goto(f"{kept.address}/retention/cases/SP-0001/")
            see(page, f"before {button}".replace(" ", "-").lower())
            page.get_by_role("button", name=button).press("Enter")
            page.wait_for_load_state()

        board = opened("partnership")
        board.goto(f"{kept.address}/retention/")
        see(board, "list")
        expect(board.get_by_role("row", name="SP-0001")).to_contain_text("To be proposed")
        expect(board.get_by_role("row", name="SP-0002")).to_contain_text("Held")
        order(board, "Propose that it is destroyed")
        expect(board.get_by_text("It waits for somebody else than you")).to_be_visible()
        order(opened("director"), "Release it")
        clerk = opened("conference_admin")
        order(clerk, "Destroy it now")
        expect(clerk.locator(".govuk-error-summary")).to_be_focused()
        see(clerk, "error")
        clerk.get_by_label("I know that this cannot be undone").check()
        clerk.get_by_role("button", name="Destroy it now").press("Enter")
        expect(clerk.get_by_text("It is destroyed. The certificate is below.")).to_be_visible()
        see(clerk, "done")
        clerk.get_by_role("link", name="certificate 1").press("Enter")
        expect(clerk.get_by_role("heading", name="Certificate of destruction 1")).to_be_visible()
        see(clerk, "certificate")
        worker = opened("lead_practitioner")
        worker.goto(f"{kept.address}/cases/SP-0001/plan/")
        expect(worker.get_by_role("heading", name="This case was destroyed")).to_be_visible()
        assert "SP-0001" in worker.title() and "Reed" not in worker.content()
        see(worker, "destroyed")
        worker.goto(f"{kept.address}/cases/SP-0002/record/")
        see(worker, "record")
        worker.get_by_role("link", name="Until when this case is kept").press("Enter")
        expect(worker.get_by_text("A claim against the health trust")).to_be_visible()
        see(worker, "held")
    assert look.wrong == []
