"""Cases 42 and 43: what leaves no history fails, and what was written stays. On PostgreSQL."""

from tests.safety.borrowing import world_of
from tests.workflow import test_guards as guards

globals().update(world_of(guards, "deadline", "as_app"))

test_case_42_update = guards.test_an_update_of_many_rows_is_refused
test_case_42_bulk_update = guards.test_a_bulk_update_is_refused
test_case_42_bulk_insert = guards.test_a_bulk_insert_is_refused
test_case_42_raw_sql = guards.test_raw_sql_is_refused
test_case_43_even_for_the_owner = guards.test_what_was_written_stays_even_for_the_owner
test_case_43_for_the_application = guards.test_the_application_may_take_nothing_away_and_switch_nothing_off
