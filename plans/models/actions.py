"""Plan actions. Their date and owner live in their Deadline and nowhere else."""

from datetime import date

from django.db import models
from django.db.models import Q
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
    smart_override = models.TextField(blank=True, help_text="Why it was kept although the check would refuse it.")
    added_on = models.DateField()
    instead_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="came_back_as",
        help_text="The cancelled action that has come back as this one.",
    )
    why_again = models.TextField(blank=True, help_text="Why what was cancelled is wanted after all.")
    evidence = models.TextField(blank=True)
    effect = models.TextField(blank=True)
    blocked_by = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = StateField(default=State.AGREED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="an_action_has_its_own_key"),
            models.CheckConstraint(
                condition=Q(instead_of__isnull=True, why_again="") | (Q(instead_of__isnull=False) & ~Q(why_again="")),
                name="an_action_that_comes_back_says_why",
            ),
        ]

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


class AskedDate(Record):
    """A new date somebody asks for, and the one person who is to approve it. Until then the due date stays."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"  # nothing has moved
        APPROVED = "approved", "Approved"  # the date moved, on the day it was approved
        DECLINED = "declined", "Declined"  # with the reason
        TAKEN_BACK = "taken_back", "Taken back"  # by whoever asked, or because they asked for another day

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="asked_dates")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="asked_dates")
    to = models.DateField()
    was_due = models.DateField(help_text="The due date when it was asked for.")
    even_if_not_working_day = models.BooleanField(default=False)
    reason = models.TextField()
    asked_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    approver = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="asked_for_dates")
    decided_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    why_not = models.TextField(blank=True)
    state = StateField(default=State.ASKED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action"], condition=Q(state="asked"), name="one_new_date_is_asked_for_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "taken_back"], decided_by=None)
                | Q(state__in=["approved", "declined"], decided_by__isnull=False),
                name="somebody_decides_on_a_new_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.key} to {self.to:%-d %b %Y}: {self.get_state_display().lower()}"

    @transition(state, source=State.ASKED, target=State.APPROVED)
    def approve(self, *, by: Professional, on: date) -> None:
        self.decided_by, self.ended_on = by, on

    @transition(state, source=State.ASKED, target=State.DECLINED)
    def decline(self, *, by: Professional, on: date, why_not: str) -> None:
        self.decided_by, self.ended_on, self.why_not = by, on, why_not

    @transition(state, source=State.ASKED, target=State.TAKEN_BACK)
    def take_back(self, *, on: date) -> None:
        self.ended_on = on


class ActionChild(Record):
    """Whom an action is for."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="for_children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="for_actions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "child"], name="an_action_is_for_a_child_once")]

    def __str__(self) -> str:
        return f"{self.action.key} for {self.child.initials}"
