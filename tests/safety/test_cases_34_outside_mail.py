"""Case 34: a line break in a subject, a name or a calendar entry."""

from tests.notifications import test_outside as outside
from tests.safety.borrowing import world_of

globals().update(world_of(outside, "scene", "server"))

test_case_34_what_breaks_out_of_its_line_is_refused = (
    outside.test_what_breaks_out_of_its_line_is_refused_and_not_taken_out
)
