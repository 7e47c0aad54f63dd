"""Plan actions. Their date and owner live in their Deadline and nowhere else."""

from django.db import models
from django_fsm import transition

from workflow import deadlines
from workflow.models import Agency, Case, Child, Deadline, Professional
from workflow.records import Record, StateField


class Action(Record):
    """One thing somebody will do, by when, known by what, for which outcome, for which children."""

    class State(models.TextChoices):
        AGREED = "agreed", "Agreed"  # to be done; overdue and carried forward are derived, never stored
        BLOCKED = "blocked", "Blocked"  # waiting for another agency; the clock goes on
        COMPLETED = "completed", "Completed"  # done, with evidence; its effect not looked at yet
        VERIFIED = "verified", "Verified"  # somebody else looked at its effect
        CANCELLED = "cancelled", "Cancelled"  # by the chair, or with the plan

    OPEN = (State.AGREED, State.BLOCKED)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    key = models.SlugField(max_length=60)
    text = models.TextField()
    measure = models.TextField()
    outcome_key = models.CharField(max_length=60)
    is_immediate_risk = models.BooleanField(default=False)
    from_conference = models.CharField(max_length=60, blank=True, help_text="The conference that asked for it.")
    added_on = models.DateField()
    evidence = models.TextField(blank=True)
    effect = models.TextField(blank=True)
    blocked_by = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = StateField(default=State.AGREED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="an_action_has_its_own_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"

    @transition(state, source=State.AGREED, target=State.BLOCKED)
    def block(self, *, needs_from: Agency) -> None:
        self.blocked_by = needs_from

    @transition(state, source=[State.AGREED, State.BLOCKED], target=State.COMPLETED)
    def complete(self, *, evidence: str) -> None:
        self.evidence, self.blocked_by = evidence, None

    @transition(state, source=State.COMPLETED, target=State.VERIFIED)
    def verify(self, *, effect: str) -> None:
        self.effect = effect

    @transition(state, source=[State.COMPLETED, State.VERIFIED], target=State.AGREED)
    def reopen(self) -> None:
        self.effect = ""

    @transition(state, source=[State.AGREED, State.BLOCKED], target=State.CANCELLED)
    def cancel(self) -> None: ...

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def deadline(self) -> Deadline:
        """The deadline that holds its date and owner now, or held them last."""
        found = deadlines.latest(self.case, "action", self.key)
        assert found is not None, f"action {self.key} has no deadline"
        return found

    @property
    def owner(self) -> deadlines.Owner:
        return self.deadline.owner

    def is_owned_by(self, person: Professional) -> bool:
        return self.deadline.owner_professional_id == person.pk


class ActionChild(Record):
    """Whom an action is for."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="for_children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="for_actions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "child"], name="an_action_is_for_a_child_once")]

    def __str__(self) -> str:
        return f"{self.action.key} for {self.child.initials}"
