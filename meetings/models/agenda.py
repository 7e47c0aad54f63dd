"""The agenda of a conference and what is being written under each of its items."""

from datetime import datetime

from django.db import models
from django_fsm import transition

from meetings.models.conferences import Conference
from workflow.models import Case, Professional
from workflow.records import Record, StateField


class AgendaItem(Record):
    """One item of a conference: planned minutes, a prompt, who may read what is written under it, and if it is done."""

    class State(models.TextChoices):
        PLANNED = "planned", "To come"
        UNDER_WAY = "under_way", "Under way"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Passed over"  # with a reason

    class Audience(models.TextChoices):
        EVERYONE = "everyone", "Everyone"
        PROFESSIONALS = "professionals", "Professionals only"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="agenda")
    number = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40, help_text="Which part of the page belongs to it: views, decisions, actions.")
    section = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    prompt = models.TextField(blank=True)
    minutes_planned = models.PositiveSmallIntegerField(default=5)
    audience = models.CharField(max_length=14, choices=Audience.choices, default=Audience.EVERYONE)
    kept_from = models.JSONField(default=list, blank=True, help_text="Keys of family members who may not read it.")
    taken_up_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    why_skipped = models.TextField(blank=True)
    state = StateField(default=State.PLANNED, choices=State.choices)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conference", "number"], name="agenda_items_are_numbered")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def case(self) -> Case:
        return self.conference.case

    @transition(state, source=[State.PLANNED, State.DONE, State.SKIPPED], target=State.UNDER_WAY)
    def take_up(self, *, at: datetime) -> None:
        self.taken_up_at = self.taken_up_at or at

    @transition(state, source=State.UNDER_WAY, target=State.DONE)
    def finish(self, *, at: datetime) -> None:
        self.finished_at = at

    @transition(state, source=[State.PLANNED, State.UNDER_WAY], target=State.SKIPPED)
    def skip(self, *, reason: str) -> None:
        self.why_skipped = reason

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.DONE, self.State.SKIPPED)


class Writing(models.Model):
    """Who is writing under an agenda item now, and which revision is the latest.

    Working text, not yet a record: nothing is lost, since every revision is kept, but it becomes part of the record
    only when the minutes are handed to the chair (`MinutesVersion`). The holder is a courtesy to the others, never a
    lock that could keep somebody's words out: it lapses by itself.
    """

    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="writing")
    number = models.PositiveIntegerField(default=0, help_text="Of the latest revision; 0 before the first.")
    holder = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Text of {self.item}"


class Revision(models.Model):
    """One saved state of the text under an item. Never changed, never deleted.

    `parked` is a text that came second: saved while somebody else had saved meanwhile, kept until a person has
    chosen between the two.
    """

    writing = models.ForeignKey(Writing, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(null=True, help_text="Empty for a parked text.")
    based_on = models.PositiveIntegerField(help_text="The number the writer had before them.")
    text = models.TextField(blank=True)
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When a parked text was chosen from.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["writing", "number"], name="revisions_are_numbered")]

    def __str__(self) -> str:
        return f"Revision {self.number} of {self.writing}"
