"""An agency or a family member: who is invited, who receives, who challenges."""

from typing import TypeAlias

from django.db import models
from django.db.models import Q

from workflow.models import Agency, Case, FamilyMember, Professional, Protection

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


class Copy(AboutAParty):
    """Mixin of one recipient's copy of one version of a document: how it went, what it was, what became of it.

    The mails it went with point here (`notifications.OutsideMail.about`); a copy sent again keeps its row.
    """

    class Channel(models.TextChoices):
        IN_SERVICE = "in_service", "In the service"
        LINK = "link", "By a link sent by e-mail"
        POST = "post", "By post"

    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.IN_SERVICE)
    addressee = models.ForeignKey(
        Professional,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who receives it for the agency.",
    )
    sent_on = models.DateField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the document as this recipient gets it.")
    removed = models.JSONField(default=list, blank=True, help_text="Headings of the sections this copy lacks.")
    posted_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def case(self) -> Case:
        return self.conference.case  # type: ignore[attr-defined, no-any-return]

    @property
    def holds_less(self) -> bool:
        """Whether it is a redacted copy, or the decision only."""
        raise NotImplementedError

    def is_open_to_its_recipient(self) -> bool:
        """Whether its recipient may still have it: in post, alive, not kept out of what it holds since it went."""
        if self.addressee_id and self.addressee.left_on:  # type: ignore[union-attr]
            return False
        member = self.family_member
        return member is None or (not member.is_deceased and self._is_allowed(member))

    def _is_allowed(self, member: FamilyMember) -> bool:
        """What the chair allows somebody excluded, and whole minutes only to whom nobody is protected from."""
        exclusions = self.conference.exclusions  # type: ignore[attr-defined]
        excluded = exclusions.filter(person=member, state="excluded").first()
        allowed = excluded.may_receive if excluded else "all"
        if allowed == "nothing" or (allowed == "decision_only" and not self.is_decision_only):
            return False
        is_whole = not self.holds_less and self.is_redacted_for_the_protected
        return not (is_whole and Protection.objects.filter(kept_from=member).exists())

    @property
    def is_decision_only(self) -> bool:
        return False

    @property
    def is_redacted_for_the_protected(self) -> bool:
        """Whether such a document goes in a redacted copy to somebody another is protected from."""
        return False
