"""Reading a copy: in the service by its agency, by its link without an account; confirming or disputing it."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from meetings import challenging, minutes
from meetings.copies import AnyCopy, acknowledge_copy, copies_of, open_copy, require_open, standings
from meetings.documents.document import Document, Section
from meetings.documents.pdf import can_be_drawn
from meetings.documents.renditions import kept
from meetings.models import Challenge, Conference, LetterCopy, MinutesCopy, SignedLink
from meetings.views.files import as_file
from meetings.views.forming import stamp
from meetings.views.guests import READERS, open_by_link
from meetings.views.meeting import conference_for, frame
from meetings.views.sending_forms import DisputeForm
from workflow.errors import LinkNotValid, RecipientRestricted, Refused
from workflow.models import Role
from workflow.permissions import ADMIN, CHAIR, TM
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, hats_of

# Who sees every copy: those who prepare and let go, and who looks at the record afterwards.
SENDERS = ADMIN | CHAIR | TM | {Role.AUDITOR}
GONE = "Its recipient may not have this copy any more."


def may_see_all(request: HttpRequest) -> bool:
    """Whether the reader may look at everybody's copies."""
    return any(hat.role in SENDERS for hat in hats_of(request))


def is_of_the_agency(request: HttpRequest, copy: AnyCopy) -> bool:
    """Whether it is the copy of the reader's agency."""
    return copy.agency_id is not None and any(hat.agency_id == copy.agency_id for hat in hats_of(request))


def kind_of(copy: AnyCopy) -> str:
    """How its address calls it: letter or minutes."""
    return "letter" if isinstance(copy, LetterCopy) else "minutes"


def find_copy(conference: Conference, of: str, copy_pk: int) -> AnyCopy:
    """A copy of this conference. Raises Http404."""
    for copy in copies_of(conference):
        if copy.pk == copy_pk and kind_of(copy) == of:
            return copy
    raise Http404


def document_in_words(document: Document | None) -> Document | None:
    """As the page shows it: a table's row knows the heading of each of its cells, for narrow screens."""
    if document is None:
        return None
    return replace(document, sections=[_with_labels(section) for section in document.sections])


def _with_labels(section: Section) -> Any:
    if section.table is None:
        return section
    headings = section.table.headings
    rows = [list(zip(headings, row, strict=True)) for row in section.table.rows]
    return {"heading": section.heading, "text": section.text, "table": {"headings": headings, "rows": rows}}


# In the service


@login_required
def copy(request: HttpRequest, pk: int, of: str, copy_pk: int) -> HttpResponse:
    """One copy: for its agency to open, confirm and dispute; for who sent it to look at."""
    conference = conference_for(request, pk)
    found = _copy_for(request, conference, of, copy_pk)
    is_mine = is_of_the_agency(request, found)
    form = DisputeForm(request.POST if request.POST.get("do") == "dispute" else None)
    if request.method == "POST" and is_mine and _done_here(request, found, form):
        return redirect("meeting-copy", conference.pk, of, found.pk)
    refused = _why_closed(found)
    shows = not refused and (not is_mine or found.opened_at is not None)
    challenges = Challenge.objects.filter(minutes__conference=conference)
    [standing] = standings([found], challenges)
    shown = frame(request, conference, "meeting-sending") | {
        "copy": found,
        "of": of,
        "is_mine": is_mine,
        "refused": refused,
        "standing": standing,
        "document": document_in_words(kept(found.sha256)) if shows else None,
        "may_confirm": found.acknowledged_at is None and _is_latest(found),
        "may_dispute": isinstance(found, MinutesCopy) and _is_latest(found),
        "form": form,
        "pdf": can_be_drawn(),
    }
    return render(request, "meetings/documents/copy.html", shown, status=403 if refused and is_mine else 200)


def _copy_for(request: HttpRequest, conference: Conference, of: str, copy_pk: int) -> AnyCopy:
    """The copy, if the reader is of its agency or sees every copy. Raises the same Http404 as for none."""
    found = find_copy(conference, of, copy_pk)
    if not is_of_the_agency(request, found) and not may_see_all(request):
        raise Http404
    return found


