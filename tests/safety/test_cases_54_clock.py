"""Case 54: the nights on which the clocks change."""

from tests.escalation import test_clock as clock
from tests.safety.borrowing import world_of

globals().update(world_of(clock, "scene"))

test_case_54_every_rung_once = clock.test_on_the_nights_the_clocks_change_every_rung_is_raised_once
test_case_55_a_holiday_proclaimed_later = (
    clock.test_a_holiday_proclaimed_later_puts_off_the_next_rung_and_takes_none_back
)
