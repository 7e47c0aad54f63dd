"""Every story of the library, played to its end through the real domain functions.

The long ones and the promises alike.
"""

import copy
from datetime import date

import pytest

from config.stories.replay import Player
from config.stories.story import LIBRARY, read

LONG = sorted(path.stem for path in LIBRARY.glob("*.json"))
PROMISES = sorted(path.stem for path in LIBRARY.glob("promises/*.json"))


@pytest.mark.parametrize("name", [*LONG, *PROMISES])
def test_the_story_holds(name, told):
    player = told(name)
    assert player.played.events > 0
    assert player.played.differences == []


def test_every_promise_of_the_format_is_in_the_library():
    assert len(LONG) >= 4
    assert len(PROMISES) == 33


def test_a_story_stops_at_the_end_of_the_day_it_is_told_to(told):
    player = told("two_siblings", until=date(2026, 4, 9))
    assert player.story.events[player.played.events].on > date(2026, 4, 9)


def test_an_expectation_that_does_not_hold_is_found(db):
    """A check that could not fail would be no check: change one expected date and see it named."""
    story = read(LIBRARY / "promises" / "redated_action_still_shows_original_date.json")
    wrong = copy.deepcopy(story)
    wrong.events[1].expect["opened"][0]["due"] = "2026-06-13"
    (difference,) = Player(wrong).play().differences
    assert (difference.event, difference.verb, difference.what) == (2, "add_action", "opened")


def test_a_refusal_nobody_expected_is_a_difference(db):
    story = read(LIBRARY / "promises" / "redated_action_still_shows_original_date.json")
    wrong = copy.deepcopy(story)
    del wrong.events[3].expect["refused"]
    (difference,) = Player(wrong).play().differences
    assert (difference.what, difference.found) == ("refused", "APPROVER_TOO_JUNIOR")
