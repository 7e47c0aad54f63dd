"""What somebody fills in about a plan."""

from django import forms

from workflow.date_input import DateInputField


class AsItStoodForm(forms.Form):
    """A day to look back from."""

    mark_optional = False

    on = DateInputField(label="As it stood at the end of", named="The day", required=False)
