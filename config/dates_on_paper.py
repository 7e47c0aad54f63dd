"""How due dates have moved, as a PDF to take away: the drawing, the table under it, every reason."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.context import Service
from meetings.documents.pdf import TAGGED, PangoMissing, drawn
from meetings.views.files import attached, no_pdf
from plans.views.moved_dates import dates_asked_for
from workflow.models import Case, Chain
from workflow.signed_in import asked_at, case_for, may_do, person_of

TEMPLATE = "config/dates_on_paper.html"


@login_required
@require_safe
def dates_file(request: HttpRequest, reference: str) -> HttpResponse:
    """What the page of dates shows, with the same questions, for whoever may take history out. It is kept who did."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    if not may_do(request, "export_history"):
        raise PermissionDenied("History is taken out by an auditor, the lead practitioner or a manager of social care.")
    try:
        return attached(_pdf(request, case), f"{case.reference}-dates.pdf", "application/pdf")
    except PangoMissing:
        return no_pdf(request)


def _pdf(request: HttpRequest, case: Case) -> bytes:
    person, told = person_of(request), dates_asked_for(request, case)
    agencies = dict(told["form"].fields["agency"].choices)
    shown: dict[str, Any] = told | {
        "case": case,
        "recipient": f"{person}, {person.agency}",
        "agency": agencies.get(told["wanted"].agency) if told["wanted"].agency else "",
        "at": asked_at(request),
        "chain": Chain.objects.filter(case=case).first(),
        "service": Service(request),
    }
    return bytes(drawn(TEMPLATE, shown).write_pdf(**TAGGED))
