"""An agency or a family member: who is invited, who receives, who challenges."""

from typing import TypeAlias

from django.db import models
from django.db.models import Q

from workflow.models import Agency, FamilyMember

Party: TypeAlias = Agency | FamilyMember


def one_party(name: str) -> models.CheckConstraint:
    """The constraint that a row is about an agency or a family member, never both and never neither."""
    return models.CheckConstraint(condition=Q(agency__isnull=True) ^ Q(family_member__isnull=True), name=name)


def party_filter(party: Party) -> dict[str, Party]:
    """The lookup that finds rows about this party."""
    return {"agency" if isinstance(party, Agency) else "family_member": party}


class AboutAParty(models.Model):
    """Mixin of rows that name an agency or a family member."""

    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family_member = models.ForeignKey(FamilyMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def party(self) -> Party:
        return self.agency or self.family_member  # type: ignore[return-value]
