"""Everybody who belongs at a conference, each with why, and how each stands. Pure reading.

Sources: Working Together; LDN, SUX (everyone with parental responsibility); learning from reviews (not all agencies
invited; fathers marginalised).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from meetings.expected import Around, agencies_and_why, around, people_and_why
from meetings.models import Arrangement, Conference, ConferenceChild, Exclusion, Invitation, Party
from meetings.support import answered
from workflow.models import Agency, AgencyPart, FamilyMember, Professional
from workflow.people import contacts_of
from workflow.policy import policy_on
from workflow.timescales import Policy

EXCUSES = {
    "deceased": "Has died",
    "child_asks": "The child asks that they do not come",
    "whereabouts_unknown": "Nobody knows where they are",
    "no_relevant_information": "Has nothing to add",
    "work_ended": "Its work with the family has ended",
}
LEFT_OUT = (Invitation.State.EXCUSED, Invitation.State.EXCLUDED)


@dataclass(frozen=True)
class Line:
    """One party of a conference: why it belongs there, how its invitation stands, who answers for it."""

    party: Party
    why: Sequence[str]  # empty: asked besides those expected
    invitation: Invitation | None
    exclusion: Exclusion | None
    contact: Professional | None
    interpreter: Arrangement | None

    @property
    def is_agency(self) -> bool:
        return isinstance(self.party, Agency)

    @property
    def state(self) -> str:
        return self.invitation.state if self.invitation else Invitation.State.EXPECTED

    @property
    def in_words(self) -> str:
        return "Not invited yet" if self.state == Invitation.State.EXPECTED else Invitation.State(self.state).label

    @property
    def reply_in_words(self) -> str:
        """What they answered to the day as it stands; nothing for who has not been asked."""
        if self.state != Invitation.State.INVITED or self.invitation is None:
            return ""
        reply = self.invitation.present_reply
        return Invitation.Reply(reply).label if reply else "Has not answered"

    @property
    def excuse_in_words(self) -> str:
        """Why they need not be invited."""
        return EXCUSES.get(self.invitation.excuse, "") if self.invitation else ""

    @property
    def is_missing(self) -> bool:
        """Expected, and neither invited nor excused nor excluded."""
        return bool(self.why) and self.state == Invitation.State.EXPECTED

    @property
    def language(self) -> str:
        return self.party.language if isinstance(self.party, FamilyMember) else ""

    @property
    def needs_interpreter(self) -> bool:
        """Reads or speaks another language, and an interpreter is neither booked nor declined."""
        return bool(self.language) and self.state not in LEFT_OUT and not answered(self.interpreter)


@dataclass(frozen=True)
class Roll:
    """Everybody who belongs at a conference, and its children with how each takes part."""

    conference: Conference
    lines: Sequence[Line]
    about: Sequence[ConferenceChild]
    arrangements: Sequence[Arrangement]
    family: Around
    policy: Policy
    others: Sequence[Agency]  # with a part in the case, and no place of their own at this conference

    @property
    def agencies(self) -> list[Line]:
        return [line for line in self.lines if line.is_agency]

    @property
    def people(self) -> list[Line]:
        return [line for line in self.lines if not line.is_agency]

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.is_missing]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many are invited, excused, excluded, and not invited yet."""
        states = [line.state for line in self.lines]
        return {state: states.count(state) for state in Invitation.State.values}


def roll(conference: Conference, on: date) -> Roll:
    """Who belongs at the conference as of that day, agencies first, each with why. Nine statements."""
    about = list(conference.about.select_related("child").order_by("child"))
    family, policy = around(row.child for row in about), policy_on(on)
    part = AgencyPart.objects.filter(case=conference.case_id).values("agency")
    lists = [*policy.settings[f"expected_{conference.kind}"], *policy.settings["expected_for_factor"].values()]
    known = {agency.key: agency for agency in Agency.objects.filter(Q(key__in=lists) | Q(pk__in=part))}
    why: dict[Party, list[str]] = {
        **agencies_and_why(conference.kind, family, policy, known),
        **people_and_why(family),
    }
    invitations = {each.party: each for each in conference.invitations.select_related("agency", "family_member")}
    besides = [
        party for party, each in invitations.items() if party not in why and each.state != Invitation.State.EXPECTED
    ]
    arrangements = list(conference.arrangements.select_related("for_child", "for_member"))
    lines = _lines(conference, [*why, *besides], why, invitations, arrangements, on)
    here = {line.party for line in lines}
    others = [agency for agency in known.values() if agency not in here and agency.key not in lists]
    return Roll(conference, lines, about, arrangements, family, policy, others)


def _lines(
    conference: Conference,
    parties: Sequence[Party],
    why: Mapping[Party, Sequence[str]],
    invitations: Mapping[Party, Invitation],
    arrangements: Sequence[Arrangement],
    on: date,
) -> list[Line]:
    contacts = contacts_of(conference.case, [party for party in parties if isinstance(party, Agency)], on)
    exclusions = {each.person: each for each in conference.exclusions.select_related("person")}
    speaking = {each.for_member: each for each in arrangements if each.kind == Arrangement.Kind.INTERPRETER}
    return [
        Line(
            party,
            why.get(party, []),
            invitations.get(party),
            exclusions.get(party) if isinstance(party, FamilyMember) else None,
            contacts.get(party) if isinstance(party, Agency) else None,
            speaking.get(party) if isinstance(party, FamilyMember) else None,
        )
        for party in sorted(parties, key=lambda party: isinstance(party, FamilyMember))
    ]
