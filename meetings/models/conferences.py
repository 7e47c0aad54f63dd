"""Conferences: who is asked, who came, what each child was given, what was written and to whom it went."""

from datetime import date, datetime

from django.db import models
from django_fsm import RETURN_VALUE, transition

from meetings.models.parties import AboutAParty, one_party
from workflow.models import Agency, Case, Child, FamilyMember, Professional
from workflow.records import Record, StateField


class Conference(Record):
    """One conference, however many sittings it takes: adjourned and reconvened it is still the same one.

    A decision and a clock belong to each child. The appointment (`booked_for`) is not a deadline.
    """

    class Kind(models.TextChoices):
        INITIAL = "initial", "Initial conference"
        PRE_BIRTH = "pre_birth", "Pre-birth conference"
        TRANSFER_IN = "transfer_in", "Transfer-in conference"
        REVIEW = "review", "Review conference"

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"  # initial and pre-birth only: asked for, no day yet
        BOOKED = "booked", "Booked"
        INVITED = "invited", "Invitations sent"
        OPEN = "open", "Open"  # a sitting is going on
        ADJOURNED_INQUORATE = "adjourned_inquorate", "Adjourned: too few agencies"
        ADJOURNED_OTHER = "adjourned_other", "Adjourned"
        HELD = "held", "Held"  # every child has a decision
        LETTER_SENT = "letter_sent", "Decision letter sent"
        CLOSED = "closed", "Closed"  # letter sent and minutes final
        CANCELLED = "cancelled", "Cancelled"

    ADJOURNED = (State.ADJOURNED_INQUORATE, State.ADJOURNED_OTHER)
    AHEAD = (State.REQUESTED, State.BOOKED, State.INVITED)
    DECIDED = (State.HELD, State.LETTER_SENT, State.CLOSED)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conferences")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    chair = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    booked_for = models.DateField(null=True, blank=True, help_text="The day of the next or last sitting.")
    late_reason = models.TextField(blank=True)
    times_moved = models.PositiveSmallIntegerField(default=0)
    inquorate_in_a_row = models.PositiveSmallIntegerField(default=0)
    interim_safety_plan = models.TextField(blank=True)
    existing_plan_reviewed = models.BooleanField(default=False)
    contingency = models.TextField(blank=True)
    override_ground = models.CharField(max_length=60, blank=True)
    core_group = models.JSONField(default=list, blank=True, help_text="The agencies named in the decision.")
    decided_at = models.DateTimeField(null=True, blank=True)
    state = StateField(default=State.REQUESTED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="a_conference_has_its_own_key")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"

    @transition(state, source=State.REQUESTED, target=State.BOOKED)
    def book(self, *, day: date, chair: Professional, late_reason: str) -> None:
        self.booked_for, self.chair, self.late_reason = day, chair, late_reason

    @transition(state, source=[State.BOOKED, State.INVITED], target=State.BOOKED)
    def move(self, *, day: date, late_reason: str) -> None:
        self.booked_for, self.late_reason = day, late_reason or self.late_reason
        self.times_moved += 1

    @transition(state, source=State.BOOKED, target=State.INVITED)
    def send_invitations(self) -> None: ...

    @transition(state, source=[State.INVITED, State.ADJOURNED_INQUORATE, State.ADJOURNED_OTHER], target=State.OPEN)
    def open(self) -> None: ...

    @transition(state, source=State.OPEN, target=RETURN_VALUE(State.ADJOURNED_INQUORATE, State.ADJOURNED_OTHER))
    def adjourn(self, *, inquorate: bool, next_date: date) -> str:
        self.booked_for = next_date
        self.inquorate_in_a_row = self.inquorate_in_a_row + 1 if inquorate else 0
        return self.State.ADJOURNED_INQUORATE if inquorate else self.State.ADJOURNED_OTHER

    @transition(state, source=State.OPEN, target=State.HELD)
    def decide(self, *, at: datetime) -> None:
        self.decided_at = at

    @transition(state, source=State.HELD, target=State.LETTER_SENT)
    def send_letter(self) -> None: ...

    @transition(state, source=State.LETTER_SENT, target=State.CLOSED)
    def close(self) -> None: ...

    @transition(state, source=[State.REQUESTED, State.BOOKED, State.INVITED], target=State.CANCELLED)
    def cancel(self) -> None: ...

    @transition(
        state,
        source=[*AHEAD, State.OPEN, State.ADJOURNED_INQUORATE, State.ADJOURNED_OTHER],
        target=State.CANCELLED,
    )
    def cancel_because_nobody_is_left(self) -> None:
        """Every child of the conference has died: no decision is owed any more."""

    @property
    def is_review(self) -> bool:
        return self.kind == self.Kind.REVIEW

    def timescale(self, name: str) -> str:
        """The code of a timescale that differs for reviews: invites, report, reconvene."""
        return f"{name}_{'rcpc' if self.is_review else 'icpc'}"

    @property
    def is_decided(self) -> bool:
        return self.state in self.DECIDED

    @property
    def is_over(self) -> bool:
        return self.is_decided or self.state == self.State.CANCELLED

    @property
    def children(self) -> list[Child]:
        """The children of the conference, in the order of the case."""
        return [row.child for row in self.about.select_related("child").order_by("child")]

    @property
    def sitting(self) -> "Sitting | None":
        """The sitting going on, or the last one."""
        return self.sittings.last()


