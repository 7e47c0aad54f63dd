"""What somebody has typed and not yet sent: kept on the server, so that nothing typed is lost. Not a record."""

from django.db import models

from workflow.models.people import Professional


class Draft(models.Model):
    """What one person has typed into one form, as it was at the last pause. Deleted when the form is accepted."""

    person = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=200, help_text="The address of the form.")
    typed = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=0, help_text="Counts the saves: a second tab is told.")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="one_draft_per_person_and_form")]

    def __str__(self) -> str:
        return f"Draft of {self.person} at {self.place}"
