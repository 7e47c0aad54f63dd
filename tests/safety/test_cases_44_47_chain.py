"""Cases 44 and 47: what a superuser does to the past is named, and a restored backup is held against the heads."""

from tests.safety.borrowing import world_of
from tests.workflow import test_chain as chain

globals().update(world_of(chain, "case", "deadline"))

test_case_44_an_edit = chain.test_a_reason_changed_in_the_journal_is_found_at_its_seal
test_case_44_a_middle_taken_out = chain.test_an_act_taken_out_of_the_middle_leaves_a_gap
test_case_44_a_tail_cut_off = chain.test_an_end_cut_off_is_found_by_the_head_of_the_chain_and_by_one_kept_elsewhere
test_case_47_against_the_heads_kept_elsewhere = chain.test_the_command_holds_the_record_against_heads_kept_elsewhere
