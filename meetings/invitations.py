"""What goes out to those asked to a conference: the invitation, every change of it, and that it no longer holds.

Plain functions, called inside the acts that change a conference. A mail names nobody, not even the family: it says when
and where, and has a link to answer by. An agency's mail goes to its contact person, a family member's to the address
they called safe; without an address the invitation goes by post, and the page says so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.template.loader import render_to_string

from meetings.calendar_entry import begins_at, cancel_entry, ends_at, request_entry
from meetings.links import end_links, make_link
from meetings.models import Conference, Invitation, Party, SignedLink, party_filter
from notifications.models import OutsideMail
from notifications.outside import withdraw_mails, write_outside
from workflow.acting import LONDON, day_of
from workflow.models import Agency, Case, Professional
from workflow.people import contact_of, lead_of

ON_THE_PAGE = "on the page behind the address below"
SUBJECTS = {
    "asked": "please say whether you come",
    "moved": "another day or time",
    "changed": "something has changed",
    "chased": "we have not heard from you",
    "called_off": "does not take place",
    "no_longer_asked": "you are no longer asked",
}


@dataclass(frozen=True)
class Addressee:
    """Who is written to for a party: in words for us, and the address, empty when there is none."""

    name: str
    address: str
    professional: Professional | None = None


def addressee_of(case: Case, party: Party, on: date) -> Addressee:
    """The agency's contact person in the case, or its lead if the contact has no address; the family member."""
    if not isinstance(party, Agency):
        return Addressee(party.name, party.email)
    contact = contact_of(case, party, on)
    with_address = next((one for one in (contact, lead_of(party, on)) if one and one.email), contact)
    if with_address is None:
        return Addressee(party.name, "")
    return Addressee(f"{with_address.name}, {party}", with_address.email, with_address)


# Asked


def invitations_sent(conference: Conference, invited: Iterable[Party], at: datetime) -> None:
    """Asks everybody among these who has not been told of the present date yet."""
    rows = {row.party: row for row in _invitations(conference)}
    for party in invited:
        row = rows[party]
        if row.asked_for_sequence != conference.invitation_sequence:
            ask(row, "asked", at)


def meeting_moved(conference: Conference, at: datetime) -> None:
    """Everybody asked before hears of the new date at once; what they answered for the old one no longer counts."""
    _tell_of_change(conference, "moved", at)


def details_changed(conference: Conference, at: datetime) -> None:
    """Everybody asked before hears of another place or a like change; what they answered still counts."""
    before = conference.invitation_sequence
    told = _tell_of_change(conference, "changed", at)
    for row in told:
        if row.reply and row.replied_for_sequence == before:
            row.replied_for_sequence = conference.invitation_sequence
            row.save()


def _tell_of_change(conference: Conference, letter: str, at: datetime) -> list[Invitation]:
    asked = _asked(conference)
    if not asked:
        return []
    heard = withdraw_mails(asked, reason="The meeting was changed before it was sent.")
    conference.invitation_sequence += 1
    conference.save()
    for row in asked:
        to = addressee_of(conference.case, row.party, day_of(at))
        for mail in _one_each(mail for mail in heard if mail.about_id == row.pk and mail.to_address != to.address):
            _take_back(row, mail, "no_longer_asked", "Somebody else answers for them now.", at)
        ask(row, letter, at)
    return asked


def ask(row: Invitation, letter: str, at: datetime, *, reason: str = "") -> OutsideMail | None:
    """Writes to one party, with a new link and the calendar entry; None when it has to go by post."""
    conference = row.conference
    to = addressee_of(conference.case, row.party, day_of(at))
    row.way = Invitation.Way.EMAIL if to.address else Invitation.Way.POST
    row.asked_at, row.asked_for_sequence = at, conference.invitation_sequence
    row.save()
    if not to.address:
        return None
    link = make_link(
        conference.case,
        SignedLink.Purpose.REPLY,
        row,
        made_for=to.name,
        addressee=to.professional,
        expires_at=answers_until(conference, at),
        at=at,
    )
    place = place_in_mail(conference)
    return write_outside(
        conference.case,
        name=to.name,
        address=to.address,
        subject=_subject(conference, letter),
        body=_words(conference, letter, place=place, link=link, may_substitute=isinstance(row.party, Agency)),
        about=row,
        calendar=request_entry(conference, to.address, place=place, link=link, at=at),
        reason=reason,
        at=at,
    )


