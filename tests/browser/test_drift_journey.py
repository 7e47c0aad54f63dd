"""An auditor picks a date, compares two meetings, and follows one slipped date to the person and the reason."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving, signing_in

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
LOOK = """axe.run().then(found => found.violations.map(
    wrong => `${wrong.id}: ${wrong.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`))"""
CASE = "/cases/SP-0001/"
# Two reviews are over, and dates were moved on the day of the second.
AFTER_TWO_MOVES = "2026-09-04"
# What of a drawing is seen: its paint and the ground it lies on.
PAINT = """shape => [getComputedStyle(shape).fill, getComputedStyle(shape).stroke,
    getComputedStyle(document.body).backgroundColor]"""


@pytest.fixture(scope="module")
def moved(chromium, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("moved"), "tests.browser.prepare", AFTER_TWO_MOVES) as served:
        yield served


@pytest.fixture
def open_page(moved, browser):
    with signing_in(moved, browser) as opened:
        yield opened


def say_why(page, moved):
    """An auditor gives the reason for opening the case."""
    page.goto(f"{moved.address}{CASE}why/")
    page.get_by_label("Why do you open this case?").fill("Sampled for the spring audit")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url(f"{moved.address}{CASE}")


def look(page, width):
    """What an accessibility checker objects to, and whether anything is to be scrolled sideways."""
    page.evaluate(AXE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return page.evaluate(LOOK) + ([f"{page.url}: {wide} px wide"] if wide > width else [])


@pytest.mark.parametrize("width", [1280, 390])
def test_an_auditor_follows_one_slipped_date_to_the_person_and_the_reason(moved, open_page, width):
    page = open_page("inspector", width=width)
    say_why(page, moved)
    wrong = []

    page.goto(f"{moved.address}{CASE}dates/")
    for box, typed in zip(("Day", "Month", "Year"), ("7", "7", "2026"), strict=True):
        page.get_by_label(box).first.fill(typed)
    page.get_by_role("button", name="Show").first.click()
    expect(page.locator("main")).to_contain_text("As it stood on 7 Jul 2026")
    wrong += look(page, width)

    page.goto(f"{moved.address}{CASE}plan/compare/?left=2026-05-19&right=2026-07-07")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wrong += look(page, width)

    page.goto(f"{moved.address}{CASE}dates/")
    page.get_by_role("link", name="Why Assessment and hair-strand test").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("hair-strand test")
    expect(page.locator("main")).to_contain_text("Mother missed two appointments")
    expect(page.locator("main")).to_contain_text("Ife Marlow")
    wrong += look(page, width)

    assert wrong == []


def test_every_drawn_date_stands_in_the_table_too(moved, open_page):
    page = open_page("inspector")
    say_why(page, moved)
    page.goto(f"{moved.address}{CASE}dates/")
    drawn = page.locator("svg.app-dates__line > title").all_text_contents()
    assert drawn
    table = page.locator("main table").inner_text()
    assert [title for title in drawn if title not in table] == []
    assert page.locator("svg.app-dates__line:not([role=img])").count() == 0
    assert all(page.locator("svg.app-dates__line > desc").all_text_contents())


def test_the_first_date_and_the_last_are_told_apart_without_any_colour(moved, open_page):
    page = open_page("inspector")
    say_why(page, moved)
    page.emulate_media(forced_colors="active")
    page.goto(f"{moved.address}{CASE}dates/")
    for shape in (".chart-circle", ".chart-diamond"):
        fill, stroke, ground = page.locator(shape).first.evaluate(PAINT)
        assert {fill, stroke} - {ground, "none"}, f"{shape} cannot be seen"
    assert page.locator("svg.app-dates__line circle").count() == page.locator("svg.app-dates__line path").count()


@pytest.mark.parametrize("width", [1280, 390])
def test_an_action_is_given_a_date_on_its_page_and_the_refusal_takes_the_eye(moved, open_page, width):
    page = open_page("social_worker", width=width)
    page.goto(f"{moved.address}{CASE}plan/")
    page.get_by_role("link", name="Assessment and hair-strand test").first.click()
    wrong = look(page, width)
    page.get_by_text("It needs another date").click()
    page.get_by_role("button", name="Ask for this date").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")
    wrong += look(page, width)
    assert wrong == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_manager_sees_who_looked_has_the_record_verified_and_a_print_is_kept(moved, open_page, width):
    page = open_page("manager", width=width)
    page.goto(f"{moved.address}{CASE}plan/")
    with page.expect_response("**/printed/") as told:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert told.value.status == 204
    page.goto(f"{moved.address}{CASE}record/")
    expect(page.locator("main")).to_contain_text("Printed: Case plan")
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator("main")).to_contain_text("Last verified on")
    assert look(page, width) == []
    if os.environ.get("THROUGHLINE_PICTURES"):
        page.screenshot(path=f"{os.environ['THROUGHLINE_PICTURES']}/record-{width}.png", full_page=True)
