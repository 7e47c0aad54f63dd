"""The written reports to a conference: asked for, in, late, never; and whether the family came to know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from meetings.models import Conference, Report, ReportFile
from workflow.lateness import lateness
from workflow.models import Agency, Deadline, WhyWaived
from workflow.policy import calendar
from workflow.working_days import Calendar, working_days_between


@dataclass(frozen=True)
class ReportLine:
    """One agency's report to one conference and how it stands, in words and a colour."""

    agency: Agency
    owed: Deadline
    report: Report | None
    state: str
    colour: str

    @property
    def files(self) -> list[ReportFile]:
        """Every version of its file, the one that counts last."""
        return list(self.report.files.all()) if self.report else []

    @property
    def is_open(self) -> bool:
        return self.owed.is_pending

    @property
    def shared(self) -> str:
        """Whether the family came to know it, and when."""
        if self.report is None:
            return ""
        if not self.report.shared_with_family:
            return "Not yet"
        return f"Yes, {self.report.shared_on:%-d %B %Y}" if self.report.shared_on else "Yes"


def reports_to(conference: Conference, on: date) -> list[ReportLine]:
    """How each report asked for stands on that day. Five statements."""
    owed = Deadline.objects.filter(
        case=conference.case, code="report", subject__startswith=f"{conference.key}:"
    ).order_by("id")
    latest = {each.subject.split(":")[1]: each for each in owed}
    agencies = {each.key: each for each in Agency.objects.filter(key__in=latest)}
    reports = {each.agency_id: each for each in conference.reports.prefetch_related("files")}
    days = calendar()
    lines: Sequence[ReportLine] = [
        _line(agencies[key], each, reports.get(agencies[key].pk), on, days) for key, each in latest.items()
    ]
    return sorted(lines, key=lambda line: line.agency.pk)


def _line(agency: Agency, owed: Deadline, report: Report | None, on: date, days: Calendar) -> ReportLine:
    return ReportLine(agency, owed, report, *_state(owed, on, days))


def _state(owed: Deadline, on: date, days: Calendar) -> tuple[str, str]:
    if owed.met_on:
        early = working_days_between(owed.met_on, owed.due_on, days)
        late = working_days_between(owed.due_on, owed.met_on, days)
        if owed.met_on > owed.due_on:
            return f"In, {_days(late)} late" if late else "In, late", "orange"
        return (f"In, {_days(early)} early" if early else "In, in time"), "green"
    if owed.is_pending:
        return lateness(owed, on, days).capitalize(), "red" if owed.is_overdue(on) else "blue"
    return ("Never came", "red") if owed.why_waived == WhyWaived.NEVER_MET else ("Not asked for any more", "grey")


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"
