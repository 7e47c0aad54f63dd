"""Case 15: the keys of somebody who left."""

from tests.notifications import test_api_keys as keys
from tests.safety.borrowing import world_of

globals().update(world_of(keys, "scene"))

test_case_15_a_key_of_somebody_who_left = (
    keys.test_a_revoked_key_an_ended_one_and_one_whose_holder_has_left_open_nothing
)
