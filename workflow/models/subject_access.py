"""Somebody asks for what is held about them: the request, and each passage that goes into their pack or does not."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models.case import Case, Child, FamilyMember
from workflow.models.people import Professional
from workflow.records import Record, StateField


class WhyLonger(models.TextChoices):
    """The law knows these two and no other: UK GDPR article 12(3)."""

    COMPLEX = "complex", "The request is complex"
    MANY = "many", "They made many requests"


class SubjectRequest(Record):
    """A child or a family member of a case, or somebody for them, asked for what is held about them."""

    class State(models.TextChoices):
        OPEN = "open", "Being prepared"  # passages are gathered and decided one by one
        PREPARED = "prepared", "Prepared"  # everything is decided; waits for a second person
        RELEASED = "released", "Released"  # by somebody who decided nothing in it; may be taken out
        WITHDRAWN = "withdrawn", "Withdrawn"  # by whoever asked

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="subject_requests")
    key = models.SlugField(max_length=60)
    child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    asked_by = models.CharField(max_length=200, help_text="Who asked, and for whom if not for themselves.")
    prepared_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prepared_on = models.DateField(null=True, blank=True)
    released_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(null=True, blank=True)
    longer_because = models.CharField(max_length=20, blank=True, choices=WhyLonger.choices)
    why_longer = models.TextField(blank=True, help_text="What they were told of it.")
    told_longer_on = models.DateField(null=True, blank=True, help_text="When they were told, by the first month's end.")
    extended_on = models.DateField(null=True, blank=True)
    why_ended = models.TextField(blank=True)
    state = StateField(default=State.OPEN, choices=State.choices)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="a_subject_request_is_in_a_case_once"),
            models.CheckConstraint(
                condition=Q(child__isnull=True) ^ Q(member__isnull=True), name="a_subject_request_is_about_one_person"
            ),
            models.CheckConstraint(
                condition=Q(extended_on=None, told_longer_on=None, longer_because="")
                | Q(extended_on__isnull=False, told_longer_on__isnull=False, longer_because__in=WhyLonger.values),
                name="who_waits_longer_was_told_why",
            ),
        ]

    def __str__(self) -> str:
        return f"Subject access request {self.key}"

    @transition(state, source=State.OPEN, target=State.PREPARED)
    def prepare(self, *, by: Professional, on: date) -> None:
        self.prepared_by, self.prepared_on = by, on

    @transition(state, source=State.PREPARED, target=State.OPEN)
    def send_back(self, *, reason: str) -> None:
        self.why_ended = reason

    @transition(state, source=State.PREPARED, target=State.RELEASED)
    def release(self, *, by: Professional, on: date) -> None:
        self.released_by, self.released_on, self.why_ended = by, on, ""

    @transition(state, source=[State.OPEN, State.PREPARED], target=State.WITHDRAWN)
    def withdraw(self, *, reason: str) -> None:
        self.why_ended = reason

    def extend(self, *, because: WhyLonger, reason: str, told_on: date, on: date) -> None:
        self.longer_because, self.why_longer, self.told_longer_on, self.extended_on = because, reason, told_on, on

    @property
    def is_extended(self) -> bool:
        return self.extended_on is not None

    @property
    def subject(self) -> Child | FamilyMember:
        return self.child or self.member  # type: ignore[return-value]  # one of them, by a constraint

    @property
    def is_open(self) -> bool:
        return bool(self.state == self.State.OPEN)

    @property
    def is_prepared(self) -> bool:
        return bool(self.state == self.State.PREPARED)

    @property
    def is_released(self) -> bool:
        return bool(self.state == self.State.RELEASED)


class Passage(Record):
    """One text that is held about the subject, as it was when it was gathered, and what is done about others in it."""

    class State(models.TextChoices):
        TO_DECIDE = "to_decide", "To be decided"  # somebody else is named or quoted, or it could do harm
        KEPT = "kept", "Kept whole"  # at once where nobody else is in it; else for the reason given
        NAMES_OUT = "names_out", "Without the others’ names"
        LEFT_OUT = "left_out", "Left out"

    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="passages")
    place = models.CharField(max_length=200, help_text="Which record, in words.")
    part = models.CharField(max_length=100, help_text="Which of its fields.")
    text = models.TextField()
    until_on = models.DateField(null=True, blank=True, help_text="Of an earlier wording: when it was changed.")
    matter = models.CharField(
        max_length=20, blank=True, help_text="What it is about, if some who see the case may not read it."
    )
    why_look = models.JSONField(default=list, blank=True, help_text="Why a person has to decide.")
    others = models.JSONField(default=list, blank=True, help_text="Words of it that name somebody else.")
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = StateField(default=State.TO_DECIDE, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.place}, {self.part}"

    @transition(state, source="*", target=State.KEPT)
    def keep(self, *, by: Professional | None = None, reason: str = "") -> None:
        self.decided_by, self.reason = by, reason

    @transition(state, source="*", target=State.NAMES_OUT)
    def take_names_out(self, *, by: Professional, reason: str) -> None:
        self.decided_by, self.reason = by, reason

    @transition(state, source="*", target=State.LEFT_OUT)
    def leave_out(self, *, by: Professional, reason: str) -> None:
        self.decided_by, self.reason = by, reason
