"""Core groups: the people who turn a plan into what happens, every few weeks."""

from django.db import models
from django_fsm import transition

from meetings.models.parties import Copy
from workflow.models import Case, Child, FamilyMember, Professional
from workflow.records import Record, StateField


class CoreGroup(Record):
    """One core group that was held, was too small to count, or did not happen."""

    class State(models.TextChoices):
        HELD = "held", "Held"
        PARTIAL = "partial", "Partial: too few agencies"  # no clock is touched
        NOT_HELD = "not_held", "Not held"  # the same due date stays
        RECORD_DISTRIBUTED = "record_distributed", "Record distributed"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="core_groups")
    key = models.SlugField(max_length=60)
    held_on = models.DateField()
    is_quorate = models.BooleanField()
    why_not_held = models.TextField(blank=True)
    what_was_said = models.TextField(blank=True, help_text="The record, in words.")
    state = StateField(default=State.HELD, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_core_group_has_its_own_key")]

    def __str__(self) -> str:
        return f"Core group {self.key}"

    @transition(state, source=[State.HELD, State.PARTIAL], target=State.RECORD_DISTRIBUTED)
    def distribute_record(self) -> None: ...

    @property
    def children(self) -> list[Child]:
        return [row.child for row in self.about.select_related("child").order_by("child")]


class CoreGroupChild(Record):
    """A child a core group was about, and what life is like for this child now, in words."""

    core_group = models.ForeignKey(CoreGroup, on_delete=models.PROTECT, related_name="about")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="core_groups")
    lived_experience = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["core_group", "child"], name="a_core_group_is_about_a_child_once")
        ]

    def __str__(self) -> str:
        return f"{self.child.initials} at {self.core_group}"


class CoreGroupAttendance(Record):
    """A professional or a family member at a core group. Family never counts towards the quorum."""

    core_group = models.ForeignKey(CoreGroup, on_delete=models.PROTECT, related_name="attendance")
    professional = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family_member = models.ForeignKey(FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(professional__isnull=True) ^ models.Q(family_member__isnull=True),
                name="a_core_group_is_attended_by_one_person_a_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.professional or self.family_member} at {self.core_group}"


class RecordCopy(Copy, Record):
    """A copy of the record of a small meeting, and to whom it went."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="record_copies")
    record_key = models.CharField(max_length=60)
    to_chair = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Record of {self.record_key} to {self.to_chair or self.party}"
