"""What a message is called on the pages."""

import pytest

from notifications.wording import message_in_words


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param("RCPC_OUT_OF_TIME", "Review conference out of time", id="no-abbreviation-of-a-review"),
        pytest.param("ICPC_OUT_OF_TIME", "Initial conference out of time", id="nor-of-an-initial-conference"),
        pytest.param("CHILD_NOT_SEEN", "Child not seen", id="its-own-words"),
        pytest.param("ALERT", "Something is late", id="a-rung-of-the-ladder"),
    ],
)
def test_a_message_is_called_by_words_somebody_reads(code, said):
    assert message_in_words(code) == said
