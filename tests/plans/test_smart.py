"""The five letters of an action: what is missing refuses it, what is vague is said."""

from datetime import date

import pytest

from plans.smart import READ, ActionDraft, check, is_refused, vague_in
from workflow.models import Professional
from workflow.timescales import ENGLAND_SETTINGS

VAGUE = ENGLAND_SETTINGS["vague_words"]


def draft(**other) -> ActionDraft:
    whole = {
        "key": "A1",
        "text": "Repair the boiler",
        "owner": Professional(name="Quin Troy"),
        "due": date(2026, 9, 4),
        "measure": "Works order closed",
        "outcome": "O1",
    }
    return ActionDraft(**{**whole, **other})


def test_a_whole_action_holds_in_every_letter():
    assert [(letter.letter, letter.holds) for letter in check(draft(), VAGUE)] == [
        ("S", True),
        ("M", True),
        ("A", True),
        ("R", True),
        ("T", True),
    ]


@pytest.mark.parametrize(
    ("missing", "letter"),
    [
        ({"owner": None}, "A"),
        ({"due": None}, "T"),
        ({"measure": None}, "M"),
        ({"measure": "   "}, "M"),
        ({"outcome": ""}, "R"),
    ],
)
def test_what_is_missing_refuses_and_names_its_letter(missing, letter):
    action = draft(**missing)
    assert is_refused(action)
    failed = [one for one in check(action, VAGUE) if not one.holds]
    assert [one.letter for one in failed] == [letter]
    assert failed[0].says


def test_a_vague_word_is_said_and_let_through():
    action = draft(text="Continue to monitor the home")
    assert not is_refused(action)
    (said,) = [one for one in check(action, VAGUE) if not one.holds]
    assert said.letter == "S"
    assert "monitor, continue" in said.says


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Monitor", ["monitor"]),
        ("Monitoring chart on the wall", []),
        ("supportive aunt visits", []),
        ("Engage, support; and CONTINUE.", ["support", "engage", "continue"]),
    ],
)
def test_only_whole_words_are_vague(text, found):
    assert vague_in(text, VAGUE) == found


def test_of_a_text_of_a_million_letters_only_the_beginning_is_read(monkeypatch):
    """Somebody pastes a whole report into the field: the page asks at each pause, and nobody waits for it."""
    read = []
    monkeypatch.setattr("plans.smart.specific.read", lambda text: read.append(len(text)) or ())
    check(draft(text="monitor the home and " * 50_000), VAGUE)
    assert read == [READ]
