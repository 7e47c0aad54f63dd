"""What tests make, through the same gate as everybody: agencies, people of every role, a case, a deadline."""

from datetime import date, datetime, time

from workflow import deadlines
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Agency, Case, Child, Cover, Deadline, Family, FamilyMember, Professional, Role
from workflow.people import link, name_contact
from workflow.policy import add_version

A_WEDNESDAY = date(2026, 3, 18)
SOCIAL_CARE_ROLES = (
    Role.LEAD_PRACTITIONER,
    Role.TEAM_MANAGER,
    Role.SERVICE_MANAGER,
    Role.DIRECTOR,
    Role.CONFERENCE_CHAIR,
    Role.CONFERENCE_ADMIN,
    Role.IRO,
    Role.PARTNERSHIP,
    Role.AUDITOR,
    Role.SYSTEM_ADMIN,
)
AGENCY_ROLES = (Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD, Role.AGENCY_EXEC)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON)


def doing(subject=PARTNERSHIP, *, on=A_WEDNESDAY, by=None, name="make", reason=""):
    """An act under way, in which a test may save."""
    return under_way(name, subject, by=by, at=noon(on), asked={"reason": reason})


def an_agency(key, **said):
    agency = Agency(key=key, name=said.pop("name", key.replace("_", " ").title()), quorum_group=key, **said)
    agency.save()
    return agency


def a_professional(key, role, agency, **said):
    professional = Professional(key=key, name=said.pop("name", key.title()), role=role, agency=agency, **said)
    professional.save()
    return professional


def a_partnership(on=A_WEDNESDAY):
    """One professional for each role, by role: of social care, and of health for the roles of an agency.

    Social care has a lead and an executive too, as `social_care_lead` and `social_care_exec`.
    """
    with doing(on=on, name="set_up_partnership"):
        social_care, health = an_agency("social_care"), an_agency("health")
        people = {role: a_professional(role.value, role, social_care) for role in SOCIAL_CARE_ROLES}
        people |= {role: a_professional(role.value, role, health) for role in AGENCY_ROLES}
        people["social_care_lead"] = a_professional("social_care_lead", Role.AGENCY_LEAD, social_care)
        people["social_care_exec"] = a_professional("social_care_exec", Role.AGENCY_EXEC, social_care)
    return people


def a_case(people, reference="CP-1", *, on=A_WEDNESDAY):
    """A case with one child, Maya Reed, her mother, and health as the one other agency, answered for by its lead."""
    with doing(on=on, name="open_case"):
        family = Family(name="Reed")
        family.save()
        case = Case(
            reference=reference,
            family=family,
            opened_on=on,
            lead_practitioner=people[Role.LEAD_PRACTITIONER],
            team_manager=people[Role.TEAM_MANAGER],
            chair=people[Role.CONFERENCE_CHAIR],
            administrator=people[Role.CONFERENCE_ADMIN],
        )
        case.save()
        for role in Case.ROLES:
            link(case, getattr(case, role), role.replace("_", " "), on=on)
        Child(case=case, key="maya", name="Maya Reed", born_on=date(2020, 5, 4)).save()
        FamilyMember(case=case, key="mum", name="Ann Reed", relation="mother").save()
        health = people[Role.AGENCY_LEAD]
        name_contact(case, health.agency, health, on=on)
    return case


def a_deadline(case, *, on=A_WEDNESDAY, subject="maya", **said) -> Deadline:
    """The initial conference, owed 15 working days after a strategy discussion of the day, over Easter."""
    said = {"timescale": "icpc_hold", "since": on, "because": "strategy discussion", "owner": case.chair, **said}
    with doing(case, on=on):
        return deadlines.start(case, "icpc", subject, title="Initial conference", on=on, **said)


def cover(covered, by, *, from_on, until_on):
    with doing(on=from_on):
        named = Cover(covered=covered, cover=by, from_on=from_on, until_on=until_on)
        named.save()
    return named


def with_policy(changes, *, on=A_WEDNESDAY):
    """The partnership has other values from that day: timescales or settings."""
    with doing(on=on, name="change_policy"):
        return add_version(changes, on=on)
