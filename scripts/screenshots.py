"""Takes the README's pictures anew: `make screenshots`. Needs Chromium; makes a demonstration in a scratch folder."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.demo import PASSWORD  # noqa: E402
from tests.services import chromium_path  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# Who looks at what, and what the picture is called.
SHOTS = (
    ("manager", "/", "today"),
    ("manager", "/work/", "my-work"),
    ("inspector", "/cases/", "cases"),
    ("inspector", "/cases/SP-0003/", "story"),
    ("inspector", "/cases/SP-0001/dates/", "dates"),
    ("care_lead", "/alerts/", "alerts"),
)


@contextmanager
def demonstration(data: Path) -> Iterator[str]:
    """A demonstration served on a free port for as long as this lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {**os.environ, "THROUGHLINE_DATA": str(data), "PORT": str(port)}
    command = [sys.executable, "manage.py", "demo"]
    site = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health/", site)
        yield address
    finally:
        site.terminate()
        site.wait()


def wait_for(address: str, site: "subprocess.Popen[bytes]", *, seconds: int = 300) -> None:
    """Until the address answers. Raises RuntimeError when the site ends or takes too long."""
    for _ in range(seconds):
        if site.poll() is not None:
            raise RuntimeError("the demonstration ended before it began to answer")
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(1)
    raise RuntimeError(f"nothing answered at {address} in {seconds} seconds")


def sign_in(page: Page, site: str, who: str) -> None:
    page.goto(f"{site}/sign-in/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site}/")


def main() -> None:
    chromium = chromium_path()
    if chromium is None:
        sys.exit("The pictures need Chromium: install Debian's chromium or name another in THROUGHLINE_TEST_CHROMIUM.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    print("Making a demonstration, about a minute …")
    with tempfile.TemporaryDirectory() as data, demonstration(Path(data)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        for who, address, name in SHOTS:
            page = browser.new_context(viewport={"width": 1120, "height": 760}).new_page()
            sign_in(page, site, who)
            page.goto(f"{site}{address}")
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/pictures/{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
