"""Cases 13, 14 and 17: wrong passwords, codes and challenges used twice, a session fixed before."""

from tests.config import test_passkeys as passkeys
from tests.config import test_sign_in as sign_in
from tests.safety.borrowing import world_of

globals().update(world_of(sign_in, "quick_hashes", "people", "hands"))
globals().update(world_of(passkeys, "at_an_address_with_a_name", "browser"))

test_case_13_fifty_wrong_passwords = (
    sign_in.test_fifty_wrong_passwords_on_a_chair_from_one_address_do_not_keep_the_chair_out
)
test_case_14_a_code_twice = sign_in.test_a_code_is_good_once_even_while_its_time_lasts
test_case_14_old_recovery_codes = sign_in.test_new_recovery_codes_end_the_old_ones
test_case_14_a_challenge_twice = passkeys.test_a_challenge_is_good_once_and_in_its_session_alone
test_case_14_a_challenge_twice_at_once = passkeys.test_of_one_answer_sent_twice_at_once_one_is_taken
test_case_17_the_session_has_another_name = sign_in.test_the_session_has_another_name_after_signing_in
