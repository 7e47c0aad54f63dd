"""A conference as a calendar entry: asked, changed, called off. It says when and where, and nothing about whom.

Times are in UTC, so that no calendar has to know when the clocks change here. The id stays the same through every
change and leads nowhere; the sequence rises with every change sent out. Source: RFC 5545, RFC 5546.
"""

from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from meetings.models import Conference
from notifications.handing_over import our_domain
from notifications.outside import CalendarEntry, breaks_out
from workflow.acting import LONDON
from workflow.errors import UnsafeInMail

REQUEST, CANCEL = "REQUEST", "CANCEL"


def begins_at(conference: Conference, day: date | None = None) -> datetime:
    """The moment the sitting begins, in London; `day` when it is not the one it is booked for."""
    day = day or conference.booked_for
    assert day is not None
    return datetime.combine(day, conference.starts_at, LONDON)


def ends_at(conference: Conference) -> datetime:
    """The moment the sitting should end: so many real minutes after it begins."""
    return _ends_after(begins_at(conference), conference.minutes_planned)


def _ends_after(begins: datetime, minutes: int) -> datetime:
    return (begins.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(LONDON)


def request_entry(conference: Conference, to: str, *, place: str, link: str, at: datetime) -> CalendarEntry:
    """Asks the recipient, or tells them of a change: the same entry, its sequence higher."""
    words = f"Meeting {conference.mark}. Please say whether you come, or who comes instead: {link}"
    return _entry(conference, to, REQUEST, place=place, words=words, at=at)


def cancel_entry(conference: Conference, to: str, *, at: datetime) -> CalendarEntry:
    """Takes the entry out of the recipient's calendar."""
    words = f"Meeting {conference.mark} is no longer in your diary."
    return _entry(conference, to, CANCEL, place="", words=words, at=at)


def _entry(conference: Conference, to: str, method: str, *, place: str, words: str, at: datetime) -> CalendarEntry:
    calendar = Calendar()
    calendar.add("prodid", "-//Throughline//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(conference, to, method, place=place, words=words, at=at))
    return CalendarEntry(calendar.to_ical().decode(), method)


def _event(conference: Conference, to: str, method: str, *, place: str, words: str, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{conference.uid}@{our_domain()}")
    event.add("sequence", conference.invitation_sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", begins_at(conference).astimezone(UTC))
    event.add("dtend", ends_at(conference).astimezone(UTC))
    event.add("summary", f"Multi-agency meeting {conference.mark}")
    event.add("description", words)
    if place:
        event.add("location", place)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("organizer", vCalAddress(f"MAILTO:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"))
    event.add("attendee", _attendee(to))
    return event


def _attendee(to: str) -> vCalAddress:
    """Only the recipient, by address alone. An answer given in a calendar does not reach us, so none is asked for.

    Raises UnsafeInMail for an address that would get out of its line.
    """
    if breaks_out(to):
        raise UnsafeInMail(about=["address"])
    attendee = vCalAddress(f"MAILTO:{to}")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee
