"""Case 25: the same answer twice is one."""

from tests.escalation import test_life_of_an_alert as life
from tests.safety.borrowing import world_of

globals().update(world_of(life, "scene"))

test_case_25_sent_twice_it_is_one_change = life.test_the_same_answer_sent_twice_is_one
