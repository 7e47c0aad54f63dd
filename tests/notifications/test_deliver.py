"""What waits is sent, one mail to one person, and each row tells the truth about what became of it."""

import re
import time
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from notifications.deliver import NOT_DELIVERED, Mail, compose, deliver
from notifications.handing_over import WAITS
from notifications.models import Notice, Notification
from tests.escalation.scene import CHILD, FAMILY, OPENED, PEOPLE, at_noon, open_case, set_scene
from tests.making import with_policy
from tests.notifications.mail_server import running_mail_server
from workflow.acting import LONDON
from workflow.models import Entry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 14, 0, tzinfo=LONDON)
A_MINUTE = timedelta(minutes=1)
REFUSED, GREYLISTED = "550 5.1.1 no such person here", "451 4.7.1 try again later"


@pytest.fixture
def scene():
    """In a partnership that sends ordinary messages at once; what keeps them is told in `test_digest`."""
    scene = set_scene()
    with_policy({"ordinary_messages": "at_once"}, on=OPENED)
    return scene


@pytest.fixture
def server(settings):
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield server


def address(person):
    return person.email


# One mail per person


def test_a_person_gets_one_mail_for_everything_that_waits(scene, server):
    scene.told("nurse", "chair")
    scene.told("nurse", code="CHILD_NOT_SEEN")
    done = deliver(NOW)
    assert (done.mails, done.sent, done.put_off, done.failed) == (2, 3, 0, 0)
    assert [mail.to for mail in server.mails] == [["chair@social-care.example"], ["nurse@health.example"]]
    to_nurse = server.to("nurse@health.example")[0].message
    assert to_nurse["Subject"] == "Throughline: 2 items need you, 1 urgent"
    assert to_nurse["To"] == "nurse@health.example"


def test_what_was_sent_is_not_sent_again(scene, server):
    [message] = scene.told("nurse")
    deliver(NOW)
    assert deliver(NOW + A_MINUTE).mails == 0
    message = message.fresh()
    assert (message.state, message.attempts, message.sent_at, message.server_said) == ("sent", 1, NOW, "accepted")
    assert len(server.mails) == 1
    assert server.mails[0].message["Message-ID"] == message.message_id


def test_a_single_item_is_one_item(scene):
    mail = compose(Mail(scene.nurse, scene.told("nurse")))
    assert mail.subject == "Throughline: 1 item needs you"
    assert "You have 1 item in Throughline that needs you." in mail.body


def test_the_references_of_all_its_cases_are_in_the_mail_and_the_place_to_look(scene, settings):
    settings.SITE_URL = "https://throughline.example"
    first = scene.told("nurse", code="INQUORATE")
    with at_noon(date(2026, 1, 5)):
        scene.case = open_case(scene.people, "CP-0388")
    mail = compose(Mail(scene.nurse, first + scene.told("nurse") + first))
    assert "Cases: CP-0388, CP-0417\n" in mail.body
    assert "https://throughline.example/alerts/" in mail.body


def test_nothing_waiting_writes_nothing(scene, server):
    before = Entry.objects.count()
    deliver(NOW)
    assert Entry.objects.count() == before


# Each row tells the truth


def test_one_refused_one_asked_to_wait_one_cut_off_and_each_row_says_so(scene, server):
    refused, greylisted, cut_off, fine = scene.told("nurse", "chair", "manager", "worker")
    server.refuses = {scene.nurse.email: REFUSED, scene.chair.email: GREYLISTED}
    server.hangs_up_after_taking = {scene.manager.email}
    done = deliver(NOW)
    assert (done.mails, done.sent, done.put_off, done.failed) == (1, 1, 2, 1)

    refused, greylisted, cut_off, fine = (row.fresh() for row in (refused, greylisted, cut_off, fine))
    assert (refused.state, refused.server_said) == ("failed", "550 5.1.1 no such person here")
    assert (greylisted.state, greylisted.server_said) == ("queued", "451 4.7.1 try again later")
    assert NOW + 0.9 * A_MINUTE <= greylisted.not_before <= NOW + A_MINUTE
    assert cut_off.state == "unknown"
    assert cut_off.server_said.endswith("not known whether it arrived")
    assert fine.state == "sent"
    assert [row.attempts for row in (refused, greylisted, cut_off, fine)] == [1, 1, 1, 1]


def test_a_retry_carries_the_same_message_id_and_the_same_messages(scene, server):
    cut_off, greylisted = scene.told("manager", "chair")
    server.hangs_up_after_taking = {scene.manager.email}
    server.refuses = {scene.chair.email: GREYLISTED}
    deliver(NOW)
    scene.told("manager")  # told meanwhile: it goes in a mail of its own
    server.hangs_up_after_taking, server.refuses = set(), {}
    deliver(NOW + A_MINUTE)
    first, *later = server.to(scene.manager.email)
    again = [mail for mail in later if mail.message["Message-ID"] == first.message["Message-ID"]]
    assert len(again) == 1
    assert len(later) == 2
    assert "You have 1 item" in again[0].raw
    cut_off, greylisted = cut_off.fresh(), greylisted.fresh()
    assert cut_off.message_id == first.message["Message-ID"]
    assert (cut_off.state, cut_off.attempts) == ("sent", 2)
    assert (greylisted.state, greylisted.attempts) == ("sent", 2)


