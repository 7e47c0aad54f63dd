"""What people are told: a notice is the event worth telling, a notification is one message to one person."""

from datetime import datetime, time
from typing import Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Case, Professional
from workflow.records import AnyRecord, Record, RecordQuerySet, StateField

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


# States in which something has still to go out.
TO_GO_OUT = ("queued", "held", "unknown")


class ToBeSent(RecordQuerySet[AnyRecord]):
    """Records with a `state` that begins as queued and a `not_before`."""

    def waiting(self) -> Self:
        return self.filter(state__in=TO_GO_OUT)

    def due(self, now: datetime) -> Self:
        """Waiting, and not put off to a later moment."""
        return self.waiting().filter(Q(not_before=None) | Q(not_before__lte=now))


class Notification(Record):
    """One message to one person by one channel: written in the transaction of what it tells, delivered afterwards.

    Everybody sees their messages here, whatever else is done with them. The row says what became of it by `channel`;
    a person who wants urgent ones as a text message too has a second row, the `copy_of` the first.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        HELD = "held", "Kept for the next mail of the day"  # or for the end of quiet hours; never dropped
        UNKNOWN = "unknown", "Not known whether it arrived"  # the server vanished; sent again under the same id
        SENT = "sent", "Handed to the mail server"
        DELIVERED = "delivered", "Arrived"  # the provider says that the recipient's server has it
        KEPT_HERE = "kept_here", "Shown here, without a mail"  # as its recipient has chosen
        FAILED = "failed", "Could not be delivered"  # the person has no address, or the server refused for good
        BOUNCED = "bounced", "Came back"  # taken by the provider, refused by the recipient's server

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        TEXT = "text", "Text message"

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
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL, db_default=Channel.EMAIL)
    copy_of = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="as_text")
    message_id = models.CharField(max_length=200, blank=True)
    provider_id = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="What the mail provider calls it."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True, help_text="The next attempt; empty: at once.")
    server_said = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When its recipient first looked at it here.")
    acted_at = models.DateTimeField(null=True, blank=True, help_text="When its recipient first did something about it.")
    state = StateField(default=State.QUEUED, choices=State.choices)

    objects = ToBeSent.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["recipient"], condition=Q(state__in=TO_GO_OUT), name="notifications_to_go_out"),
            models.Index(fields=["recipient", "-id"], name="notifications_of_a_person"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="notifications_by_mail"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="notifications_by_provider_id"),
        ]

    def __str__(self) -> str:
        return f"{self.code} to {self.recipient}"

    @transition(state, source=[State.QUEUED, State.HELD, State.UNKNOWN], target=State.QUEUED)
    def attempt(self, *, message_id: str, until: datetime) -> None:
        """Taken to be sent in the mail with this id. If nobody comes back to say what became of it, it is due again."""
        self.attempts += 1
        self.message_id, self.not_before, self.server_said = message_id, until, NOT_KNOWN

    @transition(state, source=[State.QUEUED, State.HELD], target=State.HELD)
    def hold(self, *, until: datetime, why: str) -> None:
        """Waits for a better moment, and its history says for which and why."""
        self.not_before, self.server_said = until, why

    @transition(state, source=[State.QUEUED, State.HELD], target=State.KEPT_HERE)
    def keep_here(self, *, why: str) -> None:
        """No mail goes out; it is among its recipient's messages like every other."""
        self.not_before, self.server_said = None, why

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def put_off(self, *, until: datetime, said: str) -> None:
        """To be sent again. It did not arrive, so it may go in another mail, together with what is new."""
        self.not_before, self.server_said, self.message_id = until, said[:300], ""

    @transition(state, source=State.QUEUED, target=State.UNKNOWN)
    def lose_sight(self, *, until: datetime, said: str) -> None:
        """It may have arrived. It is sent again as it went, under its id, so that a second copy is known for one."""
        self.not_before, self.server_said = until, said[:300]

    @transition(state, source=State.QUEUED, target=State.SENT)
    def send(self, *, at: datetime, provider_id: str = "") -> None:
        self.sent_at, self.not_before, self.server_said, self.provider_id = at, None, "accepted", provider_id[:200]

    @transition(state, source=[State.QUEUED, State.HELD, State.UNKNOWN], target=State.FAILED)
    def fail(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]

    @transition(state, source=[State.QUEUED, State.UNKNOWN, State.SENT], target=State.DELIVERED)
    def arrive(self, *, said: str) -> None:
        """The provider says so; also of an attempt whose answer never reached us."""
        self.not_before, self.server_said = None, said[:300]

    @transition(state, source=[State.QUEUED, State.UNKNOWN, State.SENT, State.DELIVERED], target=State.BOUNCED)
    def come_back(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]

    @property
    def has_arrived_nowhere(self) -> bool:
        return self.state in (self.State.FAILED, self.State.BOUNCED)


class HowToReach(Record):
    """How one person wants to hear: what they chose of what can be chosen. Nobody has one until they choose."""

    class Ordinary(models.TextChoices):
        DIGEST = "digest", "One mail on each working day, with everything since the last"
        AT_ONCE = "at_once", "A mail each time"
        HERE_ONLY = "here_only", "No mail: I look here"

    professional = models.OneToOneField(Professional, on_delete=models.PROTECT, related_name="how_to_reach")
    ordinary = models.CharField(max_length=10, choices=Ordinary.choices, default=Ordinary.DIGEST)
    digest_at = models.TimeField(default=time(8, 30))
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    mobile = models.CharField(max_length=20, blank=True, help_text="Urgent messages go there as well.")

    class Meta:
        verbose_name_plural = "how to reach"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_a_beginning_and_an_end",
            )
        ]

    def __str__(self) -> str:
        return f"how {self.professional} wants to hear"


