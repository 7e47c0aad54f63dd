"""Cases 30 to 35: a mail server that refuses, waits, cuts off and is away; and what no mail may hold."""

from tests.notifications import test_deliver as mail
from tests.safety.borrowing import world_of

globals().update(world_of(mail, "scene", "server"))

test_case_30_one_refused_the_others_sent = mail.test_one_refused_one_asked_to_wait_one_cut_off_and_each_row_says_so
test_case_30_and_the_lead_is_told = mail.test_somebody_who_cannot_be_reached_is_marked_and_their_lead_is_told
test_case_31_tried_again_on_schedule = mail.test_it_is_tried_again_after_1_5_15_and_60_minutes_and_then_every_hour
test_case_32_the_same_message_id = mail.test_a_retry_carries_the_same_message_id_and_the_same_messages
test_case_33_a_server_that_is_away = (
    mail.test_a_server_that_is_not_there_leaves_everything_waiting_and_is_not_asked_for_everybody
)
test_case_33_a_server_that_hangs = (
    mail.test_a_server_that_hangs_is_given_up_in_time_and_whoever_writes_meanwhile_does_not_wait_for_it
)
test_case_34_a_line_break_adds_no_header = mail.test_a_reference_with_a_line_break_cannot_add_a_header
test_case_35_no_name_in_a_mail = mail.test_no_mail_holds_a_name_a_code_or_what_it_is_about
