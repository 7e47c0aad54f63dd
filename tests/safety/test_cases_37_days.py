"""Case 37: days that are none. Every date of every page is tried in `test_every_form`."""

from tests.config import test_govuk_forms as forms

test_case_37_named_marked_and_kept = forms.test_a_date_that_cannot_be_is_named_marked_and_kept
