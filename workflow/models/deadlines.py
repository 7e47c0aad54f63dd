"""The centre of the product: everything owed by a date is a Deadline."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar, cast

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from workflow.models.case import Case, FamilyMember
from workflow.models.people import Agency, Professional
from workflow.records import Record, RecordQuerySet, StateField
from workflow.timescales import Span

if TYPE_CHECKING:
    from workflow.deadlines import Owner


class WhyWaived(models.TextChoices):
    NO_LONGER_OWED = "no_longer_owed", "No longer owed"
    NEVER_MET = "never_met", "Never met: the occasion has passed"
    CANCELLED = "cancelled", "Cancelled"
    MOVED_UP = "moved_up", "Moved up to the next stage"


class DeadlineQuerySet(RecordQuerySet["Deadline"]):
    def pending(self) -> "DeadlineQuerySet":
        return self.filter(state=Deadline.State.PENDING)

    def overdue(self, on: date) -> "DeadlineQuerySet":
        """Pending and due before `on`; the due day itself is in time."""
        return self.pending().filter(due_on__lt=on)


class Deadline(Record):
    """One thing owed in one case by one day: this letter, this child's visit, this action.

    It does not know what its subject means. Its date lives nowhere else. It keeps the value and the policy version it
    was opened with, and says in words how its date was reached. Lateness is asked (`is_overdue`), never stored.
    Only `workflow.deadlines` writes it.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"  # still owed, late or not
        MET = "met", "Met"  # done, on `met_on`, in time or late
        WAIVED = "waived", "Waived"  # not owed any more, and `why_waived` says why

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    code = models.SlugField(max_length=40, help_text="What kind of thing is owed.")
    subject = models.CharField(max_length=120, help_text="Of what: a child, a conference and agency, an action.")
    timescale = models.SlugField(max_length=40, blank=True, help_text="The rule; empty for a chosen date.")
    title = models.CharField(max_length=300)
    owner_professional = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines"
    )
    owner_family_member = models.ForeignKey(
        FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="deadlines")
    is_fast = models.BooleanField(default=False, help_text="Immediate risk: climbs the fast ladder.")
    counted_from = models.DateField(null=True, blank=True)
    counted_back = models.BooleanField(default=False)
    no_later_than = models.DateField(null=True, blank=True, help_text="A limit besides the count.")
    value = models.CharField(max_length=20, blank=True, help_text="The value it was opened with, such as 15 wd.")
    policy_version = models.CharField(max_length=40)
    due_on = models.DateField()
    first_due_on = models.DateField()
    running_since = models.DateField(help_text="The day this due date was set: no rung is owed before the next one.")
    met_on = models.DateField(null=True, blank=True)
    why_waived = models.CharField(max_length=20, choices=WhyWaived.choices, blank=True)
    explanation = models.TextField()
    moved_because = models.TextField(blank=True, help_text="Why its date was moved last.")
    short_notice = models.BooleanField(default=False, help_text="Counted back to a day already past.")
    stopped_since = models.DateField(null=True, blank=True, help_text="Its clock stands still: see ClockStop.")
    stopped_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days its date has been given for stops, counted as its own value counts."
    )
    about_type = models.ForeignKey(ContentType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about_id = models.PositiveBigIntegerField(null=True, blank=True)
    state = StateField(default=State.PENDING, choices=State.choices)

    objects: ClassVar[models.Manager["Deadline"]] = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="pending"), name="pending_deadlines_by_due_day"),
            models.Index(fields=["case", "code", "subject"], name="deadlines_by_key"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code", "subject"],
                condition=Q(state="pending"),
                name="one_pending_deadline_per_key",
            ),
            models.CheckConstraint(
                condition=Q(owner_professional__isnull=True) ^ Q(owner_family_member__isnull=True),
                name="a_deadline_has_one_owner",
            ),
            models.CheckConstraint(
                condition=(Q(state="met") & Q(met_on__isnull=False)) | (~Q(state="met") & Q(met_on__isnull=True)),
                name="a_met_deadline_says_when",
            ),
            models.CheckConstraint(
                condition=(Q(state="waived") & ~Q(why_waived="")) | (~Q(state="waived") & Q(why_waived="")),
                name="a_waived_deadline_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} due {self.due_on:%-d %b %Y}"

    @transition(state, source=State.PENDING, target=State.MET)
    def meet(self, *, on: date) -> None:
        self.met_on = on

    @transition(state, source=State.PENDING, target=State.WAIVED)
    def waive(self, *, why: str) -> None:
        self.why_waived = why

    @property
    def key(self) -> str:
        return f"{self.code}:{self.subject}"

    @property
    def owner(self) -> "Owner":
        return cast("Owner", self.owner_professional or self.owner_family_member)

    @property
    def span(self) -> Span | None:
        """The value it was opened with; None for a date somebody chose."""
        return Span.parse(self.value) if self.value else None

    @property
    def is_pending(self) -> bool:
        return bool(self.state == self.State.PENDING)

    @property
    def has_moved(self) -> bool:
        return self.due_on != self.first_due_on

    def is_overdue(self, on: date) -> bool:
        """Still owed on a day later than the due day."""
        return self.is_pending and self.due_on < on


class ClockStop(Record):
    """One line of the ledger of a clock: how many days it might stand still, since when it did, why, who let it.

    Written with the deadline, by `workflow.deadlines`. Days are counted as the deadline's own value counts.
    """

    class State(models.TextChoices):
        STOPPED = "stopped", "Stopped"  # standing still, for at most `most_days`
        ENDED = "ended", "Running again"  # by somebody, or because nothing was owed any more

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="clock_stops")
    budget = models.PositiveSmallIntegerField(help_text="Days this policy allows one deadline in all.")
    most_days = models.PositiveSmallIntegerField(help_text="What was left of the budget for this stop.")
    stopped_on = models.DateField()
    reason = models.TextField()
    authorised_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How long it stood still.")
    state = StateField(default=State.STOPPED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["deadline"], condition=Q(state="stopped"), name="a_clock_is_stopped_once"),
            models.CheckConstraint(
                condition=Q(state="stopped", ended_on__isnull=True, days__isnull=True)
                | Q(state="ended", ended_on__isnull=False, days__isnull=False),
                name="an_ended_stop_says_how_long",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deadline.key} stopped on {self.stopped_on:%-d %b %Y}"

    @transition(state, source=State.STOPPED, target=State.ENDED)
    def end(self, *, on: date, days: int) -> None:
        self.ended_on, self.days = on, min(days, self.most_days)


LATE = Q(state=Deadline.State.MET, met_on__gt=F("due_on"))
