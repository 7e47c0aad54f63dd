"""What people are told: a notice is the event worth telling, a notification is one message to one person."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Case, Professional
from workflow.records import Record, RecordQuerySet, StateField

ALERT = "ALERT"
NOT_KNOWN = "not known yet whether it arrived"


class Notice(Record):
    """An event worth telling that is not itself lateness: what, about which thing, on which day."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    code = models.CharField(max_length=60)
    about = models.CharField(max_length=160)
    raised_on = models.DateField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "code", "about"], name="notices_by_code_and_subject")]

    def __str__(self) -> str:
        return f"{self.code}: {self.about}"

    @property
    def words(self) -> str:
        """The code as a person reads it."""
        return self.code.replace("_", " ").capitalize()


class NotificationQuerySet(RecordQuerySet["Notification"]):
    def waiting(self) -> "NotificationQuerySet":
        return self.filter(state=Notification.State.QUEUED)

    def due(self, now: datetime) -> "NotificationQuerySet":
        """Waiting, and not put off to a later moment."""
        return self.waiting().filter(Q(not_before=None) | Q(not_before__lte=now))


class Notification(Record):
    """One message to one person: written in the transaction of what it tells, delivered afterwards."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENT = "sent", "Handed to the mail server"
        FAILED = "failed", "Could not be delivered"  # the person has no address, or the server refused for good

    recipient = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="notifications")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notifications")
    notice = models.ForeignKey(
        Notice,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notifications",
        help_text="Empty: an alert.",
    )
    code = models.CharField(max_length=60)
    about = models.CharField(max_length=160)
    is_urgent = models.BooleanField(default=False)
    written_on = models.DateField()
    message_id = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True, help_text="The next attempt; empty: at once.")
    server_said = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    state = StateField(default=State.QUEUED, choices=State.choices)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["recipient"], condition=Q(state="queued"), name="waiting_notifications"),
            models.Index(fields=["recipient", "-id"], name="notifications_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.code} to {self.recipient}"

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def attempt(self, *, message_id: str, until: datetime) -> None:
        """Taken to be sent in the mail with this id. If nobody comes back to say what became of it, it is due again."""
        self.attempts += 1
        self.message_id, self.not_before, self.server_said = message_id, until, NOT_KNOWN

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def put_off(self, *, until: datetime, said: str, may_have_arrived: bool) -> None:
        """To be sent again. A mail that may have arrived keeps its id, so that a second copy is known for one."""
        self.not_before, self.server_said = until, said[:300]
        if not may_have_arrived:
            self.message_id = ""

    @transition(state, source=State.QUEUED, target=State.SENT)
    def send(self, *, at: datetime) -> None:
        self.sent_at, self.not_before, self.server_said = at, None, "accepted"

    @transition(state, source=State.QUEUED, target=State.FAILED)
    def fail(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]
