"""The chain of seals over the journal: each entry and what it changed, bound to everything before it."""

from typing import NoReturn

from django.db import models
from django.db.models import Q

from workflow.errors import WrongState
from workflow.models.case import Case
from workflow.models.journal import Entry

NOTHING_BEFORE = "0" * 64


class Chain(models.Model):
    """The chain of one case, or of everything done for the partnership as a whole, and where it ends now.

    The salt keys what is sealed: when a case is lawfully destroyed its salt goes with it, and nobody can guess
    the text back from a seal, while the seals still follow one another.
    """

    PARTNERSHIP = "partnership"

    name = models.CharField(max_length=60, unique=True)
    case = models.OneToOneField(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="chain")
    salt = models.CharField(max_length=64)
    number = models.PositiveIntegerField(default=0, help_text="Of the last seal.")
    hash = models.CharField(max_length=64, default=NOTHING_BEFORE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(name="partnership", case=None) | (~Q(name="partnership") & Q(case__isnull=False)),
                name="a_chain_is_of_a_case_or_the_partnership",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.number}"

    @property
    def is_of_a_destroyed_case(self) -> bool:
        return self.case is not None and self.case.destroyed_on is not None


class Seal(models.Model):
    """One link: the hash over the one before, its number and what the entry says and changed. Written once."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="seals")
    number = models.PositiveIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="seal")
    content = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "number"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="seals_of_a_chain_are_numbered")]

    def __str__(self) -> str:
        return f"{self.chain.name} {self.number}: {self.hash[:12]}"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise WrongState("A seal is not edited.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise WrongState("A seal is not deleted.")
