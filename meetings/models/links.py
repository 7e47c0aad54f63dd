"""Links that let somebody without an account do one thing: reply, open one document, say they have it."""

from datetime import datetime

from django.db import models
from django_fsm import transition

from workflow.acting import day_of
from workflow.models import Case, Professional
from workflow.records import Record, StateField


class SignedLink(Record):
    """One link for one purpose and one recipient. Only its digest is kept; it ends by itself and can be revoked."""

    class Purpose(models.TextChoices):
        REPLY = "reply", "Reply to an invitation"
        READ = "read", "Open a document and confirm it"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        REVOKED = "revoked", "Revoked"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signed_links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    about_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.PROTECT, related_name="+")
    about_id = models.PositiveBigIntegerField()
    made_for = models.CharField(max_length=200, help_text="Whom it was made for, in words.")
    addressee = models.ForeignKey(
        Professional, null=True, on_delete=models.PROTECT, related_name="+", help_text="None: nobody who signs in here."
    )
    expires_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True, blank=True)
    times_used = models.PositiveIntegerField(default=0)
    state = StateField(default=State.OPEN, choices=State.choices)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["about_type", "about_id"], name="links_by_what_they_lead_to")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} for {self.made_for}"

    @transition(state, source=State.OPEN, target=State.REVOKED)
    def revoke(self) -> None: ...

    @transition(state, source=State.OPEN, target=State.OPEN)
    def use(self, *, at: datetime) -> None:
        self.first_used_at = self.first_used_at or at
        self.times_used += 1

    def is_open_at(self, at: datetime) -> bool:
        """Neither revoked nor over, and whoever it went to has not left their post or been shut out since."""
        is_good = bool(self.state == self.State.OPEN) and at < self.expires_at
        return is_good and (self.addressee is None or self.addressee.is_let_in(day_of(at)))
