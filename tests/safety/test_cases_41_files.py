"""Case 41: files that are not what they say, that unpack without end, that hold a virus, that lead elsewhere."""

from tests.meetings import test_report_files as files
from tests.pages import test_report_file_pages as pages
from tests.safety.borrowing import only, world_of

globals().update(world_of(files, "report"))

test_case_41_bad_content_is_refused_whatever_its_name = files.test_it_is_refused_with_its_reason_whatever_its_name_says
test_case_41_over_the_limit = files.test_a_file_over_the_limit_is_refused_and_one_at_the_limit_taken
test_case_41_a_virus = files.test_what_the_scanner_finds_is_refused_and_what_it_passes_is_marked
test_case_41_anything_but_yes_is_no = files.test_anything_but_a_clear_yes_is_a_no
test_case_41_without_its_scanner = files.test_without_its_scanner_nothing_is_kept
test_case_41_nothing_is_kept_of_it = files.test_what_is_refused_leaves_nothing_and_is_written_down

Pages = only(
    pages.ReportFiles,
    test_case_41_said_beside_the_file="test_what_is_refused_is_said_beside_the_file_and_what_was_typed_stays",
    test_case_41_over_the_limit_on_the_page="test_a_file_over_the_limit_is_read_past_and_refused_beside_the_field",
)
