"""What happens with the child between meetings: visits, supervision, injuries, missed appointments."""

from django.db import models

from workflow.models import Case, Child
from workflow.records import Record


class Visit(Record):
    """A visit to one child: seen or not, alone or not, announced or not. A core group is not a visit."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    recorded_on = models.DateField()
    was_seen = models.BooleanField()
    was_alone = models.BooleanField(default=False)
    was_unannounced = models.BooleanField(default=False)
    why_not_seen = models.TextField(blank=True)

    class Meta:
        ordering = ["visited_on", "id"]

    def __str__(self) -> str:
        return f"Visit to {self.child.initials}, {self.visited_on:%-d %b %Y}"


class Supervision(Record):
    """Management oversight of the work with one child: what was decided."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="supervisions")
    supervised_on = models.DateField()
    decision = models.TextField()

    class Meta:
        ordering = ["supervised_on", "id"]

    def __str__(self) -> str:
        return f"Supervision of {self.child.initials}, {self.supervised_on:%-d %b %Y}"


class Injury(Record):
    """A mark or injury, whoever noticed it. On a child who cannot move it is a same-day matter."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="injuries")
    what = models.TextField()
    is_non_mobile = models.BooleanField(help_text="The child cannot move by themselves.")
    noticed_on = models.DateField()
    at_hospital = models.BooleanField(default=False)
    discussed_in = models.CharField(max_length=60, blank=True, help_text="The strategy discussion that followed.")

    class Meta:
        ordering = ["noticed_on", "id"]
        verbose_name_plural = "injuries"

    def __str__(self) -> str:
        return f"Injury of {self.child.initials}, {self.noticed_on:%-d %b %Y}"


class MissedAppointment(Record):
    """The child was not brought."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="missed_appointments")
    service = models.CharField(max_length=200)
    missed_on = models.DateField()

    class Meta:
        ordering = ["missed_on", "id"]

    def __str__(self) -> str:
        return f"{self.child.initials} was not brought to {self.service}, {self.missed_on:%-d %b %Y}"


class ProfessionalsMeeting(Record):
    """Professionals met without the family: neither a core group nor a visit, and no clock is touched."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="professionals_meetings")
    held_on = models.DateField()
    outcome = models.TextField()

    class Meta:
        ordering = ["held_on", "id"]

    def __str__(self) -> str:
        return f"Professionals' meeting, {self.held_on:%-d %b %Y}"
