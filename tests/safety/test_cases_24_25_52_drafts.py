"""Cases 24, 51 and 52: two people, two tabs, and a session lost while typing."""

from tests.config import test_drafts as drafts
from tests.safety.borrowing import only, world_of

globals().update(world_of(drafts, "people", "chair", "the_day"))

TestTwoTabs = only(
    drafts.TestKeeping,
    test_case_52_the_second_tab_is_told_and_the_first_unharmed="test_a_second_page_covers_nothing_and_loses_nothing",
)
TestAnotherPage = only(
    drafts.TestOverTheWire,
    test_case_51_another_page_finds_the_draft="test_a_page_saves_and_another_finds_it_again",
)
TestASessionLost = only(
    drafts.TestAPageOpenTooLong,
    test_case_51_it_says_when_it_was_saved="test_it_says_when_the_draft_was_saved_and_leads_back",
    test_case_51_somebody_signed_out_signs_in_first="test_somebody_signed_out_signs_in_first",
)
