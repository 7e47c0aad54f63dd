"""The journal: one line for every act, accepted or refused. Never changed, never deleted."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from workflow.errors import WrongState
from workflow.models.case import Case
from workflow.models.people import Professional


class Entry(models.Model):
    """Who did what, when it was true and when it was written down, and what came of it.

    History rows point here (`entry_id`), so that every changed field leads to the act, the person and the reason.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(null=True, help_text="Counts the entries of one case; empty outside a case.")
    act = models.CharField(max_length=60)
    by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    role = models.CharField(max_length=30, blank=True)
    agency_key = models.CharField(max_length=60, blank=True)
    happened_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    code = models.CharField(max_length=60, blank=True)
    about = models.JSONField(default=list)
    policy_version = models.CharField(max_length=40)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="entries_of_a_case_are_numbered"),
            models.CheckConstraint(
                condition=Q(outcome="done", code="") | (Q(outcome="refused") & ~Q(code="")),
                name="a_refused_entry_says_its_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} by {self.by or 'system'}, {self.happened_at:%-d %b %Y %H:%M}"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise WrongState("The journal is not edited.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise WrongState("The journal is not deleted.")
