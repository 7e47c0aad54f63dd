"""A calendar entry that any calendar can read, that says when and where, and that nobody can write into."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from config.stories.replay import Player
from config.stories.story import read
from meetings.calendar_entry import cancel_entry, request_entry
from meetings.models import Conference
from notifications.models import OutsideMail
from notifications.outside import _is_one_meeting
from tests.conftest import story_path
from workflow.errors import UnsafeInMail
from workflow.models import Case, Child, FamilyMember

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TO, LINK = "nurse@health.example", "https://throughline.example/l/abc/"


def a_conference(day=date(2026, 3, 18), **said):
    return Conference(booked_for=day, key="icpc-1", kind="initial", **said)


def request(conference=None, *, place="Civic Centre", to=TO):
    return request_entry(conference or a_conference(), to, place=place, link=LINK, at=NOW)


def event_of(entry):
    [event] = Calendar.from_ical(entry.text).walk("VEVENT")
    return event


def test_it_asks_the_recipient_alone_and_says_nothing_of_what_it_is_about(settings):
    settings.DEFAULT_FROM_EMAIL = "Throughline <meetings@partnership.example>"
    conference = a_conference()
    entry = request(conference)
    event = event_of(entry)
    assert entry.method == "REQUEST"
    assert "METHOD:REQUEST\r\n" in entry.text
    assert event["SUMMARY"] == f"Multi-agency meeting {conference.mark}"
    assert event["UID"] == f"{conference.uid}@partnership.example"
    assert event["ORGANIZER"] == "MAILTO:meetings@partnership.example"
    assert event["ATTENDEE"] == f"MAILTO:{TO}"
    assert (event["CLASS"], event["STATUS"], event["LOCATION"]) == ("PRIVATE", "CONFIRMED", "Civic Centre")
    assert LINK in event["DESCRIPTION"]
    assert event["DTSTAMP"].dt == NOW
    assert "icpc" not in entry.text


def test_a_change_is_the_same_entry_with_a_higher_sequence():
    conference = a_conference()
    before = event_of(request(conference))
    conference.invitation_sequence, conference.booked_for = 1, date(2026, 3, 20)
    after = event_of(request(conference))
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_calling_off_takes_the_same_entry_back():
    conference = a_conference()
    entry = cancel_entry(conference, TO, at=NOW)
    event = event_of(entry)
    assert (entry.method, event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert event["UID"] == event_of(request(conference))["UID"]


@pytest.mark.parametrize(
    ("day", "starts", "begins", "ends", "why"),
    [
        (date(2026, 3, 27), time(10), "2026-03-27 10:00", "2026-03-27 11:30", "before the clocks go forward"),
        (date(2026, 3, 30), time(10), "2026-03-30 09:00", "2026-03-30 10:30", "after"),
        (date(2026, 10, 23), time(10), "2026-10-23 09:00", "2026-10-23 10:30", "before the clocks go back"),
        (date(2026, 10, 26), time(10), "2026-10-26 10:00", "2026-10-26 11:30", "after"),
        (date(2026, 10, 25), time(0, 30), "2026-10-24 23:30", "2026-10-25 01:00", "over the hour that comes twice"),
        (date(2026, 3, 29), time(0, 30), "2026-03-29 00:30", "2026-03-29 02:00", "over the hour that is left out"),
    ],
)
def test_ten_oclock_in_london_is_ten_oclock_in_london(day, starts, begins, ends, why):
    event = event_of(request(a_conference(day, starts_at=starts)))
    assert f"{event['DTSTART'].dt:%Y-%m-%d %H:%M}" == begins, why
    assert f"{event['DTEND'].dt:%Y-%m-%d %H:%M}" == ends, why
    assert event["DTSTART"].dt.astimezone(LONDON).time() == starts


@pytest.mark.parametrize(
    "place",
    [
        "Hall\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Injected",
        "Hall\nATTENDEE:mailto:press@paper.example",
        "Room 2, Civic Centre; second floor\\left",
        "END:VEVENT",
        "🏠 " * 60,
        "é" * 74 + "🏛️" * 9,
        'a "quoted: place"',
    ],
)
def test_nothing_in_a_place_can_get_out_of_its_line(place):
    entry = request(place=place)
    event = event_of(entry)
    assert str(event["LOCATION"]) == place.replace("\r\n", "\n")
    assert "press@paper" not in str(event.get("ATTENDEE"))
    assert str(event["SUMMARY"]).startswith("Multi-agency meeting")
    assert _is_one_meeting(entry)


@given(st.text(max_size=300))
def test_every_line_ends_with_crlf_and_is_at_most_75_octets_whatever_the_place(place):
    entry = request(place=place)
    lines = entry.text.split("\r\n")
    assert lines[-1] == ""
    if _is_one_meeting(entry):  # what has control characters in it is refused before it is written
        assert all(len(line.encode()) <= 75 for line in lines)
        assert not any("\n" in line or "\r" in line for line in lines)


@pytest.mark.parametrize("place", ["a\0b", "a\x0bb", "a\x1bb", "a\u2028b"])
def test_a_control_character_in_a_place_is_refused(place):
    assert not _is_one_meeting(request(place=place))


@pytest.mark.parametrize("to", ["a@b.example\r\nATTENDEE:MAILTO:press@paper.example", "a@b.example\nX:1"])
def test_an_address_cannot_bring_a_second_one(to):
    with pytest.raises(UnsafeInMail):
        request(to=to)


@pytest.mark.django_db
def test_over_a_whole_story_no_name_of_the_family_is_in_any_mail_or_entry():
    Player(read(story_path("two_siblings"))).play(until=date(2026, 7, 30))
    people = [*Child.objects.all(), *FamilyMember.objects.all(), *(case.family for case in Case.objects.all())]
    names = {word for person in people for word in re.findall(r"\w{3,}", person.name)}
    mails = list(OutsideMail.objects.all())
    assert len(mails) > 10
    assert len(names) > 5
    for mail in mails:
        text = f"{mail.subject}\n{mail.body}\n{mail.calendar}\n{mail.to_address}".casefold()
        assert not {name for name in names if re.search(rf"\b{name.casefold()}\b", text)}
        assert mail.case.reference not in text
