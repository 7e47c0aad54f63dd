"""A file per idea: the plan and its meetings, actions, the work between meetings."""

from plans.models.actions import Action, ActionChild
from plans.models.plan import (
    Category,
    ChildInNeedPlan,
    CoreGroupMember,
    EarlierPlan,
    Engagement,
    Flag,
    Outcome,
    OutcomeChild,
    Plan,
    PlanMeeting,
    Risk,
)
from plans.models.work import Injury, MissedAppointment, ProfessionalsMeeting, Supervision, Visit

__all__ = [
    "Action",
    "ActionChild",
    "Category",
    "ChildInNeedPlan",
    "CoreGroupMember",
    "EarlierPlan",
    "Engagement",
    "Flag",
    "Injury",
    "MissedAppointment",
    "Outcome",
    "OutcomeChild",
    "Plan",
    "PlanMeeting",
    "ProfessionalsMeeting",
    "Risk",
    "Supervision",
    "Visit",
]
