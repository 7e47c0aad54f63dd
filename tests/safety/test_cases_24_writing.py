"""Case 24: two people save the same text, or change the same action."""

from tests.pages import test_action_page as action_page
from tests.pages import test_writing_pages as writing
from tests.safety.borrowing import only, world_of

globals().update(world_of(writing, "scene", "as_", "at_ten"))


class TestTwoPeople:
    test_case_24_the_second_gets_both_texts = (
        writing.TestWriting.test_a_second_save_on_an_older_text_is_the_conflict_page_and_loses_nothing
    )


AnAction = only(
    action_page.OneAction,
    test_case_24_of_two_who_change_an_action_the_second_is_shown_both=(
        "test_whoever_sends_a_page_from_before_somebody_elses_change_is_shown_both_and_nothing_is_done"
    ),
)
