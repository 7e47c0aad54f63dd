"""Conferences: who is asked, who came, what each child was given, what was written and to whom it went."""

from datetime import date, datetime, time
from uuid import uuid4

from django.db import models
from django_fsm import RETURN_VALUE, transition

from meetings.models.parties import AboutAParty, Copy, one_party
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
    STILL_TO_SIT = (State.BOOKED, State.INVITED, State.OPEN, State.ADJOURNED_INQUORATE, State.ADJOURNED_OTHER)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conferences")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    chair = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid4, editable=False, unique=True, help_text="Names it outside, telling nothing.")
    booked_for = models.DateField(null=True, blank=True, help_text="The day of the next or last sitting.")
    starts_at = models.TimeField(default=time(10), help_text="In London.")
    minutes_planned = models.PositiveSmallIntegerField(default=90)
    place = models.CharField(max_length=200, blank=True)
    invitation_sequence = models.PositiveIntegerField(default=0, help_text="Rises with every change sent out.")
    why_early = models.TextField(blank=True, help_text="Why a review comes together before it has to.")
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
    def mark(self) -> str:
        """What names it in a mail or a calendar: it tells nothing and leads nowhere."""
        return self.uid.hex[:6].upper()

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
    def is_awaited(self) -> bool:
        """Whether a sitting of it is still to come: booked, invited to or adjourned."""
        return self.state in (self.State.BOOKED, self.State.INVITED, *self.ADJOURNED)

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

    class TakesPart(models.TextChoices):
        COMES = "comes", "Comes to the meeting"
        PART = "part", "Comes to a part of it"
        ADVOCATE = "advocate", "Through an advocate"
        BEFORE = "before", "Is heard before it"
        NOT = "not", "Takes no part"  # with a reason

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="about")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="conferences")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    category = models.CharField(max_length=3, blank=True)
    reason = models.TextField(blank=True)
    exceptional_reason = models.TextField(blank=True)
    step_down = models.CharField(max_length=20, blank=True)
    takes_part = models.CharField(max_length=14, choices=TakesPart.choices, blank=True)
    why_not_there = models.TextField(blank=True, help_text="Why the child does not come, in words.")
    why_no_father = models.TextField(blank=True, help_text="Why no father or other parent is on record.")

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
    words = models.TextField(blank=True, help_text="As they were said, or what was observed.")
    said_on = models.DateField(null=True, blank=True)
    heard_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.child or self.family_member}: {self.get_how_display()}"


class AgencyView(Record):
    """What one agency thinks about one child: is the threshold met, and under which category."""

    class Threshold(models.TextChoices):
        MET = "met", "Threshold met"
        NOT_MET = "not_met", "Threshold not met"
        NO_VIEW = "no_view", "Gives no view"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="agency_views")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    threshold = models.CharField(max_length=8, choices=Threshold.choices)
    category = models.CharField(max_length=3, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["conference", "agency", "child"], name="an_agency_has_one_view_of_a_child")
        ]

    def __str__(self) -> str:
        return f"{self.agency} on {self.child.initials}: {self.get_threshold_display()}"


class ActionReview(Record):
    """What a meeting said of an action it found open: done, not done and why, and what the chair did about it.

    An action that comes back for the third time leads the agenda; it is planned anew, escalated or dropped.
    """

    class Said(models.TextChoices):
        DONE = "done", "Done"
        NOT_DONE = "not_done", "Not done"
        NO_LONGER_NEEDED = "no_longer_needed", "No longer needed"

    class Answer(models.TextChoices):
        GOES_ON = "goes_on", "Goes on as it is"
        PLANNED_ANEW = "planned_anew", "Planned anew"
        ESCALATED = "escalated", "Escalated"
        DROPPED = "dropped", "Dropped"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="action_reviews")
    action_key = models.SlugField(max_length=60)
    said = models.CharField(max_length=16, choices=Said.choices)
    why = models.TextField(blank=True)
    answer = models.CharField(max_length=14, choices=Answer.choices, blank=True)
    times_back = models.PositiveSmallIntegerField(default=0, help_text="At how many meetings in a row it was open.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["conference", "action_key"], name="a_conference_looks_at_an_action_once")
        ]

    def __str__(self) -> str:
        return f"{self.action_key} at {self.conference}: {self.get_said_display()}"

    @property
    def case(self) -> Case:
        return self.conference.case


