"""Partners' systems hear that there is something to look at: signed, once, tried again, and nothing about anybody."""

import hmac
import json
import socket
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from notifications import outgoing, webhooks
from notifications.models import WebhookDelivery
from tests.escalation.scene import CHILD, FAMILY, OPENED, PEOPLE, at_noon, set_scene
from tests.making import a_professional
from workflow.acting import LONDON
from workflow.errors import AddressNotAllowed, NotPermitted, ReasonRequired
from workflow.models import Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 14, 0, tzinfo=LONDON)
A_MINUTE = timedelta(minutes=1)


class Partner(BaseHTTPRequestHandler):
    """A partner's system: keeps what it is told and answers as it is set to."""

    answer = 200
    told: list = []

    def do_POST(self):  # noqa: N802, named by http.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).told.append((dict(self.headers), body))
        self.send_response(self.answer)
        if self.answer == 302:
            self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()

    def log_message(self, *said):
        pass


@pytest.fixture
def scene():
    scene = set_scene()
    with at_noon(OPENED):
        scene.people["admin"] = a_professional("admin", Role.SYSTEM_ADMIN, scene.worker.agency)
    return scene


@pytest.fixture
def partner(settings):
    settings.WEBHOOKS_MAY_REACH = ["127.0.0.1/32"]
    Partner.answer, Partner.told = 200, []
    server = HTTPServer(("127.0.0.1", 0), Partner)
    thread = Thread(target=server.serve_forever)
    thread.start()
    Partner.url = f"http://127.0.0.1:{server.server_port}/hear?of=throughline"
    yield Partner
    server.shutdown()
    thread.join()
    server.server_close()


def added(scene, url):
    return webhooks.add_webhook_target(scene.nurse.agency, name="Health records", url=url, by=scene.admin, on=OPENED)


def test_the_agencys_system_is_told_once_to_look_again_and_can_check_that_it_was_us(scene, partner):
    secret = added(scene, partner.url)
    scene.told("nurse", "chair", code="INQUORATE")  # the chair is of another agency
    assert webhooks.deliver_webhooks(NOW).sent == 1
    [(headers, body)] = partner.told
    told = json.loads(body)
    assert (told["event"], told["reference"], told["urgent"]) == ("look_again", "CP-0417", True)
    moment, signed = (part.split("=")[1] for part in headers["Throughline-Signature"].split(","))
    assert moment == str(int(NOW.timestamp()))
    expected = hmac.new(secret.words.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    assert hmac.compare_digest(signed, expected)
    assert headers["Throughline-Id"] == told["id"]
    assert webhooks.deliver_webhooks(NOW + A_MINUTE).sent == 0
    assert len(partner.told) == 1


def test_nothing_about_anybody_is_in_a_call(scene, partner):
    added(scene, partner.url)
    scene.told("nurse", code="CHILD_NOT_SEEN")
    webhooks.deliver_webhooks(NOW)
    said = str(partner.told)
    for word in [name for _, full, *_ in PEOPLE for name in full.split()] + [*CHILD.split(), FAMILY, "SEEN", "A1"]:
        assert word not in said


@pytest.mark.parametrize("answer", [500, 404, 302, 429])
def test_what_is_not_taken_is_tried_again_on_the_schedule_with_the_same_words(scene, partner, answer):
    partner.answer = answer
    added(scene, partner.url)
    scene.told("nurse")
    now, waits = NOW, []
    for _ in range(5):
        webhooks.deliver_webhooks(now)
        call = WebhookDelivery.objects.get()
        waits.append((call.not_before - now) / A_MINUTE)
        now = call.not_before
    for wait, owed in zip(waits, [1, 5, 15, 60, 60], strict=True):
        assert 0.9 * owed <= wait <= owed
    assert call.server_said.startswith(str(answer))
    assert len({body for _, body in partner.told}) == 1
    partner.answer = 204
    webhooks.deliver_webhooks(now)
    assert (call.fresh().state, call.fresh().attempts) == ("delivered", 6)
    assert [row.server_said[:3] for row in call.history.order_by("history_id")][-1] == "204"


def test_an_address_that_is_gone_is_given_up_and_one_that_never_answers_after_a_day(scene, partner):
    added(scene, partner.url)
    scene.told("nurse")
    partner.answer = 410
    assert webhooks.deliver_webhooks(NOW).failed == 1
    scene.told("nurse")
    partner.answer, now = 500, NOW
    while WebhookDelivery.objects.waiting().exists() or now == NOW:
        webhooks.deliver_webhooks(now)
        call = WebhookDelivery.objects.latest("pk").fresh()
        now = call.not_before or now + A_MINUTE
    assert call.state == "failed"
    assert timedelta(hours=20) < now - NOW < timedelta(hours=26)


def test_a_stopped_address_hears_nothing_more_not_even_what_waits(scene, partner):
    target = added(scene, partner.url).target
    scene.told("nurse")
    partner.answer = 500
    webhooks.deliver_webhooks(NOW)
    webhooks.stop_webhook_target(target, reason="They moved", by=scene.admin, on=OPENED)
    partner.told.clear()
    scene.told("nurse")
    webhooks.deliver_webhooks(NOW + 2 * A_MINUTE)
    assert partner.told == []
    assert [call.state for call in WebhookDelivery.objects.all()] == ["withdrawn"]


def test_a_new_secret_signs_from_now_on_and_none_is_stored(scene, partner):
    first = added(scene, partner.url)
    second = webhooks.renew_webhook_secret(first.target, by=scene.admin, on=OPENED)
    assert first.words != second.words
    stored = [str(value) for row in (first.target.fresh(), *first.target.history.all()) for value in vars(row).values()]
    assert first.words not in stored
    assert second.words not in stored


# Where nobody outside could go


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://172.16.3.4/",
        "https://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "http://93.184.215.14/",  # public, and without https
        "https://user:pass@93.184.215.14/",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "https:///nowhere",
    ],
)
def test_a_private_address_is_refused_however_it_is_written(scene, address):
    with pytest.raises(AddressNotAllowed):
        added(scene, address)


def test_a_public_one_is_taken(scene):
    assert added(scene, "https://93.184.215.14/hear").target.state == "active"


def test_a_name_that_stands_for_a_private_address_by_now_is_not_called(scene, partner, settings, monkeypatch):
    added(scene, partner.url)
    scene.told("nurse")
    settings.WEBHOOKS_MAY_REACH = []
    webhooks.deliver_webhooks(NOW)
    assert partner.told == []
    assert WebhookDelivery.objects.get().server_said.startswith("not sent: Nothing is sent to that address")


def test_the_connection_goes_to_the_address_that_was_judged(partner, monkeypatch):
    asked = []
    looked_up = socket.getaddrinfo

    def counted(*wanted, **kinds):
        asked.append(wanted[0])
        return looked_up(*wanted, **kinds)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", counted)
    assert outgoing.post(partner.url.replace("127.0.0.1", "localhost"), b"{}", {}).code in (0, 200)
    assert asked.count("localhost") == 1


def test_nobody_but_a_system_administrator_adds_or_stops_one_and_stopping_needs_a_reason(scene, partner):
    with pytest.raises(NotPermitted):
        webhooks.add_webhook_target(
            scene.nurse.agency, name="Mine", url=partner.url, by=scene.health_lead, on=OPENED
        )  # fmt: skip
    target = added(scene, partner.url).target
    with pytest.raises(ReasonRequired):
        webhooks.stop_webhook_target(target, reason=" ", by=scene.admin, on=OPENED)
