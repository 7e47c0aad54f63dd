"""What partners' systems may hear and ask: an address that is called, each call to it, and keys that open the API."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django_fsm import transition

from notifications.models.messages import NOT_KNOWN, Notification, ToBeSent
from workflow.models import Agency, Professional
from workflow.records import Record, StateField


class WebhookTarget(Record):
    """An address of an agency's own system that is told when somebody of that agency is told something.

    The secret it signs with is not kept: it is worked out anew from `salt` and the service's own key.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        STOPPED = "stopped", "Stopped"  # nothing more is sent; what was is still shown

    name = models.CharField(max_length=100)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="webhook_targets")
    url = models.URLField(max_length=500)
    salt = models.CharField(max_length=64)
    from_on = models.DateField(help_text="What was told before this day is not sent.")
    why_stopped = models.TextField(blank=True)
    state = StateField(default=State.ACTIVE, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name}, {self.agency}"

    @transition(state, source=State.ACTIVE, target=State.STOPPED)
    def stop(self, *, reason: str) -> None:
        self.why_stopped = reason


class WebhookDelivery(Record):
    """One call to one address about one message: its delivery log is its history."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        DELIVERED = "delivered", "Taken"
        FAILED = "failed", "Given up"  # tried for a day, gone for good, or the address is not one we send to
        WITHDRAWN = "withdrawn", "Not sent"  # its address was stopped first

    target = models.ForeignKey(WebhookTarget, on_delete=models.PROTECT, related_name="deliveries")
    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="webhook_deliveries")
    event_id = models.CharField(max_length=40, unique=True)
    written_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    server_said = models.CharField(max_length=300, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    state = StateField(default=State.QUEUED, choices=State.choices)

    objects = ToBeSent.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [models.UniqueConstraint(fields=["target", "notification"], name="each_target_hears_once")]
        indexes = [models.Index(fields=["id"], condition=Q(state="queued"), name="waiting_webhook_deliveries")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.target}"

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def attempt(self, *, until: datetime) -> None:
        self.attempts += 1
        self.not_before, self.server_said = until, NOT_KNOWN

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def put_off(self, *, until: datetime, said: str) -> None:
        self.not_before, self.server_said = until, said[:300]

    @transition(state, source=State.QUEUED, target=State.DELIVERED)
    def take(self, *, at: datetime, said: str) -> None:
        self.taken_at, self.not_before, self.server_said = at, None, said[:300]

    @transition(state, source=State.QUEUED, target=State.FAILED)
    def fail(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]

    @transition(state, source=State.QUEUED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        self.not_before = None


class ApiKey(Record):
    """A key by which a system asks as one professional, for the purposes it was given and no others.

    Only its hash is kept. Its `prefix` tells two keys apart on a page and in a log; it opens nothing.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        REVOKED = "revoked", "Revoked"  # refused from that moment on

    name = models.CharField(max_length=100)
    holder = models.ForeignKey(
        Professional, on_delete=models.PROTECT, related_name="api_keys", help_text="Sees what they may see."
    )
    prefix = models.CharField(max_length=12, unique=True)
    hashed = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    ends_on = models.DateField(null=True, blank=True, help_text="The last day on which it opens anything.")
    why_revoked = models.TextField(blank=True)
    state = StateField(default=State.ACTIVE, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @transition(state, source=State.ACTIVE, target=State.REVOKED)
    def revoke(self, *, reason: str) -> None:
        self.why_revoked = reason

    def is_valid(self, on: date) -> bool:
        """Whether it opens anything that day: not revoked, not past its last day, its holder in post and let in."""
        in_time = self.ends_on is None or on <= self.ends_on
        return self.state == self.State.ACTIVE and in_time and self.holder.is_let_in(on)


class ApiKeyUse(models.Model):
    """When a key was last used, to the minute. Not a record: it is written while somebody only reads."""

    key = models.OneToOneField(ApiKey, on_delete=models.PROTECT, related_name="use")
    last_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}: {self.last_used_at:%-d %b %Y %H:%M}"
