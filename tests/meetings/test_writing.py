"""Writing the minutes: every save kept, nobody's words covering anybody else's, one writer at an item."""

from datetime import timedelta

import pytest

from meetings import writing
from meetings.comparing import Kind, differences, together
from meetings.marks import Passage, marked
from meetings.mentions import warnings_about
from meetings.minutes import approve_minutes, draft_minutes
from meetings.models import Revision, Writing
from meetings.writing import Conflict, Saved
from tests.making import A_WEDNESDAY, cover, doing, noon
from tests.meetings.minuting import a_scene
from workflow.errors import MinutesLocked, NotPermitted, WrongState
from workflow.models import FamilyMember, Protection, Role

AT = noon(A_WEDNESDAY)
SECOND = timedelta(seconds=1)


@pytest.fixture
def scene(db):
    return a_scene()


@pytest.fixture
def item(scene):
    return scene.items[0]


def write(scene, item, text, based_on=0, by=None, at=AT, **other):
    return writing.write(item, text, by=by or scene.clerk, at=at, based_on=based_on, **other)


class TestWho:
    def test_the_minute_taker_and_the_chair_write(self, scene, item):
        assert write(scene, item, "one").number == 1
        assert write(scene, item, "two", 1, by=scene.chair).number == 2

    def test_somebody_covering_for_the_minute_taker_writes_under_their_own_name(self, scene, item):
        manager = scene.people[Role.TEAM_MANAGER]
        cover(scene.clerk, manager, from_on=A_WEDNESDAY, until_on=A_WEDNESDAY)
        write(scene, item, "covered", by=manager)
        assert writing.text_of(item).by == manager

    @pytest.mark.parametrize("role", [Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.AGENCY_LEAD, Role.AUDITOR])
    def test_anybody_else_is_refused_writing_and_holding(self, scene, item, role):
        other = scene.people[role]
        with pytest.raises(NotPermitted):
            write(scene, item, "mine now", by=other)
        with pytest.raises(NotPermitted):
            writing.hold(item, by=other, at=AT)
        with pytest.raises(NotPermitted):
            writing.take_over(item, by=other, at=AT)
        assert not Revision.objects.exists()

    def test_approved_minutes_are_not_written_in(self, scene, item):
        write(scene, item, "one")
        draft_minutes(scene.conference, by=scene.clerk, at=AT)
        write(scene, item, "still open", 1)
        approve_minutes(scene.conference, by=scene.chair, at=AT)
        with pytest.raises(MinutesLocked):
            write(scene, item, "too late", 2)
        with pytest.raises(MinutesLocked):
            writing.hold(item, by=scene.clerk, at=AT)
        assert writing.text_of(item).text == "still open"


class TestSaving:
    def test_every_save_is_kept_with_its_author_and_moment(self, scene, item):
        write(scene, item, "Mother")
        write(scene, item, "Mother came", 1, at=AT + SECOND)
        rows = Revision.objects.values_list("number", "based_on", "text", "by__key", "written_at")
        assert list(rows) == [
            (1, 0, "Mother", "conference_admin", AT),
            (2, 1, "Mother came", "conference_admin", AT + SECOND),
        ]

    def test_the_same_text_twice_is_one_revision(self, scene, item):
        write(scene, item, "Mother")
        assert write(scene, item, "Mother", 0).number == 1
        assert Revision.objects.count() == 1

    def test_every_character_comes_back_as_it_was_typed(self, scene, item):
        text = "  <script>{{7*7}} & “quoted”\n\n\t\u202e👍 =cmd\n"
        write(scene, item, text)
        assert writing.text_of(item).text == text

    def test_a_second_text_never_covers_the_first_and_is_kept_beside_it(self, scene, item):
        write(scene, item, "as it was")
        write(scene, item, "the chair’s words", 1, by=scene.chair)
        outcome = write(scene, item, "the minute-taker’s words", 1)
        assert isinstance(outcome, Conflict)
        assert (outcome.now.text, outcome.parked.text) == ("the chair’s words", "the minute-taker’s words")
        assert writing.text_of(item).text == "the chair’s words"
        assert [each.text for each in writing.waiting_texts(item)] == ["the minute-taker’s words"]

    def test_of_what_one_types_on_beside_another_only_the_last_waits_and_all_is_kept(self, scene, item):
        write(scene, item, "first", by=scene.chair)
        write(scene, item, "second", 0)
        write(scene, item, "second, and on", 0, at=AT + SECOND)
        assert [each.text for each in writing.waiting_texts(item)] == ["second, and on"]
        assert Revision.objects.filter(text="second").exists()

    def test_an_answer_lost_on_the_way_is_no_conflict_with_oneself(self, scene, item):
        write(scene, item, "it arrived")
        outcome = write(scene, item, "it arrived, and on", 0, unsure=["it arrived"])
        assert isinstance(outcome, Saved)
        assert outcome.number == 2

    def test_another_text_of_ones_own_is_a_conflict_all_the_same(self, scene, item):
        write(scene, item, "in the first tab")
        assert isinstance(write(scene, item, "in the second tab", 0, unsure=["something else"]), Conflict)


