"""What is filled in while a conference is opened, sits and adjourns. A form decides nothing."""

from typing import Any

from django import forms

from meetings.asking import area, named, radios, ticks, who_may_come
from meetings.models import AgendaItem, Attendance, Conference, Exclusion
from meetings.sittings import invited_agencies
from workflow.date_input import DateInputField
from workflow.models import FamilyMember, Professional, Role

Person = Professional | FamilyMember
NOT_HERE = ("", "Not here")
APOLOGIES = (("", "No word"), ("apologies", "Sent apologies"), ("report", "Sent apologies and a report"))
STAND_INS = 3


def family_who_may_come(conference: Conference) -> list[FamilyMember]:
    """The living adults of the family who are not excluded."""
    kept_out = conference.exclusions.filter(state=Exclusion.State.EXCLUDED).values("person")
    return list(conference.case.family_members.filter(is_deceased=False).exclude(pk__in=kept_out))


def handle(person: Person) -> str:
    """How a form names somebody: a professional and a relative may have the same key."""
    return f"{'p' if isinstance(person, Professional) else 'f'}{person.pk}"


class OpenForm(forms.Form):
    """Who is here and how, and who sent apologies."""

    mark_optional = False

    def __init__(self, *args: Any, conference: Conference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.professionals = {handle(one): one for one in who_may_come(conference.case)}
        self.family = {handle(one): one for one in family_who_may_come(conference)}
        self.agencies = {f"a{one.pk}": one for one in invited_agencies(conference)}
        choices = [NOT_HERE, *Attendance.Mode.choices]
        for key, person in {**self.professionals, **self.family}.items():
            self.fields[key] = forms.ChoiceField(label=named(person), choices=choices, required=False)
        for key, agency in self.agencies.items():
            self.fields[key] = forms.ChoiceField(label=str(agency), choices=APOLOGIES, required=False)
        people = [("", "Nobody"), *((key, named(one)) for key, one in self.professionals.items())]
        for number in range(STAND_INS):
            self.fields[f"stand_in_{number}"] = forms.ChoiceField(
                label="Who stands in for somebody else?", choices=people, required=False
            )
            self.fields[f"stands_in_for_{number}"] = forms.CharField(
                label="For whom?", required=False, max_length=200, help_text="Name and agency"
            )

    def _fields(self, names: Any) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def professional_fields(self) -> list[forms.BoundField]:
        return self._fields(self.professionals)

    @property
    def family_fields(self) -> list[forms.BoundField]:
        return self._fields(self.family)

    @property
    def agency_fields(self) -> list[forms.BoundField]:
        return self._fields(self.agencies)

    @property
    def stand_in_fields(self) -> list[forms.BoundField]:
        numbers = range(STAND_INS)
        return self._fields(name for n in numbers for name in (f"stand_in_{n}", f"stands_in_for_{n}"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not any(said.get(key) for key in self.professionals):
            raise forms.ValidationError("Say which professionals are here: a sitting needs somebody in it.")
        return said

    def told(self) -> dict[str, Any]:
        """What `open_conference` is told."""
        said = self.cleaned_data
        people: dict[str, Person] = {**self.professionals, **self.family}
        return {
            "attended": [one for key, one in self.professionals.items() if said[key]],
            "family_present": [one for key, one in self.family.items() if said[key]],
            "apologies": [one for key, one in self.agencies.items() if said[key] == "apologies"],
            "apologies_with_report": [one for key, one in self.agencies.items() if said[key] == "report"],
            "modes": {one: said[key] for key, one in people.items() if said[key]},
            "stands_in_for": self._stand_ins(said),
        }

    def _stand_ins(self, said: dict[str, Any]) -> dict[Professional, str]:
        pairs = [(said[f"stand_in_{n}"], said[f"stands_in_for_{n}"]) for n in range(STAND_INS)]
        return {self.professionals[key]: words for key, words in pairs if key and words}


class WhoForm(forms.Form):
    """Base of the forms about one person."""

    mark_optional = False

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {handle(one): one for one in people}
        choices = [("", "Choose one"), *((key, named(one)) for key, one in self.people.items())]
        self.fields["who"] = forms.ChoiceField(label="Who?", choices=choices)
        self.order_fields(["who"])

    @property
    def who(self) -> Person:
        return self.people[self.cleaned_data["who"]]


class ArrivalForm(WhoForm):
    mode = radios("How do they take part?", Attendance.Mode.choices, initial=Attendance.Mode.ROOM)
    stands_in_for = forms.CharField(
        label="Do they stand in for somebody?", required=False, max_length=200, help_text="Name and agency, if so"
    )


CORRECTIONS = (("mistake", "Was never here: ticked by mistake"), *Attendance.Mode.choices)


class CorrectionForm(WhoForm):
    how = radios("What is right?", CORRECTIONS)
    reason = area("If it was a mistake, how did it come about?", required=False)


class AdjournForm(forms.Form):
    mark_optional = False
    reason = radios("Why?", (("inquorate", "Too few agencies are here"), ("other", "Another reason")))
    next_date = DateInputField(label="When does it come together again?", named="The next day")

    def __init__(self, *args: Any, starts_plans: bool, asks_manager: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if starts_plans:
            self.fields["interim_safety_plan"] = area(
                "What keeps the children safe until then?",
                4,
                required=False,
                help_text="The interim safety plan: who does what by when. Needed when too few agencies are here.",
            )
        else:
            self.fields["existing_plan_reviewed"] = forms.BooleanField(
                label="The existing plan was gone through with those who are here",
                required=False,
                help_text="Needed when too few agencies are here.",
            )
        if asks_manager:
            managers = Professional.objects.filter(role=Role.SERVICE_MANAGER, left_on=None)
            self.managers = {one.key: one for one in managers}
            self.fields["agreed_by"] = forms.ChoiceField(
                label="Which service manager agreed?",
                required=False,
                choices=[("", "Nobody"), *((one.key, one.name) for one in managers)],
                help_text="It would be adjourned a second time in a row because too few agencies are here.",
            )

    def told(self) -> dict[str, Any]:
        """What `adjourn_conference` is told."""
        said = dict(self.cleaned_data)
        if "agreed_by" in said:
            said["agreed_by"] = self.managers.get(said["agreed_by"])
        return said


class SkipForm(forms.Form):
    reason = area("Why is it passed over?", 2)


class ItemForm(forms.Form):
    """An agenda item: its words, its minutes, and who may read what is written under it."""

    title = forms.CharField(label="What is it about?", max_length=200)
    prompt = area("What should be asked or read out?", 4, required=False)
    minutes_planned = forms.IntegerField(label="How many minutes?", min_value=1, max_value=240, initial=5)
    audience = radios(
        "Who may read what is written under it?",
        AgendaItem.Audience.choices,
        initial=AgendaItem.Audience.EVERYONE,
    )

    def __init__(self, *args: Any, family: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if family:
            choices = [(one.key, named(one)) for one in family]
            self.fields["kept_from"] = ticks("Who of the family may not read it?", choices)
