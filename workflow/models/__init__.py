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
from workflow.models.chain import Chain, Seal
from workflow.models.deadlines import LATE, ClockStop, Deadline, WhyWaived
from workflow.models.drafts import Draft
from workflow.models.journal import Entry
from workflow.models.months import MonthOfDrift
from workflow.models.need_to_know import BrokenGlass, HeldFact, NamedReader, Restriction
from workflow.models.people import SOCIAL_CARE, Agency, Cover, Professional, Role, User
from workflow.models.policy import Holiday, PolicyProposal, PolicyVersion
from workflow.models.reads import Read, Verification
from workflow.models.retention import Certificate, DestroyedLine, DestructionOrder, LegalHold
from workflow.models.sign_ins import JoiningLink, SignIn, WrongAnswer
from workflow.models.subject_access import Passage, SubjectRequest, WhyLonger

__all__ = [
    "LATE",
    "SOCIAL_CARE",
    "Agency",
    "AgencyContact",
    "AgencyInvolvement",
    "AgencyPart",
    "BrokenGlass",
    "Case",
    "CaseLink",
    "Certificate",
    "Chain",
    "Child",
    "ClockStop",
    "Cover",
    "Deadline",
    "DestroyedLine",
    "DestructionOrder",
    "Draft",
    "Entry",
    "Family",
    "FamilyMember",
    "Holiday",
    "JoiningLink",
    "LegalHold",
    "MonthOfDrift",
    "HeldFact",
    "NamedReader",
    "Passage",
    "PolicyProposal",
    "PolicyVersion",
    "Professional",
    "Protection",
    "Read",
    "Relationship",
    "Restriction",
    "Role",
    "Seal",
    "SignIn",
    "SubjectRequest",
    "WhyLonger",
    "User",
    "Verification",
    "WhyWaived",
    "WrongAnswer",
]
