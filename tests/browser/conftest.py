"""A real site and a real Chromium: the server, its engine and its sockets in a process of their own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services import chromium_path, missing

ROOT = Path(__file__).resolve().parents[2]
THE_DAY_BEFORE = "2026-06-18"
PASSWORD = "fictional-people-only"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "THROUGHLINE_ENV", "EMAIL_URL")


@dataclass
class Site:
    """Where a site answers, and its surroundings, in which a command finds the same data."""

    address: str
    surroundings: dict[str, str]

    def command(self, *words: str) -> None:
        """A management command beside the running server."""
        run([sys.executable, "manage.py", *words], self.surroundings)


def run(command: list[str], surroundings: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def chromium() -> str:
    return chromium_path() or missing("Chromium")


@pytest.fixture(scope="session")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demonstration on the eve of an alert, served as in production. Only one test winds its clock."""
    with serving(tmp_path_factory.mktemp("site"), "tests.browser.prepare", THE_DAY_BEFORE) as served:
        yield served


@contextmanager
def serving(data: Path, prepared_by: str, *words: str, **settings: str) -> Iterator[Site]:
    """A site on a free port for as long as this lasts, its data made by a module of these tests."""
    port = free_port()
    surroundings = {name: value for name, value in os.environ.items() if name not in NOT_OURS} | {
        "THROUGHLINE_DATA": str(data),
        "THROUGHLINE_DEMO": "1",
        "SITE_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    run([sys.executable, "-m", prepared_by, *words], surroundings)
    with (
        (data / "server.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=surroundings,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/sign-in/", server, data / "server.log")
            yield Site(f"http://127.0.0.1:{port}", surroundings)
        finally:
            server.terminate()
            server.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not answer.\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[object]:
    """A browser for one file of tests: Playwright keeps an event loop running, which no other test may meet."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def signed_in(site: Site, browser: object) -> Iterator[Callable[..., object]]:
    """Opens a page for somebody, signed in with the keyboard: `signed_in("housing_lead", width=390)`."""
    with signing_in(site, browser) as open_page:
        yield open_page


@contextmanager
def signing_in(site: Site, browser: object) -> Iterator[Callable[..., object]]:
    """Pages of one site, each in a browser of its own, signed in with the keyboard."""
    contexts = []

    def open_page(key: str, *, width: int = 1280) -> object:
        context = browser.new_context(viewport={"width": width, "height": 900})  # type: ignore[attr-defined]
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{site.address}/sign-in/")
        page.get_by_label("Username").focus()
        page.keyboard.type(key)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site.address}/")
        return page

    yield open_page
    for context in contexts:
        context.close()
