"""Plans others lead for a child or an adult of the case: known here so that they do not collide with ours."""

from datetime import date
from typing import cast

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Case, Child, FamilyMember
from workflow.records import Record, StateField


class OtherPlan(Record):
    """One plan that somebody else leads, for one child or adult: what kind, who leads it, when it is reviewed next.

    Its review is an appointment of theirs and no deadline of ours.
    """

    class Kind(models.TextChoices):
        EHCP = "ehcp", "Education, health and care plan"
        CARE = "care", "Care plan"
        PROBATION = "probation", "Licence or probation"
        MARAC = "marac", "MARAC"
        MAPPA = "mappa", "MAPPA"
        OTHER = "other", "Another plan"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"  # as far as is known here, and why

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="other_plans")
    child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="other_plans")
    member = models.ForeignKey(
        FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="other_plans"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    led_by = models.CharField(max_length=120, help_text="A person or an agency, in words.")
    next_review_on = models.DateField(null=True, blank=True)
    recorded_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    state = StateField(default=State.RUNNING, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(child__isnull=True) ^ Q(member__isnull=True), name="another_plan_is_for_one_person"
            ),
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=Q(state="running") & ~Q(kind="other"),
                name="a_child_has_one_running_plan_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(state="running") & ~Q(kind="other"),
                name="an_adult_has_one_running_plan_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.child.initials if self.child else self.member}"

    @transition(state, source=State.RUNNING, target=State.ENDED)
    def end(self, *, on: date) -> None:
        self.ended_on = on

    @property
    def person(self) -> Child | FamilyMember:
        """Whose plan it is."""
        return cast("Child | FamilyMember", self.child or self.member)

    @property
    def is_running(self) -> bool:
        return bool(self.state == self.State.RUNNING)
