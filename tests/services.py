"""Which services this machine offers the tests: each function really asks, and answers None when nobody is there.

`make test` needs none of them: a test that does asks here and calls `missing` when there is none. With
THROUGHLINE_REQUIRE=all a missing service is a failure, so a suite cannot go quiet unnoticed; a list of names
(`Redis,Chromium`) requires just those.
"""

import os
import shutil
import socket
from functools import cache
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

HOW = {
    "Pango": "install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0",
    "PostgreSQL": "start one on 127.0.0.1:5432 or name another in THROUGHLINE_TEST_POSTGRES",
    "PostgreSQL's own programs": "install Debian's postgresql, for a cluster that may be killed",
    "redis-server": "install Debian's redis-server, for one that may be killed",
    "runuser, since PostgreSQL does not run as root": "run the tests as another user",
    "Redis": "start one on 127.0.0.1:6379 or name another in THROUGHLINE_TEST_REDIS",
    "Chromium": "install Debian's chromium or name another in THROUGHLINE_TEST_CHROMIUM",
}


def postgres_url() -> str | None:
    """The address of a PostgreSQL where test databases may be made, or None when none answers."""
    return if_answers(os.environ.get("THROUGHLINE_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres"), 5432)


def redis_url() -> str | None:
    """The address of a Redis for tests, or None when none answers."""
    return if_answers(os.environ.get("THROUGHLINE_TEST_REDIS", "redis://127.0.0.1:6379/0"), 6379)


def chromium_path() -> str | None:
    """The path of a Chromium to drive, or None when there is none."""
    named = os.environ.get("THROUGHLINE_TEST_CHROMIUM")
    candidates = [named] if named else ["chromium", "/usr/bin/chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, candidates) if path), None)


def missing(what: str) -> NoReturn:
    """Skip this test for want of `what` ("PostgreSQL", "Redis", "Chromium"); fail it where all are required."""
    sentence = f"This test needs {what}: {HOW[what]}."
    required = os.environ.get("THROUGHLINE_REQUIRE", "")
    if required == "all" or what in required.split(","):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@cache
def if_answers(url: str, usual_port: int) -> str | None:
    """`url`, when something accepts a connection there within a second."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "127.0.0.1", address.port or usual_port), timeout=1).close()
    except OSError:
        return None
    return url
