"""Who was at a conference, in which way and how long; who was not, and how they excused themselves."""

from collections.abc import Iterable

from meetings.documents import parts
from meetings.documents.document import Section, Table
from meetings.documents.facts import Facts, in_full
from meetings.documents.readers import Reader
from meetings.models import Attendance, Invitation
from workflow.models import Agency


def who_was_there(facts: Facts, reader: Reader) -> list[Section]:
    """A table of those present at each sitting, and a section of those who were not."""
    present = [
        Section(_heading(facts, sitting.number, sitting.held_on), table=_present(facts, sitting.pk))
        for sitting in facts.sittings
    ]
    absent = parts.paragraphs(*_absent(facts, reader)).replace("\n\n", "\n")
    return [*present, *([Section("Not present", absent)] if absent else [])]


def _heading(facts: Facts, number: int, held_on: object) -> str:
    return "Present" if len(facts.sittings) == 1 else f"Present at sitting {number}, {in_full(held_on)}"


def _present(facts: Facts, sitting: int) -> Table:
    here = [each for each in facts.attendance if each.sitting_id == sitting]
    return Table(["Name", "For", "How", "Came and went"], [_row(each) for each in here])


def _row(each: Attendance) -> list[str]:
    if each.professional:
        stands_in = f", instead of {each.stands_in_for}" if each.stands_in_for else ""
        role = each.professional.get_role_display().lower()
        whose = f"{each.professional.agency} ({role}){stands_in}"
    else:
        whose = str(each.family_member.relation) if each.family_member else ""
    return [str(each.person), whose, each.get_mode_display(), came_and_went(each)]


def came_and_went(each: Attendance) -> str:
    """From when and until when, as far as it is known."""
    came = f"from {parts.at_what_time(each.arrived_at)}" if each.arrived_at else ""
    left = f"until {parts.at_what_time(each.left_at)}" if each.left_at else ("left early" if each.left_early else "")
    return f"{came} {left}".strip()


def _absent(facts: Facts, reader: Reader) -> Iterable[str]:
    """Agencies and family who were asked and did not come. Why somebody was excused or kept out is for agencies."""
    apologies = {each.agency_id: each for each in facts.presences}
    there = {each.professional.agency_id for each in facts.attendance if each.professional}
    came = {each.family_member_id for each in facts.attendance}
    for invitation in facts.invitations:
        party = invitation.party
        here = party.pk in there if isinstance(party, Agency) else party.pk in came
        if invitation.state == Invitation.State.INVITED and not here:
            presence = apologies.get(party.pk) if isinstance(party, Agency) else None
            yield f"{party}: {_how_excused(presence)}"
        elif invitation.state == Invitation.State.EXCUSED and reader.is_agency:
            yield f"{party}: excused, {invitation.excuse.replace('_', ' ')}"
    if reader.is_agency:
        for exclusion in facts.exclusions:
            means = f", contributed by other means: {exclusion.other_means}" if exclusion.other_means.strip() else ""
            yield f"{exclusion.person}: excluded by the chair{means}"


def _how_excused(presence: object) -> str:
    if getattr(presence, "sent_report", False):
        return "apologies, with a report"
    return "apologies" if getattr(presence, "sent_apologies", False) else "absent without apologies"
