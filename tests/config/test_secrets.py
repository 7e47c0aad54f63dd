"""A secret comes from the environment or from a file that it names, and production does not start without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "THROUGHLINE_ENV": "production",
    "ALLOWED_HOSTS": "throughline.example",
    "SITE_URL": "https://throughline.example",
}


def started(**said):
    """What the settings come to in a process of its own; its last line of trouble where it does not start."""
    names = ("SECRET_KEY", "SESSION_COOKIE_NAME", "CLAMAV", "UPLOAD_LIMIT")
    shown = f"from config import settings; print(*(getattr(settings, name, '-') for name in {names}))"
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", shown], cwd=ROOT, env=clean | said, capture_output=True, text=True, check=False
    )
    return (done.stdout or done.stderr.splitlines()[-1]).strip()


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    path.write_text("kept-in-a-file\n")
    return path


def test_a_secret_is_read_from_the_file_that_is_named(key):
    assert started(**PRODUCTION, SECRET_KEY_FILE=str(key)).startswith("kept-in-a-file __Host-session")


def test_any_setting_may_be_named_so(tmp_path):
    (tmp_path / "clamav").write_text("127.0.0.1:3310")
    told = started(CLAMAV_FILE=str(tmp_path / "clamav"), UPLOAD_MEGABYTES="3").split()
    assert told[-2:] == ["127.0.0.1:3310", str(3 * 1024 * 1024)]


def test_a_file_that_is_not_there_stops_the_start_by_name(tmp_path):
    assert "SECRET_KEY_FILE" in started(**PRODUCTION, SECRET_KEY_FILE=str(tmp_path / "nowhere"))


def test_production_does_not_start_without_its_secret():
    assert "SECRET_KEY is not set" in started(**PRODUCTION)
