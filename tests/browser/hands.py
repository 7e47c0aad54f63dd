"""Two ways of working a page, with the mouse and with the keyboard alone. A journey is told once, made with both."""

from datetime import date
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

FARTHEST = 400  # more presses of Tab than any page has places to stop at
# 0: the focus is there; 1: it is further on; -1: it is further back; null: the page was drawn anew under way.
WHERE = """(target, group) => {
  if (!target.isConnected) return null;
  const now = document.activeElement;
  const isOfTheGroup = group && now.type === "radio" && now.name === target.name && now.form === target.form;
  if (now === target || isOfTheGroup) return 0;
  return now.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1;
}"""
HOW_FAR_TO = """(list, words) => [...list.options].findIndex(each => each.text.trim() === words) - list.selectedIndex"""


class Hands(Protocol):
    """What a person does to what they see. A target is found the same way, whoever reaches for it."""

    def press(self, target: Locator) -> None:
        """A link, a button, or words that open something."""

    def write(self, target: Locator, words: str) -> None:
        """These words and no others."""

    def add(self, target: Locator, words: str) -> None:
        """These words behind what is there."""

    def tick(self, target: Locator, ticked: bool = True) -> None:
        """A box of its own."""

    def choose(self, target: Locator) -> None:
        """One of several."""

    def pick(self, target: Locator, words: str) -> None:
        """From a list that opens."""


class Mouse:
    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, words: str) -> None:
        target.fill(words)

    def add(self, target: Locator, words: str) -> None:
        target.click()
        target.press("Control+End")
        target.press_sequentially(words)

    def tick(self, target: Locator, ticked: bool = True) -> None:
        target.set_checked(ticked)

    def choose(self, target: Locator) -> None:
        target.check()

    def pick(self, target: Locator, words: str) -> None:
        target.select_option(label=words)


class Keyboard:
    """Tab, Shift and Tab, arrows, Space, Enter, and letters."""

    def press(self, target: Locator) -> None:
        reach(target)
        target.page.keyboard.press("Enter")

    def write(self, target: Locator, words: str) -> None:
        reach(target)
        target.page.keyboard.press("Control+a")
        target.page.keyboard.press("Delete")
        target.page.keyboard.type(words)

    def add(self, target: Locator, words: str) -> None:
        reach(target)
        target.page.keyboard.press("Control+End")
        target.page.keyboard.type(words)

    def tick(self, target: Locator, ticked: bool = True) -> None:
        if target.is_checked() != ticked:
            reach(target)
            target.page.keyboard.press("Space")
        expect(target).to_be_checked(checked=ticked)

    def choose(self, target: Locator) -> None:
        reach(target, group=True)
        for _ in range(20):
            if target.evaluate(WHERE, False) == 0:
                break
            target.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            target.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def pick(self, target: Locator, words: str) -> None:
        reach(target)
        steps = target.evaluate(HOW_FAR_TO, words)
        for _ in range(abs(steps)):
            target.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        expect(target.locator("option:checked")).to_have_text(words)


def reach(target: Locator, *, group: bool = False) -> None:
    """Moves the focus there with Tab alone, or to the one stop of its group; fails where no Tab leads."""
    expect(target).to_be_visible()
    page, turns, before = target.page, 0, 0
    found = target.element_handle()
    for _ in range(FARTHEST):
        where = found.evaluate(WHERE, group)
        if where == 0:
            return
        if where is None:
            found = target.element_handle()
            continue
        turns += where == -before
        if turns > 4:  # a live part may be drawn anew under way; more often than that, there is no stop
            break
        page.keyboard.press("Tab" if where > 0 else "Shift+Tab")
        before = where
    raise AssertionError(f"No Tab leads to {target}; the focus is on {focused(page)}.")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))


def write_day(hands: Hands, group: Locator, day: date) -> None:
    """A day into its three boxes."""
    for box, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        hands.write(group.get_by_label(box), str(number))