class ConferenceChild(Record):
    """One child of a conference: what was decided about it, and how its views were had."""

    class Outcome(models.TextChoices):
        PLAN = "plan", "Protection plan"
        NO_PLAN = "no_plan", "No protection plan"
        CONTINUE = "continue", "Plan continues"
        END = "end", "Plan ends"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="about")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="conferences")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    category = models.CharField(max_length=3, blank=True)
    reason = models.TextField(blank=True)
    exceptional_reason = models.TextField(blank=True)
    step_down = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "child"], name="a_child_is_in_a_conference_once")]

    def __str__(self) -> str:
        return f"{self.child.initials} in {self.conference}"


class View(Record):
    """How a person's views reached the conference: a child's, a parent's."""

    class How(models.TextChoices):
        WORDS = "words", "In their own words"
        DRAWING = "drawing", "A drawing"
        OBSERVATION = "observation", "What was observed"
        ADVOCATE = "advocate", "Through an advocate"
        IN_PERSON = "in_person", "In person"
        TELEPHONE = "telephone", "By telephone"
        WRITTEN = "written", "In writing"
        DECLINED = "declined", "Declined to say"
        NOT_OBTAINED = "not_obtained", "Not obtained"
        TOO_YOUNG = "too_young", "Too young (no reason)"

    NO_VIEW = (How.NOT_OBTAINED, How.TOO_YOUNG)

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="views")
    child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family_member = models.ForeignKey(FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=12, choices=How.choices)

    def __str__(self) -> str:
        return f"{self.child or self.family_member}: {self.get_how_display()}"


