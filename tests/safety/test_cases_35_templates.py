"""Case 35: every text that is sent, after a whole story with seeded names."""

from tests.notifications import test_every_template as templates
from tests.safety.borrowing import world_of

globals().update(world_of(templates, "told_in_full"))

test_case_35_every_text_is_free_of_names = (
    templates.test_every_mail_text_calendar_entry_and_call_is_free_of_names_and_codes
)
test_case_35_every_template_is_rendered = templates.test_every_template_of_mail_is_rendered_here_or_where_it_is_written
