"""Absence counted per agency over the case, at every occasion where the agency was expected."""

from collections.abc import Iterable
from datetime import date

from meetings.models import Presence
from notifications.tell import tell
from workflow.models import Agency, Case
from workflow.people import executive_of, lead_of, take_part
from workflow.policy import policy_on


def note_presence(
    case: Case,
    occasion: str,
    key: str,
    *,
    expected: Iterable[Agency],
    there: set[Agency],
    with_report: Iterable[Agency],
    on: date,
) -> None:
    """Notes for each expected agency whether it was there; apologies with a report count like being there.

    Reaching the first and the second number of absences in a row is told: to the lead, then to the executive.
    """
    reported = set(with_report)
    for agency in expected:
        sent_report = agency in reported
        missed = agency not in there and not sent_report
        row = Presence(
            case=case,
            agency=agency,
            occasion=occasion,
            key=key,
            held_on=on,
            was_there=agency in there,
            sent_report=sent_report,
            absences_in_a_row=absences_in_a_row(case, agency) + 1 if missed else 0,
        )
        row.save()
        take_part(case, agency)
        _tell_if_often(row, on)


def absences_in_a_row(case: Case, agency: Agency) -> int:
    """How many occasions in a row the agency has missed so far."""
    last = Presence.objects.filter(case=case, agency=agency).last()
    return last.absences_in_a_row if last else 0


def _tell_if_often(row: Presence, on: date) -> None:
    first, second = policy_on(on).settings["absence_alerts"]
    case, agency = row.case, row.agency
    if row.absences_in_a_row == first:
        tell(case, "AGENCY_ABSENT_2", agency.key, [lead_of(agency, on), case.chair], on=on)
    elif row.absences_in_a_row == second:
        tell(case, "AGENCY_ABSENT_3", agency.key, [executive_of(agency, on), case.chair], on=on)
