"""A case that only named people may see, who saw it all the same for a reason, and what not all of them may read."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models.case import Case
from workflow.models.people import Agency, Professional
from workflow.records import Record, StateField


class Restriction(Record):
    """Only the people named see the case: it is absent from lists, counts, searches and exports of everybody else."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", "In force"
        LIFTED = "lifted", "Lifted"  # by somebody else than who set it; the case is seen by need to know again

    class Why(models.TextChoices):
        STAFF = "staff", "A member of staff, or their family"
        PUBLIC = "public", "Public interest, or under police protection"
        HIGH_RISK = "high_risk", "High risk to somebody in the family"
        ADOPTION = "adoption", "Adoption"
        OTHER = "other", "Another reason"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restrictions")
    why = models.CharField(max_length=20, choices=Why.choices)
    reason = models.TextField()
    restricted_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    restricted_on = models.DateField()
    lifted_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField(null=True, blank=True)
    why_lifted = models.TextField(blank=True)
    state = StateField(default=State.IN_FORCE, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="in_force"), name="a_case_is_restricted_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"Restriction of {self.case}"

    @transition(state, source=State.IN_FORCE, target=State.LIFTED)
    def lift(self, *, by: Professional, reason: str, on: date) -> None:
        self.lifted_by, self.why_lifted, self.lifted_on = by, reason, on


class NamedReader(Record):
    """Somebody named for a restricted case, from a day until a day."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="readers")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="named_for")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True, help_text="The first day on which they see it no more.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["restriction", "professional"], condition=Q(until_on=None), name="a_reader_is_named_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.professional} for {self.restriction}"


class BrokenGlass(Record):
    """Somebody opened a case that was not theirs, for a reason and some hours; somebody else looks at it afterwards."""

    class State(models.TextChoices):
        TO_REVIEW = "to_review", "To be reviewed"  # also while it is still open
        JUSTIFIED = "justified", "Found justified"
        NOT_JUSTIFIED = "not_justified", "Found not justified"  # information governance takes it from here

    class Why(models.TextChoices):
        DANGER = "danger", "A child may be in danger now"
        COVER = "cover", "The worker cannot be reached and something is due"
        COURT = "court", "A court or the police ask at once"
        OTHER = "other", "Another reason"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="broken_glass")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="broken_glass")
    why = models.CharField(max_length=20, choices=Why.choices)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(blank=True)
    state = StateField(default=State.TO_REVIEW, choices=State.choices)

    class Meta:
        ordering = ["id"]
        verbose_name = "break-glass access"
        verbose_name_plural = "break-glass accesses"
        indexes = [models.Index(fields=["professional", "ends_at"], name="broken_glass_still_open")]

    def __str__(self) -> str:
        return f"Break-glass access of {self.professional} to {self.case}"

    @transition(state, source=State.TO_REVIEW, target=State.JUSTIFIED)
    def find_justified(self, *, by: Professional, words: str, at: datetime) -> None:
        self.reviewed_by, self.review, self.reviewed_at = by, words, at

    @transition(state, source=State.TO_REVIEW, target=State.NOT_JUSTIFIED)
    def find_not_justified(self, *, by: Professional, words: str, at: datetime) -> None:
        self.reviewed_by, self.review, self.reviewed_at = by, words, at

    def is_open_at(self, at: datetime) -> bool:
        """From the moment it was opened until the end of its hours, sharp."""
        return self.opened_at <= at < self.ends_at


class HeldFact(Record):
    """Something about a case that not everybody who sees it may read: what it is about says who does.

    Kept apart from the free text of reports and minutes, so that nobody has to remember what must not be read out.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="held_facts")
    matter = models.CharField(max_length=20, help_text="What it is about (`workflow.audiences.Matter`).")
    words = models.TextField()
    given_by = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    noted_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    noted_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    why_ended = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Held fact {self.pk} of {self.case}"
