"""Signing in: where somebody is signed in, what was typed wrong, and the link by which a colleague joins."""

from datetime import datetime

from django.db import models
from django_fsm import transition

from workflow.models.people import Professional, User
from workflow.records import Record, StateField

# What a browser says of itself, the telling sign first: most say that they are several others too.
PROGRAMS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
MACHINES = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("CrOS", "Chromebook"), ("Mac OS", "Mac"), ("Linux", "Linux")),
)


class SignIn(models.Model):
    """One sign-in on one machine, from its beginning to its end. Not a record: what is done in it is on record."""

    class How(models.TextChoices):
        PASSWORD = "password", "Password"
        SECOND_STEP = "second_step", "Password and second step"
        PASSKEY = "passkey", "Password and passkey"
        ORGANISATION = "organisation", "Their organisation's sign-in"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, blank=True, help_text="Empty once it has ended.")
    machine = models.CharField(max_length=64, blank=True, help_text="Of what the browser keeps; empty for none.")
    how = models.CharField(max_length=20, choices=How.choices, default=How.PASSWORD)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="To the minute.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-seen_at", "-id"]
        indexes = [models.Index(fields=["user", "machine"], name="machines_somebody_knows")]
        constraints = [
            models.UniqueConstraint(
                fields=["session_key"], condition=~models.Q(session_key=""), name="a_session_is_one_sign_in"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.begun_at:%-d %b %Y %H:%M}"

    @property
    def browser_in_words(self) -> str:
        """Edge on Windows; as it calls itself where it is none of the usual ones."""
        program = next((name for sign, name in PROGRAMS if sign in self.browser), "")
        machine = next((name for sign, name in MACHINES if sign in self.browser), "")
        return f"{program} on {machine}" if program and machine else self.browser or "Not known"


class WrongAnswer(models.Model):
    """A password or code that was wrong, or is just being looked at. Counted for an hour or so, then thrown away.

    Only hashes: what somebody types where a name belongs may be their password.
    """

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    machine = models.CharField(max_length=64, blank=True, help_text="Of a machine this account knows; empty: strange.")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="wrong_for_an_account"),
            models.Index(fields=["address", "at"], name="wrong_from_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%-d %b %Y %H:%M}"


class JoiningLink(Record):
    """A link by which one person sets up their own sign-in, once. Only its digest is kept; it ends by itself."""

    class State(models.TextChoices):
        OPEN = "open", "Sent"
        USED = "used", "Used"
        STOPPED = "stopped", "Stopped"

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="joining_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    forgets_second_step = models.BooleanField(default=False, help_text="The telephone was lost: it is set up anew.")
    used_at = models.DateTimeField(null=True, blank=True)
    state = StateField(default=State.OPEN, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"for {self.professional}"

    @transition(state, source=State.OPEN, target=State.USED)
    def use(self, *, at: datetime) -> None:
        self.used_at = at

    @transition(state, source=State.OPEN, target=State.STOPPED)
    def stop(self) -> None: ...

    def is_open_at(self, at: datetime) -> bool:
        """Neither used, nor stopped, nor over."""
        return bool(self.state == self.State.OPEN) and at < self.expires_at
