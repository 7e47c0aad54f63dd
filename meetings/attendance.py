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
    with_apologies: Iterable[Agency] = (),
    on: date,
) -> None:
    """Notes for each expected agency whether it was there; apologies with a report count like being there.

    Reaching the first and the second number of absences in a row is told: to the lead, then to the executive.
    """
    reported, sorry = set(with_report), set(with_apologies)
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
            sent_apologies=sent_report or agency in sorry,
            absences_in_a_row=absences_in_a_row(case, agency) + 1 if missed else 0,
        )
        row.save()
        take_part(case, agency)
        _tell_if_often(row, on)


def absences_in_a_row(case: Case, agency: Agency) -> int:
    """How many occasions in a row the agency has missed so far."""
    last = Presence.objects.filter(case=case, agency=agency).last()
    return last.absences_in_a_row if last else 0


def put_right(case: Case, key: str, agency: Agency, *, held_on: date, is_there: bool, on: date) -> None:
    """The agency came late, or was not there after all: its row of that sitting and its count are put right."""
    rows = Presence.objects.filter(case=case, agency=agency)
    row = rows.filter(occasion=Presence.Occasion.SITTING, key=key, held_on=held_on).last()
    if row is None or row.was_there == is_there:
        return
    before = rows.filter(pk__lt=row.pk).last()
    missed = not is_there and not row.sent_report
    row.was_there = is_there
    row.absences_in_a_row = (before.absences_in_a_row if before else 0) + 1 if missed else 0
    row.save()
    if missed:
        _tell_if_often(row, on)


def _tell_if_often(row: Presence, on: date) -> None:
    first, second = policy_on(on).settings["absence_alerts"]
    case, agency = row.case, row.agency
    if row.absences_in_a_row == first:
        tell(case, "AGENCY_ABSENT_2", agency.key, [lead_of(agency, on), case.chair], on=on)
    elif row.absences_in_a_row == second:
        tell(case, "AGENCY_ABSENT_3", agency.key, [executive_of(agency, on), case.chair], on=on)
