"""The minutes of a conference: drafted, approved by the chair, distributed, open to challenge, final."""

from datetime import date, datetime

from django.db import models
from django_fsm import RETURN_VALUE, transition

from meetings.models.conferences import Conference
from meetings.models.parties import AboutAParty, Copy, one_party
from workflow.models import Case, Professional
from workflow.records import Record, StateField


class Minutes(Record):
    """The record of a conference. Approved or later, its text is never edited; a correction is a new version."""

    class State(models.TextChoices):
        NOT_STARTED = "not_started", "Not started"
        WITH_CHAIR = "with_chair", "With the chair"
        RETURNED = "returned", "Returned to the minute-taker"
        APPROVED = "approved", "Approved"
        DISTRIBUTED = "distributed", "Distributed"  # the challenge window runs
        CHALLENGED = "challenged", "Challenged"
        AMENDED = "amended", "Amended"  # a new version has gone to every earlier recipient
        FINAL = "final", "Final"  # the window is over with no challenge open

    UNLOCKED = (State.NOT_STARTED, State.WITH_CHAIR, State.RETURNED)

    conference = models.OneToOneField(Conference, on_delete=models.PROTECT, related_name="minutes")
    text_version = models.PositiveSmallIntegerField(default=0)
    notes = models.TextField(blank=True, help_text="What the chair asked to be put right.")
    window_until = models.DateField(null=True, blank=True, help_text="The last day of the challenge window.")
    state = StateField(default=State.NOT_STARTED, choices=State.choices)

    class Meta:
        verbose_name_plural = "minutes"

    def __str__(self) -> str:
        return f"Minutes of {self.conference}"

    @property
    def case(self) -> Case:
        return self.conference.case

    @property
    def released_text(self) -> "MinutesVersion | None":
        """The text that goes out now: the latest the chair let go; None before the first approval."""
        return self.versions.exclude(released_as=None).last()

    @transition(state, source=[State.NOT_STARTED, State.RETURNED], target=State.WITH_CHAIR)
    def draft(self) -> None: ...

    @transition(state, source=State.WITH_CHAIR, target=State.RETURNED)
    def return_with(self, *, notes: str) -> None:
        self.notes = notes

    @transition(state, source=State.WITH_CHAIR, target=State.APPROVED)
    def approve(self) -> None:
        self.text_version = 1

    @transition(state, source=State.APPROVED, target=State.DISTRIBUTED)
    def distribute(self, *, window_until: date) -> None:
        self.window_until = window_until

    @transition(state, source=[State.DISTRIBUTED, State.AMENDED, State.CHALLENGED], target=State.CHALLENGED)
    def challenge(self) -> None: ...

    @transition(state, source=State.CHALLENGED, target=RETURN_VALUE(State.AMENDED, State.DISTRIBUTED))
    def settle(self) -> str:
        """No challenge is open any more."""
        return self.State.AMENDED if self.text_version > 1 else self.State.DISTRIBUTED

    @transition(state, source=[State.DISTRIBUTED, State.AMENDED], target=State.FINAL)
    def finalise(self) -> None: ...

    @property
    def is_locked(self) -> bool:
        """Approved or later: the text is not edited any more."""
        return self.state not in self.UNLOCKED

    @property
    def is_out(self) -> bool:
        """Whether anybody has been sent them."""
        return self.is_locked and self.state != self.State.APPROVED


class MinutesVersion(Record):
    """The text of the minutes as it was handed to the chair, and again as it was amended. Never edited.

    `sections` is a list of {"key", "number", "heading", "text", "audience", "kept_from"} in the order of the agenda.
    `released_as` is empty for a draft and 1, 2, 3 … for what the chair let go out; the one that counts is the latest
    with the number in `Minutes.text_version`.
    """

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    released_as = models.PositiveSmallIntegerField(null=True, blank=True)
    sections = models.JSONField(default=list)
    what_changed = models.TextField(blank=True)
    written_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, help_text="Of the sections, as canonical JSON.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["minutes", "number"], name="versions_of_minutes_are_numbered"),
            models.UniqueConstraint(fields=["minutes", "released_as"], name="a_version_is_released_once"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.minutes}"

    @property
    def case(self) -> Case:
        return self.minutes.case


