"""Case 28: the night run on two machines at once. On PostgreSQL."""

from tests.escalation import test_sweep_concurrently as concurrently
from tests.safety.borrowing import world_of

globals().update(world_of(concurrently, "late_duties"))

test_case_28_on_two_hosts_one_escalation_per_rung = (
    concurrently.test_swept_at_once_every_alert_is_raised_once_and_one_message_goes_to_each_person
)
