"""Takes the pictures of README and guides anew: `make screenshots`. Needs Chromium; makes its own demonstration."""

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
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

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
COLOURS = 64
SIZE = {"width": 1120, "height": 760}
# Of a meeting's page what lies below the head of every page, as tall as this.
TALL = 900
# Shown from head to foot.
WHOLE = {"drift", "drift-of-a-child"}
# Who looks at what, and what the picture is called. `SP-0012:room/` is a page of the conference of that case.
SHOTS = (
    ("manager", "/", "today"),
    ("manager", "/work/", "my-work"),
    ("inspector", "/cases/", "cases"),
    ("inspector", "/cases/SP-0003/", "story"),
    ("inspector", "/cases/SP-0001/dates/", "dates"),
    ("inspector", "/cases/SP-0003/drift/", "drift"),
    ("care_lead", "/alerts/", "alerts"),
    ("cp_chair", "/", "chair-today"),
    ("clerk", "SP-0013:", "getting-ready"),
    ("clerk", "SP-0012:invitations/", "invitations"),
    ("cp_chair", "SP-0012:brief/", "brief"),
    ("cp_chair", "SP-0012:room/", "live-meeting"),
    ("clerk", "SP-0004:minutes/", "minutes"),
    ("cp_chair-2", "SP-0004:minutes/sign-off/", "sign-off"),
    ("cp_chair", "SP-0015:sending/", "sending"),
    ("clerk", "SP-0014:sending/", "copies"),
    ("cp_chair", "SP-0014:proof/", "proof"),
)
# What is in the meeting's room before its picture is taken.
HERE = ("Ife Marlow", "DC Kim Ford", "Bea Lund", "Lena Alder")


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


def where(page: Page, site: str, address: str) -> str:
    """The address itself, or the page of the conference of a case."""
    reference, of_a_meeting, rest = address.partition(":")
    if not of_a_meeting:
        return f"{site}{address}"
    page.goto(f"{site}/cases/{reference}/meetings/")
    listed = page.locator("main a[href^='/meetings/']").evaluate_all("all => all.map(one => one.pathname)")
    return f"{site}{next(each for each in listed if each.strip('/').count('/') == 1)}{rest}"


def open_case(page: Page, address: str) -> None:
    """Goes there; an auditor says first why they open the case."""
    page.goto(address)
    if page.url.partition("?")[0].endswith("/why/"):
        page.get_by_label("Why do you open this case?").fill("Sampled for the autumn audit")
        page.get_by_role("button", name="Open the case").click()
        page.wait_for_url(address)


def sit_down(page: Page, room: str) -> None:
    """Opens the sitting, if nobody has: who is here, and the first item of the agenda."""
    page.goto(f"{room}open/")
    if not page.get_by_label(HERE[0]).count():
        return
    for name in HERE:
        page.get_by_label(name).select_option("room")
    page.click("main form button[type=submit]")
    page.wait_for_url(room)
    page.get_by_role("button", name="Next item").click()
    page.wait_for_load_state()


def take(browser: Browser, site: str, who: str, address: str, name: str) -> None:
    """One picture, in few colours: they are pages of text, and a repository keeps every one for ever."""
    page = browser.new_context(viewport=SIZE).new_page()
    sign_in(page, site, who)
    address = where(page, site, address)
    if name == "live-meeting":
        sit_down(page, address)
    open_case(page, address)
    path = PICTURES / f"{name}.png"
    if "/meetings/" in address:
        top = page.locator("main").bounding_box()["y"]
        page.screenshot(path=path, full_page=True, clip={"x": 0, "y": top, **SIZE, "height": TALL})
    else:
        page.screenshot(path=path, full_page=name in WHOLE)
    page.context.close()
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS)
    few.save(path, optimize=True)
    print(f"docs/pictures/{name}.png")


def main() -> None:
    chromium = chromium_path()
    if chromium is None:
        sys.exit("The pictures need Chromium: install Debian's chromium or name another in THROUGHLINE_TEST_CHROMIUM.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    print("Making a demonstration, about a minute …")
    with tempfile.TemporaryDirectory() as data, demonstration(Path(data)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        for who, address, name in SHOTS:
            take(browser, site, who, address, name)
        browser.close()


if __name__ == "__main__":
    main()
