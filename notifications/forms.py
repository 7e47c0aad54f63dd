"""What somebody fills in about messages and about partners' systems."""

from datetime import date, datetime, time
from typing import Any

from django import forms

from notifications.api_keys import SCOPES
from notifications.models import HowToReach
from notifications.reaching import Wishes
from workflow.date_input import DateInputField
from workflow.models import Agency, Professional


def hours(first: int, last: int) -> list[tuple[str, str]]:
    """Every half hour of a part of the day."""
    moments = [time(half // 2, 30 * (half % 2)) for half in range(first * 2, last * 2 + 1)]
    return [(f"{each:%H:%M}", f"{each:%H:%M}") for each in moments]


NEVER = [("", "No quiet hours")]


class HowIAmTold(forms.Form):
    """How the reader wants to hear of what is not urgent."""

    mark_optional = False

    ordinary = forms.ChoiceField(
        label="Messages that are not urgent", choices=HowToReach.Ordinary.choices, widget=forms.RadioSelect
    )
    digest_at = forms.ChoiceField(
        label="At what time should the mail of the day come?",
        choices=hours(5, 22),
        help_text="On working days. Nothing is sent on a day without anything new.",
    )
    quiet_from = forms.ChoiceField(
        label="Quiet from",
        choices=NEVER + hours(0, 23),
        required=False,
        help_text="What is not urgent is kept until quiet hours end on a working day. Nothing is lost.",
    )
    quiet_until = forms.ChoiceField(label="Quiet until", choices=NEVER + hours(0, 23), required=False)
    mobile = forms.CharField(
        label="Mobile number for urgent messages",
        required=False,
        max_length=20,
        help_text="You get urgent messages there as well as by e-mail. Leave it empty to get no text messages.",
    )

    def __init__(self, *args: Any, texts: bool, wishes: Wishes, **kwargs: Any) -> None:
        super().__init__(*args, initial=as_typed(wishes), **kwargs)
        if not texts:
            del self.fields["mobile"]
        for name in ("digest_at", "quiet_from", "quiet_until"):
            field = self.fields[name]
            kept = self.initial[name]
            if kept and kept not in dict(field.choices):  # a minute the list does not offer is kept all the same
                field.choices = [*field.choices, (kept, kept)]

    def chosen(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        for name in ("digest_at", "quiet_from", "quiet_until"):
            said[name] = datetime.strptime(said[name], "%H:%M").time() if said[name] else None
        return said


def as_typed(wishes: Wishes) -> dict[str, str]:
    return {
        "ordinary": wishes.ordinary,
        "digest_at": f"{wishes.digest_at:%H:%M}",
        "quiet_from": f"{wishes.quiet_from:%H:%M}" if wishes.quiet_from else "",
        "quiet_until": f"{wishes.quiet_until:%H:%M}" if wishes.quiet_until else "",
        "mobile": wishes.mobile,
    }


class NewTarget(forms.Form):
    """An address of an agency's system."""

    mark_optional = False

    name = forms.CharField(label="What is the system called?", max_length=100)
    agency = forms.ModelChoiceField(label="Whose is it?", queryset=Agency.objects.all())
    url = forms.URLField(
        label="Its address",
        assume_scheme="https",
        max_length=500,
        help_text="A public address that begins with https://",
    )


class NewKeyForm(forms.Form):
    """A key for another system."""

    mark_optional = False

    name = forms.CharField(label="What is it for?", max_length=100)
    holder = forms.ModelChoiceField(
        label="As whom does it ask?",
        queryset=Professional.objects.none(),
        help_text="The key sees what this person may see, and stops working when they leave their post.",
    )
    scopes = forms.MultipleChoiceField(
        label="What may it do?", choices=sorted(SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    ends_on = DateInputField(
        label="Until when?", named="The day", required=False, help_text="Leave empty for a key without an end."
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["holder"]
        field.queryset = Professional.objects.in_post(on).select_related("agency")
        field.label_from_instance = lambda one: f"{one}, {one.get_role_display().lower()}, {one.agency}"


class ReasonForm(forms.Form):
    """Why something ends."""

    reason = forms.CharField(label="Why?", widget=forms.Textarea(attrs={"rows": 2}))
