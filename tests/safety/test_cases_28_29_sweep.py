"""Cases 28 and 29: the night run twice, and the night that did not come."""

from tests.escalation import test_sweep as sweep
from tests.safety.borrowing import world_of

globals().update(world_of(sweep, "scene"))

test_case_28_run_twice_it_raises_nothing_twice = sweep.test_run_twice_it_raises_nothing_twice
test_case_29_it_makes_up_for_the_nights_missed = (
    sweep.test_one_night_makes_up_for_those_missed_and_says_that_it_was_raised_today
)
