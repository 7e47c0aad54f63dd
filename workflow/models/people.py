"""Who works here: agencies, the professionals in their posts, who covers whom."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from workflow.records import Record, RecordQuerySet


class User(AbstractUser):
    """A sign-in. What somebody may do follows from their Professional, never from here."""

    turn = models.PositiveIntegerField(default=0, help_text="Raised to end every sign-in of theirs at once.")
    organisation_id = models.CharField(
        max_length=400, blank=True, help_text="Who they are to their organisation's sign-in."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id"], condition=~Q(organisation_id=""), name="one_sign_in_for_one_of_theirs"
            )
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of theirs has to agree with: a new password ends them all, and so does a new turn."""
        said = f"{self.password}:{self.turn}"
        return salted_hmac("workflow.User.sign_ins", said, secret=secret, algorithm="sha256").hexdigest()


class Role(models.TextChoices):
    LEAD_PRACTITIONER = "lead_practitioner", "Lead practitioner"
    TEAM_MANAGER = "team_manager", "Team manager"
    SERVICE_MANAGER = "service_manager", "Service manager"
    DIRECTOR = "director", "Director"
    CONFERENCE_CHAIR = "conference_chair", "Conference chair"
    CONFERENCE_ADMIN = "conference_admin", "Conference administrator"
    IRO = "iro", "Independent reviewing officer"
    AGENCY_PRACTITIONER = "agency_practitioner", "Agency practitioner"
    AGENCY_LEAD = "agency_lead", "Agency lead"
    AGENCY_EXEC = "agency_exec", "Agency executive"
    PARTNERSHIP = "partnership", "Partnership officer"
    AUDITOR = "auditor", "Auditor"
    SYSTEM_ADMIN = "system_admin", "System administrator"


SOCIAL_CARE = "social_care"


class Agency(Record):
    """An agency of the partnership. Agencies of one quorum group count once when they sit together."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    quorum_group = models.SlugField(max_length=60)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class ProfessionalQuerySet(RecordQuerySet["Professional"]):
    def in_post(self, on: date) -> "ProfessionalQuerySet":
        """Those who have not left their post by `on`; the day of leaving is already out of post."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=on))


class Professional(Record):
    """A person in a post: one role, one agency, from a day and until they leave it.

    Somebody who moves to another agency is a new Professional with the same sign-in, so that history keeps who they
    were when they acted. The order of rows is the order of the partnership's list: the first in post answers.
    """

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=30, choices=Role.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="professionals")
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager["Professional"]] = ProfessionalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    def is_in_post(self, on: date) -> bool:
        return self.left_on is None or self.left_on > on

    def is_same_person_as(self, other: "Professional") -> bool:
        """The same post, or another post of whoever signs in with it."""
        return self.pk == other.pk or (self.user_id is not None and self.user_id == other.user_id)

    def is_let_in(self, on: date) -> bool:
        """In post, and their sign-in is not stopped."""
        return self.is_in_post(on) and (self.user is None or self.user.is_active)

    @property
    def owning_agency(self) -> Agency:
        """The agency that answers for what this person owns."""
        return self.agency


class Cover(Record):
    """From the first to the last day, both included, `cover` hears what `covered` hears and may do what they may do."""

    covered = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="covered_by")
    cover = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="covers")
    from_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=models.F("from_on")), name="cover_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(cover=models.F("covered")), name="nobody_covers_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.cover} for {self.covered}, {self.from_on:%-d %b %Y} to {self.until_on:%-d %b %Y}"