def answers_until(conference: Conference, at: datetime) -> datetime:
    """The end of the day the conference sits; when that is over already, of today."""
    day = max(conference.booked_for or day_of(at), day_of(at))
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


# No longer asked


def meeting_called_off(conference: Conference, at: datetime, reason: str) -> None:
    """Whoever may have heard of the meeting hears that it does not take place; what had not left is not sent."""
    asked = _asked(conference)
    if not asked:
        return
    conference.invitation_sequence += 1
    conference.save()
    _stop(asked, "called_off", reason, at)


def no_longer_asked(conference: Conference, party: Party, at: datetime) -> None:
    """One party is excused or kept out: their links end, and if they may have heard of it they hear this too.

    Nothing is written to somebody who has died.
    """
    row = _invitations(conference).filter(**party_filter(party)).exclude(asked_for_sequence=None).first()
    if row is not None:
        _stop([row], "" if row.excuse == "deceased" else "no_longer_asked", "No longer asked.", at)


def contact_stops(conference: Conference) -> None:
    """A child has died: nothing more is sent, no link works. People are told by telephone."""
    rows = list(_invitations(conference))
    withdraw_mails(rows, reason="All automatic contact has stopped.")
    end_links(rows)


def _stop(rows: list[Invitation], letter: str, reason: str, at: datetime) -> None:
    """Ends links and mail about these; `letter` goes to every address that may have heard, none if it is empty."""
    heard = withdraw_mails(rows, reason=reason)
    end_links(rows)
    for row in rows:
        for mail in _one_each(mail for mail in heard if letter and mail.about_id == row.pk):
            _take_back(row, mail, letter, reason, at)
        row.asked_for_sequence = None
        row.save()


def _one_each(mails: Iterable[OutsideMail]) -> Iterable[OutsideMail]:
    """One mail to each address."""
    return {mail.to_address: mail for mail in mails}.values()


def _take_back(row: Invitation, heard: OutsideMail, letter: str, reason: str, at: datetime) -> None:
    write_outside(
        row.conference.case,
        name=heard.to_name,
        address=heard.to_address,
        subject=_subject(row.conference, letter),
        body=_words(row.conference, letter),
        about=row,
        calendar=cancel_entry(row.conference, heard.to_address, at=at),
        reason=reason,
        at=at,
    )


# Who, and in which words


def _invitations(conference: Conference):  # type: ignore[no-untyped-def]
    return conference.invitations.select_related("agency", "family_member")


def _asked(conference: Conference) -> list[Invitation]:
    """Those invited who have been asked, for whatever date."""
    return list(_invitations(conference).filter(state=Invitation.State.INVITED).exclude(asked_for_sequence=None))


def _subject(conference: Conference, letter: str) -> str:
    return f"Meeting {conference.mark}: {SUBJECTS[letter]}"


def _words(conference: Conference, letter: str, **told: object) -> str:
    times = {"mark": conference.mark, "begins": begins_at(conference), "ends": ends_at(conference)}
    return render_to_string(f"meetings/mails/{letter}.txt", times | told)


def place_in_mail(conference: Conference) -> str:
    """The place, unless it holds a name of the family: then the mail says where it can be read instead."""
    return ON_THE_PAGE if names_somebody(conference.case, conference.place) else conference.place


def names_somebody(case: Case, text: str) -> bool:
    """Whether a text holds a part of the name of a child or of anybody in the family."""
    people = [*case.children.all(), *case.family_members.all(), case.family]
    names = {word for person in people for word in re.findall(r"\w{2,}", person.name.casefold())}
    return not names.isdisjoint(re.findall(r"\w{2,}", text.casefold()))
