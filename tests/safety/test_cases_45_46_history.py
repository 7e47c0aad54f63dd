"""Cases 45 and 46: written late is shown as late, and as it was is what a replay gives."""

from tests.safety.borrowing import world_of
from tests.workflow import test_history as history

globals().update(world_of(history, "people", "case", "deadline", "moved"))

test_case_45_a_late_entry_is_told_as_one = (
    history.test_a_late_entry_is_one_written_down_more_than_a_day_after_it_was_true
)
test_case_46_as_it_was_is_the_replay = history.test_as_it_was_is_what_replaying_the_changes_gives
