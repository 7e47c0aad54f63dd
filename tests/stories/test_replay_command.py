"""`manage.py replay`: what it prints and how it ends."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from config.stories.story import LIBRARY, NotAStory, format_verbs, read
from config.stories.verbs import OF_THE_PLAYER, VERBS
from workflow.models import Case

PROMISE = LIBRARY / "promises" / "chair_cannot_approve_own_action.json"


def spoilt(tmp_path: Path, **changes: object) -> Path:
    """The promise with something changed at its top."""
    text = json.loads(PROMISE.read_text()) | changes
    path = tmp_path / "spoilt.json"
    path.write_text(json.dumps(text))
    return path


@pytest.fixture(autouse=True)
def on_the_test_database(monkeypatch):
    """The test's own database is thrown away already."""
    from contextlib import nullcontext

    monkeypatch.setattr("config.management.commands.replay.throw_away_database", nullcontext)


def ended(*args: object, **options: object) -> int:
    with pytest.raises(SystemExit) as end:
        call_command("replay", *map(str, args), **options)
    return end.value.code


def test_a_story_that_holds_ends_with_0_and_leaves_nothing(db, capsys):
    assert ended(PROMISE) == 0
    assert not Case.objects.exists()


def test_kept_it_stays(db):
    assert ended(PROMISE, keep=True) == 0
    assert Case.objects.get().reference == "SP-T"


def test_differences_end_with_1_and_are_told_as_json(db, tmp_path, capsys):
    events = json.loads(PROMISE.read_text())["events"]
    events[1].setdefault("expect", {})["state"] = {"action:A1": "verified"}
    assert ended(spoilt(tmp_path, events=events), json=True) == 1
    (story,) = json.loads(capsys.readouterr().out)
    assert story["differences"][0]["what"] == "action:A1"
    assert story["differences"][0]["expected"] == "verified"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"format": "other"}, "format"),
        ({"case": {"reference": "X"}}, "case"),
        ({"agencies": {"police": {"name": "Police"}}}, "agencies"),
        ({"events": [{"on": "2026-02-30", "by": "clerk", "do": "look"}]}, "events/0"),
        ({"events": [{"on": "2026-08-03", "by": "nobody", "do": "look"}]}, "events/0/by"),
        ({"events": [{"on": "2026-08-03", "by": "clerk", "do": "dance"}]}, "events/0"),
    ],
)
def test_a_file_that_is_no_story_ends_with_2_and_says_where(db, tmp_path, capsys, changes, place):
    assert ended(spoilt(tmp_path, **changes)) == 2
    assert place in capsys.readouterr().err


def test_events_out_of_order_are_no_story(tmp_path):
    look = {"by": "system", "do": "look"}
    with pytest.raises(NotAStory, match="comes before"):
        read(spoilt(tmp_path, events=[{"on": "2026-08-04", **look}, {"on": "2026-08-03", **look}]))


def test_no_file_at_all_ends_with_2(db, tmp_path):
    assert ended(tmp_path / "nowhere.json") == 2
    assert ended() == 2


def test_every_verb_of_the_format_is_in_the_table_and_none_besides():
    assert set(format_verbs()) == {*VERBS, *OF_THE_PLAYER}


def test_the_verbs_are_listed_with_what_they_call(capsys):
    call_command("replay", verbs=True)
    listed = capsys.readouterr().out
    assert "meetings.deciding.decide_conference" in listed
    assert "NOT_BUILT" not in listed
