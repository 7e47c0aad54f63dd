"""What somebody wrote into the record opens as text, in a spreadsheet too."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from workflow.safe_tables import LONGEST, Sheet, as_csv, as_xlsx, text_of

ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    '=HYPERLINK("http://x.example")',
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_would_be_a_formula_is_text(attack):
    sheet = Sheet("One", ["A"], [[attack]])
    cell = openpyxl.load_workbook(BytesIO(as_xlsx([sheet])))["One"]["A2"]
    assert cell.data_type == "s" and cell.value == text_of(attack)
    assert as_csv(sheet).decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")


def test_control_characters_are_marked_and_break_nothing():
    sheet = Sheet("One", ["A"], [["a\x00b\x0bc\x1f\ud800d"]])
    assert openpyxl.load_workbook(BytesIO(as_xlsx([sheet])))["One"]["A2"].value == "a\ufffdb\ufffdc\ufffd\ufffdd"
    assert "a\ufffdb" in as_csv(sheet).decode("utf-8-sig")


def test_ordinary_words_days_and_nothing_stay_as_they_are():
    assert as_csv(Sheet("One", ["A", "B", "C"], [["Mira’s plan", date(2026, 3, 2), None]])).decode(
        "utf-8-sig"
    ).splitlines() == ["A,B,C", "Mira’s plan,2026-03-02,"]


def test_a_text_longer_than_a_cell_is_cut_in_the_workbook_and_whole_in_the_csv():
    sheet = Sheet("One", ["A"], [["x" * (LONGEST + 5)]])
    assert len(openpyxl.load_workbook(BytesIO(as_xlsx([sheet])))["One"]["A2"].value) == LONGEST
    assert "x" * (LONGEST + 5) in as_csv(sheet).decode("utf-8-sig")
