"""What drifted in one month, counted up as it happens."""

from django.db import models

from workflow.models.case import Case
from workflow.models.people import Agency


class MonthOfDrift(models.Model):
    """How the dates of one kind, owed by one agency in one case, drifted in one month.

    Not a record: every number is worked out from the history of deadlines, and proved equal to it every night
    (`workflow.drift_months`). A month in which nothing drifted has no row.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, help_text="The timescale, or what is owed where somebody chose the date.")
    month = models.DateField(help_text="Its first day; the day of the act decides.")
    moves = models.PositiveIntegerField(default=0)
    later = models.PositiveIntegerField(default=0, help_text="Moves to a later day.")
    days = models.PositiveIntegerField(default=0, help_text="Calendar days those were later.")
    unexplained = models.PositiveIntegerField(default=0, help_text="Moves without a reason.")
    passed = models.PositiveIntegerField(default=0, help_text="Moves made after the date was over.")
    ended_late = models.PositiveIntegerField(default=0, help_text="Met, or no longer owed, after the day it was due.")

    class Meta:
        ordering = ["month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "agency", "kind", "month"], name="a_month_of_drift_is_counted_once")
        ]
        indexes = [models.Index(fields=["month"], name="months_of_drift")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.month:%B %Y}"
