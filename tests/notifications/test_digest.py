"""Thirty late items are one mail; an urgent one among them is immediate; nothing that is kept is ever dropped."""

from datetime import datetime, time, timedelta

import pytest

from escalation.answering import acknowledge_alert
from escalation.sweep import sweep
from notifications.deliver import NOT_DELIVERED, Mail, compose, deliver
from notifications.digest import send_digests
from notifications.handing_over import next_attempt
from notifications.models import HowToReach, Notification
from notifications.reaching import Wishes, next_digest, out_of_quiet_hours
from notifications.seeing import log_of
from notifications.tell import alert_message, write
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import with_policy
from tests.notifications.mail_server import running_mail_server
from workflow.acting import LONDON
from workflow.models import User
from workflow.policy import calendar

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)
GREYLISTED, REFUSED = "451 4.7.1 try again later", "550 5.1.1 no such person here"


def at(day, hour, minute=0, month=1, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


MONDAY = at(5, 14)  # the day of the scene; Tuesday the 6th follows


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


def wishes(scene, key, **said):
    with at_noon(OPENED):
        HowToReach(professional=scene.people[key], **said).save()


def thirty_late(scene, key="manager"):
    """Thirty alerts on the second rung, as one sweep raises them."""
    with at_noon(OPENED):
        return write(
            [
                alert_message(scene.case, scene.people[key], f"action:A{number}", rung=2, on=OPENED)
                for number in range(30)
            ]
        )


# One mail a day


def test_a_digest_for_a_manager_with_30_late_items_is_one_mail_and_an_urgent_one_among_them_is_immediate(scene, server):
    late = thirty_late(scene)
    [urgent] = scene.told("manager", code="CHILD_NOT_SEEN")
    deliver(MONDAY)
    [at_once] = server.mails
    assert at_once.message["Subject"] == "Throughline: 1 item needs you, 1 urgent"
    assert urgent.fresh().state == "sent"
    assert {row.fresh().state for row in late} == {"held"}

    assert send_digests(at(6, 8, 29)).mails == 0
    assert send_digests(at(6, 8, 30)).mails == 1
    [_, digest] = server.mails
    assert digest.message["Subject"] == "Throughline: 30 items need you"
    assert "Case CP-0417: 30 items\n" in digest.raw.replace("\r\n", "\n")
    assert {row.fresh().state for row in late} == {"sent"}
    assert {row.fresh().message_id for row in late} == {digest.message["Message-ID"]}
    assert send_digests(at(7, 8, 30)).mails == 0
    assert len(server.mails) == 2


def test_with_nothing_kept_nothing_is_sent(scene, server):
    deliver(MONDAY)
    assert send_digests(at(6, 8, 30)).mails == 0
    assert server.mails == []


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        (at(5, 8, 30), at(5, 8, 30)),  # on the dot
        (at(5, 8, 31), at(6, 8, 30)),  # a minute late
        (at(9, 12), at(12, 8, 30)),  # a Friday: the weekend has none
        (at(2, 12, month=4), at(7, 8, 30, month=4)),  # the eve of Good Friday
        (at(24, 9, month=12), at(29, 8, 30, month=12)),  # Christmas, its Saturday's substitute on Monday
        (at(28, 9, month=3), at(30, 8, 30, month=3)),  # the clocks go forward on the Sunday
    ],
)
def test_a_digest_goes_at_half_past_eight_on_a_working_day(now, sent):
    assert next_digest(now, Wishes("digest", time(8, 30)), calendar()) == sent


def test_everybody_has_their_own_hour(scene, server):
    wishes(scene, "nurse", digest_at=time(16))
    scene.told("nurse", "chair")
    deliver(MONDAY)
    assert [row.not_before for row in Notification.objects.order_by("not_before")] == [at(5, 16), at(6, 8, 30)]


def test_whoever_looks_here_gets_no_mail_of_what_is_ordinary_and_every_urgent_one(scene, server):
    wishes(scene, "nurse", ordinary="here_only")
    [ordinary] = scene.told("nurse")
    scene.told("nurse", code="INQUORATE")
    deliver(MONDAY)
    assert ordinary.fresh().state == "kept_here"
    assert [mail.message["Subject"] for mail in server.mails] == ["Throughline: 1 item needs you, 1 urgent"]


# What can never be kept


