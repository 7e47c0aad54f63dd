"""A plan that ends without a conference, and a case that changes hands: acts that reach plans and meetings alike."""

from collections.abc import Sequence
from datetime import date

from meetings.models import Conference
from meetings.outcomes import child_died
from notifications.need_to_know import role_handed_over
from plans import flags, lifecycle
from workflow import deadlines
from workflow.acts import act
from workflow.errors import WrongRole
from workflow.models import Agency, Case, Child, Deadline, Professional, Role
from workflow.people import link

DIED = "died"

ROLE_NEEDED = {
    "lead_practitioner": Role.LEAD_PRACTITIONER,
    "team_manager": Role.TEAM_MANAGER,
    "chair": Role.CONFERENCE_CHAIR,
    "administrator": Role.CONFERENCE_ADMIN,
}


@act
def end_plan(
    child: Child,
    *,
    cause: str,
    consulted: Sequence[Agency] = (),
    confirmed_in_writing: bool = False,
    receiving_conference_on: date | None = None,
    on: date,
) -> None:
    """An ending without a conference, by a service manager: transferred, turned_18, died, left_uk. Source: TEES.

    A death, or the end of a pregnancy, needs no plan and silences everything about the child at once. Raises
    NoOpenPlan, ConsultationMissing, ConfirmationMissing, NotYet18.
    """
    lifecycle.check_may_end(
        child,
        cause,
        consulted=consulted,
        confirmed_in_writing=confirmed_in_writing,
        receiving_conference_on=receiving_conference_on,
        on=on,
    )
    plan = lifecycle.open_plan(child)
    if plan:
        lifecycle.end_without_conference(plan, cause, on=on)
    if cause == DIED:
        flags.clear(child.case, child.key, on=on)
        child_died(child)


@act
def hand_over_case(case: Case, role: str, to: Professional, *, reason: str, on: date) -> Case:
    """A case role changes hands; what the old holder still owes in the case passes to the new one.

    With the chair, every undecided conference passes too. Raises WrongRole.
    """
    if to.role != ROLE_NEEDED[role] or not to.is_in_post(on):
        raise WrongRole(about=[to.key])
    before = getattr(case, role)
    setattr(case, role, to)
    case.save()
    link(case, to, role.replace("_", " "), on=on)
    for deadline in Deadline.objects.pending().filter(case=case, owner_professional=before):
        deadlines.hand_over(deadline, to, on=on)
    if role == "chair":
        for conference in Conference.objects.filter(case=case, chair=before):
            if not conference.is_over:
                conference.chair = to
                conference.save()
    role_handed_over(case, before, to, on=on)
    return case
