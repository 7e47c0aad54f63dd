"""The written reports to a conference: which came, when, and whether the family came to know them."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from meetings import inviting
from meetings.documents.renditions import KINDS
from meetings.models import Report, ReportFile
from meetings.report_files import add_report_file, content_of, put_away
from meetings.reporting import reports_to
from meetings.views import convening_forms as ask
from meetings.views.files import attached
from meetings.views.forming import data_of, files_of, one_form, stamp
from meetings.views.meeting import can, conference_for, frame
from workflow.models import Agency
from workflow.permissions import ADMIN, LP
from workflow.signed_in import asked_on, hats_of

log = logging.getLogger(__name__)

# Whatever is wrong with a file is said beside it.
OF_THE_FILE = dict.fromkeys(
    [
        *("FILE_EMPTY", "FILE_TOO_LARGE", "FILE_KIND_NOT_TAKEN", "FILE_DAMAGED", "FILE_ACTIVE"),
        *("FILE_UNPACKS_TOO_FAR", "FILE_INFECTED", "FILE_NOT_SCANNED"),
    ],
    "file",
)


@login_required
@require_safe
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    """Each report asked for: in time, late, never; and whether it was shared with the family."""
    conference, on, hats = conference_for(request, pk), asked_on(request), hats_of(request)
    roles, own = {hat.role for hat in hats}, {hat.agency_id for hat in hats}
    may = can(request, "submit_report", "share_report", "add_report_file")
    rows = [
        {
            "line": line,
            "may_log": line.is_open and may["submit_report"] and (line.agency.pk in own or not roles.isdisjoint(ADMIN)),
            "may_add": line.report
            and may["add_report_file"]
            and (line.agency.pk in own or not roles.isdisjoint(ADMIN)),
            "may_share": line.report
            and not line.report.shared_with_family
            and may["share_report"]
            and (line.agency.pk in own or not roles.isdisjoint(LP | ADMIN)),
        }
        for line in reports_to(conference, on)
    ]
    return render(request, "meetings/reports.html", frame(request, conference, "meeting") | {"rows": rows})


@login_required
def log_report(request: HttpRequest, pk: int, agency: int) -> HttpResponse:
    """A report is in: an agency hands in its own, the administrator logs one that came on paper."""
    conference = conference_for(request, pk)
    whose = get_object_or_404(Agency, pk=agency)
    return one_form(
        request,
        conference,
        ask.LogReport(data_of(request), files_of(request)),
        lambda said: _log(request, conference, whose, said),
        heading=f"Report of {whose}",
        button="Record the report",
        said=f"The report of {whose} is recorded.",
        back="meeting-reports",
        autosave=True,
        fields=OF_THE_FILE,
        note="A written report is not presence: the agency is still expected in person.",
    )


def _log(request: HttpRequest, conference: Any, agency: Agency, said: dict[str, Any]) -> None:
    told = {**said, "shared_with_family": said["shared_with_family"] == "yes"}
    with put_away(told.pop("file"), "submit_report", conference.case, **stamp(request)) as file:
        inviting.submit_report(conference, agency, **told, file=file, **stamp(request))


@login_required
def add_file(request: HttpRequest, pk: int, report: int) -> HttpResponse:
    """The file of a report that is in already, or a new version of it."""
    conference = conference_for(request, pk)
    found = get_object_or_404(conference.reports.select_related("agency", "conference__case"), pk=report)
    return one_form(
        request,
        conference,
        ask.AddReportFile(data_of(request), files_of(request)),
        lambda said: _add(request, found, said),
        heading=f"Report of {found.agency}: the file",
        button="Add the file",
        said="The file is kept.",
        back="meeting-reports",
        fields=OF_THE_FILE | {"REASON_REQUIRED": "reason"},
    )


def _add(request: HttpRequest, report: Report, said: dict[str, Any]) -> None:
    with put_away(said["file"], "add_report_file", report.case, **stamp(request)) as file:
        add_report_file(report, file, reason=said["reason"], **stamp(request))


@login_required
@require_safe
def report_file(request: HttpRequest, pk: int, report: int, number: int) -> HttpResponse:
    """The very file that was handed in, to be taken away; never shown here."""
    conference = conference_for(request, pk)
    files = ReportFile.objects.select_related("report__agency", "report__conference__case")
    file = files.filter(report__conference=conference, report=report, number=number).first()
    if file is None:
        raise Http404
    content = content_of(file)
    if content is None:
        log.error("the bytes of file %s are gone or are not those that were handed in", file.pk)
        return render(request, "meetings/report_file_gone.html", frame(request, conference, "meeting"), status=503)
    return attached(content, file.file_name, KINDS[file.format])


@login_required
def share_report(request: HttpRequest, pk: int, report: int) -> HttpResponse:
    """When and how the family came to know a report."""
    conference = conference_for(request, pk)
    found = get_object_or_404(conference.reports.select_related("agency", "conference__case"), pk=report)
    return one_form(
        request,
        conference,
        ask.ShareReport(data_of(request)),
        lambda said: inviting.share_report(found, **said, **stamp(request)),
        heading=f"Report of {found.agency}: shared with the family",
        said="It is recorded that the family knows the report.",
        back="meeting-reports",
        fields={"REASON_REQUIRED": "how", "DATE_IN_FUTURE": "shared_on"},
    )
