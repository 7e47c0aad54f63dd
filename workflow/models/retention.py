"""How a case ends for good: what keeps it from being destroyed, who let it be destroyed, and what was destroyed."""

from datetime import date
from typing import TYPE_CHECKING, NoReturn

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.errors import WrongState
from workflow.models.case import Case
from workflow.models.journal import Entry
from workflow.models.people import Professional
from workflow.records import Record, StateField

if TYPE_CHECKING:
    pass


class LegalHold(Record):
    """Nothing of a case, or of any case, is destroyed while this is in force, however long ago it fell due."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", "In force"
        LIFTED = "lifted", "Lifted"  # by a named person, who said why

    class Why(models.TextChoices):
        INQUIRY = "inquiry", "An inquiry or review"
        COURT = "court", "Court proceedings"
        CLAIM = "claim", "A claim or a complaint"
        REQUEST = "request", "Somebody asked for what is held about them"
        OTHER = "other", "Another reason"

    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="holds", help_text="Empty: every case."
    )
    why = models.CharField(max_length=20, choices=Why.choices)
    reason = models.TextField()
    put_on_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    put_on_on = models.DateField()
    lifted_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField(null=True, blank=True)
    why_lifted = models.TextField(blank=True)
    state = StateField(default=State.IN_FORCE, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Legal hold on {self.case or 'every case'}"

    @transition(state, source=State.IN_FORCE, target=State.LIFTED)
    def lift(self, *, by: Professional, reason: str, on: date) -> None:
        self.lifted_by, self.why_lifted, self.lifted_on = by, reason, on


class DestructionOrder(Record):
    """What has fallen due under the schedule is to be destroyed: proposed by one person, released by another.

    It says nothing about the family. Its day is the last of a year, so that no birthday can be read from it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"  # waits for somebody else than who proposed it
        RELEASED = "released", "Released"  # may be carried out, once, unless a hold is put on
        CARRIED_OUT = "carried_out", "Carried out"  # there is a certificate
        DECLINED = "declined", "Declined"  # by the second person
        WITHDRAWN = "withdrawn", "Withdrawn"  # before it was carried out

    class What(models.TextChoices):
        CASE = "case", "The case"
        READ_LOG = "read_log", "The read log of a destroyed case"

    OPEN = (State.PROPOSED, State.RELEASED)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="destruction_orders")
    what = models.CharField(max_length=20, choices=What.choices)
    record_class = models.SlugField(max_length=40, help_text="The class of the schedule that kept it longest.")
    years = models.PositiveSmallIntegerField(help_text="For which that class was kept under the policy then.")
    due_on = models.DateField()
    policy_version = models.CharField(max_length=40)
    proposed_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    released_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    why_ended = models.TextField(blank=True)
    state = StateField(default=State.PROPOSED, choices=State.choices)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "what"],
                condition=Q(state__in=["proposed", "released"]),
                name="one_open_destruction_order_for_a_case",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=models.F("proposed_by")),
                name="nobody_releases_what_they_proposed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "carried_out"]) | Q(released_by__isnull=False),
                name="a_released_order_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Order {self.pk} to destroy {self.get_what_display().lower()}, {self.case}"

    @transition(state, source=State.PROPOSED, target=State.RELEASED)
    def release(self, *, by: Professional, on: date) -> None:
        self.released_by, self.released_on = by, on

    @transition(state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self, *, by: Professional, reason: str, on: date) -> None:
        self.ended_by, self.why_ended, self.ended_on = by, reason, on

    @transition(state, source=[State.PROPOSED, State.RELEASED], target=State.WITHDRAWN)
    def withdraw(self, *, by: Professional, reason: str, on: date) -> None:
        self.ended_by, self.why_ended, self.ended_on = by, reason, on

    @transition(state, source=State.RELEASED, target=State.CARRIED_OUT)
    def carry_out(self, *, by: Professional, on: date) -> None:
        self.ended_by, self.ended_on = by, on

    @property
    def is_proposed(self) -> bool:
        return bool(self.state == self.State.PROPOSED)

    @property
    def is_released(self) -> bool:
        return bool(self.state == self.State.RELEASED)


class Certificate(Record):
    """That something was lawfully destroyed: what kind, how much, under which order. Never what it said.

    Where the chain of the case stood before and after is told by the seal of `entry`, the last thing the act did.
    """

    order = models.OneToOneField(DestructionOrder, on_delete=models.PROTECT, related_name="certificate")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="certificates")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="certificate")
    counts = models.JSONField(help_text="By kind of record: how many there were, how many lines of history.")
    lines = models.PositiveIntegerField(help_text="Lines of history whose digest was kept for other chains.")
    lines_digest = models.CharField(max_length=64, help_text="Over those digests.")
    carried_out_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    carried_out_on = models.DateField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Certificate {self.pk} of {self.case}"

    @property
    def rows(self) -> int:
        """Everything that was destroyed, lines of history included."""
        return sum(sum(each) for each in self.counts.values())


class DestroyedLine(models.Model):
    """The digest of a destroyed line of history that another chain had sealed, the partnership's mostly.

    Without it a night that touched many cases could not be verified any more once one of them is destroyed.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="kept_lines")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    left = models.CharField(max_length=64, blank=True, help_text="Digest of what is left of it, without its words.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.digest[:12]

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise WrongState("What was kept of a destroyed line is not edited.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise WrongState("What was kept of a destroyed line is not deleted.")
