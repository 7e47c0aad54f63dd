"""The partnership's own policy versions and the holidays proclaimed for it."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django_fsm import transition

from workflow.records import Record, StateField

if TYPE_CHECKING:
    from workflow.models.people import Professional


class PolicyVersion(Record):
    """A version of the policy: what it changes against the England default, from which day, agreed by whom.

    Never edited: a change is a new version. `values` and `settings` hold every local value in force, not a difference
    against the version before, so that one row says what held.
    """

    name = models.CharField(max_length=40, unique=True)
    effective_from = models.DateField()
    values = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey("workflow.Professional", null=True, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey("workflow.Professional", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Policy {self.name}"


class PolicyProposal(Record):
    """A change of the policy on its way: drafted, proposed by one person, let go by another, in force from its day."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"  # still being written; may be changed
        PROPOSED = "proposed", "Proposed"  # waits for somebody else than who wrote or proposed it
        APPROVED = "approved", "Approved"  # the version is made and holds from its day
        DECLINED = "declined", "Declined"  # and why
        WITHDRAWN = "withdrawn", "Withdrawn"  # by the partnership, before anybody decided

    changes = models.JSONField(help_text="New values of timescales and settings, by code.")
    starts_on = models.DateField()
    reason = models.TextField()
    drafted_by = models.ForeignKey("workflow.Professional", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey("workflow.Professional", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField(null=True)
    decided_by = models.ForeignKey("workflow.Professional", null=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True)
    answer = models.TextField(blank=True)
    made = models.OneToOneField(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="proposal")
    state = StateField(default=State.DRAFT, choices=State.choices)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Proposal {self.pk}, from {self.starts_on:%-d %b %Y}"

    @transition(state, source=State.DRAFT, target=State.PROPOSED)
    def propose(self, *, by: "Professional", on: date) -> None:
        self.proposed_by, self.proposed_on = by, on

    @transition(state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self, *, by: "Professional", on: date, made: PolicyVersion) -> None:
        self.decided_by, self.decided_on, self.made = by, on, made

    @transition(state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self, *, by: "Professional", on: date, reason: str) -> None:
        self.decided_by, self.decided_on, self.answer = by, on, reason

    @transition(state, source=[State.DRAFT, State.PROPOSED], target=State.WITHDRAWN)
    def withdraw(self, *, by: "Professional", on: date, reason: str) -> None:
        self.decided_by, self.decided_on, self.answer = by, on, reason

    @property
    def is_draft(self) -> bool:
        return bool(self.state == self.State.DRAFT)

    @property
    def is_proposed(self) -> bool:
        return bool(self.state == self.State.PROPOSED)


class Holiday(Record):
    """A day that is no working day here: proclaimed for the nation, or known locally from the start."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=200)
    agreed_by = models.ForeignKey("workflow.Professional", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%-d %b %Y}"
