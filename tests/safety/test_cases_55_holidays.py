"""Case 55: holidays, substitutes, and what a holiday added later does to a date that was stored.

A proclaimed holiday does move what was counted over it, openly and with its reason: the duty is in working days and
the day is none any more. What is chosen, in months or already over stays.
"""

from tests.safety.borrowing import world_of
from tests.workflow import test_policy as policy
from tests.workflow import test_working_days as days

globals().update(world_of(policy, "people", "case", "officer", "second"))

test_case_55_every_holiday_and_no_other = days.test_every_bank_holiday_of_the_five_years_is_known_and_no_other
test_case_55_a_proclaimed_day_leaves_the_calendar_before_it = (
    days.test_a_proclaimed_day_is_no_working_day_and_leaves_the_calendar_before_it_alone
)
test_case_55_what_was_counted_over_it_moves_with_its_reason = (
    policy.test_a_proclaimed_day_moves_what_was_counted_over_it_and_says_why
)
test_case_55_what_is_not_in_working_days_stays = policy.test_months_calendar_days_and_chosen_dates_stay
test_case_55_what_is_over_stays = policy.test_what_is_over_stays
test_case_55_new_ones_use_it = policy.test_a_deadline_opened_afterwards_skips_the_day_by_name
