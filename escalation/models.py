"""Lateness noticed: alerts, what people promised about them, the sweep's own record, and disagreements."""

import json
from datetime import date
from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow import ladders
from workflow.ladders import MOST_RUNGS, Rung, Rungs
from workflow.models import Agency, Case, Deadline, Professional
from workflow.records import Record, RecordQuerySet, StateField


class FrozenLadder(Record):
    """A ladder as the policy had it when somebody's alert started to climb it. Never edited; shared by all alike."""

    digest = models.CharField(max_length=64, unique=True)
    rungs = models.JSONField()
    top = models.PositiveSmallIntegerField(help_text="The number of its last rung.")
    policy_version = models.CharField(max_length=40, help_text="The first policy under which it was climbed.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return ", ".join(rung.when for rung in self.read)

    @property
    def read(self) -> Rungs:
        return ladders.read(self.rungs)

    def rung(self, number: int) -> Rung:
        return self.read[number - 1]

    @staticmethod
    def digest_of(rungs: Rungs) -> str:
        """What two ladders have in common when they are the same."""
        return sha256(json.dumps(ladders.told(rungs), sort_keys=True).encode()).hexdigest()


class AlertQuerySet(RecordQuerySet["Alert"]):
    def standing(self) -> "AlertQuerySet":
        """Alerts whose duty is still owed by the same date: not met, not waived, not given a new date."""
        return self.filter(deadline__state=Deadline.State.PENDING, deadline__due_on=models.F("due_on"))


class Alert(Record):
    """One rung of the ladder, raised once for one due date of one deadline.

    `owed_on` is the day it was owed, `raised_on` the day the sweep raised it; they differ after a missed sweep. All
    rungs of one due date climb the `ladder` that held when the first was raised, whatever the policy says later. An
    alert is resolved when the duty is met, waived or given a new date; only one at the end of its ladder can be closed,
    by an executive who signs for it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="alerts")
    due_on = models.DateField()
    rung = models.PositiveSmallIntegerField()
    owed_on = models.DateField()
    raised_on = models.DateField()
    ladder = models.ForeignKey(FrozenLadder, on_delete=models.PROTECT, related_name="alerts")
    answers = models.CharField(max_length=20, default="each_person", help_text="Whose answer it waits for.")

    objects: ClassVar[models.Manager["Alert"]] = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["owed_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deadline", "due_on", "rung"], name="a_rung_is_raised_once_per_due_date"),
            models.CheckConstraint(condition=Q(rung__gte=1, rung__lte=MOST_RUNGS), name="a_rung_has_its_number"),
        ]

    def __str__(self) -> str:
        return f"Rung {self.rung} of {self.deadline.key}"

    @property
    def what_it_asks(self) -> Rung:
        return self.ladder.rung(self.rung)

    @property
    def ends_its_ladder(self) -> bool:
        """Nobody comes after whoever this one went to."""
        return self.rung == self.ladder.top

    @property
    def is_resolved(self) -> bool:
        return not (self.deadline.is_pending and self.deadline.due_on == self.due_on)

    @property
    def how_resolved(self) -> str:
        """In words: what ended it, empty while it stands."""
        if not self.is_resolved:
            return ""
        return "given a new date" if self.deadline.is_pending else self.deadline.get_state_display().lower()


class AlertRecipient(Record):
    """Whom an alert went to when it was raised, and whom they covered if it was for somebody else.

    Somebody it was handed over to is a recipient as well, from the moment they accepted; and who hears it `instead_of`
    somebody who can answer for it no more.
    """

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="recipients")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="alerts")
    covering = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts_heard_by_cover"
    )
    instead_of = models.ForeignKey(
        Professional,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="alerts_answered_by_others",
        help_text="Who handed it over, or could answer for it no more; empty for whom it was raised for.",
    )
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When they first opened it.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["alert", "professional"], name="an_alert_goes_to_a_person_once")]

    def __str__(self) -> str:
        return f"{self.alert} to {self.professional}"


class Acknowledgement(Record):
    """A promise about an alert: what will be done, by when. It never stops the ladder."""

    class State(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", "Acknowledged"  # the promised day is not over
        KEPT = "kept", "Kept"  # by the first sweep after the promised day the duty was no longer owed
        LAPSED = "lapsed", "Lapsed"  # the promised day passed with the duty still owed

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="acknowledgements")
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="acknowledgements")
    plan = models.TextField(blank=True)
    intend_by = models.DateField()
    given_on = models.DateField()
    state = StateField(default=State.ACKNOWLEDGED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["intend_by"], condition=Q(state="acknowledged"), name="running_promises_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.alert}, by {self.intend_by:%-d %b %Y}"

    @transition(state, source=State.ACKNOWLEDGED, target=State.KEPT)
    def keep(self) -> None: ...

    @transition(state, source=State.ACKNOWLEDGED, target=State.LAPSED)
    def lapse(self) -> None: ...

    @property
    def is_open(self) -> bool:
        """Whether the promise still runs."""
        return bool(self.state == self.State.ACKNOWLEDGED)


class HandOver(Record):
    """An alert offered to somebody else. Until they accept, whoever offered it still answers for it."""

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"  # whoever offered it still answers for it
        ACCEPTED = "accepted", "Accepted"  # whoever accepted answers for it now
        DECLINED = "declined", "Declined"  # and said why: it is back where it was
        WITHDRAWN = "withdrawn", "Taken back"  # by whoever offered it
        GIVEN_BACK = "given_back", "Given back"  # whoever it was offered to, or had accepted it, can answer no more

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="hand_overs")
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="alerts_handed_over")
    to = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="alerts_offered")
    reason = models.TextField()
    offered_on = models.DateField()
    answered_on = models.DateField(null=True, blank=True)
    answer = models.TextField(blank=True)
    state = StateField(default=State.OFFERED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "by"], condition=Q(state="offered"), name="an_alert_is_offered_to_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(by=models.F("to")), name="nobody_hands_over_to_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.alert}, from {self.by} to {self.to}"

    @transition(state, source=State.OFFERED, target=State.ACCEPTED)
    def accept(self, *, on: date) -> None:
        self.answered_on = on

    @transition(state, source=State.OFFERED, target=State.DECLINED)
    def decline(self, *, on: date, reason: str) -> None:
        self.answered_on, self.answer = on, reason

    @transition(state, source=[State.OFFERED, State.ACCEPTED], target=State.GIVEN_BACK)
    def give_back(self, *, on: date, reason: str) -> None:
        self.answered_on, self.answer = on, reason

    @transition(state, source=State.OFFERED, target=State.WITHDRAWN)
    def withdraw(self, *, on: date) -> None:
        self.answered_on = on

    @property
    def is_open(self) -> bool:
        return bool(self.state == self.State.OFFERED)


class Snooze(Record):
    """One person's own reminders of one alert stay quiet until a day. The ladder does not know of it.

    The first sweep from that day on reminds them, if the duty is still owed and their promise still runs.
    """

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="snoozes")
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="snoozes")
    until_on = models.DateField(help_text="Reminded again on this day.")
    reason = models.TextField()
    given_on = models.DateField()
    over_on = models.DateField(null=True, blank=True, help_text="The day of the sweep that saw that it was over.")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["until_on"], condition=Q(over_on=None), name="running_snoozes_by_day")]

    def __str__(self) -> str:
        return f"{self.by} on {self.alert}, until {self.until_on:%-d %b %Y}"


class Closing(Record):
    """The end of a ladder: a named executive signs that the duty is late and everybody has been told. It stays owed."""

    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, related_name="closing")
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="signed_for")
    role = models.CharField(max_length=30)
    reason = models.TextField(help_text="What is done about it now.")
    signed_on = models.DateField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.alert}, signed by {self.by} on {self.signed_on:%-d %b %Y}"


class Absence(Record):
    """Somebody will be away on these days, both included. Cover is named apart; without it there is a gap."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="absences")
    from_on = models.DateField()
    until_on = models.DateField()
    is_off = models.BooleanField(default=False, help_text="They will be there after all.")

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=models.F("from_on")), name="absence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.professional}, {self.from_on:%-d %b %Y} to {self.until_on:%-d %b %Y}"


