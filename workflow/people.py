"""Posts and links: who holds a role now, who answers for an agency, who covers whom, who needs to know.

"The first professional in post" follows the order of the partnership's list. All questions are asked as of a day.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, FilteredRelation, Q

from workflow.models import (
    SOCIAL_CARE,
    Agency,
    AgencyContact,
    AgencyPart,
    Case,
    CaseLink,
    Cover,
    Professional,
    Role,
)
from workflow.records import act_under_way


def first_in_post(role: Role, on: date, *, agency: Agency | None = None) -> Professional | None:
    """The first professional in post with this role, of this agency if one is named."""
    holders = Professional.objects.in_post(on).filter(role=role)
    return (holders.filter(agency=agency) if agency else holders).first()


def lead_of(agency: Agency, on: date) -> Professional | None:
    return first_in_post(Role.AGENCY_LEAD, on, agency=agency)


def executive_of(agency: Agency, on: date) -> Professional | None:
    return first_in_post(Role.AGENCY_EXEC, on, agency=agency)


def partnership_officer(on: date) -> Professional | None:
    return first_in_post(Role.PARTNERSHIP, on)


def service_manager(on: date) -> Professional | None:
    return first_in_post(Role.SERVICE_MANAGER, on)


def agency_with_key(key: str) -> Agency | None:
    return Agency.objects.filter(key=key).first()


def social_care() -> Agency:
    """The one agency that has to exist: it leads every case."""
    return Agency.objects.get(key=SOCIAL_CARE)


def contact_of(case: Case, agency: Agency, on: date) -> Professional | None:
    """Who answers for the agency in this case.

    Social care: the lead practitioner. Otherwise the named contact; if there is none in post, the agency's first
    practitioner in post, then its first lead in post.
    """
    return contacts_of(case, [agency], on).get(agency)


def contacts_of(case: Case, agencies: Iterable[Agency], on: date) -> dict[Agency, Professional]:
    """Who answers for each of these agencies in this case; an agency nobody answers for is left out."""
    asked = list(agencies)
    found = contacts_in([case], asked, on)
    return {agency: found[case.pk, agency.pk] for agency in asked if (case.pk, agency.pk) in found}


def contacts_in(cases: Iterable[Case], agencies: Iterable[Agency], on: date) -> dict[tuple[int, int], Professional]:
    """Who answers for each of these agencies in each of these cases, by the ids of both. At most one statement."""
    cases, agencies = list(cases), list(agencies)
    home = [agency for agency in agencies if agency.key == SOCIAL_CARE]
    found = {(case.pk, agency.pk): case.lead_practitioner for case in cases for agency in home}
    others = [agency for agency in agencies if agency.key != SOCIAL_CARE]
    if not others:
        return found
    roles = [Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD]
    named = Q(contact_for__case__in=cases, contact_for__agency__in=others)
    holders = list(
        Professional.objects.in_post(on)
        .annotate(named=FilteredRelation("contact_for", condition=named))
        .filter(Q(named__isnull=False) | Q(agency__in=others, role__in=roles))
        .annotate(named_case=F("named__case_id"), named_agency=F("named__agency_id"))
    )
    for each in holders:
        case_id, agency_id = (getattr(each, name) for name in ("named_case", "named_agency"))
        if case_id is not None:
            found[case_id, agency_id] = each
    for role in roles:
        for holder in holders:
            if holder.role == role:
                for case in cases:
                    found.setdefault((case.pk, holder.agency_id), holder)
    return found


def name_contact(case: Case, agency: Agency, contact: Professional, *, on: date) -> None:
    """From now on `contact` answers for the agency in this case; what is already owed keeps its owner."""
    naming = AgencyContact.objects.filter(case=case, agency=agency).first() or AgencyContact(case=case, agency=agency)
    naming.contact = contact
    naming.save()
    take_part(case, agency)
    link(case, contact, "agency contact", on=on)


def take_part(case: Case, agency: Agency) -> AgencyPart:
    """The agency has a part in the case from now on, if it had none."""
    return AgencyPart.objects.get_or_create(case=case, agency=agency)[0]


def link(case: Case, professional: Professional, why: str, *, on: date) -> None:
    """The professional needs to know about the case from now on, if they did not already."""
    take_part(case, professional.agency)
    if not CaseLink.objects.filter(case=case, professional=professional, until_on=None).exists():
        CaseLink(case=case, professional=professional, why=why, from_on=on).save()


def covers_on(on: date) -> dict[int, list[Professional]]:
    """Everybody in post who covers somebody on that day, by whom they cover."""
    found: dict[int, list[Professional]] = {}
    for each in Cover.objects.filter(from_on__lte=on, until_on__gte=on).select_related("cover"):
        if each.cover.is_in_post(on):
            found.setdefault(each.covered_id, []).append(each.cover)
    return found


def hearers(
    people: Iterable[Professional | None], on: date, covers: dict[int, list[Professional]] | None = None
) -> list[Professional]:
    """Who hears of it when these people should: those in post and whoever covers any of them, each once.

    A vacant post or somebody who has left is left out; their cover still hears. `covers` when it is known already.
    """
    named = [person for person in people if person is not None]
    covers = covers_on(on) if covers is None else covers
    present = [person for person in named if person.is_in_post(on)]
    covering = [cover for person in named for cover in covers.get(person.pk, [])]
    return list({person.pk: person for person in [*present, *covering]}.values())


def heard_from(case: Case, agencies: Iterable[Agency]) -> None:
    """A sign of life of these agencies in this case: at a meeting, a report, a reported apology."""
    AgencyPart.objects.filter(case=case, agency__in=list(agencies)).update(last_heard_at=act_under_way().at)