def _why_closed(copy: AnyCopy) -> str:
    try:
        require_open(copy)
    except RecipientRestricted:
        return GONE
    return ""


def _is_latest(copy: AnyCopy) -> bool:
    """Whether nothing newer of the same went to the same recipient."""
    if isinstance(copy, LetterCopy):
        return True
    party = {"agency": copy.agency_id, "family_member": copy.family_member_id}
    return not MinutesCopy.objects.filter(minutes=copy.minutes_id, pk__gt=copy.pk, **party).exists()


def _done_here(request: HttpRequest, copy: AnyCopy, form: DisputeForm) -> bool:
    """What its agency does with it. Whether the page begins anew."""
    do = request.POST.get("do", "")
    if do == "dispute" and not form.is_valid():
        return False
    try:
        _do(do, copy, form, stamp(request))
    except Refused as refused:
        if do == "dispute":
            show_refusal(form, refused)
            return False
        messages.warning(request, refused.message)
    else:
        said = {"confirm": "You have confirmed that you have it.", "dispute": "What you say is recorded for the chair."}
        if do in said:
            messages.success(request, said[do])
    return True


def _do(do: str, copy: AnyCopy, form: DisputeForm, who: dict[str, Any]) -> None:
    if do == "open":
        open_copy(copy, **who)
    elif do == "confirm" and isinstance(copy, MinutesCopy) and who["by"] is not None:
        minutes.acknowledge_minutes(copy.conference, copy.party, **who)
    elif do == "confirm":
        acknowledge_copy(copy, **who)
    elif do == "dispute" and isinstance(copy, MinutesCopy):
        challenging.challenge_minutes(copy.conference, copy.party, point=form.cleaned_data["point"], **who)


@login_required
@require_safe
def copy_file(request: HttpRequest, pk: int, of: str, copy_pk: int, format: str) -> HttpResponse:
    """The copy as Word or PDF: for its agency once it was opened, for who sent it at any time."""
    conference = conference_for(request, pk)
    found = _copy_for(request, conference, of, copy_pk)
    if is_of_the_agency(request, found) and (_why_closed(found) or found.opened_at is None):
        return redirect("meeting-copy", conference.pk, of, found.pk)
    return as_file(request, kept(found.sha256), format)


# By a link


def read(request: HttpRequest, token: str) -> HttpResponse:
    """A copy behind its link. It is opened by a button: what looks at mail on its way opens nothing."""
    _, found = open_by_link(request, token, SignedLink.Purpose.READ)
    assert isinstance(found, (LetterCopy, MinutesCopy))
    if _why_closed(found):
        raise LinkNotValid()
    form = DisputeForm(request.POST if request.POST.get("do") == "dispute" else None)
    if request.method == "POST" and _done_by_link(request, found, form):
        return redirect(f"{request.path}?done={request.POST.get('do', '')}")
    if found.opened_at is None:
        return render(request, "meetings/guests/unopened.html", {"mark": found.conference.mark})
    document = kept(found.sha256)
    if "file" in request.GET:
        return as_file(request, document, request.GET["file"], "meetings/guests/no_pdf.html")
    shown = {
        "copy": found,
        "document": document_in_words(document),
        "mark": found.conference.mark,
        "form": form,
        "done": request.GET.get("done", ""),
        "may_confirm": found.acknowledged_at is None and _is_latest(found),
        "may_dispute": isinstance(found, MinutesCopy) and _is_latest(found),
        "pdf": can_be_drawn(),
    }
    return render(request, "meetings/guests/document.html", shown)


def _done_by_link(request: HttpRequest, copy: AnyCopy, form: DisputeForm) -> bool:
    do = request.POST.get("do", "")
    if do == "dispute" and not form.is_valid():
        return False
    try:
        _do(do, copy, form, {"by": None, "at": asked_at(request)})
    except Refused as refused:
        show_refusal(form, refused)
        return not form.is_bound
    return True


READERS[SignedLink.Purpose.READ] = read
