"""Who receives the letter and the minutes of a conference, and what each may see.

Worked out from who was invited, who came, who will work with the child and who was kept out; a person from whom
somebody's address is protected only ever gets a redacted copy. Sources: SUX, NYSCP (letter to all invited), WALES
(excluded people get what the chair allows), SEFT (everybody is told when a plan ends).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meetings.models import Conference, ConferenceChild, Exclusion, Invitation, Party
from workflow.errors import RecipientRestricted, TranslationMissing
from workflow.models import Agency, FamilyMember, Protection


@dataclass(frozen=True)
class Recipients:
    """Those who get everything, and those who get less: the decision only, or a redacted copy."""

    full: Sequence[Party]
    restricted: Sequence[Party] = ()


def of_letter(conference: Conference) -> Recipients:
    """Everybody invited, every agency that came, the core group to be, and whoever must hear that a plan ended."""
    decision_only = [
        each.person for each in _excluded(conference) if each.may_receive == Exclusion.MayReceive.DECISION_ONLY
    ]
    return Recipients(_unique([*_told_all(conference), *_told_of_an_ending(conference)]), decision_only)


def of_minutes(conference: Conference) -> Recipients:
    """The same without those only told of an ending; redacted for those from whom somebody is protected."""
    everybody = _unique(_told_all(conference))
    redacted = [party for party in everybody if is_kept_from_something(party)]
    return Recipients([party for party in everybody if party not in redacted], redacted)


def named(
    worked_out: Recipients, to: Sequence[Party] | None = None, restricted: Sequence[Party] | None = None
) -> Recipients:
    """Those somebody named, or whoever was worked out where nobody is named."""
    less = (worked_out.restricted if to is None else ()) if restricted is None else restricted
    return Recipients(worked_out.full if to is None else to, less)


def _told_all(conference: Conference) -> list[Party]:
    invited = conference.invitations.filter(state=Invitation.State.INVITED)
    attended = Agency.objects.filter(professionals__pk__in=_attended(conference)).distinct()
    core_group = Agency.objects.filter(key__in=conference.core_group)
    allowed = [each.person for each in _excluded(conference) if each.may_receive == Exclusion.MayReceive.ALL]
    return [*(invitation.party for invitation in invited), *attended, *core_group, *allowed]


def _attended(conference: Conference) -> list[int]:
    rows = conference.sittings.filter(attendance__why_struck="").values_list("attendance__professional", flat=True)
    return [person for person in rows if person is not None]


def _told_of_an_ending(conference: Conference) -> list[Party]:
    """For each plan that ended here: the agencies invited to the child's last conference that was not a review."""
    ended = conference.about.filter(outcome=ConferenceChild.Outcome.END).values_list("child", flat=True)
    told: list[Party] = []
    for child in ended:
        before = (
            Conference.objects.filter(about__child=child, state__in=Conference.DECIDED)
            .exclude(kind=Conference.Kind.REVIEW)
            .last()
        )
        invited = before.invitations.filter(state=Invitation.State.INVITED).exclude(agency=None) if before else ()
        told += [invitation.party for invitation in invited]
    return told


def _excluded(conference: Conference) -> list[Exclusion]:
    return list(conference.exclusions.filter(state=Exclusion.State.EXCLUDED).select_related("person"))


def is_kept_from_something(party: Party) -> bool:
    """Whether somebody in the family is protected from this person."""
    return isinstance(party, FamilyMember) and Protection.objects.filter(kept_from=party).exists()


def _unique(parties: Iterable[Party]) -> list[Party]:
    return list(dict.fromkeys(parties))


def check_letter(conference: Conference, to: Recipients) -> None:
    """Raises RecipientRestricted when somebody would get more of the letter than the chair allows."""
    allowed = {each.person: each.may_receive for each in _excluded(conference)}
    over = [party.key for party in to.full if allowed.get(party, "all") != Exclusion.MayReceive.ALL]  # type: ignore[call-overload]
    over += [party.key for party in to.restricted if allowed.get(party) == Exclusion.MayReceive.NOTHING]  # type: ignore[call-overload]
    if over:
        raise RecipientRestricted(about=over)


def check_minutes(conference: Conference, to: Recipients) -> None:
    """Raises RecipientRestricted when somebody would get minutes they may not have, or unredacted ones."""
    allowed = {each.person: each.may_receive for each in _excluded(conference)}
    over = [
        party.key
        for party in [*to.full, *to.restricted]
        if allowed.get(party, "all") != Exclusion.MayReceive.ALL  # type: ignore[call-overload]
    ]
    over += [party.key for party in to.full if is_kept_from_something(party)]
    if over:
        raise RecipientRestricted(about=over)


def check_translated(to: Recipients, translated_for: Sequence[FamilyMember]) -> None:
    """Raises TranslationMissing naming recipients who read another language and have no translation."""
    missing = [
        party.key
        for party in [*to.full, *to.restricted]
        if isinstance(party, FamilyMember) and party.language and party not in translated_for
    ]
    if missing:
        raise TranslationMissing(about=missing)
