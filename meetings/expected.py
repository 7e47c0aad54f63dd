"""Who must be there: agencies by kind, by work with the children, by what burdens the parents; and people.

Worked out afresh whenever it is asked. Sources: Working Together; LDN, SUX (everyone with parental responsibility);
learning from reviews (not all agencies invited; fathers marginalised). The lists are policy data.
"""

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter

from meetings.models import Conference, Exclusion, Invitation
from workflow.models import Agency, AgencyInvolvement, Case, Child, FamilyMember
from workflow.people import agency_with_key
from workflow.policy import policy_on


def expected_agencies(kind: str, children: Iterable[Child], on: date) -> list[Agency]:
    """The kind's base list, those working with a child, those a parent's factor calls for; as far as they exist."""
    settings = policy_on(on).settings
    wanted = [agency_with_key(key) for key in settings[f"expected_{kind}"]]
    working = AgencyInvolvement.objects.filter(child__in=children, until_on=None).select_related("agency")
    wanted += [involvement.agency for involvement in working]
    for member in family_of(children):
        wanted += [agency_with_key(settings["expected_for_factor"].get(factor, "")) for factor in member.factors]
    return list(dict.fromkeys(agency for agency in wanted if agency is not None))


def expected_people(
    children: Iterable[Child], is_unborn: Callable[[Child], bool] = attrgetter("is_unborn")
) -> list[FamilyMember]:
    """Living family members with parental responsibility for a child, and the father of an unborn one.

    `is_unborn` when it is asked of an earlier day.
    """
    return [member for member in family_of(children) if _is_expected(member, children, is_unborn)]


def _is_expected(member: FamilyMember, children: Iterable[Child], is_unborn: Callable[[Child], bool]) -> bool:
    return any(
        relationship.parental_responsibility or (member.relation == "father" and is_unborn(relationship.child))
        for relationship in member.relationships.filter(child__in=children).select_related("child")
    )


def family_of(children: Iterable[Child]) -> list[FamilyMember]:
    """Living family members of these children."""
    members = FamilyMember.objects.filter(relationships__child__in=children, is_deceased=False)
    return list(members.order_by("id").distinct())


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
