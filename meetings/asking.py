"""What the forms about a case share: kinds of questions, and who can be named in an answer."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from meetings.expected import living_children
from workflow.errors import Refused
from workflow.models import Agency, Case, Child, FamilyMember, Professional, Role

# Who else of an agency may turn up at a meeting, besides those linked to the case.
COMES_TO_MEETINGS = (Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD)


def area(label: str, rows: int = 3, **kwargs: Any) -> forms.CharField:
    """Words over several lines."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def radios(label: str, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **kwargs)


def ticks(label: str, choices: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, widget=widget, **{"required": False, **kwargs})


def who_may_come(case: Case) -> list[Professional]:
    """Professionals who may turn up: those linked to the case first, then others of its agencies."""
    linked = set(case.links.filter(until_on=None).values_list("professional", flat=True))
    everybody = Professional.objects.filter(left_on=None).select_related("agency")
    colleagues = everybody.filter(agency__in=case.agency_parts.values("agency"), role__in=COMES_TO_MEETINGS)
    found = list((everybody.filter(pk__in=linked) | colleagues).order_by("id").distinct())
    return sorted(found, key=lambda one: one.pk not in linked)


def named(person: Professional | FamilyMember) -> str:
    """Somebody as a form names them."""
    if isinstance(person, FamilyMember):
        return f"{person.name}, {person.relation}"
    return f"{person.name}, {person.get_role_display().lower()}, {person.agency}"


def next_key(rows: Any, prefix: str) -> str:
    """A reference that is not in use yet: icpc-1, icpc-2."""
    taken = set(rows.values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := f"{prefix}{n}") not in taken)


class CaseForm(forms.Form):
    """Base of every form about one case."""

    button = "Save"
    # What is needed depends on the answers; the domain says what is missing.
    mark_optional = False
    # Beside which field a refusal is shown, by its code; the others stand above the form.
    beside: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.ask()

    def ask(self) -> None:
        """Adds the fields that depend on the case."""

    def perform(self, *, by: Professional, at: datetime) -> Any:
        """Gives the answer to its domain function. Raises what that refuses."""
        raise NotImplementedError

    def where(self, refused: Refused) -> dict[str, str]:
        """Beside which field this refusal is shown."""
        return self.beside

    # Who and whom

    def people(self) -> list[tuple[str, str]]:
        """Professionals who may have come, by their key."""
        return [(one.key, named(one)) for one in who_may_come(self.case)]

    def family(self) -> list[tuple[str, str]]:
        return [(one.key, named(one)) for one in self.case.family_members.all()]

    def kids(self) -> list[tuple[str, str]]:
        return [(child.key, child.name) for child in living_children(self.case)]

    def said_people(self, name: str) -> list[Professional]:
        return list(Professional.objects.filter(key__in=self.cleaned_data[name]).select_related("agency"))

    def said_children(self, name: str) -> list[Child]:
        return list(self.case.children.filter(key__in=self.cleaned_data[name]))

    def said_family(self, name: str) -> list[FamilyMember]:
        return list(self.case.family_members.filter(key__in=self.cleaned_data[name]))

    def said_agencies(self, name: str) -> list[Agency]:
        return list(Agency.objects.filter(key__in=self.cleaned_data[name]))

    def agencies(self) -> list[tuple[str, str]]:
        """The agencies with a part in the case."""
        return [(part.agency.key, part.agency.name) for part in self.case.agency_parts.select_related("agency")]
