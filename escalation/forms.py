"""What somebody fills in about an alert."""

from collections.abc import Iterable

from django import forms

from workflow.date_input import DateInputField
from workflow.models import Professional


class PromiseForm(forms.Form):
    """One question in two parts: what will you do, and by when?"""

    plan = forms.CharField(label="What will you do?", widget=forms.Textarea(attrs={"rows": 3}))
    intend_by = DateInputField(label="By when?", named="The day", help_text="For example, 27 3 2026. Today or later.")


class HandOverForm(forms.Form):
    to = forms.ChoiceField(label="To whom?")
    reason = forms.CharField(label="Why?", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: object, *, people: Iterable[Professional]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.people = {str(person.pk): person for person in people}
        named = [
            (pk, f"{person}, {person.get_role_display().lower()}, {person.agency}")
            for pk, person in self.people.items()
        ]
        self.fields["to"].choices = [("", "Choose somebody"), *named]  # type: ignore[attr-defined]

    def clean_to(self) -> Professional:
        return self.people[self.cleaned_data["to"]]


class SnoozeForm(forms.Form):
    until_on = DateInputField(
        label="Until which day?", named="The day", help_text="You are reminded again on that day."
    )
    reason = forms.CharField(label="Why?", widget=forms.Textarea(attrs={"rows": 2}))


class WhyForm(forms.Form):
    reason = forms.CharField(label="Why?", widget=forms.Textarea(attrs={"rows": 2}))


class SignForm(forms.Form):
    reason = forms.CharField(label="What is done about it now?", widget=forms.Textarea(attrs={"rows": 4}))


class AbsenceForm(forms.Form):
    from_on = DateInputField(label="Away from", named="The first day")
    until_on = DateInputField(label="Until", named="The last day", help_text="Both days included.")
    cover = forms.ChoiceField(
        label="Who covers?", required=False, help_text="They hear what you hear and may do what you may do."
    )

    def __init__(self, data: object, *, people: Iterable[Professional]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.people = {str(person.pk): person for person in people}
        named = [(pk, f"{person}, {person.get_role_display().lower()}") for pk, person in self.people.items()]
        self.fields["cover"].choices = [("", "Nobody yet"), *named]  # type: ignore[attr-defined]

    def clean_cover(self) -> Professional | None:
        return self.people.get(self.cleaned_data["cover"])
