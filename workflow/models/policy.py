"""The partnership's own policy versions and the holidays proclaimed for it."""

from django.db import models

from workflow.records import Record


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


class Holiday(Record):
    """A day that is no working day here: proclaimed for the nation, or known locally from the start."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=200)
    agreed_by = models.ForeignKey("workflow.Professional", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%-d %b %Y}"