class SweepRun(models.Model):
    """The sweep of one day: when it last ran, whether it was clean, what failed. Its row locks that day's sweep.

    The watches and proofs of the night come after it. Until they are done too, the night is done again by whoever
    comes next.
    """

    day = models.DateField(unique=True)
    finished_at = models.DateTimeField(null=True)
    night_done_at = models.DateTimeField(null=True, help_text="When all else of that night was done as well.")
    raised = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list, help_text="Deadlines that could not be looked at, and why.")

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"Sweep of {self.day:%-d %b %Y}"

    @property
    def is_clean(self) -> bool:
        return self.finished_at is not None and self.night_done_at is not None and not self.failures


class Disagreement(Record):
    """A professional disagreement between two agencies, climbing stage by stage until both confirm an outcome."""

    class State(models.TextChoices):
        STAGE1 = "stage1", "Stage 1: practitioners"
        STAGE2 = "stage2", "Stage 2: line managers"
        STAGE3 = "stage3", "Stage 3: senior or designated leads"
        STAGE4 = "stage4", "Stage 4: the partnership"
        RESOLVED = "resolved", "Resolved"  # only when both agencies confirmed the outcome; never by itself

    class Learning(models.TextChoices):
        THRESHOLD = "threshold", "Where a threshold lies"
        SHARING = "sharing", "Sharing what is known"
        TAKING_PART = "taking_part", "Who takes part, and how"
        PLAN = "plan", "What a plan asks for"
        DELAY = "delay", "Delay"
        CHILDS_VIEW = "childs_view", "How the child was heard"
        OTHER = "other", "Something else"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disagreements")
    key = models.SlugField(max_length=60)
    raised_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    with_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    answer_from = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    about = models.TextField()
    is_immediate_risk = models.BooleanField(default=False)
    raised_on = models.DateField()
    resolved_on = models.DateField(null=True, blank=True)
    resolved_stage = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    learning = models.CharField(
        max_length=20, choices=Learning.choices, blank=True, help_text="What the partnership can learn from it."
    )
    state = StateField(default=State.STAGE1, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_disagreement_has_its_own_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.agency} and {self.with_agency}"

    @property
    def stage(self) -> int:
        """The stage it stands at, or stood at when it was resolved."""
        return self.resolved_stage or int(self.state[-1])

    @transition(state, source=State.STAGE1, target=State.STAGE2)
    def to_stage2(self) -> None: ...

    @transition(state, source=[State.STAGE1, State.STAGE2], target=State.STAGE3)
    def to_stage3(self) -> None: ...

    @transition(state, source=[State.STAGE1, State.STAGE2, State.STAGE3], target=State.STAGE4)
    def to_stage4(self) -> None: ...

    @transition(state, source=[State.STAGE1, State.STAGE2, State.STAGE3, State.STAGE4], target=State.RESOLVED)
    def resolve(self, *, on: date, outcome: str, learning: str) -> None:
        """Both agencies confirmed."""
        self.resolved_stage, self.resolved_on = int(self.state[-1]), on
        self.outcome, self.learning = outcome, learning

    @property
    def is_resolved(self) -> bool:
        return bool(self.state == self.State.RESOLVED)
