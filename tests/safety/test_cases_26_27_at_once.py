"""Cases 26 and 27: twenty at once, and answered while it is done. On PostgreSQL."""

from tests.escalation import test_answering_at_once as at_once
from tests.safety.borrowing import world_of

globals().update(world_of(at_once, "twenty", "scene"))

test_case_26_one_winner_and_nineteen_told_who = (
    at_once.test_of_twenty_answers_at_once_one_wins_and_nineteen_are_told_who
)
test_case_25_sent_twice_to_two_servers = at_once.test_an_answer_sent_twice_at_once_by_two_servers_is_one
test_case_27_what_is_done_stays_done = at_once.test_answered_while_it_is_done_the_duty_stays_done
