"""Case 12: the net under every page. On PostgreSQL."""

from tests.safety.borrowing import world_of
from tests.workflow import test_row_security as net

globals().update(world_of(net, "people", "cases"))

test_case_12_nobody_said_for_whom = net.test_nobody_said_for_whom_is_no_row
test_case_12_a_pooled_connection = net.test_a_connection_that_goes_back_to_a_pool_carries_nothing_over
