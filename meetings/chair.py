"""Acts that ask for one particular person: the chair the conference was booked with, and who helps them run it."""

from datetime import date

from meetings.models import Conference
from workflow.models import Professional
from workflow.permissions import require_wears


def require_conferences_chair(conference: Conference, by: Professional | None, on: date) -> None:
    """Raises NotPermitted unless the doer is the chair the conference was booked with, or covers them today."""
    require_wears(by, [conference.chair], on)


def require_runs_the_meeting(conference: Conference, by: Professional | None, on: date) -> None:
    """Raises NotPermitted unless the doer chairs it or is the case's administrator, or covers one of them today."""
    require_wears(by, [conference.chair, conference.case.administrator], on)
