"""Every page that no journey opens, with something on it: nothing objected to, nothing to scroll sideways."""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving, signing_in
from tests.browser.looking import AXE, LOOK, Looking

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world(chromium, tmp_path_factory):
    data = tmp_path_factory.mktemp("world")
    with serving(data, "tests.browser.prepare_world") as served:
        found = defaultdict(list)
        for name, address, who in json.loads((data / "addresses.json").read_text()):
            found[who].append((name, address))
        yield served, found


@pytest.fixture
def open_page(world, browser):
    with signing_in(world[0], browser) as opened:
        yield opened


def looked_at(world, page, pages):
    """What is wrong on each of these pages, wide and narrow; its picture, where somebody wants to look themselves."""
    site, look = world[0], Looking()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for name, address in pages:
        page.goto(site.address + address)
        if "/why/" in page.url:
            page.get_by_label("Why do you open this case?").fill("Sampled for the autumn audit")
            page.get_by_role("button", name="Open the case").click()
            page.goto(site.address + address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        look(page, name)
        pictured(page, name)
    return look.wrong + said


def pictured(page, name):
    folder = os.environ.get("THROUGHLINE_PICTURES")
    for width in (1280, 390) if folder else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(folder, f"{name.replace(', ', '-')}-{width}.png"), full_page=True)


def test_pages_nobody_is_sent_through_keep_nobody_out(world, open_page):
    wrong = []
    for who, pages in world[1].items():
        wrong += [f"{who}: {each}" for each in looked_at(world, open_page(who), pages)]
    assert wrong == []


def test_no_page_was_left_out_for_want_of_somebody_to_show_it_to(world):
    from config.doors import DOORS, Door
    from tests.browser.prepare_world import NO_PAGE, OF_A_CONFERENCE

    looked = {name for pages in world[1].values() for name, _ in pages}
    pages = {name for name, door in DOORS.items() if door in (Door.OWN, Door.CASE)} - NO_PAGE
    assert {name for name in pages if not name.startswith(OF_A_CONFERENCE)} - looked == set()


@pytest.mark.parametrize("of", ["case-dates, asked", "child-drift", "drift"])
def test_a_drawing_is_seen_in_forced_colours(world, open_page, of):
    (who, address) = next((who, address) for who, pages in world[1].items() for name, address in pages if name == of)
    page = open_page(who)
    page.emulate_media(forced_colors="active")
    page.goto(world[0].address + address)
    unseen = page.locator("main svg [class^=chart-]").evaluate_all(
        """shapes => shapes.filter(shape => {
            const seen = getComputedStyle(shape), ground = getComputedStyle(document.body).backgroundColor;
            return [seen.fill, seen.stroke].every(paint => ["none", ground, "rgba(0, 0, 0, 0)"].includes(paint));
        }).map(shape => shape.outerHTML)"""
    )
    assert unseen == []
    page.evaluate(AXE)
    assert page.evaluate(LOOK) == []
