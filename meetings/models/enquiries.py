"""From the first worry to the end of the enquiry: referral, strategy discussion, section 47 enquiry."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Case, Child
from workflow.records import Record, StateField


class Referral(Record):
    """Somebody is worried about children, unborn ones included."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"  # a decision is owed within one working day
        DECIDED = "decided", "Decided"

    class Decision(models.TextChoices):
        STRATEGY_DISCUSSION = "strategy_discussion", "Strategy discussion"
        ASSESSMENT = "assessment", "Assessment"
        EARLY_HELP = "early_help", "Early help"
        NO_FURTHER_ACTION = "no_further_action", "No further action"

    class Pregnant(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_ASKED = "not_asked", "Not asked"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    key = models.SlugField(max_length=60)
    concern = models.TextField()
    anyone_pregnant = models.CharField(max_length=10, choices=Pregnant.choices)
    noticed_on = models.DateField(null=True, blank=True)
    received_on = models.DateField()
    decision = models.CharField(max_length=20, choices=Decision.choices, blank=True)
    spoke_to_referrer = models.BooleanField(default=False)
    why_not_spoken = models.TextField(blank=True)
    why_not_father = models.TextField(blank=True, help_text="Why the assessment does not cover the father.")
    state = StateField(default=State.RECEIVED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_referral_has_its_own_key")]

    def __str__(self) -> str:
        return f"Referral {self.key}"

    @transition(state, source=State.RECEIVED, target=State.DECIDED)
    def decide(self, *, decision: str, spoke_to_referrer: bool, why_not: str) -> None:
        self.decision, self.spoke_to_referrer, self.why_not_spoken = decision, spoke_to_referrer, why_not


class ReferredChild(Record):
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="referred")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="referred")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["referral", "child"], name="a_child_is_referred_once")]

    def __str__(self) -> str:
        return f"{self.child.initials} in {self.referral}"


class StrategyDiscussion(Record):
    """Social care, police and health decide together whether to enquire, and who does what at once."""

    class State(models.TextChoices):
        CALLED = "called", "Called"  # owed within one working day
        CONCLUDED = "concluded", "Concluded"
        RECORD_DISTRIBUTED = "record_distributed", "Record distributed"
        CANCELLED = "cancelled", "Cancelled"

    class Outcome(models.TextChoices):
        NO_FURTHER_ACTION = "no_further_action", "No further action"
        ASSESSMENT = "assessment", "Assessment"
        S47_SINGLE = "s47_single", "Section 47 enquiry, single agency"
        S47_JOINT = "s47_joint", "Section 47 enquiry, joint"
        POLICE_ONLY = "police_only", "Police only"

    class Kind(models.TextChoices):
        FIRST = "first", "First discussion"
        REVIEW = "review", "Review discussion"
        EMERGENCY = "emergency", "Emergency discussion"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="strategy_discussions")
    key = models.SlugField(max_length=60)
    reason = models.TextField(blank=True)
    called_on = models.DateField()
    concluded_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    emergency = models.TextField(blank=True, help_text="Why it could not wait for everybody; a full one follows.")
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    medical_decision = models.CharField(max_length=60, blank=True)
    medical_decided_by = models.CharField(max_length=60, blank=True)
    medical_why = models.TextField(blank=True)
    attended = models.JSONField(default=list, blank=True, help_text="Keys of the professionals who took part.")
    considered = models.JSONField(default=list, blank=True, help_text="Keys of the children considered by name.")
    during_enquiry = models.BooleanField(default=False, help_text="An enquiry about one of its children was running.")
    what_was_said = models.TextField(blank=True, help_text="The record, in words.")
    state = StateField(default=State.CALLED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_strategy_discussion_has_its_own_key")]

    def __str__(self) -> str:
        return f"Strategy discussion {self.key}"

    @transition(state, source=State.CALLED, target=State.CONCLUDED)
    def conclude(self, *, on: date, outcome: str) -> None:
        self.concluded_on, self.outcome = on, outcome

    @transition(state, source=State.CONCLUDED, target=State.RECORD_DISTRIBUTED)
    def distribute_record(self) -> None: ...

    @transition(state, source=State.CALLED, target=State.CANCELLED)
    def cancel(self) -> None: ...

    @property
    def kind(self) -> Kind:
        """In an emergency without everybody; after one, or while an enquiry runs, a review; otherwise the first."""
        if self.emergency.strip():
            return self.Kind.EMERGENCY
        return self.Kind.REVIEW if self.follows_id or self.during_enquiry else self.Kind.FIRST


class DiscussedChild(Record):
    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="discussed")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="discussed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["discussion", "child"], name="a_child_is_discussed_once")]

    def __str__(self) -> str:
        return f"{self.child.initials} in {self.discussion}"


class Enquiry(Record):
    """A section 47 enquiry about one child.

    It starts on the day of the discussion that decided it; nothing restarts it.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        OUTCOME_PROPOSED = "outcome_proposed", "Outcome proposed"  # by the lead practitioner, not yet authorised
        TO_CONFERENCE = "concluded_to_conference", "Concluded: to conference"
        CHILD_IN_NEED = "concluded_child_in_need", "Concluded: child in need"
        NO_FURTHER_ACTION = "concluded_no_further_action", "Concluded: no further action"
        EXISTING_PLAN = "concluded_existing_plan", "Concluded: the plan there is"

    RUNNING = (State.OPEN, State.OUTCOME_PROPOSED)
    WITHOUT_CONFERENCE = (State.CHILD_IN_NEED, State.NO_FURTHER_ACTION, State.EXISTING_PLAN)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="enquiries")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="enquiries")
    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="enquiries")
    started_on = models.DateField()
    was_seen = models.BooleanField(default=False)
    why_not_seen = models.TextField(blank=True)
    proposed_outcome = models.CharField(max_length=20, blank=True)
    rationale = models.TextField(blank=True)
    state = StateField(default=State.OPEN, choices=State.choices)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "enquiries"
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(state__in=["open", "outcome_proposed"]), name="one_open_enquiry_per_child"
            )
        ]

    def __str__(self) -> str:
        return f"Enquiry about {self.child.initials}"

    @transition(state, source=State.OPEN, target=State.OUTCOME_PROPOSED)
    def propose(self, *, outcome: str, seen: bool, why_not_seen: str) -> None:
        self.proposed_outcome, self.was_seen, self.why_not_seen = outcome, seen, why_not_seen

    @transition(state, source=State.OUTCOME_PROPOSED, target=State.TO_CONFERENCE)
    def conclude_to_conference(self) -> None: ...

    @transition(state, source=State.OUTCOME_PROPOSED, target=State.CHILD_IN_NEED)
    def conclude_child_in_need(self) -> None: ...

    @transition(state, source=State.OUTCOME_PROPOSED, target=State.NO_FURTHER_ACTION)
    def conclude_no_further_action(self) -> None: ...

    @transition(state, source=State.OUTCOME_PROPOSED, target=State.EXISTING_PLAN)
    def conclude_existing_plan(self) -> None: ...

    @transition(state, source=list(WITHOUT_CONFERENCE), target=State.OUTCOME_PROPOSED)
    def ask_again(self) -> None:
        """Another agency asks for a conference after all."""

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING
