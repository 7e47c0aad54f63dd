"""Pages about the invitations to one conference: how each went, what came back, and what can be done about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from meetings.delivery import Delivery, delivery_of
from meetings.links import links_to, revoke_link
from meetings.models import Conference, Invitation, SignedLink
from meetings.replies import (
    chase_replies,
    may_reply_for,
    reply_to_invitation,
    send_invitation_again,
    settle_failed_mail,
)
from meetings.views.meeting import can, conference_for, frame, require_may
from meetings.views.reply_forms import ReplyForm, WhyForm, typed
from notifications.models import OutsideMail
from notifications.outside import mails_about
from workflow.errors import Refused
from workflow.permissions import ADMIN
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, hats_of, person_of

HERE = "meeting-invitations"
REPLY_COLOURS = {"accepted": "green", "substitute": "green", "declined": "red"}
STATE_COLOURS = {"expected": "yellow", "invited": "blue", "excused": "grey", "excluded": "grey"}


@dataclass(frozen=True)
class Row:
    """One party: the invitation, the mails it went with, the links that still open, and who may answer for it."""

    invitation: Invitation
    mails: list[tuple[OutsideMail, Delivery]]
    links: list[SignedLink]
    open_links: list[SignedLink]
    may_reply: bool

    @property
    def last(self) -> tuple[OutsideMail, Delivery] | None:
        return self.mails[-1] if self.mails else None

    @property
    def is_silent(self) -> bool:
        """Asked, still invited, and no answer for the present date."""
        return bool(self.is_asked and not self.invitation.has_answered)

    @property
    def is_asked(self) -> bool:
        return self.invitation.state == Invitation.State.INVITED and self.invitation.asked_for_sequence is not None

    @property
    def answered_before(self) -> bool:
        """They answered, but for a date the conference no longer has."""
        return bool(self.invitation.reply) and not self.invitation.has_answered

    @property
    def state_colour(self) -> str:
        return STATE_COLOURS[self.invitation.state]

    @property
    def reply_colour(self) -> str:
        return REPLY_COLOURS.get(self.invitation.present_reply, "yellow")

    @property
    def times_used(self) -> int:
        return sum(link.times_used for link in self.links)


@login_required
def invitations(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who belongs there, and how asking them went; those who are silent can be chased from here."""
    conference = conference_for(request, pk)
    if request.method == "POST":
        return _chase(request, conference)
    rows = _rows(request, conference)
    shown = {
        "rows": rows,
        "failed": [row for row in rows if row.last and row.last[0].state == OutsideMail.State.FAILED],
        "silent": [row for row in rows if row.is_silent],
        "asked": [row for row in rows if row.is_asked],
        "can": can(request, "chase_replies", "send_invitation_again", "revoke_link", "settle_failed_mail"),
        "sees_addresses": can(request, "record_contact_details")["record_contact_details"],
    }
    return render(request, "meetings/invitations.html", frame(request, conference, HERE) | shown)


def _rows(request: HttpRequest, conference: Conference) -> list[Row]:
    found = list(conference.invitations.select_related("agency", "family_member"))
    mails, links = mails_about(found), _by_what(links_to(found))
    hats, at = hats_of(request), asked_at(request)
    is_admin, agencies = any(hat.role in ADMIN for hat in hats), {hat.agency_id for hat in hats}
    return [
        Row(
            each,
            [(mail, delivery_of(mail)) for mail in mails.get(each.pk, [])],
            links.get(each.pk, []),
            [link for link in links.get(each.pk, []) if link.is_open_at(at)],
            each.is_open_to_its_recipient() and (is_admin or each.agency_id in agencies),
        )
        for each in found
    ]


def _by_what(links: Iterable[SignedLink]) -> dict[int, list[SignedLink]]:
    found: dict[int, list[SignedLink]] = {}
    for link in links:
        found.setdefault(link.about_id, []).append(link)
    return found


def _chase(request: HttpRequest, conference: Conference) -> HttpResponse:
    try:
        chased = chase_replies(conference, by=person_of(request), at=asked_at(request))
    except Refused as refused:
        messages.warning(request, refused.message)
    else:
        if chased:
            messages.success(request, f"Written to again: {', '.join(str(each.party) for each in chased)}.")
        else:
            messages.warning(request, "Nobody was written to: everybody silent was written to today or has no e-mail.")
    return redirect(HERE, pk=conference.pk)


