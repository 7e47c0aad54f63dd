"""Case 42, on every database: the ways of Django that leave no history."""

from tests.safety.borrowing import world_of
from tests.workflow import test_records as records

globals().update(world_of(records, "people", "case", "mum"))

test_case_42_every_kind_of_record = records.test_every_kind_of_record_refuses_quiet_changes
