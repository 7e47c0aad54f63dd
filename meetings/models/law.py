"""Moves between authorities, legal status, legal planning, serious incidents."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Case, Child
from workflow.records import Record, StateField


class Transfer(Record):
    """A child on a plan elsewhere has moved here. Until a conference here, the other authority keeps the plan."""

    class State(models.TextChoices):
        PENDING = "pending", "Conference owed here"
        TEMPORARY = "temporary", "Temporary: nothing is owed"
        ACCEPTED = "accepted", "Accepted: the plan is here now"
        NO_PLAN_HERE = "no_plan_here", "The conference decided on no plan"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="transfers")
    from_authority = models.CharField(max_length=200)
    plan_started_on = models.DateField()
    category = models.CharField(max_length=3)
    notified_on = models.DateField()
    state = StateField(default=State.PENDING, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Transfer of {self.child.initials} from {self.from_authority}"

    @transition(state, source=[State.PENDING, State.TEMPORARY], target=State.TEMPORARY)
    def stay_temporary(self) -> None: ...

    @transition(state, source=[State.PENDING, State.TEMPORARY], target=State.PENDING)
    def become_permanent(self) -> None: ...

    @transition(state, source=State.PENDING, target=State.ACCEPTED)
    def accept(self) -> None: ...

    @transition(state, source=State.PENDING, target=State.NO_PLAN_HERE)
    def decline(self) -> None: ...


class LookedAfter(Record):
    """The child is looked after from a day until a day."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="looked_after")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="looked_after")
    status = models.CharField(max_length=30)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(until_on=None), name="a_child_is_looked_after_once")
        ]

    def __str__(self) -> str:
        return f"{self.child.initials}: {self.status}"


class LegalPlanningMeeting(Record):
    """The chair recommended legal advice; the meeting records it."""

    class State(models.TextChoices):
        RECOMMENDED = "recommended", "Recommended"
        HELD = "held", "Held"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legal_planning_meetings")
    key = models.SlugField(max_length=60)
    recommended_on = models.DateField()
    advice = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    held_on = models.DateField(null=True, blank=True)
    children = models.JSONField(default=list, blank=True, help_text="Keys of the children it is about.")
    what_was_said = models.TextField(blank=True, help_text="The record, in words.")
    state = StateField(default=State.RECOMMENDED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_legal_planning_meeting_has_its_own_key")]

    def __str__(self) -> str:
        return f"Legal planning meeting {self.key}"

    @transition(state, source=State.RECOMMENDED, target=State.HELD)
    def hold(self, *, on: date, advice: str, outcome: str) -> None:
        self.held_on, self.advice, self.outcome = on, advice, outcome


class SeriousIncident(Record):
    """Something the national panel has to be told of."""

    class State(models.TextChoices):
        RECORDED = "recorded", "Recorded"
        NOTIFIED = "notified", "Panel notified"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="serious_incidents")
    key = models.SlugField(max_length=60)
    what = models.TextField()
    aware_on = models.DateField()
    state = StateField(default=State.RECORDED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_serious_incident_has_its_own_key")]

    def __str__(self) -> str:
        return f"Serious incident {self.key}"

    @transition(state, source=State.RECORDED, target=State.NOTIFIED)
    def notify(self) -> None: ...
