"""Two texts word by word: what is gone, what is new, and nothing lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.differences import Kind, Piece, pieces

SAME, GONE, NEW = Kind.SAME, Kind.GONE, Kind.NEW


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("", "", []),
        ("Seen weekly", "Seen weekly", [(SAME, "Seen weekly")]),
        ("", "Seen weekly", [(NEW, "Seen weekly")]),
        ("Seen weekly", "", [(GONE, "Seen weekly")]),
        (
            "Seen weekly at home",
            "Seen daily at home",
            [(SAME, "Seen "), (GONE, "weekly "), (NEW, "daily "), (SAME, "at home")],
        ),
        ("A good day", "A good school day", [(SAME, "A good "), (NEW, "school "), (SAME, "day")]),
        ("Seen weekly", "Seen weekly and alone", [(SAME, "Seen weekly "), (NEW, "and alone")]),
        # One change, not three with a comma between them.
        ("Ada, Ben", "Cleo, Dai", [(GONE, "Ada, Ben"), (NEW, "Cleo, Dai")]),
        ("mother's flat", "mother's house", [(SAME, "mother's "), (GONE, "flat"), (NEW, "house")]),
    ],
)
def test_words_are_compared_whole(was, now, told):
    assert pieces(was, now) == [Piece(kind, words) for kind, words in told]


texts = st.lists(st.sampled_from(["seen", "weekly", "by", "Ada", ",", ".", "\n", "’", "3", "of 10"]), max_size=12).map(
    " ".join
)


@given(texts, texts)
def test_both_texts_can_be_read_off_the_pieces(was, now):
    found = pieces(was, now)
    assert "".join(piece.words for piece in found if piece.kind != GONE) == now
    # All but the space between words, which is the later text's.
    assert "".join("".join(piece.words for piece in found if piece.kind != NEW).split()) == "".join(was.split())