def test_it_is_tried_again_after_1_5_15_and_60_minutes_and_then_every_hour(scene, server):
    [message] = scene.told("chair")
    server.refuses = {scene.chair.email: GREYLISTED}
    now, waits = NOW, []
    for _ in range(6):
        deliver(now)
        assert deliver(now + A_MINUTE / 2).put_off == 0  # not before its time
        due = message.fresh().not_before
        waits.append((due - now) / A_MINUTE)
        now = due
    for wait, owed in zip(waits, [1, 5, 15, 60, 60, 60], strict=True):
        assert 0.9 * owed <= wait <= owed
    assert [wait // A_MINUTE for wait in WAITS] == [1, 5, 15, 60]


def test_a_server_that_is_not_there_leaves_everything_waiting_and_is_not_asked_for_everybody(scene, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    rows = scene.told("nurse", "chair", "manager", "worker", "clerk")
    assert deliver(NOW).put_off == 3
    rows = [row.fresh() for row in rows]
    assert {row.state for row in rows} == {"queued"}
    assert sorted(row.attempts for row in rows) == [0, 0, 1, 1, 1]
    assert any("ConnectionRefusedError" in row.server_said for row in rows)


def test_a_server_that_hangs_is_given_up_in_time_and_whoever_writes_meanwhile_does_not_wait_for_it(
    scene, server, settings, monkeypatch
):
    settings.EMAIL_TIMEOUT = 0.5
    server.says_nothing_to = {address(scene.nurse)}
    [hung, other] = scene.told("nurse", "chair")
    begun = time.monotonic()
    assert deliver(NOW).mails == 1
    assert time.monotonic() - begun < 10
    assert (hung.fresh().state, other.fresh().state) == ("unknown", "sent")
    first = hung.fresh().message_id
    with monkeypatch.context() as nobody_calls:
        nobody_calls.setattr("notifications.handing_over.get_connection", interrupted)
        scene.told("nurse")  # the act that tells: nothing in it speaks to a mail server
    server.says_nothing_to = set()
    deliver(hung.fresh().not_before)
    assert hung.fresh().state == "sent"
    assert {mail.message["Message-ID"] for mail in server.to(address(scene.nurse))} >= {first}
    assert Counter(mail.message["Message-ID"] for mail in server.mails)[first] == 2


def test_a_sender_the_server_does_not_like_is_ours_to_mend_and_fails_nobody(scene, server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "throughline", "not the password"
    [message] = scene.told("nurse")
    deliver(NOW)
    assert message.fresh().state == "queued"


def test_a_process_that_dies_while_sending_leaves_the_message_due_again_under_its_id(scene, server, monkeypatch):
    [message] = scene.told("nurse")
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr("notifications.deliver.send", interrupted)
        deliver(NOW)
    left = message.fresh()
    assert (left.state, left.attempts, left.server_said) == ("queued", 1, "not known yet whether it arrived")
    assert deliver(NOW + A_MINUTE).mails == 0  # somebody may still be at it
    assert deliver(left.not_before).mails == 1
    assert server.mails[0].message["Message-ID"] == left.message_id


def interrupted(*mail, **said):
    raise KeyboardInterrupt


# Nobody is dropped in silence


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("", "no address"),
        ("nobody", "the address is not an e-mail address"),
        ("nurse@health.example\nBcc: press@paper.example", "the address is not an e-mail address"),
        ("nurse@health.example, press@paper.example", "the address is not an e-mail address"),
    ],
)
def test_somebody_who_cannot_be_reached_is_marked_and_their_lead_is_told(scene, server, email, why):
    with at_noon(date(2026, 1, 5)):
        scene.nurse.email = email
        scene.nurse.save()
    [message] = scene.told("nurse")
    assert deliver(NOW).failed == 1
    assert (message.fresh().state, message.fresh().server_said) == ("failed", why)
    assert server.mails == []
    notice = Notice.objects.get(code=NOT_DELIVERED)
    assert notice.about == "nurse"
    assert [told.recipient for told in notice.notifications.all()] == [scene.health_lead]


def test_somebody_who_has_left_gets_no_mail_and_the_level_above_hears(scene, server):
    [message] = scene.told("nurse")
    scene.leave("nurse", date(2026, 1, 5))
    deliver(NOW)
    assert message.fresh().server_said == "no longer in post"
    assert Notification.objects.get(code=NOT_DELIVERED).recipient == scene.health_lead


def test_a_lead_who_cannot_be_reached_is_the_partnerships_to_know_and_it_ends_there(scene, server):
    scene.told("health_lead")
    server.refuses = {scene.health_lead.email: REFUSED, scene.board.email: REFUSED}
    deliver(NOW)
    deliver(NOW + A_MINUTE)
    assert [row.recipient for row in Notification.objects.filter(code=NOT_DELIVERED)] == [scene.board]
    assert deliver(NOW + 2 * A_MINUTE).failed == 0


# What a mail may say


def test_no_mail_holds_a_name_a_code_or_what_it_is_about(scene, server):
    seeded = [name for _, full, *_ in PEOPLE for name in full.split()] + [*CHILD.split(), FAMILY]
    scene.told("nurse", code="CHILD_NOT_SEEN")
    scene.told("nurse", code="NON_MOBILE_INJURY")
    deliver(NOW)
    raw = server.mails[0].raw
    for word in [*seeded, "CHILD", "INJURY", "action:A1", "SEEN", "mira", "social_care"]:
        assert not re.search(rf"\b{re.escape(word)}\b", raw), word


def test_a_reference_with_a_line_break_cannot_add_a_header(scene):
    scene.case.reference = "CP-1\r\nBcc: press@paper.example"
    [message] = scene.told("nurse")
    message.case = scene.case
    mail = compose(Mail(scene.nurse, [message])).message()
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Throughline: 1 item needs you"
