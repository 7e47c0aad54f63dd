"""An edition of a plan that was signed: by whom, by which second person, and the seal of what it said."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from plans.models.plan import Plan
from workflow.models import Professional
from workflow.records import Record, StateField


class SignedEdition(Record):
    """One signature under one edition of a plan. It is never changed again once it is countersigned or sent back."""

    class State(models.TextChoices):
        SIGNED = "signed", "Signed"  # waits for a second person
        COUNTERSIGNED = "countersigned", "Countersigned"  # locked: what it says is what its seal stands for
        SENT_BACK = "sent_back", "Sent back"  # with the reason; it can be signed anew

    STANDING = (State.SIGNED, State.COUNTERSIGNED)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="signatures")
    edition = models.PositiveSmallIntegerField()
    seal = models.CharField(max_length=64, help_text="SHA-256 over every line of history the edition is made of.")
    signed_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField()
    decided_by = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    why_not = models.TextField(blank=True)
    state = StateField(default=State.SIGNED, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "edition"],
                condition=Q(state__in=["signed", "countersigned"]),
                name="an_edition_is_signed_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", decided_by=None, decided_on=None)
                | Q(state__in=["countersigned", "sent_back"], decided_by__isnull=False, decided_on__isnull=False),
                name="a_second_person_decides_on_a_signature",
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.edition}: {self.get_state_display().lower()}"

    @transition(state, source=State.SIGNED, target=State.COUNTERSIGNED)
    def countersign(self, *, by: Professional, on: date) -> None:
        self.decided_by, self.decided_on = by, on

    @transition(state, source=State.SIGNED, target=State.SENT_BACK)
    def send_back(self, *, by: Professional, on: date, why_not: str) -> None:
        self.decided_by, self.decided_on, self.why_not = by, on, why_not
