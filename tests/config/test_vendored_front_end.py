"""What was brought in for the pages is what was looked at, and shows no typeface, arms or mark that is not ours."""

import hashlib
import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVED = ROOT / "config" / "static" / "vendor"
FOR_TESTS = ROOT / "tests" / "browser" / "vendor"
STYLESHEETS = sorted(SERVED.rglob("*.css"))
SCRIPTS = sorted(SERVED.rglob("*.js"))


def manifest(folder):
    return json.loads((folder / "MANIFEST.json").read_text())


@pytest.mark.parametrize("folder", [SERVED, FOR_TESTS], ids=["served", "for tests"])
def test_every_vendored_file_is_the_one_that_was_written(folder):
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    assert found == manifest(folder)["files"]


def test_macros_and_stylesheet_are_the_pair_that_fits():
    assert version("govuk-frontend-jinja") == "4.1.0"
    assert manifest(SERVED)["packages"]["govuk-frontend"]["version"] == "6.3.0"


def test_there_is_something_to_look_at():
    assert {path.name for path in STYLESHEETS} == {"govuk-frontend.min.css", "moj-frontend.min.css"}
    assert {path.name for path in SCRIPTS} == {"govuk-frontend.min.js"}


@pytest.mark.parametrize("path", STYLESHEETS + SCRIPTS, ids=lambda path: path.name)
def test_nothing_served_shows_a_typeface_or_a_mark_that_is_not_ours(path):
    unwelcome = re.compile(r"GDS Transport|@font-face|crest|crown|logotype|sourceMappingURL", re.IGNORECASE)
    assert unwelcome.findall(path.read_text()) == []


def test_no_vendored_file_is_named_for_arms_or_a_crown():
    assert [path for path in SERVED.rglob("*") if re.search(r"crest|crown|logo|font\b|\.woff|\.map$", path.name)] == []


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.name)
def test_every_image_in_a_stylesheet_is_a_file_beside_it(path):
    addresses = [found.strip("\"'") for found in re.findall(r"url\(([^)]*)\)", path.read_text())]
    assert [address for address in addresses if not (path.parent / address).is_file()] == []
    assert "@import" not in path.read_text()


@pytest.mark.parametrize("package", ["govuk-frontend", "moj-frontend"])
def test_each_design_system_carries_its_licence(package):
    notice = (SERVED / package / "LICENCE.txt").read_text()
    assert "MIT" in notice
    assert "Crown Copyright" in notice


def test_the_accessibility_checker_is_never_served():
    assert not list((ROOT / "config" / "static").rglob("axe*"))
    assert "Mozilla Public License" in (FOR_TESTS / "LICENCE-axe-core.txt").read_text()