class Heartbeat(Record):
    """A weekly word that is about no case: that nothing a person owes is overdue, so that silence can be told from a
    broken mail; or, to a manager, how many looks at cases are worth a question.
    """

    class About(models.TextChoices):
        NOTHING_OVERDUE = "nothing_overdue", "Nothing is overdue"
        ACCESS = "access", "Looks to ask about"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENT = "sent", "Handed to the mail server"
        FAILED = "failed", "Could not be delivered"

    recipient = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="heartbeats")
    week_from = models.DateField(help_text="The Monday of its week.")
    about = models.CharField(max_length=20, choices=About.choices, default=About.NOTHING_OVERDUE)
    number = models.PositiveIntegerField(default=0, help_text="How many looks there are to ask about.")
    message_id = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    server_said = models.CharField(max_length=300, blank=True)
    state = StateField(default=State.QUEUED, choices=State.choices)

    objects = ToBeSent.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["recipient", "week_from", "about"], name="one_heartbeat_a_week")]

    def __str__(self) -> str:
        return f"{self.get_about_display().lower()}, {self.recipient}, week of {self.week_from:%-d %b %Y}"

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def attempt(self, *, until: datetime) -> None:
        self.attempts += 1
        self.not_before, self.server_said = until, NOT_KNOWN

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def put_off(self, *, until: datetime, said: str) -> None:
        self.not_before, self.server_said = until, said[:300]

    @transition(state, source=State.QUEUED, target=State.SENT)
    def send(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]

    @transition(state, source=State.QUEUED, target=State.FAILED)
    def fail(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]


class OutsideMail(Record):
    """One mail to one address that need not belong to anybody who can sign in: an invitation, a link to a document.

    Written in the transaction of what it tells, delivered afterwards. It never holds a name of a child, only a neutral
    reference and a link; an invitation carries its calendar entry. `about` is the record it was written for.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        HANDED_OVER = "handed_over", "Handed to the mail server"
        FAILED = "failed", "Could not be delivered"  # a person has to see to it
        WITHDRAWN = "withdrawn", "Not sent"  # overtaken before it left, or the person was told another way

    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="outside_mails", help_text="None: of nobody's case."
    )
    to_name = models.CharField(max_length=200)
    to_address = models.CharField(max_length=254, help_text="As it was when the mail was written.")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    calendar = models.TextField(blank=True, help_text="The calendar entry, if it carries one.")
    calendar_method = models.CharField(max_length=10, blank=True)
    about_type = models.ForeignKey(ContentType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about_id = models.PositiveBigIntegerField(null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    reason = models.TextField(blank=True, help_text="Why it was sent again, or why it was withdrawn.")
    written_at = models.DateTimeField()
    message_id = models.CharField(max_length=200, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True, help_text="The next attempt; empty: at once.")
    provider_id = models.CharField(max_length=200, blank=True, default="", help_text="What the mail provider calls it.")
    server_said = models.CharField(max_length=300, blank=True)
    broke_off = models.BooleanField(default=False, help_text="An attempt broke off: a copy may have arrived.")
    handed_over_at = models.DateTimeField(null=True, blank=True)
    state = StateField(default=State.QUEUED, choices=State.choices)

    objects = ToBeSent.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="queued"), name="waiting_outside_mail"),
            models.Index(fields=["about_type", "about_id"], name="outside_mail_by_what_it_is_for"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to_name}"

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def attempt(self, *, until: datetime) -> None:
        """Taken to be sent. If nobody comes back to say what became of it, it is due again under the same id."""
        self.broke_off = self.broke_off or self.is_being_sent  # whoever took it before never came back
        self.attempts += 1
        self.not_before, self.server_said = until, NOT_KNOWN

    @transition(state, source=State.QUEUED, target=State.QUEUED)
    def put_off(self, *, until: datetime, said: str, may_have_arrived: bool) -> None:
        self.not_before, self.server_said = until, said[:300]
        self.broke_off = self.broke_off or may_have_arrived

    @transition(state, source=[State.QUEUED, State.WITHDRAWN], target=State.HANDED_OVER)
    def hand_over(self, *, at: datetime, provider_id: str = "") -> None:
        """The server has it; also where it was withdrawn a moment too late."""
        self.provider_id = provider_id[:200]
        self.handed_over_at, self.not_before, self.server_said = at, None, "accepted"

    @transition(state, source=State.QUEUED, target=State.FAILED)
    def fail(self, *, said: str) -> None:
        self.not_before, self.server_said = None, said[:300]

    @transition(state, source=State.HANDED_OVER, target=State.HANDED_OVER)
    def arrive(self, *, said: str) -> None:
        """The provider says that the recipient's server has it."""
        self.server_said = said[:300]

    @transition(state, source=[State.QUEUED, State.HANDED_OVER], target=State.FAILED)
    def come_back(self, *, said: str) -> None:
        """Taken by the provider, and then refused by the recipient's server."""
        self.not_before, self.server_said = None, said[:300]

    @transition(state, source=[State.QUEUED, State.FAILED], target=State.WITHDRAWN)
    def withdraw(self, *, reason: str) -> None:
        """Never sent again: what it told is no longer true, or was told another way."""
        self.not_before, self.reason = None, reason

    @property
    def may_have_arrived(self) -> bool:
        """Whether somebody may have it: the server took it, or it is not known what became of an attempt."""
        return self.state == self.State.HANDED_OVER or self.broke_off or self.is_being_sent

    @property
    def is_being_sent(self) -> bool:
        """Taken, and nobody has come back yet to say what became of it."""
        return self.server_said == NOT_KNOWN
