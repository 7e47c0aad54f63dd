"""What somebody needs in order to take part: an interpreter, an advocate, a supporter, help with access."""

from django.db import models
from django_fsm import transition

from meetings.models.conferences import Conference
from workflow.models import Case, Child, FamilyMember
from workflow.records import Record, StateField


class Arrangement(Record):
    """Something arranged for one person at one conference, and how far the arranging has got."""

    class Kind(models.TextChoices):
        INTERPRETER = "interpreter", "Interpreter"
        ADVOCATE = "advocate", "Advocate"
        SUPPORTER = "supporter", "Supporter"
        OBSERVER = "observer", "Observer"
        ACCESS = "access", "Access need"
        COMMUNICATION = "communication", "Communication need"

    class State(models.TextChoices):
        NEEDED = "needed", "Needed"
        ASKED_FOR = "asked_for", "Asked for"
        BOOKED = "booked", "Booked"
        DECLINED = "declined", "Declined by the person"
        NOT_AVAILABLE = "not_available", "Not available"
        CANCELLED = "cancelled", "Cancelled"

    SETTLED = (State.BOOKED, State.DECLINED, State.CANCELLED)

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="arrangements")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    for_child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    for_member = models.ForeignKey(FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=200, blank=True, help_text="Who interprets, supports, observes.")
    note = models.TextField(blank=True)
    state = StateField(default=State.NEEDED, choices=State.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.conference}"

    @property
    def case(self) -> Case:
        return self.conference.case

    @property
    def person(self) -> Child | FamilyMember | None:
        return self.for_child or self.for_member

    @transition(state, source=[State.NEEDED, State.NOT_AVAILABLE], target=State.ASKED_FOR)
    def ask(self) -> None: ...

    @transition(state, source=[State.NEEDED, State.ASKED_FOR, State.NOT_AVAILABLE], target=State.BOOKED)
    def book(self, *, who: str) -> None:
        self.who = who

    @transition(state, source=[State.NEEDED, State.ASKED_FOR, State.BOOKED], target=State.DECLINED)
    def decline(self) -> None: ...

    @transition(state, source=[State.NEEDED, State.ASKED_FOR, State.BOOKED], target=State.NOT_AVAILABLE)
    def miss(self) -> None: ...

    @transition(
        state, source=[State.NEEDED, State.ASKED_FOR, State.BOOKED, State.NOT_AVAILABLE], target=State.CANCELLED
    )
    def cancel(self) -> None: ...
