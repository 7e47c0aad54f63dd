"""What somebody fills in about an alert."""

from django import forms

from workflow.date_input import DateInputField


class PromiseForm(forms.Form):
    """One question in two parts: what will you do, and by when?"""

    plan = forms.CharField(label="What will you do?", widget=forms.Textarea(attrs={"rows": 3}))
    intend_by = DateInputField(label="By when?", named="The day", help_text="For example, 27 3 2026. Today or later.")
