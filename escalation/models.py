"""Lateness noticed: alerts, what people promised about them, the sweep's own record, and disagreements."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Agency, Case, Deadline, Professional
from workflow.records import Record, RecordQuerySet, StateField

RUNGS = (1, 2, 3, 4)


class AlertQuerySet(RecordQuerySet["Alert"]):
    def standing(self) -> "AlertQuerySet":
        """Alerts whose duty is still owed by the same date: not met, not waived, not given a new date."""
        return self.filter(deadline__state=Deadline.State.PENDING, deadline__due_on=models.F("due_on"))


class Alert(Record):
    """One rung of the ladder, raised once for one due date of one deadline.

    `owed_on` is the day it was owed, `raised_on` the day the sweep raised it; they differ after a missed sweep. Nobody
    closes an alert: it is resolved when the duty is met, waived or given a new date.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="alerts")
    due_on = models.DateField()
    rung = models.PositiveSmallIntegerField()
    owed_on = models.DateField()
    raised_on = models.DateField()
    ladder = models.JSONField(default=list, help_text="The offsets of the ladder as it was when this rung was raised.")

    objects: ClassVar[models.Manager["Alert"]] = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["owed_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deadline", "due_on", "rung"], name="a_rung_is_raised_once_per_due_date"),
            models.CheckConstraint(condition=Q(rung__in=RUNGS), name="a_ladder_has_four_rungs"),
        ]

    def __str__(self) -> str:
        return f"Rung {self.rung} of {self.deadline.key}"

    @property
    def is_resolved(self) -> bool:
        return not (self.deadline.is_pending and self.deadline.due_on == self.due_on)

    @property
    def how_resolved(self) -> str:
        """In words: what ended it, empty while it stands."""
        if not self.is_resolved:
            return ""
        return "given a new date" if self.deadline.is_pending else self.deadline.get_state_display().lower()


class AlertRecipient(Record):
    """Whom an alert went to, when it was raised."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="recipients")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="alerts")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["alert", "professional"], name="an_alert_goes_to_a_person_once")]

    def __str__(self) -> str:
        return f"{self.alert} to {self.professional}"


class Acknowledgement(Record):
    """A promise about an alert: what will be done, by when. It never stops the ladder."""

    class State(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", "Acknowledged"  # the promised day is not over
        KEPT = "kept", "Kept"  # by the first sweep after the promised day the duty was no longer owed
        LAPSED = "lapsed", "Lapsed"  # the promised day passed with the duty still owed

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="acknowledgements")
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="acknowledgements")
    plan = models.TextField(blank=True)
    intend_by = models.DateField()
    given_on = models.DateField()
    state = StateField(default=State.ACKNOWLEDGED, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.by} on {self.alert}, by {self.intend_by:%-d %b %Y}"

    @transition(state, source=State.ACKNOWLEDGED, target=State.KEPT)
    def keep(self) -> None: ...

    @transition(state, source=State.ACKNOWLEDGED, target=State.LAPSED)
    def lapse(self) -> None: ...

    @property
    def is_open(self) -> bool:
        """Whether the promise still runs."""
        return bool(self.state == self.State.ACKNOWLEDGED)


class SweepRun(models.Model):
    """The sweep of one day: when it last ran, whether it was clean, what failed. Its row locks that day's sweep."""

    day = models.DateField(unique=True)
    finished_at = models.DateTimeField(null=True)
    raised = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list, help_text="Deadlines that could not be looked at, and why.")

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"Sweep of {self.day:%-d %b %Y}"

    @property
    def is_clean(self) -> bool:
        return self.finished_at is not None and not self.failures


class Disagreement(Record):
    """A professional disagreement between two agencies, climbing stage by stage until both confirm an outcome."""

    class State(models.TextChoices):
        STAGE1 = "stage1", "Stage 1: practitioners"
        STAGE2 = "stage2", "Stage 2: line managers"
        STAGE3 = "stage3", "Stage 3: senior or designated leads"
        STAGE4 = "stage4", "Stage 4: the partnership"
        RESOLVED = "resolved", "Resolved"  # only when both agencies confirmed the outcome; never by itself

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disagreements")
    key = models.SlugField(max_length=60)
    raised_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    with_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    answer_from = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    about = models.TextField()
    is_immediate_risk = models.BooleanField(default=False)
    raised_on = models.DateField()
    resolved_on = models.DateField(null=True, blank=True)
    resolved_stage = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    state = StateField(default=State.STAGE1, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_disagreement_has_its_own_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.agency} and {self.with_agency}"

    @property
    def stage(self) -> int:
        """The stage it stands at, or stood at when it was resolved."""
        return self.resolved_stage or int(self.state[-1])

    @transition(state, source=State.STAGE1, target=State.STAGE2)
    def to_stage2(self) -> None: ...

    @transition(state, source=[State.STAGE1, State.STAGE2], target=State.STAGE3)
    def to_stage3(self) -> None: ...

    @transition(state, source=[State.STAGE1, State.STAGE2, State.STAGE3], target=State.STAGE4)
    def to_stage4(self) -> None: ...

    @transition(state, source=[State.STAGE1, State.STAGE2, State.STAGE3, State.STAGE4], target=State.RESOLVED)
    def resolve(self, *, on: date, outcome: str) -> None:
        """Both agencies confirmed."""
        self.resolved_stage, self.resolved_on, self.outcome = int(self.state[-1]), on, outcome

    @property
    def is_resolved(self) -> bool:
        return bool(self.state == self.State.RESOLVED)
