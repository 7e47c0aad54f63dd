"""What is done about a copy after it went: sent again, posted, printed for the post."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from meetings.copies import copies_of, post_copy, send_copy_again, waiting_for_post
from meetings.documents.pdf import PangoMissing
from meetings.models import Conference
from meetings.postal import postal_pack
from meetings.views.documents import find_copy, kind_of, may_see_all
from meetings.views.files import attached, no_pdf
from meetings.views.forming import data_of, one_form, stamp
from meetings.views.meeting import conference_for
from meetings.views.sending_forms import AgainForm, PostedForm
from workflow.errors import Refused
from workflow.signed_in import asked_on, person_of


@login_required
def again(request: HttpRequest, pk: int, of: str, copy_pk: int) -> HttpResponse:
    """The same copy once more, with a reason."""
    conference = conference_for(request, pk)
    copy = _copy_for_senders(request, conference, of, copy_pk)
    return one_form(
        request,
        conference,
        AgainForm(data_of(request)),
        lambda said: send_copy_again(copy, **said, **stamp(request)),
        heading=f"Send it again to {copy.party}",
        title="Send a copy again",
        button="Send again",
        said=f"The copy goes to {copy.party} again.",
        back="meeting-sending",
        fields={"REASON_REQUIRED": "reason"},
        note="The same document, the way that is open to them now. A link sent before stops working.",
    )


@login_required
def posted(request: HttpRequest, pk: int, of: str, copy_pk: int) -> HttpResponse:
    """A copy on paper has been posted."""
    conference = conference_for(request, pk)
    copy = _copy_for_senders(request, conference, of, copy_pk)
    return one_form(
        request,
        conference,
        PostedForm(data_of(request), today=asked_on(request), sent_on=copy.sent_on),
        lambda said: post_copy(copy, **said, by=person_of(request)),
        heading=f"Posted to {copy.party}",
        title="A copy was posted",
        said=f"The copy for {copy.party} is posted.",
        back="meeting-sending",
    )


def _copy_for_senders(request: HttpRequest, conference: Conference, of: str, copy_pk: int) -> Any:
    if not may_see_all(request):
        raise Http404
    return find_copy(conference, of, copy_pk)


@login_required
@require_safe
def post(request: HttpRequest, pk: int, of: str) -> HttpResponse:
    """One file to print for everybody without e-mail: a cover sheet and the copy, the name on each page."""
    conference = conference_for(request, pk)
    if not may_see_all(request):
        raise Http404
    waiting = [copy for copy in waiting_for_post(copies_of(conference)) if kind_of(copy) == of]
    try:
        pack = postal_pack(waiting)
    except PangoMissing:
        return no_pdf(request)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("meeting-sending", conference.pk)
    if pack is None:
        raise Http404
    return attached(pack, f"{conference.mark}-post.pdf".lower(), "application/pdf")
