"""Meetings with a short life of their own: discharge planning, the review of a looked-after child."""

from datetime import date

from django.db import models
from django_fsm import transition

from meetings.models.conferences import Conference
from workflow.models import Case, Child, Professional
from workflow.records import Record, StateField

NO_CONDITIONS = "none"


class DischargeMeeting(Record):
    """Before a child, or a newborn, leaves hospital: who agreed that it is safe, and what has to be in place first."""

    class State(models.TextChoices):
        CALLED = "called", "Called"
        HELD = "held", "Held"
        RECORD_DISTRIBUTED = "record_distributed", "Record distributed"
        CANCELLED = "cancelled", "Cancelled"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="discharge_meetings")
    key = models.SlugField(max_length=60)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="discharge_meetings")
    hospital = models.CharField(max_length=200)
    planned_for = models.DateField()
    called_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(null=True, blank=True)
    is_safe = models.BooleanField(null=True, help_text="Whether it was agreed that the child may go home.")
    conditions = models.TextField(blank=True, help_text="What has to be in place first, and who sees to it.")
    attended = models.JSONField(default=list, blank=True, help_text="Keys of the professionals who were there.")
    why_cancelled = models.TextField(blank=True)
    what_was_said = models.TextField(blank=True, help_text="The record, in words.")
    state = StateField(default=State.CALLED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_discharge_meeting_has_its_own_key")]

    def __str__(self) -> str:
        return f"Discharge meeting {self.key}"

    @transition(state, source=State.CALLED, target=State.HELD)
    def hold(self, *, on: date, is_safe: bool, conditions: str) -> None:
        self.held_on, self.is_safe, self.conditions = on, is_safe, conditions

    @property
    def has_conditions(self) -> bool:
        """Whether something has to be in place first; "none" is an answer too."""
        return self.conditions.strip().lower().rstrip(".") not in ("", NO_CONDITIONS)

    @transition(state, source=State.HELD, target=State.RECORD_DISTRIBUTED)
    def distribute_record(self) -> None: ...

    @transition(state, source=State.CALLED, target=State.CANCELLED)
    def cancel(self, *, reason: str) -> None:
        self.why_cancelled = reason


class LookedAfterReview(Record):
    """The review of a looked-after child: on its own, or combined with the review conference of its plan.

    Source: LINC (one plan and one review unless exceptional).
    """

    class State(models.TextChoices):
        OWED = "owed", "Owed"
        HELD = "held", "Held"
        COMBINED = "combined", "Held together with the review conference"
        NOT_OWED = "not_owed", "Not owed any more"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="looked_after_reviews")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="looked_after_reviews")
    conference = models.ForeignKey(
        Conference, null=True, blank=True, on_delete=models.PROTECT, related_name="looked_after_reviews"
    )
    chaired_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    why_apart = models.TextField(blank=True, help_text="Why a child on a plan is reviewed on its own.")
    state = StateField(default=State.OWED, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Looked-after review of {self.child.initials}"

    @transition(state, source=State.OWED, target=State.HELD)
    def hold(self, *, on: date, outcome: str, why_apart: str) -> None:
        self.held_on, self.outcome, self.why_apart = on, outcome, why_apart

    @transition(state, source=State.OWED, target=State.COMBINED)
    def combine(self, *, on: date, conference: Conference) -> None:
        self.held_on, self.conference = on, conference

    @transition(state, source=State.OWED, target=State.NOT_OWED)
    def end(self) -> None: ...


class Brief(Record):
    """The chair's page for one conference, made the evening before and kept as it was."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="briefs")
    for_day = models.DateField()
    made_at = models.DateTimeField()
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "for_day"], name="a_sitting_has_one_brief")]

    def __str__(self) -> str:
        return f"Brief for {self.conference}, {self.for_day:%-d %b %Y}"

    @property
    def case(self) -> Case:
        return self.conference.case
