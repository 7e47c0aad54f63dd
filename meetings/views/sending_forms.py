"""What is asked of people who send a document out. A form decides nothing."""

from datetime import date
from typing import Any

from django import forms

from meetings.asking import area, ticks
from workflow.date_input import DateInputField
from workflow.models import Case, FamilyMember


class PrepareForm(forms.Form):
    """Who reads another language and has a translation."""

    mark_optional = False

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readers = {one.key: one for one in case.family_members.all() if one.language}
        if self.readers:
            choices = [(key, f"{one.name} ({one.language})") for key, one in self.readers.items()]
            self.fields["translated_for"] = ticks("For whom has it been translated?", choices)

    @property
    def translated_for(self) -> list[FamilyMember]:
        return [self.readers[key] for key in self.cleaned_data.get("translated_for", ())]


class ReleaseForm(forms.Form):
    looked = forms.BooleanField(label="I have looked at every version, and each is for the person it goes to")


class WithdrawForm(forms.Form):
    mark_optional = False
    reason = area("Why does it not go out like this?", required=False)


class AgainForm(forms.Form):
    mark_optional = False
    reason = area("Why is it sent again?", required=False)


class PostedForm(forms.Form):
    on = DateInputField(label="On which day was it posted?", named="The day", help_text="For example 3 12 2026")

    def __init__(self, *args: Any, today: date, sent_on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)
        self.today, self.sent_on = today, sent_on

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.sent_on <= on <= self.today:
            raise forms.ValidationError("The day lies between the day it was let go and today")
        return on


class DisputeForm(forms.Form):
    point = area("What is wrong, and what should it say?")
