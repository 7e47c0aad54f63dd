"""The minutes of a conference: drafted, approved by the chair, distributed, open to challenge, final."""

from datetime import date

from django.db import models
from django_fsm import RETURN_VALUE, transition

from meetings.models.conferences import Conference
from meetings.models.parties import AboutAParty, one_party
from workflow.models import Case
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
        return self.state not in (self.State.NOT_STARTED, self.State.WITH_CHAIR, self.State.RETURNED)

    @property
    def is_out(self) -> bool:
        """Whether anybody has been sent them."""
        return self.is_locked and self.state != self.State.APPROVED


class MinutesCopy(AboutAParty, Record):
    """A recipient's copy: whole or redacted, which version they have, whether they said they got it."""

    class State(models.TextChoices):
        SENT = "sent", "Sent"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="copies")
    is_redacted = models.BooleanField(default=False)
    text_version = models.PositiveSmallIntegerField()
    sent_on = models.DateField()
    state = StateField(default=State.SENT, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [one_party("minutes_go_to_one_party")]

    def __str__(self) -> str:
        return f"{self.minutes} for {self.party}"

    @transition(state, source=State.SENT, target=State.ACKNOWLEDGED)
    def acknowledge(self) -> None: ...

    @transition(state, source="*", target=State.SENT)
    def send_again(self, *, text_version: int, on: date) -> None:
        """The amended version."""
        self.text_version, self.sent_on = text_version, on


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
