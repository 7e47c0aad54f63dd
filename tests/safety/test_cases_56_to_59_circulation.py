"""Cases 56 to 59: what reaches whom."""

from tests.meetings import test_copies as copies
from tests.meetings import test_documents as documents
from tests.meetings import test_releasing as releasing
from tests.safety.borrowing import only

Minutes = only(
    documents.TheMinutes,
    test_case_56_no_file_of_the_fathers_holds_a_trace="test_no_file_of_the_fathers_holds_a_trace_of_what_he_may_not_read",
)
Letting = only(
    releasing.Releasing,
    test_case_57_who_prepared_it_does_not_let_it_go="test_the_person_who_prepared_it_does_not_let_it_go",
    test_case_57_nor_in_another_post="test_nor_the_same_person_in_another_post",
    test_case_59_what_was_looked_at_is_what_goes_out="test_every_copy_holds_the_very_document_that_was_looked_at",
)
Changed = only(
    releasing.SomethingChanged,
    test_case_59_what_would_say_something_else_does_not_go="test_a_document_that_would_say_something_else_does_not_go",
)
Opening = only(
    copies.Opening,
    test_case_58_somebody_kept_out_since="test_somebody_kept_out_since_does_not_open_it",
    test_case_58_those_who_have_left="test_the_dead_and_those_who_have_left_have_nothing_open",
)
Links = only(
    copies.Links,
    test_case_58_a_link_ends_with_the_right="test_a_link_ends_for_somebody_who_may_not_have_it_any_more",
)
