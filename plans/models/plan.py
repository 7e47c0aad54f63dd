"""The plan of one child, the meetings that looked at it, and what it wants to change."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from workflow.models import Agency, Case, Child, FamilyMember, Professional
from workflow.records import Record, RecordQuerySet, StateField


class Category(models.TextChoices):
    NEG = "NEG", "Neglect"
    PHY = "PHY", "Physical abuse"
    SAB = "SAB", "Sexual abuse"
    EMO = "EMO", "Emotional abuse"
    MUL = "MUL", "More than one category"


class PlanQuerySet(RecordQuerySet["Plan"]):
    def open(self) -> "PlanQuerySet":
        return self.filter(state__in=Plan.OPEN)


class Plan(Record):
    """A child protection plan: one child, from a conference until it ends; at most one open at a time."""

    class State(models.TextChoices):
        OUTLINE = "outline", "Outline"  # as the conference left it, until a core group's detailed plan is agreed
        ACTIVE = "active", "Active"  # agreed in detail
        ENDED_REVIEW = "ended_review", "Ended at a review"
        ENDED_TRANSFER = "ended_transfer", "Ended by transfer"  # the other authority has held its conference
        ENDED_ADMIN = "ended_admin", "Ended without a conference"  # eighteen, died, left the country

    OPEN = (State.OUTLINE, State.ACTIVE)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="plans")
    category = models.CharField(max_length=3, choices=Category.choices)
    initial_category = models.CharField(max_length=3, choices=Category.choices)
    started_on = models.DateField()
    original_started_on = models.DateField(help_text="Where the plan began, with another authority perhaps.")
    ended_on = models.DateField(null=True, blank=True)
    loaded_on = models.DateField(null=True, blank=True, help_text="Already running when this system began.")
    contingency = models.TextField(blank=True)
    edition = models.PositiveSmallIntegerField(
        default=1, help_text="A new one each time an active plan is agreed again."
    )
    reviews_held = models.PositiveSmallIntegerField(default=0)
    longest_band_told = models.PositiveSmallIntegerField(default=0, help_text="The highest length flag raised, months.")
    told_still_outline = models.BooleanField(default=False)
    state = StateField(default=State.OUTLINE, choices=State.choices)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(state__in=["outline", "active"]), name="one_open_plan_per_child"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, state__in=["outline", "active"])
                | (Q(ended_on__isnull=False) & ~Q(state__in=["outline", "active"])),
                name="an_ended_plan_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Plan of {self.child.initials} from {self.started_on:%-d %b %Y}"

    @transition(state, source=[State.OUTLINE, State.ACTIVE], target=State.ACTIVE)
    def agree(self) -> None:
        """The detailed plan; agreed again, a new edition of it."""
        self.edition += not self.is_outline

    @transition(state, source=[State.OUTLINE, State.ACTIVE], target=State.ENDED_REVIEW)
    def end_at_review(self, *, on: date) -> None:
        self.ended_on = on

    @transition(state, source=[State.OUTLINE, State.ACTIVE], target=State.ENDED_TRANSFER)
    def end_by_transfer(self, *, on: date) -> None:
        self.ended_on = on

    @transition(state, source=[State.OUTLINE, State.ACTIVE], target=State.ENDED_ADMIN)
    def end_without_conference(self, *, on: date) -> None:
        self.ended_on = on

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_outline(self) -> bool:
        return bool(self.state == self.State.OUTLINE)


class EarlierPlan(Record):
    """A plan the child was on before this case was on record."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="earlier_plans")
    from_on = models.DateField()
    until_on = models.DateField()

    def __str__(self) -> str:
        return f"Earlier plan until {self.until_on:%-d %b %Y}"


class ChildInNeedPlan(Record):
    """The voluntary plan a child may step down to. Never beside a protection plan, save on the day of the change."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="child_in_need_plans")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="child_in_need_plans")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(ended_on=None), name="one_open_child_in_need_plan_per_child"
            )
        ]

    def __str__(self) -> str:
        return f"Child in need plan of {self.child.initials}"


class CoreGroupMember(Record):
    """An agency is in the core group of a child from a day until a day."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="core_group_members")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="core_group_memberships")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "agency"], condition=Q(left_on=None), name="an_agency_is_in_a_core_group_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agency} in the core group of {self.child.initials}"


class Risk(Record):
    """What the risk to the child is, from what, as agreed with one edition of the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="risks")
    text = models.TextField()
    edition = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class Outcome(Record):
    """What should be different for the children, and how anybody will know."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="outcomes")
    key = models.SlugField(max_length=60)
    text = models.TextField(blank=True)
    measure = models.TextField()
    baseline = models.TextField(blank=True, help_text="How things stood at first, in words.")
    agreed_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="an_outcome_has_its_own_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.text or self.measure}"


