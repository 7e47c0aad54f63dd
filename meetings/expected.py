"""Who must be there: agencies by kind, by work with the children, by what burdens the parents; and people.

Worked out afresh whenever it is asked, each with the reason. Sources: Working Together; LDN, SUX (everyone with
parental responsibility); learning from reviews (not all agencies invited; fathers marginalised). The lists are policy
data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from meetings.models import Conference, Exclusion, Invitation
from workflow.models import Agency, AgencyInvolvement, Case, Child, FamilyMember, Relationship
from workflow.policy import policy_on
from workflow.timescales import Policy

IsUnborn = Callable[[Child], bool]


@dataclass(frozen=True)
class Around:
    """The children of a meeting and how everybody of the family stands to them, read once."""

    children: Sequence[Child]
    relations: Sequence[Relationship]

    @property
    def family(self) -> list[FamilyMember]:
        """Living family members of these children."""
        return list(dict.fromkeys(each.member for each in self.relations if not each.member.is_deceased))


def around(children: Iterable[Child]) -> Around:
    """Everybody around these children. One statement."""
    about = list(children)
    related = Relationship.objects.filter(child__in=about).select_related("member", "child")
    return Around(about, list(related.order_by("member_id", "child_id")))


def expected_agencies(kind: str, children: Iterable[Child], on: date) -> list[Agency]:
    """The kind's base list, those working with a child, those a parent's factor calls for; as far as they exist."""
    return list(agencies_and_why(kind, around(children), policy_on(on)))


def agencies_and_why(
    kind: str, family: Around, policy: Policy, known: Mapping[str, Agency] | None = None
) -> dict[Agency, list[str]]:
    """Each expected agency and every reason for it, in words. Two statements; one when agencies are `known` by key."""
    base, for_factor = policy.settings[f"expected_{kind}"], policy.settings["expected_for_factor"]
    if known is None:
        known = {agency.key: agency for agency in Agency.objects.filter(key__in=[*base, *for_factor.values()])}
    found: dict[Agency, list[str]] = {known[key]: [_always(kind)] for key in base if key in known}
    working = AgencyInvolvement.objects.filter(child__in=family.children, until_on=None)
    for involvement in working.select_related("agency", "child"):
        found.setdefault(involvement.agency, []).append(f"works with {involvement.child.name}")
    for member in family.family:
        for factor in member.factors:
            agency = known.get(for_factor.get(factor, ""))
            if agency is not None:
                found.setdefault(agency, []).append(f"{factor.replace('_', ' ')}: {member.name}")
    return found


def _always(kind: str) -> str:
    label = Conference.Kind(kind).label
    return f"belongs to every {label[0].lower()}{label[1:]}"


def expected_people(children: Iterable[Child], is_unborn: IsUnborn = attrgetter("is_unborn")) -> list[FamilyMember]:
    """Living family members with parental responsibility for a child, and the father of an unborn one.

    `is_unborn` when it is asked of an earlier day.
    """
    return list(people_and_why(around(children), is_unborn))


def people_and_why(family: Around, is_unborn: IsUnborn = attrgetter("is_unborn")) -> dict[FamilyMember, list[str]]:
    """Each expected family member and every reason for it, in words."""
    found: dict[FamilyMember, list[str]] = {}
    for each in family.relations:
        why = _why_expected(each, is_unborn)
        if why and not each.member.is_deceased:
            found.setdefault(each.member, []).append(why)
    return found


def _why_expected(relationship: Relationship, is_unborn: IsUnborn) -> str:
    if relationship.parental_responsibility:
        return f"parental responsibility for {relationship.child.name}"
    if relationship.member.relation == "father" and is_unborn(relationship.child):
        return f"father of {relationship.child.name}"
    return ""


def family_of(children: Iterable[Child]) -> list[FamilyMember]:
    """Living family members of these children."""
    return around(children).family


def expected_at(conference: Conference, on: date) -> list[Agency | FamilyMember]:
    """Everybody who has to be invited to this conference: expected, less whoever is excused or excluded."""
    children = conference.children
    left_out = {
        invitation.party
        for invitation in conference.invitations.filter(state__in=[Invitation.State.EXCUSED, Invitation.State.EXCLUDED])
    } | {each.person for each in conference.exclusions.filter(state=Exclusion.State.EXCLUDED)}
    everybody = [*expected_agencies(conference.kind, children, on), *expected_people(children)]
    return [party for party in everybody if party not in left_out]


def living_children(case: Case) -> list[Child]:
    """The children of the case, born and unborn, who have not died."""
    return [child for child in case.children.all() if not child.has_died]


def without_a_second_parent(family: Around) -> list[Child]:
    """The living children with neither a father on record nor two people who have parental responsibility.

    Somebody who has died is on record too. Source: learning from reviews (fathers marginalised).
    """
    fathers = {each.child_id for each in family.relations if each.member.relation == "father"}
    responsible = [each.child_id for each in family.relations if each.parental_responsibility]
    return [
        child
        for child in family.children
        if not child.has_died and child.pk not in fathers and responsible.count(child.pk) < 2
    ]
