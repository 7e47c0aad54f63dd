"""A case: one family's children, the people around them, and the agencies working with them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.acting import LONDON
from workflow.models.people import SOCIAL_CARE, Agency, Professional
from workflow.records import Record, RecordQuerySet, StateField

if TYPE_CHECKING:
    from workflow.permissions import Person


class Family(Record):
    """The household and kin a case is about. Its name is for people who may see the case, never for a message."""

    name = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(RecordQuerySet["Case"]):
    def visible_to(
        self,
        person: "Person",
        on: date | None = None,
        wearing: "Sequence[Person] | None" = None,
        at: datetime | None = None,
    ) -> "CaseQuerySet":
        """The cases this person needs to know about: the one answer behind every list, search, export and message.

        With the day, or their hats of that day (`wearing`), also those of whoever they cover; with the moment also
        what they opened by breaking the glass.
        """
        from workflow.permissions import visible_cases

        return visible_cases(self, person, on, wearing, at)

    def counted_for(self, person: "Person") -> "CaseQuerySet":
        """What figures of the whole partnership count for this person: all but cases restricted to others."""
        from workflow.permissions import unrestricted

        return unrestricted(self, person)


class Case(Record):
    """One family's safeguarding case and who holds its four roles now."""

    reference = models.CharField(max_length=40, unique=True)
    family = models.OneToOneField(Family, on_delete=models.PROTECT, related_name="case")
    lead_practitioner = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    team_manager = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    chair = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    administrator = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    destroyed_on = models.DateField(
        null=True, blank=True, help_text="Nothing is left of it but its reference, its seals and a certificate."
    )

    objects: ClassVar[models.Manager["Case"]] = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]

    def __str__(self) -> str:
        return self.reference

    ROLES = ("lead_practitioner", "team_manager", "chair", "administrator")

    # Set by the query that found the case for a reader (`signed_in.how_seen`).
    is_restricted: bool = False
    open_until: datetime | None = None
    changes: int | None = None

    @property
    def restriction_word(self) -> str:
        """What stands beside the reference of a case that only named people see."""
        return "Restricted" if self.is_restricted else ""

    @property
    def opened_word(self) -> str:
        """Said to somebody who sees the case only for some hours."""
        return f"opened by break-glass until {self.open_until.astimezone(LONDON):%H:%M}" if self.open_until else ""

    @property
    def initials(self) -> str:
        """The children's initials: all that a page title or a shared screen may show of a name."""
        return ", ".join(child.initials for child in self.children.all())


class Child(Record):
    """A child of the case, born or not yet born. Everything owed to a child is owed to each child separately."""

    class State(models.TextChoices):
        UNBORN = "unborn", "Unborn"  # known by the expected date; subject of everything a born child is
        BORN = "born", "Born"
        DIED = "died", "Died"  # also a pregnancy that ended: everything about the child is silent at once

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="children")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    born_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    missing = models.JSONField(default=list, blank=True, help_text="Details not on record yet.")
    state = StateField(default=State.BORN, choices=State.choices)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "children"
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="a_child_is_in_a_case_once"),
            models.CheckConstraint(
                condition=Q(born_on__isnull=False) | Q(expected_on__isnull=False),
                name="a_child_is_born_or_expected_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transition(state, source=State.UNBORN, target=State.BORN)
    def be_born(self, *, on: date, name: str) -> None:
        """The same child and the same plan go on under the name given at birth."""
        self.born_on, self.name = on, name

    @transition(state, source=[State.UNBORN, State.BORN], target=State.DIED)
    def die(self) -> None:
        """All automatic contact about the child stops; people are told by telephone."""

    @property
    def is_unborn(self) -> bool:
        return bool(self.state == self.State.UNBORN)

    @property
    def is_born(self) -> bool:
        return bool(self.state == self.State.BORN)

    @property
    def has_died(self) -> bool:
        return bool(self.state == self.State.DIED)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split())


class FamilyMember(Record):
    """An adult around the children: no sign-in, but a subject of the work and a recipient of what they may receive."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="family_members")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    relation = models.CharField(max_length=60)
    language = models.CharField(max_length=60, blank=True, help_text="Needs an interpreter and translations in it.")
    factors = models.JSONField(default=list, blank=True)
    missing = models.JSONField(default=list, blank=True)
    is_deceased = models.BooleanField(default=False)
    email = models.EmailField(blank=True, help_text="Only where the person said that mail to it is safe.")
    postal_address = models.TextField(blank=True)
    safe_contact = models.TextField(blank=True, help_text="How and when it is safe to reach the person.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_family_member_is_in_a_case_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def owning_agency(self) -> Agency:
        """Social care answers for what a family member owns."""
        return Agency.objects.get(key=SOCIAL_CARE)


class Relationship(Record):
    """What an adult is to a child: parental responsibility decides who must be invited."""

    member = models.ForeignKey(FamilyMember, on_delete=models.PROTECT, related_name="relationships")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="relationships")
    parental_responsibility = models.BooleanField(default=False)
    resident = models.BooleanField(null=True, help_text="Lives with the child; empty: not known.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "child"], name="an_adult_is_related_to_a_child_once")]

    def __str__(self) -> str:
        return f"{self.member}, {self.member.relation} of {self.child}"


class Protection(Record):
    """An address or a person is kept from somebody in the family: they only ever get a redacted copy."""

    protected = models.ForeignKey(FamilyMember, on_delete=models.PROTECT, related_name="protections")
    kept_from = models.ForeignKey(FamilyMember, on_delete=models.PROTECT, related_name="kept_away_from")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protected", "kept_from"], name="a_protection_is_recorded_once")]

    def __str__(self) -> str:
        return f"{self.protected} protected from {self.kept_from}"


class AgencyInvolvement(Record):
    """An agency works with a child from a day until a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="involvements")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="involvements")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "child"],
                condition=Q(until_on=None),
                name="an_agency_works_with_a_child_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} with {self.child}"


class AgencyPart(models.Model):
    """An agency's part in a case: who answers for it, and when the case last heard from it.

    Not a record: the contact is one (`AgencyContact`), and the last sign of life is worked out from accepted acts.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="agency_parts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="parts")
    last_heard_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_has_one_part_in_a_case")]

    def __str__(self) -> str:
        return f"{self.agency} in {self.case}"


class AgencyContact(Record):
    """The professional who answers for an agency in a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="agency_contacts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="contact_for")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_has_one_contact_in_a_case")]

    def __str__(self) -> str:
        return f"{self.contact} for {self.agency} in {self.case}"


class CaseLink(Record):
    """Why a professional needs to know about a case, from a day until a day: allocated, contact, at a meeting."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="links")
    why = models.CharField(max_length=60)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "professional"], condition=Q(until_on=None), name="one_open_link_per_person_and_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.professional} in {self.case}: {self.why}"
