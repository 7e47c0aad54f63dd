"""The table of the documentation says of every case by which test it is shown, or why by none."""

import re
from pathlib import Path

from django.conf import settings

ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"test_case_(\d\d)_")


def test_every_case_has_its_row_and_every_row_is_true():
    table = Path(settings.BASE_DIR, "docs", "security.md").read_text().partition("## The sixty cases")[2]
    rows = {int(number): shown for number, shown in ROW.findall(table)}
    assert sorted(rows) == list(range(1, 61))
    said = {number for number, shown in rows.items() if shown == f"`test_case_{number:02}_…`"}
    written = "".join(each.read_text() for each in Path(__file__).parent.glob("*.py"))
    assert said == {int(number) for number in TEST.findall(written)}
    assert all(len(rows[number]) > 10 for number in set(rows) - said)


def test_every_other_place_it_names_is_there():
    table = Path(settings.BASE_DIR, "docs", "security.md").read_text().partition("## The sixty cases")[2]
    named = re.findall(r"`(tests/[^`]+)`", table.partition("\n## ")[0])
    assert named and all(Path(settings.BASE_DIR, each).exists() for each in named)