class OutcomeChild(Record):
    """Whom an outcome is for."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="for_children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="for_outcomes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outcome", "child"], name="an_outcome_is_for_a_child_once")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.child.initials}"


class ChildsWords(Record):
    """What a child said about one need of the plan, word for word; a child too young to speak is observed."""

    class How(models.TextChoices):
        SAID = "said", "Said"
        WROTE = "wrote", "Written or drawn"
        HELPED = "helped", "Through an interpreter, an advocate or signs"
        OBSERVED = "observed", "Observed"

    need = models.ForeignKey(OutcomeChild, on_delete=models.PROTECT, related_name="words")
    words = models.TextField()
    how = models.CharField(max_length=10, choices=How.choices)
    said_on = models.DateField()
    written_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["said_on", "id"]
        verbose_name_plural = "children's words"

    def __str__(self) -> str:
        return f"Words about {self.need}"


class PlanAgreement(Record):
    """What one person of the family, or the child, says to one edition of the plan, with their words and the day."""

    class Says(models.TextChoices):
        AGREES = "agrees", "Agrees"
        DOES_NOT = "does_not", "Does not agree"
        COULD_NOT = "could_not", "Could not answer"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="agreements")
    edition = models.PositiveSmallIntegerField()
    member = models.ForeignKey(
        FamilyMember,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
        help_text="Empty: the child whose plan it is.",
    )
    says = models.CharField(max_length=10, choices=Says.choices)
    words = models.TextField(blank=True)
    said_on = models.DateField()
    written_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["said_on", "id"]

    def __str__(self) -> str:
        return f"{self.member or self.plan.child.initials}: {self.get_says_display().lower()}"


class VisitPattern(Record):
    """How the child is to be visited, as agreed with the plan: how often, and how many of those unannounced.

    The visit owed by the policy's timescale runs beside it and is not changed by it.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="visit_patterns")
    visits = models.PositiveSmallIntegerField()
    weeks = models.PositiveSmallIntegerField()
    unannounced = models.PositiveSmallIntegerField()
    agreed_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(visits__gt=0, weeks__gt=0, unannounced__lte=models.F("visits")),
                name="a_visit_pattern_can_be_kept",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visits} visits in {self.weeks} weeks, {self.unannounced} unannounced"


class PlanMeeting(Record):
    """A meeting that looked at a child's plan: a core group held, or a conference decided about the child.

    It pins the edition it saw, the scores given, and the actions that were open and past their first date.
    """

    class Kind(models.TextChoices):
        CONFERENCE = "conference", "Conference"
        CORE_GROUP = "core_group", "Core group"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=60, help_text="Of the conference or core group.")
    held_on = models.DateField()
    edition = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=3, choices=Category.choices)
    scores = models.JSONField(default=dict, blank=True, help_text="Outcome to score, 0 to 10.")
    evidence = models.JSONField(default=dict, blank=True, help_text="Outcome to the words that bear out its score.")
    was_late = models.BooleanField(default=False, help_text="Held after it was due.")
    beat_a_best_score = models.BooleanField(default=False)
    carried = models.JSONField(default=list, blank=True, help_text="Actions open and past their first date.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["plan", "kind", "key"], name="a_meeting_looks_at_a_plan_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}, {self.held_on:%-d %b %Y}"


class Engagement(Record):
    """How a parent worked with the plan, as one core group saw it."""

    class Rating(models.TextChoices):
        ENGAGED = "engaged", "Engaged"
        PARTLY = "partly", "Partly engaged"
        NOT_ENGAGED = "not_engaged", "Not engaged"

    member = models.ForeignKey(FamilyMember, on_delete=models.PROTECT, related_name="engagement")
    core_group_key = models.CharField(max_length=60)
    rating = models.CharField(max_length=12, choices=Rating.choices)
    rated_on = models.DateField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.member}: {self.get_rating_display()}"


class Flag(Record):
    """A pattern that somebody should look at, why it was raised, and until when it stood. There is no secret score."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="flags")
    code = models.CharField(max_length=60)
    about = models.CharField(max_length=60, help_text="A child, an action, an agency or a person, by key.")
    facts = models.TextField(help_text="What was counted, in words.")
    raised_on = models.DateField()
    raised_at = models.DateTimeField()
    cleared_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code", "about"], condition=Q(cleared_on=None), name="a_flag_stands_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}:{self.about}"
