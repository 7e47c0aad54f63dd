"""Case 50: an error between two statements of an act leaves both or neither."""

from tests.safety.borrowing import world_of
from tests.workflow import test_acts as acts

globals().update(world_of(acts, "rows_in_the_matrix", "people", "case", "manager", "mum"))

test_case_50_an_error_leaves_nothing = acts.test_an_error_of_ours_leaves_neither_a_change_nor_a_line
test_case_50_nor_does_a_refusal = acts.test_a_refusal_changes_nothing_however_far_the_act_had_come
