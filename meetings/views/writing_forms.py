"""Forms for writing the minutes and for what becomes of them."""

from typing import Any

from django import forms

from meetings.asking import area, radios
from meetings.comparing import together
from meetings.models import Minutes, Revision
from meetings.models.parties import Party

LONGEST = 1_000_000  # characters under one item


def lines(text: str) -> str:
    """The text with one kind of line end, whichever way it was sent."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Lines(forms.CharField):
    """A long text, kept as it was typed: nothing is stripped."""

    def __init__(self, label: str, rows: int = 6, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "true"})
        super().__init__(label=label, widget=widget, strip=False, max_length=LONGEST, **kwargs)

    def to_python(self, value: Any) -> str:
        return lines(super().to_python(value))


class ItemText(forms.Form):
    """The text under one item, and the revision it began from."""

    mark_optional = False
    text = Lines("What was said", rows=16, required=False)
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class Choose(forms.Form):
    """Between two texts that both exist: one of them, or a third made of both."""

    mark_optional = False
    parked = forms.IntegerField(widget=forms.HiddenInput)
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    merged = Lines("Both together", rows=10, required=False)

    def __init__(self, *args: Any, parked: Revision, now: Revision | None, **kwargs: Any) -> None:
        self.parked, self.now = parked, now
        both = together(now.text if now else "", parked.text)
        initial = {"parked": parked.pk, "based_on": now.number if now else 0, "merged": both}
        super().__init__(*args, initial=initial, **kwargs)
        options = (
            ("now", f"The text that stands, by {now.by if now else 'nobody'}"),
            ("parked", f"The other text, by {parked.by}"),
            ("merged", "Both together, as edited below"),
        )
        self.fields["stands"] = radios("Which text is to stand?", options)
        self.order_fields(["stands", "merged"])
        self.fields["merged"].help_text = "Used only when you choose “Both together”."

    def began_from_now(self) -> None:
        """Shown again with what was chosen, against the text as it stands now."""
        self.data = self.data.copy()
        self.data["based_on"] = str(self.now.number if self.now else 0)

    def text(self) -> str:
        stands = self.now.text if self.now else ""
        chosen = {"now": stands, "parked": self.parked.text, "merged": self.cleaned_data["merged"]}
        return chosen[self.cleaned_data["stands"]]


class Approve(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class GiveBack(forms.Form):
    notes = area("What is to be put right?")


class RecordChallenge(forms.Form):
    """Somebody who was sent the minutes says they are wrong."""

    point = area("What is wrong?")

    def __init__(self, *args: Any, parties: dict[str, Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = parties
        choices = [("", "Choose"), *((key, str(party)) for key, party in parties.items())]
        self.fields["party"] = forms.ChoiceField(label="Who says so?", choices=choices)
        self.order_fields(["party", "point"])

    def party(self) -> Party:
        return self.parties[self.cleaned_data["party"]]


class Answer(forms.Form):
    """The chair's answer to a challenge, with the corrected words of each section."""

    mark_optional = False
    verdict = radios(
        "What do you say to it?", (("accept", "Accept it: a new version goes out"), ("reject", "Reject it"))
    )
    reason = area("Why?")

    def __init__(self, *args: Any, sections: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for section in sections:
            label = f"{section['number']}. {section['heading']}"
            self.fields[section["key"]] = Lines(label, required=False, initial=section["text"])

    @property
    def written(self) -> list[forms.BoundField]:
        """The sections that say something, and whichever has an error or was filled in."""
        return [self[each["key"]] for each in self.sections if self._says_something(each)]

    @property
    def unwritten(self) -> list[forms.BoundField]:
        """The sections under which nothing stands."""
        return [self[each["key"]] for each in self.sections if not self._says_something(each)]

    def _says_something(self, section: dict[str, Any]) -> bool:
        return bool(self[section["key"]].value() or self[section["key"]].errors)

    def corrections(self) -> dict[str, str]:
        """Only the sections whose words were changed."""
        said = self.cleaned_data
        return {each["key"]: said[each["key"]] for each in self.sections if said[each["key"]] != each["text"]}


class AddAddendum(forms.Form):
    text = area("What is to be added?")


def recipients_of(minutes: Minutes) -> dict[str, Party]:
    """Whoever has a copy, by key."""
    copies = minutes.copies.select_related("agency", "family_member")
    return {copy.party.key: copy.party for copy in copies}
