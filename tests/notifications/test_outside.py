"""Mail to the outside: one to each address, under one id for ever, and each row tells the truth about it."""

import asyncio
import email
from io import StringIO

import pytest
from django.core.management import call_command

from config.engine import Engine
from notifications.models import Notice, OutsideMail
from notifications.outside import (
    OUTSIDE_MAIL_FAILED,
    CalendarEntry,
    compose,
    deliver_outside,
    failed_mails,
    mails_about,
    withdraw_mails,
    write_outside,
)
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.notifications.mail_server import running_mail_server
from tests.notifications.test_deliver import A_MINUTE, GREYLISTED, NOW, REFUSED
from workflow.errors import UnsafeInMail
from workflow.models import Case, Entry

pytestmark = pytest.mark.django_db
ENTRY = CalendarEntry(
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "REQUEST",
)


@pytest.fixture
def scene():
    return set_scene()


@pytest.fixture
def server(settings):
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield server


def written(scene, address="nurse@health.example", **said):
    """A mail about the person it goes to."""
    said = {"name": "Health", "subject": "Meeting 7F3A2C", "body": "You are asked.", "about": scene.nurse, **said}
    with at_noon(OPENED):
        return write_outside(scene.case, address=address, at=NOW, **said)


# Each row tells the truth


def test_one_refused_one_greylisted_one_cut_off_and_each_row_says_so(scene, server):
    """The three things real servers do, at once; and one that goes well."""
    server.refuses = {"a@one.example": REFUSED, "b@two.example": GREYLISTED}
    server.hangs_up_after_taking = {"c@three.example"}
    mails = [
        written(scene, address) for address in ("a@one.example", "b@two.example", "c@three.example", "d@e.example")
    ]
    done = deliver_outside(NOW)
    assert (done.sent, done.put_off, done.failed) == (1, 2, 1)
    refused, greylisted, cut_off, fine = (mail.fresh() for mail in mails)
    assert (refused.state, refused.server_said) == ("failed", "550 5.1.1 no such person here")
    assert (greylisted.state, greylisted.server_said) == ("queued", "451 4.7.1 try again later")
    assert NOW + 0.9 * A_MINUTE <= greylisted.not_before <= NOW + A_MINUTE
    assert not greylisted.may_have_arrived
    assert (cut_off.state, cut_off.may_have_arrived) == ("queued", True)
    assert cut_off.server_said.endswith("not known whether it arrived")
    assert (fine.state, fine.handed_over_at, fine.server_said) == ("handed_over", NOW, "accepted")

    server.refuses, server.hangs_up_after_taking = {}, set()
    again = deliver_outside(NOW + A_MINUTE)
    assert (again.sent, again.put_off, again.failed) == (2, 0, 0)
    assert [mail.fresh().state for mail in mails] == ["failed", "handed_over", "handed_over", "handed_over"]
    ids = [kept.message["Message-ID"] for kept in server.to("c@three.example")]
    assert ids == [cut_off.message_id, cut_off.message_id]
    assert server.to("b@two.example")[0].message["Message-ID"] == greylisted.message_id
    assert len(server.to("d@e.example")) == 1


def test_a_mail_that_may_have_arrived_is_never_said_not_to_have(scene, server):
    mail = written(scene)
    server.hangs_up_after_taking = {mail.to_address}
    deliver_outside(NOW)
    server.hangs_up_after_taking, server.refuses = set(), {mail.to_address: GREYLISTED}
    deliver_outside(NOW + A_MINUTE)
    left = mail.fresh()
    assert (left.server_said, left.may_have_arrived) == ("451 4.7.1 try again later", True)


def test_it_is_tried_again_after_1_5_15_and_60_minutes_and_then_every_hour(scene, server):
    mail = written(scene)
    server.refuses = {mail.to_address: GREYLISTED}
    now, waits = NOW, []
    for _ in range(6):
        deliver_outside(now)
        assert deliver_outside(now + A_MINUTE / 2).put_off == 0  # not before its time
        waits.append((mail.fresh().not_before - now) / A_MINUTE)
        now = mail.fresh().not_before
    for wait, owed in zip(waits, [1, 5, 15, 60, 60, 60], strict=True):
        assert 0.9 * owed <= wait <= owed


