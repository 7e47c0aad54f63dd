"""A file per idea: the plan and its meetings, actions, the work between meetings."""

from plans.models.actions import Action, ActionChild, AskedDate
from plans.models.auditing import AuditAnswer, AuditFinding, AuditSample, SampledCase, SecondView
from plans.models.editions import SignedEdition
from plans.models.others import OtherPlan
from plans.models.plan import (
    Category,
    ChildInNeedPlan,
    ChildsWords,
    CoreGroupMember,
    EarlierPlan,
    Engagement,
    Flag,
    Outcome,
    OutcomeChild,
    Plan,
    PlanAgreement,
    PlanMeeting,
    Risk,
    VisitPattern,
)
from plans.models.work import Injury, MissedAppointment, ProfessionalsMeeting, Supervision, Visit

__all__ = [
    "AuditAnswer",
    "AuditFinding",
    "AuditSample",
    "SampledCase",
    "SecondView",
    "Action",
    "ActionChild",
    "AskedDate",
    "Category",
    "ChildInNeedPlan",
    "ChildsWords",
    "CoreGroupMember",
    "EarlierPlan",
    "Engagement",
    "Flag",
    "Injury",
    "MissedAppointment",
    "OtherPlan",
    "Outcome",
    "OutcomeChild",
    "Plan",
    "PlanAgreement",
    "PlanMeeting",
    "ProfessionalsMeeting",
    "Risk",
    "SignedEdition",
    "Supervision",
    "Visit",
    "VisitPattern",
]