class TestChoosing:
    def parked(self, scene, item):
        write(scene, item, "theirs", by=scene.chair)
        return write(scene, item, "mine", 0).parked

    def test_what_was_chosen_stands_and_the_other_stays_on_file(self, scene, item):
        parked = self.parked(scene, item)
        outcome = writing.settle(parked, "mine", by=scene.clerk, at=AT, based_on=1)
        assert outcome.number == 2
        assert writing.text_of(item).text == "mine"
        assert not writing.waiting_texts(item).exists()
        assert Revision.objects.count() == 3

    def test_keeping_what_stands_settles_it_too(self, scene, item):
        parked = self.parked(scene, item)
        assert writing.settle(parked, "theirs", by=scene.clerk, at=AT, based_on=1).number == 1
        assert not writing.waiting_texts(item).exists()

    def test_a_text_saved_while_choosing_is_not_covered(self, scene, item):
        parked = self.parked(scene, item)
        write(scene, item, "theirs, and on", 1, by=scene.chair)
        outcome = writing.settle(parked, "mine", by=scene.clerk, at=AT, based_on=1)
        assert isinstance(outcome, Conflict)
        assert writing.text_of(item).text == "theirs, and on"
        assert [each.text for each in writing.waiting_texts(item)] == ["mine"]

    def test_nobody_chooses_twice_and_nobody_chooses_who_may_not_write(self, scene, item):
        parked = self.parked(scene, item)
        with pytest.raises(NotPermitted):
            writing.settle(parked, "x", by=scene.people[Role.TEAM_MANAGER], at=AT, based_on=1)
        writing.settle(parked, "mine", by=scene.clerk, at=AT, based_on=1)
        with pytest.raises(WrongState):
            writing.settle(parked, "x", by=scene.clerk, at=AT, based_on=2)

    def test_a_draft_does_not_go_to_the_chair_while_two_texts_wait(self, scene, item):
        parked = self.parked(scene, item)
        with pytest.raises(WrongState) as refused:
            draft_minutes(scene.conference, by=scene.clerk, at=AT)
        assert refused.value.about == ["1. Introductions"]
        writing.settle(parked, "mine", by=scene.clerk, at=AT, based_on=1)
        draft_minutes(scene.conference, by=scene.clerk, at=AT)


