"""Handing copies out: each is given what it holds, a way to its recipient and, where that is a link, a mail.

Plain functions, called inside the acts that let a document go.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.template.loader import render_to_string

from meetings.documents.renditions import keep
from meetings.documents.versions import Version, minutes_to
from meetings.links import make_link
from meetings.models import Copy, LetterCopy, MinutesCopy, Party, SignedLink
from meetings.recipients import Recipients
from meetings.routes import Channel, Route, route_to
from notifications.outside import write_outside
from workflow.acting import day_of
from workflow.models import Agency

LINK_LASTS = timedelta(days=28)


def hand_out(
    copies: Sequence[LetterCopy] | Sequence[MinutesCopy],
    versions: Sequence[Version],
    *,
    routes: Mapping[Party, Route] | None = None,
    at: datetime,
) -> None:
    """Saves the copies, each with its version, and sends them on their way.

    Without routes the record says no more than that they went: here for an agency, on paper for the family.
    """
    for copy, version in zip(copies, versions, strict=True):
        copy.sha256, copy.removed = keep(version.document, at), list(version.document.removed)
        if routes is None:
            _it_went(copy, at)
        else:
            send_by(copy, routes[copy.party], at=at)


def _it_went(copy: LetterCopy | MinutesCopy, at: datetime) -> None:
    if not isinstance(copy.party, Agency):
        copy.channel, copy.posted_on = Channel.POST, day_of(at)
    copy.save()


def send_by(copy: LetterCopy | MinutesCopy, route: Route, *, reason: str = "", at: datetime) -> None:
    """Saves the copy as going this way. By a link: a neutral mail to the one address, with a link of its own."""
    copy.channel, copy.addressee, copy.posted_on = route.channel, route.addressee, None
    copy.save()
    if route.channel != Channel.LINK:
        return
    name = f"{route.addressee}, {copy.party}" if route.addressee else str(copy.party)
    link = make_link(
        copy.case,
        SignedLink.Purpose.READ,
        copy,
        made_for=name,
        addressee=route.addressee,
        expires_at=at + LINK_LASTS,
        at=at,
    )
    mark = copy.conference.mark
    write_outside(
        copy.case,
        name=name,
        address=route.address,
        subject=f"Meeting {mark}: a document for you",
        body=render_to_string("meetings/mails/document.txt", {"mark": mark, "link": link, "days": LINK_LASTS.days}),
        about=copy,
        reason=reason,
        at=at,
    )


def copy_out(copies: Sequence[MinutesCopy], earlier: Mapping[Party, MinutesCopy], *, at: datetime) -> None:
    """Hands out a new version of the minutes to those who had an earlier one, each as the record finds them now.

    To whom the earlier one went without a known way, the new one does too.
    """
    if not copies:
        return
    minutes = copies[0].minutes
    less = [copy.party for copy in copies if copy.is_redacted]
    built = minutes_to(minutes, Recipients([copy.party for copy in copies if not copy.is_redacted], less))
    versions = {version.reader.party: version for version in built}
    for copy in copies:
        route = None if _has_no_way(earlier[copy.party]) else route_to(copy.case, copy.party, day_of(at))
        hand_out([copy], [versions[copy.party]], routes=route and {copy.party: route}, at=at)


def _has_no_way(copy: Copy) -> bool:
    return copy.channel == Channel.IN_SERVICE and copy.addressee_id is None
