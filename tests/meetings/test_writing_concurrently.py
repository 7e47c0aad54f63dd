"""Two writers at one moment: one text stands per number and no words are lost. Real processes, a real PostgreSQL."""

import pytest

from meetings import writing
from meetings.models import Revision, Writing
from tests.at_once import do_at_once, require_postgres
from tests.making import A_WEDNESDAY, noon
from tests.meetings.minuting import a_scene

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = noon(A_WEDNESDAY)


@pytest.fixture
def scene():
    require_postgres()
    return a_scene()


def doing(what):
    """One writer, as another process is one; each knows itself by the number of its process."""
    return f"""
import os
from datetime import datetime
from meetings import writing
from meetings.models import AgendaItem, Revision
from workflow.models import Professional
me, at = f"Words of {{os.getpid()}}.", datetime.fromisoformat("{AT.isoformat()}")
item = AgendaItem.objects.get(number=1)
chair, clerk = (Professional.objects.get(role=role) for role in ("conference_chair", "conference_admin"))
by = (chair, clerk)[os.getpid() % 2]
{what}
"""


ONCE = doing("outcome = writing.write(item, me, by=by, at=at, based_on=0)\nprint(type(outcome).__name__, me, sep='|')")
AGAIN_AND_AGAIN = doing(
    """
based_on = 0
for n in range(10):
    said = f"{me} {n}"
    outcome = writing.write(item, said, by=by, at=at, based_on=based_on)
    based_on = outcome.number if isinstance(outcome, writing.Saved) else outcome.now.number
    print(said)
"""
)
CHOOSING = doing(
    """
from workflow.errors import WrongState
parked = Revision.objects.get(number=None)
try:
    writing.settle(parked, me, by=by, at=at, based_on=1)
    print("chosen", me, sep="|")
except WrongState:
    print("refused", me, sep="|")
"""
)


@pytest.mark.parametrize("processes", [2, 4])
def test_of_several_first_saves_at_one_moment_one_stands_and_the_others_wait_beside_it(scene, processes):
    told = [line.split("|") for line in do_at_once(ONCE, processes=processes)]
    saved = [words for outcome, words in told if outcome == "Saved"]
    parked = [words for outcome, words in told if outcome == "Conflict"]
    assert (len(saved), len(parked)) == (1, processes - 1)
    item = scene.items[0]
    assert writing.text_of(item).text == saved[0]
    assert writing.state_of(item).number == 1
    kept = Revision.objects.filter(writing__item=item, number=None)
    assert sorted(each.text for each in kept) == sorted(parked)
    assert Writing.objects.filter(item=item).count() == 1


def test_two_who_go_on_saving_have_every_text_kept_once_and_the_numbers_without_a_gap(scene):
    said = [words for each in do_at_once(AGAIN_AND_AGAIN) for words in each.splitlines()]
    kept = Revision.objects.filter(writing__item=scene.items[0])
    assert sorted(each.text for each in kept) == sorted(said)
    numbers = sorted(each.number for each in kept if each.number is not None)
    assert numbers == list(range(1, len(numbers) + 1))
    assert writing.state_of(scene.items[0]).number == len(numbers)


def test_of_two_choices_at_one_moment_one_is_made_and_the_other_is_told_so(scene):
    item = scene.items[0]
    writing.write(item, "The text that stands.", by=scene.chair, at=AT, based_on=0)
    writing.write(item, "The text beside it.", by=scene.clerk, at=AT, based_on=0)
    told = dict(line.split("|") for line in do_at_once(CHOOSING))
    assert sorted(told) == ["chosen", "refused"]
    assert writing.text_of(item).text == told["chosen"]
    assert not writing.waiting_texts(item).exists()
    texts = set(Revision.objects.filter(writing__item=item).values_list("text", flat=True))
    assert texts == {"The text that stands.", "The text beside it.", told["chosen"]}
