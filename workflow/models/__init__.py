"""A file per idea: people, cases, deadlines, policy, the journal."""

from workflow.models.case import (
    AgencyContact,
    AgencyInvolvement,
    AgencyPart,
    Case,
    CaseLink,
    Child,
    Family,
    FamilyMember,
    Protection,
    Relationship,
)
from workflow.models.deadlines import LATE, Deadline, WhyWaived
from workflow.models.journal import Entry
from workflow.models.people import SOCIAL_CARE, Agency, Cover, Professional, Role, User
from workflow.models.policy import Holiday, PolicyVersion

__all__ = [
    "LATE",
    "SOCIAL_CARE",
    "Agency",
    "AgencyContact",
    "AgencyInvolvement",
    "AgencyPart",
    "Case",
    "CaseLink",
    "Child",
    "Cover",
    "Deadline",
    "Entry",
    "Family",
    "FamilyMember",
    "Holiday",
    "PolicyVersion",
    "Professional",
    "Protection",
    "Relationship",
    "Role",
    "User",
    "WhyWaived",
]