class Invitation(AboutAParty, Record):
    """Whether somebody who belongs there was asked, excused or kept out."""

    class State(models.TextChoices):
        EXPECTED = "expected", "Expected"
        INVITED = "invited", "Invited"
        EXCUSED = "excused", "Excused"
        EXCLUDED = "excluded", "Excluded"  # cannot be present; contributes by other means

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="invitations")
    interpreter = models.CharField(max_length=20, blank=True)
    excuse = models.CharField(max_length=60, blank=True)
    tracing = models.TextField(blank=True)
    state = StateField(default=State.EXPECTED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_party("an_invitation_is_for_one_party"),
            models.UniqueConstraint(fields=["conference", "agency"], name="an_agency_is_invited_once"),
            models.UniqueConstraint(fields=["conference", "family_member"], name="a_family_member_is_invited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.party} to {self.conference}"

    @transition(state, source=[State.EXPECTED, State.INVITED, State.EXCUSED], target=State.INVITED)
    def invite(self) -> None: ...

    @transition(state, source=[State.EXPECTED, State.INVITED, State.EXCUSED], target=State.EXCUSED)
    def excuse_from(self, *, reason: str, tracing: str) -> None:
        self.excuse, self.tracing = reason, tracing

    @transition(state, source="*", target=State.EXCLUDED)
    def exclude(self) -> None: ...

    @transition(state, source=State.EXCLUDED, target=RETURN_VALUE(State.EXPECTED, State.INVITED))
    def lift(self, *, was_invited: bool) -> str:
        return self.State.INVITED if was_invited else self.State.EXPECTED


class Exclusion(Record):
    """Somebody asked that a family member be kept out: on which grounds, what the chair decided, what they may get."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Asked for"
        EXCLUDED = "excluded", "Excluded"
        NOT_EXCLUDED = "not_excluded", "Not excluded"

    class MayReceive(models.TextChoices):
        NOTHING = "nothing", "Nothing"
        DECISION_ONLY = "decision_only", "The decision only"
        ALL = "all", "Everything"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(FamilyMember, on_delete=models.PROTECT, related_name="exclusions")
    grounds = models.JSONField(default=list)
    evidence = models.TextField(blank=True)
    late_reason = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    other_means = models.TextField(blank=True)
    may_receive = models.CharField(max_length=14, choices=MayReceive.choices, default=MayReceive.NOTHING)
    was_invited = models.BooleanField(default=False)
    state = StateField(default=State.REQUESTED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "person"], name="an_exclusion_is_one_per_person")]

    def __str__(self) -> str:
        return f"Exclusion of {self.person} from {self.conference}"

    @transition(state, source="*", target=State.REQUESTED)
    def request(self, *, grounds: list[str], evidence: str, late_reason: str) -> None:
        self.grounds, self.evidence, self.late_reason = grounds, evidence, late_reason

    @transition(state, source="*", target=RETURN_VALUE(State.EXCLUDED, State.NOT_EXCLUDED))
    def decide(self, *, excluded: bool, reason: str, other_means: str, may_receive: str) -> str:
        self.reason, self.other_means, self.may_receive = reason, other_means, may_receive
        return self.State.EXCLUDED if excluded else self.State.NOT_EXCLUDED


class Report(Record):
    """A written report an agency gave to a conference. It is not presence."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="reports")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    shared_with_family = models.BooleanField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Report of {self.agency} to {self.conference}"


class Sitting(Record):
    """One sitting of a conference and whether enough agencies were there, judged again when somebody leaves."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="sittings")
    number = models.PositiveSmallIntegerField()
    held_on = models.DateField()
    is_quorate = models.BooleanField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conference", "number"], name="sittings_are_numbered")]

    def __str__(self) -> str:
        return f"Sitting {self.number} of {self.conference}"


class Attendance(Record):
    """A professional or family member at a sitting, and whether they left before the end."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="attendance")
    professional = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family_member = models.ForeignKey(FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    left_early = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(professional__isnull=True) ^ models.Q(family_member__isnull=True),
                name="attendance_is_of_one_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.professional or self.family_member} at {self.sitting}"


class Presence(Record):
    """Whether an agency that was expected at an occasion was there, or sent a report with its apologies.

    Written at every sitting (adjourned ones too) and every core group (partial ones too): the ground of absence alerts
    and of attendance figures, whose denominator is what was expected.
    """

    class Occasion(models.TextChoices):
        SITTING = "sitting", "Sitting of a conference"
        CORE_GROUP = "core_group", "Core group"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="presences")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    key = models.CharField(max_length=60, help_text="Of the conference or core group.")
    held_on = models.DateField()
    was_there = models.BooleanField()
    sent_report = models.BooleanField(default=False)
    absences_in_a_row = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "agency"], name="presences_of_an_agency")]

    def __str__(self) -> str:
        return f"{self.agency} at {self.key}: {'there' if self.was_there else 'absent'}"


class Dissent(Record):
    """An agency disagrees with a decision: noted in the meeting, made formal within hours, answered by the chair."""

    class State(models.TextChoices):
        NOTED = "noted", "Noted in the meeting"
        FORMAL = "formal", "Formal"
        DECISION_STANDS = "decision_stands", "The decision stands"
        REVIEW_BROUGHT_FORWARD = "review_brought_forward", "The review is brought forward"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="dissents")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    answer = models.TextField(blank=True)
    state = StateField(default=State.NOTED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "agency"], name="an_agency_dissents_once")]

    def __str__(self) -> str:
        return f"Dissent of {self.agency} in {self.conference}"

    @transition(state, source=State.NOTED, target=State.FORMAL)
    def formalise(self) -> None: ...

    @transition(state, source=State.FORMAL, target=RETURN_VALUE(State.DECISION_STANDS, State.REVIEW_BROUGHT_FORWARD))
    def answer_with(self, *, outcome: str, reason: str) -> str:
        self.answer = reason
        return outcome


class LetterCopy(AboutAParty, Record):
    """One copy of the decision letter and what its recipient may read."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="letter_copies")
    decision_only = models.BooleanField(default=False)
    sent_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [one_party("a_letter_goes_to_one_party")]

    def __str__(self) -> str:
        return f"Letter of {self.conference} to {self.party}"
