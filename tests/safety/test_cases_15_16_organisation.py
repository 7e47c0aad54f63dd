"""Cases 15 and 16: tokens of others, forged, old, used twice; and of somebody who was stopped."""

from tests.config import test_organisation as organisation
from tests.safety.borrowing import world_of

globals().update(world_of(organisation, "provider", "says", "nurse"))

test_case_15_whoever_was_stopped = organisation.test_whoever_left_or_is_stopped_is_not_let_in
test_case_16_a_token_that_is_not_ours = organisation.test_refused
test_case_16_an_answer_twice = organisation.test_an_answer_is_good_once_and_only_in_the_browser_that_asked
test_case_16_a_token_of_before = organisation.test_a_token_of_an_earlier_sign_in_does_not_answer_a_later_one