# One invitation


@login_required
def reply(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """An answer given by telephone, or by somebody of the agency who is signed in."""
    conference, invitation = _invitation(request, pk, row)
    if not may_reply_for(invitation, person_of(request), asked_on(request)):
        raise Http404
    given = {"reply": invitation.present_reply, "substitute": invitation.substitute, "note": invitation.reply_note}
    form = ReplyForm(typed(request), invitation=invitation, initial=given)

    def answer(**said: Any) -> None:
        reply_to_invitation(invitation, **said, by=person_of(request), at=asked_at(request))

    about = {"title": f"Answer of {invitation.party}", "button": "Record the answer"}
    return _asked(
        request, conference, form, answer, "The answer is recorded.", about, {"SUBSTITUTE_MISSING": "substitute"}
    )


@login_required
def send_again(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """The invitation once more, to the address they have now."""
    require_may(request, "send_invitation_again")
    conference, invitation = _invitation(request, pk, row)

    def again(reason: str) -> None:
        send_invitation_again(invitation, reason=reason, by=person_of(request), at=asked_at(request))

    about = {
        "title": f"Invite {invitation.party} again",
        "explained": "It goes to the address on record now. Without an e-mail address it goes by post.",
        "button": "Send it again",
    }
    return _asked(request, conference, WhyForm(typed(request)), again, "The invitation is sent again.", about)


@login_required
def stop_link(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Takes back the links this party was sent, so that nobody can answer by them."""
    require_may(request, "revoke_link")
    conference, invitation = _invitation(request, pk, row)
    link = links_to([invitation]).filter(state=SignedLink.State.OPEN).last()
    if link is None:
        raise Http404

    def stop(reason: str) -> None:
        revoke_link(link, reason=reason, by=person_of(request), at=asked_at(request))

    about = {
        "title": f"Stop the links of {invitation.party}",
        "explained": "Nobody can answer by them any more. Sending the invitation again makes a new one.",
        "button": "Stop the links",
    }
    return _asked(request, conference, WhyForm(typed(request)), stop, "The links are stopped.", about)


@login_required
def settle_mail(request: HttpRequest, pk: int, mail: int) -> HttpResponse:
    """A mail that failed is seen to in another way."""
    require_may(request, "settle_failed_mail")
    conference = conference_for(request, pk)
    found = _failed_mail(conference, mail)

    def settle(reason: str) -> None:
        settle_failed_mail(found, reason=reason, by=person_of(request), at=asked_at(request))

    about = {
        "title": f"How did {found.to_name} hear?",
        "explained": f"The mail to {found.to_address} could not be delivered: {found.server_said}.",
        "button": "Record it",
    }
    return _asked(request, conference, WhyForm(typed(request)), settle, "It is recorded.", about)


def _failed_mail(conference: Conference, pk: int) -> OutsideMail:
    invitations = Q(about_type__model="invitation", about_id__in=conference.invitations.values("pk"))
    failed = OutsideMail.objects.filter(invitations, pk=pk, state=OutsideMail.State.FAILED).first()
    if failed is None:
        raise Http404
    return failed


def _invitation(request: HttpRequest, pk: int, row: int) -> tuple[Conference, Invitation]:
    """Raises the same Http404 for an invitation that is not there and one of another conference."""
    conference = conference_for(request, pk)
    found = conference.invitations.select_related("agency", "family_member").filter(pk=row).first()
    if found is None:
        raise Http404
    return conference, found


def _asked(
    request: HttpRequest,
    conference: Conference,
    form: BaseForm,
    do: Callable[..., None],
    done: str,
    about: dict[str, str],
    fields: dict[str, str] | None = None,
) -> HttpResponse:
    """A form on a page of its own; what the domain refuses is shown on it with everything that was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            do(**form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused, fields)
        else:
            messages.success(request, done)
            return redirect(HERE, pk=conference.pk)
    shown = frame(request, conference, HERE) | about | {"form": form}
    return render(request, "meetings/invitation_form.html", shown)