class TestHolding:
    def holder(self, item, at=AT):
        return writing.holder_of(Writing.objects.get(item=item), at)

    def test_one_writer_at_a_time_and_a_hold_lapses_by_itself(self, scene, item):
        writing.hold(item, by=scene.clerk, at=AT)
        writing.hold(item, by=scene.chair, at=AT + SECOND)
        assert self.holder(item) == scene.clerk
        later = AT + writing.HELD_FOR
        assert self.holder(item, later) is None
        writing.hold(item, by=scene.chair, at=later)
        assert self.holder(item, later) == scene.chair

    def test_typing_renews_it(self, scene, item):
        writing.hold(item, by=scene.clerk, at=AT)
        write(scene, item, "on", at=AT + 50 * SECOND)
        assert self.holder(item, AT + 100 * SECOND) == scene.clerk

    def test_it_can_be_taken_over_and_let_go(self, scene, item):
        writing.hold(item, by=scene.clerk, at=AT)
        writing.take_over(item, by=scene.chair, at=AT)
        assert self.holder(item) == scene.chair
        writing.release(item, by=scene.clerk, at=AT)
        assert self.holder(item) == scene.chair
        writing.release(item, by=scene.chair, at=AT)
        assert self.holder(item) is None

    def test_it_never_keeps_anybodys_words_out(self, scene, item):
        writing.hold(item, by=scene.chair, at=AT)
        assert write(scene, item, "typed before I was told").number == 1
        assert self.holder(item) == scene.chair


class TestWarnings:
    def test_naming_a_protected_person_where_the_other_may_read_is_said(self, scene):
        mum, dad = FamilyMember.objects.get(key="mum"), FamilyMember.objects.get(key="dad")
        with doing(scene.conference):
            Protection(protected=mum, kept_from=dad).save()
        everyone, not_him, professionals = scene.items
        assert "names Ann Reed, who is protected from Tom Hale" in warnings_about(everyone, "ANN said she moved")[0]
        assert warnings_about(everyone, "Annex 3: the Reed family") == []
        assert warnings_about(not_him, "Ann said she moved") == []
        assert warnings_about(professionals, "Ann said she moved") == []

    def test_speaking_of_the_father_in_what_is_kept_from_him_is_said(self, scene):
        assert "speaks of the father" in warnings_about(scene.items[1], "Father was seen")[0]
        assert "speaks of the father" in warnings_about(scene.items[1], "Tom was seen")[0]
        assert warnings_about(scene.items[1], "Grandfather was seen") == []
        assert warnings_about(scene.items[0], "Father was seen") == []


def test_a_line_that_begins_with_a_mark_is_shown_marked_and_no_word_is_lost():
    text = "Mother said:\n  all well\n/action School writes by Friday\n/Dissent Police\nand /action later"
    assert marked(text) == [
        Passage("", "Mother said:\n  all well"),
        Passage("Action", "School writes by Friday"),
        Passage("Dissent", "Police"),
        Passage("", "and /action later"),
    ]
    assert marked("\n \n") == []
    assert marked("/actions are many") == [Passage("", "/actions are many")]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("", ""),
        ("", "new"),
        ("gone", ""),
        ("a b\nc d\n", "a x\nc d\ne"),
        ("x " * 30_000, "y " * 30_000),
        ("\n" * 9, "\n"),
    ],
)
def test_the_pieces_of_a_comparison_are_the_two_texts_whole(was, now):
    found = differences(was, now)
    assert "".join(each.words for each in found if each.kind != Kind.NEW) == was
    assert "".join(each.words for each in found if each.kind != Kind.GONE) == now


@pytest.mark.parametrize(
    ("was", "now", "both"),
    [
        pytest.param("", "", "", id="nothing"),
        pytest.param("", "One.", "One.", id="one alone"),
        pytest.param("Same. Same.", "Same. Same.", "Same. Same.", id="the same"),
        pytest.param(
            "The school came. The chair adds that.",
            "The school came. The clerk adds this.",
            "The school came. The chair adds that.\nThe clerk adds this.",
            id="each adds a sentence",
        ),
        pytest.param("One.\nThree.", "One.\nTwo.\nThree.", "One.\nTwo.\nThree.", id="a line between"),
        pytest.param("“Help!” she said.", "“Help!” he said.", "“Help!” she said.\nhe said.", id="inside a quotation"),
        pytest.param("No stop\n", "No end", "No stop\nNo end", id="without full stops"),
        pytest.param("x" * 9, "x. " * 4_001, "x" * 9 + "\n" + "x. " * 4_001, id="too long to take apart"),
    ],
)
def test_both_together_mix_nobodys_words_into_a_sentence_and_leave_none_out(was, now, both):
    assert together(was, now) == both
