"""What becomes known about the children and the people around them: details, involvement, a birth."""

from collections.abc import Iterable, Sequence
from datetime import date

from notifications.tell import tell
from workflow import deadlines
from workflow.acts import act
from workflow.models import Agency, AgencyInvolvement, Case, Child, FamilyMember, Professional
from workflow.people import name_contact, take_part
from workflow.policy import calendar, policy_on
from workflow.records import ready


@act
def record_details(person: Child | FamilyMember, fields: Sequence[str]) -> Child | FamilyMember:
    """Details that were missing are on record now."""
    person.missing = [field for field in person.missing if field not in fields]
    person.save()
    return person


@act
def record_involvement(
    case: Case,
    agency: Agency,
    *,
    children: Iterable[Child] | None = None,
    ended: bool = False,
    contact: Professional | None = None,
    reason: str = "",
    on: date,
) -> None:
    """From today the agency works with these children, or no longer does; with all of them when none is named.

    `contact` answers for it from now on.
    """
    take_part(case, agency)
    for child in case.children.all() if children is None else children:
        working = AgencyInvolvement.objects.filter(agency=agency, child=child, until_on=None).first()
        if ended and working:
            working.until_on = on
            working.save()
        elif not ended and not working:
            AgencyInvolvement(agency=agency, child=child, from_on=on).save()
    if contact:
        name_contact(case, agency, contact, on=on)


@act
def record_birth(child: Child, *, born_on: date, name: str, nhs_number: bool, on: date) -> Child:
    """The same child and the same plan go on. A pending review comes forward to a limit after the birth, if earlier.

    Source: LIV (20 working days after birth). Tells when the birth came before the conference.
    """
    ready(child.be_born)
    case = child.case
    child.be_born(on=born_on, name=name)
    if not nhs_number and "nhs_number" not in child.missing:
        child.missing = [*child.missing, "nhs_number"]
    child.save()
    if not nhs_number:
        tell(case, "DATA_GAP", f"{child.key}:nhs_number", [case.lead_practitioner], on=on)
    review = deadlines.pending(case, "review", child.key)
    if review:
        policy, rule = policy_on(on), "post_birth_review"
        limit = policy.after(rule, born_on, calendar())
        if limit < review.due_on:
            review.timescale, review.value, review.policy_version = rule, str(policy.span(rule)), policy.version
            deadlines.move(review, limit, on=on, because="the child was born", counted_from=born_on)
    if deadlines.pending(case, "icpc", child.key):
        tell(case, "BORN_BEFORE_CONFERENCE", child.key, [case.team_manager, case.chair], on=on)
    return child
