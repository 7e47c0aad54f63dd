"""Case 9: breaking the glass."""

from tests.access import test_need_to_know as need_to_know
from tests.safety.borrowing import world_of

globals().update(world_of(need_to_know, "people", "case"))

test_case_09_without_a_reason = need_to_know.test_it_needs_a_reason_and_the_attempt_is_written_down
test_case_09_until_its_hours_are_over_to_the_second = (
    need_to_know.test_it_opens_the_case_for_the_hours_of_the_policy_to_the_second
)
test_case_09_who_is_told = need_to_know.test_the_owner_the_manager_and_the_partnership_are_told_at_once
