"""Cover and leaving: what happens to what somebody owes when they are away or gone."""

from datetime import date

from notifications.tell import tell
from workflow.acts import act
from workflow.errors import StillHoldsCase, WrongState
from workflow.models import Case, Cover, Deadline, Professional
from workflow.people import lead_of


@act
def name_cover(
    scope: object, covered: Professional, cover: Professional, *, from_on: date, until_on: date, by: Professional
) -> Cover:
    """From the first to the last day, both included, `cover` hears what `covered` hears and may do what they may do."""
    if until_on < from_on or cover == covered:
        raise WrongState("Cover is by somebody else and ends after it starts.", about=[covered.key])
    named = Cover(covered=covered, cover=cover, from_on=from_on, until_on=until_on)
    named.save()
    return named


@act
def leave_post(scope: object, professional: Professional, *, by: Professional, on: date) -> Professional:
    """The person is out of post from now: may do nothing and receives nothing. What they owe is told to somebody.

    Raises StillHoldsCase while they hold one of the four roles of a case.
    """
    if not professional.is_in_post(on):
        raise WrongState(about=[professional.key])
    held = [case.reference for role in Case.ROLES for case in Case.objects.filter(**{role: professional})]
    if held:
        raise StillHoldsCase(about=held)
    professional.left_on = on
    professional.save()
    for deadline in Deadline.objects.pending().filter(owner_professional=professional).select_related("case"):
        hears = [deadline.case.lead_practitioner, lead_of(professional.agency, on)]
        tell(deadline.case, "OWNER_LEFT", deadline.key, hears, on=on)
    return professional
