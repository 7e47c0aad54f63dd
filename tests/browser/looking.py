"""How a page is made, measured wherever somebody looks: an accessibility checker, and what would scroll sideways."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
LOOK = """axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
    wrong => `${wrong.id}: ${wrong.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`))"""
WIDE, NARROW, NARROWEST = 1280, 390, 320


@dataclass
class Looking:
    """Everything that was found wrong, wherever it was."""

    wrong: list[str] = field(default_factory=list)

    def __call__(self, page: Page, state: str) -> None:
        """Wide and narrow; the page is left as wide as it was."""
        page.evaluate(AXE)
        for width in (WIDE, NARROW, NARROWEST):
            page.set_viewport_size({"width": width, "height": 900})
            needed = page.evaluate("document.documentElement.scrollWidth")
            self.wrong += [f"{state}: {needed} px wide at {width}"] if needed > width else []
            if width != NARROWEST:
                self.wrong += [f"{state} at {width}: {each}" for each in page.evaluate(LOOK)]
        page.set_viewport_size({"width": WIDE, "height": 900})
