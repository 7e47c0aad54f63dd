"""Who looked at what: one row for every page, print, file and search. Never changed, never deleted."""

from typing import NoReturn

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from workflow.errors import WrongState
from workflow.models.case import Case
from workflow.models.people import Professional


class Read(models.Model):
    """Somebody looked at a case, took something out of it, or searched among the cases.

    Written in one statement, without the lock of the case; the night seals what was read into the chain
    (`workflow.reads.seal_reads`).
    """

    class Kind(models.TextChoices):
        VIEW = "view", "Looked at a page"
        PRINT = "print", "Printed"
        EXPORT = "export", "Exported"
        PREVIEW = "preview", "Looked at a preview"
        DOWNLOAD = "download", "Took a file"
        SEARCH = "search", "Searched"  # about no case; the words are hashed with a key
        OPENING = "opening", "Said why"  # an auditor, before the first page of a case
        DENIED = "denied", "Was not shown"  # about no case: whether there is one is not looked up

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="reads")
    by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="reads")
    guest = models.CharField(max_length=200, blank=True, help_text="Who held the signed link, when nobody signed in.")
    role = models.CharField(max_length=30, blank=True)
    agency_key = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    about = models.TextField(blank=True, help_text="Which page or file; the hash of what was searched; the reason.")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "by", "at"], name="reads_of_a_case_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["search", "denied"], case=None)
                | (~Q(kind__in=["search", "denied"]) & Q(case__isnull=False)),
                name="a_read_is_of_a_case_or_a_search",
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=False, guest="") | (Q(by=None) & ~Q(guest="")), name="somebody_or_a_guest_reads"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by or self.guest}, {self.at:%-d %b %Y %H:%M}"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise WrongState("The read log is not edited.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise WrongState("The read log is not deleted.")


class Verification(models.Model):
    """Somebody, or the night, held the record against its chain of seals: of one case, or of all."""

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="verifications")
    by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seals = models.PositiveIntegerField(help_text="How many were looked at.")
    findings = models.JSONField(default=list, help_text="What is not whole, in words; empty when all is.")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case or 'everything'}, {self.at:%-d %b %Y %H:%M}: {len(self.findings)} findings"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise WrongState("What was verified is not edited.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise WrongState("What was verified is not deleted.")
