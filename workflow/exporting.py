"""Giving the history of a case to somebody outside the system. Reads only; that it was done is itself on record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from workflow import history
from workflow.acts import act
from workflow.audiences import outside
from workflow.errors import ReasonRequired
from workflow.models import Case, Child


@act
def export_history(case: Case, *, children: Sequence[Child], reason: str, on: date) -> list[dict[str, Any]]:
    """The accepted acts of the case as plain rows, oldest first. Changes nothing. Raises ReasonRequired."""
    if not reason.strip():
        raise ReasonRequired(about=[child.key for child in children])
    return [
        {
            "number": entry.number,
            "act": entry.act,
            "by": entry.by.name if entry.by else "system",
            "role": entry.role,
            "agency": entry.agency_key,
            "happened_at": entry.happened_at.isoformat(),
            "recorded_at": entry.recorded_at.isoformat(),
            "reason": outside(entry.act, entry.reason),
        }
        for entry in history.timeline(case)
    ]