def test_a_process_that_dies_while_sending_leaves_the_mail_due_again_under_its_id(scene, server, monkeypatch):
    mail = written(scene)
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr("notifications.outside.send", interrupted)
        deliver_outside(NOW)
    left = mail.fresh()
    assert (left.state, left.attempts, left.server_said) == ("queued", 1, "not known yet whether it arrived")
    assert deliver_outside(NOW + A_MINUTE).mails == 0  # somebody may still be at it
    server.refuses = {mail.to_address: GREYLISTED}
    deliver_outside(left.not_before)
    assert mail.fresh().may_have_arrived  # the first attempt never came back to say


def interrupted(mail):
    raise KeyboardInterrupt


def test_a_server_that_is_not_there_is_not_asked_for_every_mail(scene, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mails = [written(scene, f"{name}@one.example") for name in "abcde"]
    assert deliver_outside(NOW).put_off == 3
    assert sorted(mail.fresh().attempts for mail in mails) == [0, 0, 1, 1, 1]


def test_an_idle_pass_asks_one_question_and_writes_nothing(scene, django_assert_num_queries):
    written(scene)
    deliver_outside(NOW)
    before = Entry.objects.count()
    with django_assert_num_queries(1):
        deliver_outside(NOW + A_MINUTE)
    assert Entry.objects.count() == before


def test_the_command_and_the_engine_send_it_too(scene, server, monkeypatch):
    monkeypatch.setattr("config.clock.now", lambda: NOW)
    first, said = written(scene), StringIO()
    call_command("deliver", stdout=said)
    assert first.fresh().state == "handed_over"
    assert "1 mails sent to the outside, 0 to be tried again, 0 failed." in said.getvalue()
    second = written(scene)
    given = []
    monkeypatch.setattr("config.engine.in_a_thread", lambda work, *asked: kept_for_later(given, work, asked))
    asyncio.run(Engine().deliver_outside())
    [(work, asked)] = given
    work(*asked)
    assert second.fresh().state == "handed_over"


async def kept_for_later(given, work, asked):
    """The test's own thread has the test's own database."""
    given.append((work, asked))


# Somebody hears of it


@pytest.mark.parametrize("address", ["", "nobody", "a@one.example, b@two.example"])
def test_an_address_that_is_none_is_a_failed_mail_and_nothing_is_sent(scene, server, address):
    mail = written(scene, address)
    assert deliver_outside(NOW).failed == 1
    assert mail.fresh().state == "failed"
    assert server.mails == []


def test_a_failed_mail_is_told_to_the_administrator_by_a_neutral_reference(scene, server):
    mail = written(scene)
    server.refuses = {mail.to_address: REFUSED}
    deliver_outside(NOW)
    notice = Notice.objects.get(code=OUTSIDE_MAIL_FAILED)
    assert notice.about == f"mail:{mail.pk}"
    assert [told.recipient for told in notice.notifications.all()] == [scene.clerk]


def test_a_failed_mail_is_a_task_until_something_is_sent_again_or_it_is_withdrawn(scene, server):
    first, other = written(scene), written(scene, about=scene.chair)
    server.refuses = {first.to_address: REFUSED}
    deliver_outside(NOW)
    cases = Case.objects.filter(pk=scene.case.pk)
    assert list(failed_mails(cases)) == [first, other]
    assert list(failed_mails(Case.objects.none())) == []
    written(scene, "desk@health.example")
    assert list(failed_mails(cases)) == [other]
    with at_noon(OPENED):
        withdraw_mails([scene.chair], reason="Told by telephone")
    assert list(failed_mails(cases)) == []


# Withdrawn


def test_a_mail_overtaken_before_it_left_never_leaves(scene, server):
    mail = written(scene)
    with at_noon(OPENED):
        assert withdraw_mails([scene.nurse], reason="Called off") == []
    assert deliver_outside(NOW).mails == 0
    assert (mail.fresh().state, mail.fresh().reason) == ("withdrawn", "Called off")


def test_withdrawing_says_who_may_have_heard(scene, server):
    gone = written(scene)
    deliver_outside(NOW)
    written(scene, about=scene.chair)
    with at_noon(OPENED):
        assert withdraw_mails([scene.nurse, scene.chair], reason="Called off") == [gone]
    with at_noon(OPENED):
        assert withdraw_mails([], reason="Nothing") == []


def test_a_mail_withdrawn_a_moment_too_late_was_handed_over(scene, server, monkeypatch):
    mail = written(scene)
    monkeypatch.setattr("notifications.outside.send", withdrawing(scene))
    deliver_outside(NOW)
    assert mail.fresh().state == "handed_over"


def test_a_mail_withdrawn_while_no_server_took_it_stays_withdrawn(scene, server, monkeypatch):
    mail = written(scene)
    server.refuses = {mail.to_address: GREYLISTED}
    monkeypatch.setattr("notifications.outside.send", withdrawing(scene))
    assert deliver_outside(NOW).put_off == 0
    assert mail.fresh().state == "withdrawn"


def withdrawing(scene):
    from notifications.outside import send

    def meanwhile(mail):
        with at_noon(OPENED):
            assert withdraw_mails([scene.nurse], reason="Called off") == [mail]
        return send(mail)

    return meanwhile


# What a mail is


def test_a_mail_goes_to_an_address_without_a_name_and_says_that_a_machine_wrote_it(scene, server, settings):
    settings.DEFAULT_FROM_EMAIL = "Throughline <no-reply@partnership.example>"
    mail = written(scene, name="Dana Lowenthal")
    deliver_outside(NOW)
    [kept] = server.mails
    assert kept.message["To"] == "nurse@health.example"
    assert kept.message["Auto-Submitted"] == "auto-generated"
    assert kept.message["Message-ID"] == mail.message_id
    assert mail.message_id.endswith("@partnership.example>")
    assert "Lowenthal" not in kept.raw


def test_a_calendar_entry_goes_for_the_program_and_as_a_file(scene, server):
    written(scene, calendar=ENTRY)
    deliver_outside(NOW)
    [kept] = server.mails
    parts = {part.get_content_type(): part for part in kept.message.walk()}
    inline, file = parts["text/calendar"], parts["application/ics"]
    assert inline.get_param("method") == "REQUEST"
    assert inline.get_content_disposition() is None
    assert file.get_filename() == "meeting.ics"
    assert file.get_payload(decode=True) == ENTRY.text.encode()
    assert inline.get_payload(decode=True).decode().split() == ENTRY.text.split()
    assert "multipart/alternative" in parts


# What is refused


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\nBcc: press@paper.example", "\0", "\x1b", "\u2028", "\x85"])
@pytest.mark.parametrize("part", ["name", "address", "subject"])
def test_what_breaks_out_of_its_line_is_refused_and_not_taken_out(scene, part, break_):
    with pytest.raises(UnsafeInMail) as refused:
        written(scene, **{part: f"a{break_}b"})
    assert refused.value.about == [part]
    assert not OutsideMail.objects.exists()


def test_a_text_may_have_lines_but_no_control_characters(scene):
    written(scene, body="One\nTwo\tThree")
    with pytest.raises(UnsafeInMail):
        written(scene, body="One\x00Two")


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("UID:1", "UID:1\r\nEND:VEVENT\r\nBEGIN:VEVENT", "a second meeting"),
        ("UID:1", "UID:1\r\nMETHOD:PUBLISH", "another method"),
        ("METHOD:REQUEST", "METHOD:CANCEL", "not the method it goes with"),
        ("UID:1", "UID:1\nX:2", "a bare line feed"),
        ("UID:1", "UID:1\rX:2", "a bare carriage return"),
        ("UID:1", "begin:valarm\r\nend:valarm", "something that rings"),
        ("END:VCALENDAR\r\n", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "a second calendar"),
        ("END:VCALENDAR\r\n", "END:VCALENDAR", "an end that is none"),
        ("BEGIN:VCALENDAR", "\x00BEGIN:VCALENDAR", "a control character"),
    ],
)
def test_a_calendar_entry_that_is_more_than_one_meeting_is_refused(scene, before, after, why):
    with pytest.raises(UnsafeInMail) as refused:
        written(scene, calendar=CalendarEntry(ENTRY.text.replace(before, after), "REQUEST"))
    assert refused.value.about == ["calendar entry"], why


def test_mails_are_found_by_what_they_are_about(scene, django_assert_num_queries):
    first, other, second = written(scene), written(scene, about=scene.chair), written(scene)
    with django_assert_num_queries(1):
        found = mails_about([scene.nurse, scene.chair, scene.clerk])
    assert found == {scene.nurse.pk: [first, second], scene.chair.pk: [other]}
    assert mails_about([]) == {}


def test_the_same_mail_is_the_same_whenever_it_is_composed(scene):
    mail = written(scene, calendar=ENTRY)
    ids = {compose(mail).message()["Message-ID"] for _ in range(2)}
    assert ids == {mail.message_id}
    assert email.message_from_bytes(compose(mail).message().as_bytes())["Subject"] == "Meeting 7F3A2C"