class Addendum(Record):
    """A dated addition to minutes that are final: the text above it stays as it is."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()
    added_on = models.DateField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "addenda"

    def __str__(self) -> str:
        return f"Addendum of {self.added_on:%-d %b %Y} to {self.minutes}"


class Release(Record):
    """Who is to get which version of a document, prepared by one person and let go by another."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Prepared"
        RELEASED = "released", "Released"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Of(models.TextChoices):
        LETTER = "letter", "Decision letter"
        MINUTES = "minutes", "Minutes"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="releases")
    of = models.CharField(max_length=8, choices=Of.choices)
    text_version = models.PositiveSmallIntegerField(default=1)
    prepared_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rows = models.JSONField(
        default=list, help_text="For each recipient: party, channel, less (redacted or decision only), sha256."
    )
    why_withdrawn = models.TextField(blank=True)
    state = StateField(default=State.PREPARED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "of"], condition=models.Q(state="prepared"), name="one_release_waits_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"Release of the {self.get_of_display().lower()} of {self.conference}"

    @property
    def case(self) -> Case:
        return self.conference.case

    @transition(state, source=State.PREPARED, target=State.RELEASED)
    def release(self, *, by: Professional) -> None:
        self.released_by = by

    @transition(state, source=State.PREPARED, target=State.WITHDRAWN)
    def withdraw(self, *, reason: str) -> None:
        self.why_withdrawn = reason


class Rendition(models.Model):
    """A document as a file, kept under the hash of its bytes. Written once, never changed."""

    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the bytes.")
    document_sha256 = models.CharField(max_length=64, help_text="Of the document it was drawn from.")
    format = models.CharField(max_length=4)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document_sha256", "format"], name="a_document_is_drawn_once")]

    def __str__(self) -> str:
        return f"{self.format} {self.sha256[:12]}"


class MinutesCopy(Copy, Record):
    """A recipient's copy: whole or redacted, which version they have, whether they said they got it."""

    class State(models.TextChoices):
        SENT = "sent", "Sent"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="copies")
    is_redacted = models.BooleanField(default=False)
    text_version = models.PositiveSmallIntegerField()
    state = StateField(default=State.SENT, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [one_party("minutes_go_to_one_party")]

    def __str__(self) -> str:
        return f"{self.minutes} for {self.party}"

    @property
    def key(self) -> str:
        return f"minutes-copy-{self.pk}"

    @property
    def conference(self) -> Conference:
        return self.minutes.conference

    @property
    def holds_less(self) -> bool:
        return self.is_redacted

    @property
    def is_redacted_for_the_protected(self) -> bool:
        return True

    @transition(state, source=State.SENT, target=State.ACKNOWLEDGED)
    def acknowledge(self, *, at: datetime) -> None:
        self.acknowledged_at = at


class Challenge(AboutAParty, Record):
    """A recipient says the minutes are wrong. One that comes late is kept and marked."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        KEPT = "kept", "Kept"  # it came after the window: on record and marked, never answered by a new version

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="challenges")
    point = models.TextField()
    made_on = models.DateField()
    answer = models.TextField(blank=True)
    state = StateField(default=State.OPEN, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [one_party("a_challenge_comes_from_one_party")]

    def __str__(self) -> str:
        return f"Challenge by {self.party}"

    @transition(state, source=State.OPEN, target=RETURN_VALUE(State.ACCEPTED, State.REJECTED))
    def answer_with(self, *, accept: bool, reason: str) -> str:
        self.answer = reason
        return self.State.ACCEPTED if accept else self.State.REJECTED
