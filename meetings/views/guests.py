"""Pages for somebody without an account, behind a signed link. A purpose of a link has one view, its reader.

A reader follows its link itself (`meetings.links.follow_link`); when that is refused, every reason looks the same.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from meetings.calendar_entry import begins_at, ends_at
from meetings.links import follow_link, purpose_of
from meetings.models import Invitation, SignedLink
from meetings.replies import reply_to_invitation
from meetings.views.reply_forms import IN_THEIR_OWN_WORDS, GuestReplyForm, typed
from workflow.errors import LinkNotValid, Refused
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at

Reader = Callable[[HttpRequest, str], HttpResponse]

# What shows each purpose of a link: `READERS[SignedLink.Purpose.READ] = document` adds one.
READERS: dict[str, Reader] = {}


class CsrfWithoutReferrer(CsrfViewMiddleware):
    """A page that sends no referrer posts with the origin "null"; the token in form and cookie is checked as ever."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        return request.META["HTTP_ORIGIN"] == "null" or super()._origin_verified(request)


csrf_without_referrer = decorator_from_middleware(CsrfWithoutReferrer)


def for_guests(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Makes a view a page for guests: its address goes nowhere else, it is found and kept by nobody.

    A link that is not valid gives one page, whatever the reason.
    """
    checked = csrf_without_referrer(view)

    @csrf_exempt  # by the site's own check: `checked` has its own
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = checked(request, *args, **kwargs)
        except LinkNotValid:
            answer = render(request, "meetings/guests/not_valid.html", status=404)
        answer["Referrer-Policy"] = "no-referrer"
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        answer["Cache-Control"] = "no-store, private"
        return answer

    return page


def open_by_link(request: HttpRequest, token: str, purpose: str) -> tuple[SignedLink, Any]:
    """The link and what it is about; the edge writes down that whoever it was made for looked. Raises LinkNotValid."""
    link, about = follow_link(token, purpose, at=asked_at(request))
    request.case_shown, request.guest = link.case, link.made_for  # type: ignore[attr-defined]
    return link, about


def reply(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: when and where, the answer to it, and the way to change the answer until the meeting begins."""
    at = asked_at(request)
    link, invitation = open_by_link(request, token, SignedLink.Purpose.REPLY)
    form = GuestReplyForm(typed(request), invitation=invitation, initial=_given(invitation))
    if request.method == "POST" and form.is_valid():
        try:
            reply_to_invitation(invitation, **form.cleaned_data, link=link, by=None, at=at)
        except Refused as refused:
            show_refusal(form, refused, {"SUBSTITUTE_MISSING": "substitute"})
        else:
            return redirect(f"{request.path}?answered=yes")
    return _shown(request, invitation, form)


def _given(invitation: Invitation) -> dict[str, str]:
    return {"reply": invitation.present_reply, "substitute": invitation.substitute, "note": invitation.reply_note}


def _shown(request: HttpRequest, invitation: Invitation, form: GuestReplyForm) -> HttpResponse:
    conference = invitation.conference
    shown = {
        "invitation": invitation,
        "conference": conference,
        "begins": begins_at(conference),
        "ends": ends_at(conference),
        "form": form,
        "said": IN_THEIR_OWN_WORDS.get(invitation.present_reply, ""),
        "just_now": "answered" in request.GET,
        "answered_before": bool(invitation.reply) and not invitation.has_answered,
    }
    asks = request.method == "POST" or not invitation.has_answered or "change" in request.GET
    return render(request, f"meetings/guests/{'reply' if asks else 'answered'}.html", shown)


READERS[SignedLink.Purpose.REPLY] = reply


@for_guests
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a link: what it was made for decides which."""
    reader = READERS.get(purpose_of(token))
    if reader is None:
        raise LinkNotValid()
    return reader(request, token)