@pytest.mark.parametrize("said", [{"ordinary": "here_only"}, {"quiet_from": time(0), "quiet_until": time(23, 59)}])
def test_nobody_can_mute_what_must_not_be_muted(scene, server, said):
    wishes(scene, "nurse", **said)
    for code in ("CHILD_NOT_SEEN", "INQUORATE", "BREAK_GLASS", "ICPC_OUT_OF_TIME", NOT_DELIVERED):
        scene.told("nurse", code=code)
    deliver(MONDAY)
    assert {row.state for row in Notification.objects.all()} == {"sent"}


def test_what_can_never_be_muted_is_policy(scene, server):
    with_policy({"told_at_once": ["SOMETHING"]}, on=OPENED)
    [urgent] = scene.told("nurse", code="SOMETHING")
    [ordinary] = scene.told("chair", code="CHILD_NOT_SEEN")
    deliver(MONDAY)
    assert (urgent.fresh().state, urgent.fresh().is_urgent) == ("sent", True)
    assert (ordinary.fresh().state, ordinary.fresh().is_urgent) == ("held", False)


def test_an_alert_of_the_third_rung_or_about_an_immediate_risk_goes_at_once(scene, server):
    fast, slow = scene.owe("A1", OPENED, fast=True), scene.owe("A2", OPENED)
    with at_noon(OPENED):
        rows = write(
            [
                alert_message(scene.case, scene.nurse, fast.key, rung=1, on=OPENED),
                alert_message(scene.case, scene.nurse, slow.key, rung=1, on=OPENED),
                alert_message(scene.case, scene.nurse, slow.key, rung=3, on=OPENED),
            ]
        )
    deliver(MONDAY)
    assert [row.fresh().state for row in rows] == ["sent", "held", "sent"]


# Quiet hours


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(5, 19), at(6, 7)),  # Monday evening
        (at(6, 6, 59), at(6, 7)),  # before the morning is over
        (at(6, 12), at(6, 12)),  # by day
        (at(9, 20), at(12, 7)),  # Friday evening, over the weekend
        (at(10, 12), at(12, 7)),  # a Saturday is quiet all day
        (at(3, 12, month=4), at(7, 7, month=4)),  # Good Friday
    ],
)
def test_quiet_hours_end_on_a_working_morning(now, first):
    quiet = Wishes("at_once", time(8, 30), time(19), time(7))
    assert out_of_quiet_hours(now, quiet, calendar()) == first


def test_quiet_hours_hold_and_never_drop_and_the_hold_is_logged(scene, server):
    wishes(scene, "nurse", ordinary="at_once", quiet_from=time(13), quiet_until=time(15))
    [message] = scene.told("nurse")
    deliver(MONDAY)
    assert server.mails == []
    held = log_of(message)[-1]
    assert (held.what, held.said, held.until) == ("Held", "kept until their quiet hours are over", at(5, 15))
    deliver(at(5, 15))
    send_digests(at(5, 15))
    assert message.fresh().state == "sent"
    assert len(server.mails) == 1


# The throttle


def test_too_many_mails_in_an_hour_are_kept_back_but_never_the_first_urgent_one(scene, server):
    with_policy({"ordinary_messages": "at_once", "mails_an_hour": 2}, on=OPENED)
    for minute in range(4):
        scene.told("nurse")
        deliver(MONDAY + minute * A_MINUTE)
    assert len(server.mails) == 2
    [kept] = Notification.objects.filter(state="held")[:1]
    assert kept.server_said == "kept back: 2 mails within an hour"
    [first] = scene.told("nurse", code="INQUORATE")
    deliver(MONDAY + 4 * A_MINUTE)
    [second] = scene.told("nurse", code="INQUORATE")
    deliver(MONDAY + 5 * A_MINUTE)
    assert (first.fresh().state, second.fresh().state) == ("sent", "held")
    send_digests(MONDAY + timedelta(hours=1, minutes=5))
    assert {row.state for row in Notification.objects.all()} == {"sent"}
    assert len(server.mails) == 4  # what was kept back came in one


# Retries


def test_a_wait_is_a_little_shorter_for_each_message_and_the_same_on_every_machine():
    waits = {next_attempt(2, MONDAY, key) - MONDAY for key in map(str, range(50))}
    assert len(waits) == 50
    assert all(0.9 * 5 * A_MINUTE <= wait <= 5 * A_MINUTE for wait in waits)
    assert next_attempt(2, MONDAY, "a") == next_attempt(2, MONDAY, "a")


