"""Who joined, who moved and who left over a period, from the history of the posts themselves.

What is told is what was true and when it was decided; somebody who came and went within the period is there twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from workflow.acting import day_of
from workflow.models import Agency, Professional, Role

JOINED, MOVED, LEFT = "Joined", "Changed post", "Left"


@dataclass(frozen=True)
class Move:
    """One person's coming, change or going: the day it held from, and who decided it."""

    kind: str
    on: date
    name: str
    agency: Agency
    role: str
    before: str
    by: str
    decided_on: date


def moves_of_people(from_on: date, until_on: date, agencies: Iterable[Agency]) -> list[Move]:
    """Joiners, movers and leavers of these agencies between two days, both included, the latest first."""
    known = {agency.pk: agency for agency in agencies}
    rows = Professional.history.model.objects.filter(agency_id__in=known).order_by("id", "history_id")
    found: list[Move] = []
    for _, course in groupby(rows.select_related("history_by"), key=lambda row: row.id):
        before: Any = None
        for row in course:
            found += _of_one(before, row, known[row.agency_id])
            before = row
    within = [one for one in found if from_on <= one.on <= until_on]
    return sorted(within, key=lambda one: (one.on, one.name), reverse=True)


def _of_one(before: Any, row: Any, agency: Agency) -> Iterable[Move]:
    decided_on = day_of(row.history_date)

    def move(kind: str, on: date) -> Move:
        was = Role(before.role).label if before is not None and kind == MOVED else ""
        by = row.history_by.name if row.history_by_id and row.history_by else "The system"
        return Move(kind, on, row.name, agency, Role(row.role).label, was, by, decided_on)

    if before is None:
        yield move(JOINED, row.joined_on or decided_on)
    elif before.role != row.role or before.agency_id != row.agency_id:
        yield move(MOVED, decided_on)
    if row.left_on is not None and (before is None or before.left_on is None):
        yield move(LEFT, row.left_on)