class Invitation(AboutAParty, Record):
    """Whether somebody who belongs there was asked, excused or kept out."""

    class State(models.TextChoices):
        EXPECTED = "expected", "Expected"
        INVITED = "invited", "Invited"
        EXCUSED = "excused", "Excused"
        EXCLUDED = "excluded", "Excluded"  # cannot be present; contributes by other means

    class Reply(models.TextChoices):
        ACCEPTED = "accepted", "Comes"
        SUBSTITUTE = "substitute", "Sends somebody else"
        DECLINED = "declined", "Does not come"

    class Way(models.TextChoices):
        EMAIL = "email", "By e-mail"
        POST = "post", "By post"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="invitations")
    interpreter = models.CharField(max_length=20, blank=True)
    way = models.CharField(max_length=5, choices=Way.choices, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When they were last asked or told of a change.")
    asked_for_sequence = models.PositiveIntegerField(null=True, blank=True, help_text="The date they were told of.")
    reply = models.CharField(max_length=10, choices=Reply.choices, blank=True, help_text="Empty: has not answered.")
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_for_sequence = models.PositiveIntegerField(default=0, help_text="The date they answered for.")
    substitute = models.CharField(max_length=200, blank=True, help_text="Who comes instead, in words.")
    reply_note = models.TextField(blank=True)
    chased_at = models.DateTimeField(null=True, blank=True)
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

    @property
    def case(self) -> Case:
        return self.conference.case

    @property
    def has_answered(self) -> bool:
        """For the date the conference has now; an answer for an earlier date no longer counts."""
        return bool(self.reply) and self.replied_for_sequence == self.conference.invitation_sequence

    @property
    def present_reply(self) -> str:
        """What they answered for the date the conference has now; empty when they have not."""
        return self.reply if self.has_answered else ""

    def is_open_to_its_recipient(self) -> bool:
        """Whether they may still look at it and answer: invited, and the conference is not under way or over."""
        return self.state == self.State.INVITED and self.conference.is_awaited


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
    shared_on = models.DateField(null=True, blank=True)
    shared_how = models.TextField(blank=True, help_text="How the family came to know it.")
    on_paper = models.BooleanField(default=False, help_text="Came on paper and was logged.")
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Report of {self.agency} to {self.conference}"

    @property
    def case(self) -> Case:
        return self.conference.case


class ReportFile(Record):
    """A report as the file that was handed in. A new version supersedes it; none is taken away by itself."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        WORD = "docx", "Word"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=4, choices=Format.choices)
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64, help_text="Of the bytes.")
    kept_as = models.CharField(max_length=32, unique=True, help_text="Its name in the storage, which says nothing.")
    is_scanned = models.BooleanField(help_text="A virus scanner looked at it and found nothing.")
    given_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="versions_of_a_report_are_numbered")]

    def __str__(self) -> str:
        return f"Version {self.number} of the {self.report}"

    @property
    def case(self) -> Case:
        return self.report.case

    @property
    def file_name(self) -> str:
        """What it is called when it is taken away. The name it came with may have been a child's and is not kept."""
        return f"{self.case.reference}-report-{self.report.agency.key}-{self.number}.{self.format}"


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

    class Mode(models.TextChoices):
        ROOM = "room", "In the room"
        VIDEO = "video", "By video"
        PHONE = "phone", "By telephone"

    mode = models.CharField(max_length=5, choices=Mode.choices, default=Mode.ROOM)
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    stands_in_for = models.CharField(max_length=200, blank=True, help_text="Whose substitute this person is.")
    left_early = models.BooleanField(default=False)
    why_struck = models.TextField(blank=True, help_text="Why it was a mistake to say this person was here.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(professional__isnull=True) ^ models.Q(family_member__isnull=True),
                name="attendance_is_of_one_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.sitting}"

    @property
    def person(self) -> Professional | FamilyMember | None:
        return self.professional or self.family_member

    @property
    def is_here(self) -> bool:
        """Came, was not ticked by mistake, and has not left."""
        return not self.left_early and not self.why_struck


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
    sent_apologies = models.BooleanField(default=False)
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


class LetterCopy(Copy, Record):
    """One copy of the decision letter and what its recipient may read."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="letter_copies")
    decision_only = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [one_party("a_letter_goes_to_one_party")]

    def __str__(self) -> str:
        return f"Letter of {self.conference} to {self.party}"

    @property
    def key(self) -> str:
        return f"letter-copy-{self.pk}"

    @property
    def holds_less(self) -> bool:
        return self.decision_only

    @property
    def is_decision_only(self) -> bool:
        return self.decision_only