def test_after_all_retries_the_level_above_hears_once_and_it_is_still_tried(scene, server):
    [message] = scene.told("nurse", code="CHILD_NOT_SEEN")
    server.refuses = {scene.nurse.email: GREYLISTED}
    now = MONDAY
    for _ in range(5):
        assert not Notification.objects.filter(code=NOT_DELIVERED).exists()
        deliver(now)
        now = message.fresh().not_before
    assert [row.recipient for row in Notification.objects.filter(code=NOT_DELIVERED)] == [scene.health_lead]
    deliver(now)
    assert Notification.objects.filter(code=NOT_DELIVERED).count() == 1
    server.refuses = {}
    deliver(message.fresh().not_before)
    assert message.fresh().state == "sent"


def test_the_log_says_every_step_of_every_attempt(scene, server):
    [message] = scene.told("nurse", code="INQUORATE")
    server.refuses = {scene.nurse.email: GREYLISTED}
    deliver(MONDAY)
    server.refuses, server.hangs_up_after_taking = {}, {scene.nurse.email}
    deliver(MONDAY + A_MINUTE)
    server.hangs_up_after_taking = set()
    deliver(MONDAY + 7 * A_MINUTE)
    assert [(line.attempt, line.what) for line in log_of(message)] == [
        (0, "Written"),
        (1, "Being sent"),
        (1, "Not taken; to be tried again"),
        (2, "Being sent"),
        (2, "Not known whether it arrived"),
        (3, "Being sent"),
        (3, "Handed to the mail server"),
    ]
    assert log_of(message)[2].said == GREYLISTED
    first, second = server.to(scene.nurse.email)
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_a_digest_that_was_cut_off_goes_again_as_it_went_under_its_id(scene, server):
    thirty_late(scene)
    deliver(MONDAY)
    server.hangs_up_after_taking = {scene.manager.email}
    send_digests(at(6, 8, 30))
    server.hangs_up_after_taking = set()
    deliver(at(6, 8, 31))
    first, second = server.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.message.get_payload() == second.message.get_payload()
    assert {row.state for row in Notification.objects.all()} == {"sent"}


# The weekly heartbeat


@pytest.fixture
def signing_in(scene):
    with at_noon(OPENED):
        scene.nurse.user = User.objects.create_user("nurse", password="a long enough sentence")
        scene.nurse.save()
    return scene


def test_whoever_owes_nothing_overdue_hears_so_once_a_week(signing_in, server):
    assert send_digests(at(12, 8, 29)).mails == 0
    assert send_digests(at(12, 8, 30)).mails == 1
    assert send_digests(at(12, 8, 31)).mails == 0
    assert send_digests(at(13, 8, 30)).mails == 0
    assert send_digests(at(19, 8, 30)).mails == 1
    assert [mail.message["Subject"] for mail in server.to(signing_in.nurse.email)] == [
        "Throughline: nothing is overdue"
    ] * 2


def test_on_the_first_working_day_when_monday_is_a_holiday(signing_in, server):
    assert send_digests(at(6, 9, month=4)).mails == 0  # Easter Monday
    assert send_digests(at(7, 9, month=4)).mails == 1


def test_and_not_while_something_is_overdue_nor_when_the_partnership_wants_none(signing_in, server):
    signing_in.owe("A1", OPENED)
    assert send_digests(at(12, 9)).mails == 0
    with_policy({"weekly_heartbeat": False}, on=OPENED)
    assert send_digests(at(19, 9)).mails == 0


def test_a_digest_names_the_cases_and_how_many_each_and_nothing_else(scene):
    mail = compose(Mail(scene.manager, thirty_late(scene)))
    assert mail.body.startswith("You have 30 items in Throughline that need you.\n\nCase CP-0417: 30 items\n")


def test_who_has_acted_is_said_in_the_log_and_by_nobody_else(scene, server):
    due = scene.owe("A1", OPENED)
    sweep(at(19, 1).date())
    told = Notification.objects.filter(about=due.key, code="ALERT")
    mine = told.filter(recipient=scene.nurse).first()
    acknowledge_alert(due, 1, intend_by=at(22, 1).date(), plan="Today", by=scene.nurse, on=at(19, 1).date())
    assert log_of(mine)[-1].what == "Acted on"
    assert {row.recipient for row in told.exclude(acted_at=None)} == {scene.nurse}
