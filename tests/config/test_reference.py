"""The reference pages say what the code says, and say everything."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from config import reference
from config.api_description import described
from config.stories.verbs import OF_THE_PLAYER, VERBS
from workflow.errors import REFUSALS
from workflow.permissions import MAY
from workflow.timescales import ENGLAND_2026_1

PAGES = ["timescales.md", "states.md", "refusals.md", "roles.md", "verbs.md"]


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_the_one_the_code_would_write(name):
    committed = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert committed == reference.pages()[name], "Run manage.py write_reference and commit what it writes."


def test_every_page_that_is_made_is_checked_here_and_listed_in_the_index():
    assert sorted(reference.pages()) == sorted(PAGES)
    index = (reference.FOLDER / "index.md").read_text(encoding="utf-8")
    assert all(f"\n{name.removesuffix('.md')}\n" in index for name in PAGES)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        pytest.param("timescales.md", ENGLAND_2026_1, id="timescales"),
        pytest.param("refusals.md", REFUSALS, id="refusals"),
        pytest.param("roles.md", MAY, id="roles"),
        pytest.param("verbs.md", [*VERBS, *OF_THE_PLAYER], id="verbs"),
    ],
)
def test_every_code_has_a_row_with_no_cell_left_blank(name, codes):
    rows = [line for line in reference.pages()[name].splitlines() if line.startswith("| `")]
    for code in codes:
        (row,) = [row for row in rows if row.startswith(f"| `{code}` |")]
        assert len(row.strip("| ").split(" | ")[1]) > 1, row


def test_the_states_of_a_deadline_are_explained_with_what_may_become_of_them():
    page = reference.pages()["states.md"]
    section = page.partition("## Deadline\n")[2].partition("\n## ")[0]
    assert "| `pending` | Pending | Still owed, late or not |" in section
    assert "| `meet` | `pending` | `met` |" in section
    assert "It begins as `pending`." in section


def test_a_transition_with_several_ends_or_any_start_says_so():
    page = reference.pages()["states.md"]
    assert "| `adjourn` | `open` | `adjourned_inquorate` or `adjourned_other` |" in page
    assert "| `exclude` | any state | `excluded` |" in page


def test_the_command_writes_every_page(tmp_path, monkeypatch):
    from config.management.commands import write_reference

    monkeypatch.setattr(write_reference, "FOLDER", tmp_path / "reference")
    call_command("write_reference", stdout=StringIO())
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "reference").iterdir()}
    assert json.loads(written.pop(reference.API)) == described()
    assert written == reference.pages()
