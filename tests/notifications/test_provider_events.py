"""What a provider says of a mail becomes the truth of its row; what nobody signed is not heard."""

import json
from base64 import b64encode
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.test import Client
from django.urls import include, path

from config import clock
from config.provider_events import from_govuk_notify
from notifications import govuk_notify
from notifications.deliver import NOT_DELIVERED, deliver
from notifications.models import HowToReach, Notification, OutsideMail
from notifications.outside import OUTSIDE_MAIL_FAILED, deliver_outside, write_outside
from notifications.seeing import log_of
from tests.escalation.scene import OPENED, at_noon, set_scene
from workflow.acting import LONDON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.notifications.test_provider_events")]
urlpatterns = [
    path("mail-events/", include("anymail.urls")),
    path("mail-events/govuk-notify/", from_govuk_notify, name="from-govuk-notify"),
]
NOW = datetime(2026, 1, 5, 14, 0, tzinfo=LONDON)
SECRET = "throughline:a long enough secret"
KEY = "test-00000000-0000-4000-8000-000000000001-00000000-0000-4000-8000-000000000002"


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def scene():
    return set_scene()


@pytest.fixture
def provider(settings):
    """Anymail's own stand-in for a provider, and its webhooks with a secret."""
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def sent_by_provider(scene, settings_id="provider-1", **said):
    """An urgent message the provider took under an id of its own."""
    [message] = scene.told("nurse", code="INQUORATE")
    deliver(NOW)
    with at_noon(OPENED):
        row = message.fresh()
        row.provider_id = settings_id  # the stand-in numbers its mails, a provider has ids
        row.save()
    return row


def calls(event, secret=SECRET):
    """Postmark calls, with or without our secret."""
    headers = {"Authorization": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    return Client().post(
        "/mail-events/postmark/tracking/", json.dumps(event), content_type="application/json", headers=headers
    )


BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce", "MessageID": "provider-1", "Email": "nurse@health.example"}
BOUNCE |= {"Details": "550 mailbox is gone", "BouncedAt": "2026-01-05T14:00:00Z", "ID": 7, "Description": "Gone."}
DELIVERY = {"RecordType": "Delivery", "MessageID": "provider-1", "Recipient": "nurse@health.example"}
DELIVERY |= {"Details": "250 ok", "DeliveredAt": "2026-01-05T14:00:00Z"}


def test_a_mail_that_arrived_is_said_to_have_arrived(scene, provider):
    message = sent_by_provider(scene)
    assert calls(DELIVERY).status_code == 200
    assert message.fresh().state == "delivered"
    assert log_of(message)[-1].what == "Arrived"


def test_a_mail_that_came_back_is_said_to_have_and_the_level_above_hears(scene, provider):
    message = sent_by_provider(scene)
    calls(DELIVERY)
    assert calls(BOUNCE).status_code == 200
    assert (message.fresh().state, message.fresh().server_said) == ("bounced", "550 mailbox is gone")
    assert [row.recipient for row in Notification.objects.filter(code=NOT_DELIVERED)] == [scene.health_lead]


def test_said_twice_or_in_the_wrong_order_it_changes_nothing_more(scene, provider):
    message = sent_by_provider(scene)
    calls(BOUNCE)
    lines = len(log_of(message))
    calls(BOUNCE)
    calls(DELIVERY)
    assert message.fresh().state == "bounced"
    assert len(log_of(message)) == lines
    assert Notification.objects.filter(code=NOT_DELIVERED).count() == 1


@pytest.mark.parametrize("secret", ["", "throughline:guessed"])
def test_nobody_without_the_secret_is_heard(scene, provider, secret):
    message = sent_by_provider(scene)
    assert calls(BOUNCE, secret).status_code == 400
    assert message.fresh().state == "sent"


def test_a_mail_to_the_outside_that_came_back_is_the_administrators_to_settle(scene, provider):
    with at_noon(OPENED):
        mail = write_outside(
            scene.case, name="Ann", address="a@one.example", subject="You are asked", body="Look.", about=scene.case,
            at=NOW,
        )  # fmt: skip
    deliver_outside(NOW)
    event = BOUNCE | {"MessageID": "another", "Metadata": {"throughline": mail.message_id}}
    calls(event)
    assert OutsideMail.objects.get().state == "failed"
    assert Notification.objects.get(code=OUTSIDE_MAIL_FAILED).recipient == scene.clerk


def test_what_was_opened_or_clicked_is_not_kept(scene, provider):
    message = sent_by_provider(scene)
    calls({"RecordType": "Open", "MessageID": "provider-1", "Recipient": "nurse@health.example"})
    assert message.fresh().seen_at is None
    assert message.fresh().state == "sent"


# GOV.UK Notify


class FakeNotify(BaseHTTPRequestHandler):
    """Answers as Notify does, and keeps what it was asked."""

    asked: list = []
    answer = 201

    def do_POST(self):  # noqa: N802, named by http.server
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append((self.path, said))
        if self.answer == 0:
            self.connection.close()
            return
        body = {"id": f"notify-{len(self.asked)}"} if self.answer == 201 else {"errors": [{"message": "no"}]}
        self.send_response(self.answer)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *said):
        pass


@pytest.fixture
def notify(settings):
    pytest.importorskip("notifications_python_client")
    FakeNotify.asked, FakeNotify.answer = [], 201
    server = HTTPServer(("127.0.0.1", 0), FakeNotify)
    thread = Thread(target=server.serve_forever)
    thread.start()
    settings.EMAIL_BACKEND = "notifications.govuk_notify.EmailBackend"
    settings.TEXT_MESSAGES = True
    settings.GOVUK_NOTIFY = {
        "key": KEY,
        "url": f"http://127.0.0.1:{server.server_port}",
        "email_template": "mail-template",
        "text_template": "text-template",
        "callback_token": "only Notify knows",
    }
    yield FakeNotify
    server.shutdown()
    thread.join()
    server.server_close()


def notify_calls(status, *, token="only Notify knows", id="notify-1"):
    return Client().post(
        "/mail-events/govuk-notify/",
        json.dumps({"id": id, "status": status, "to": "nurse@health.example"}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_notify_is_given_a_neutral_mail_and_what_it_says_later_is_believed(scene, notify):
    [message] = scene.told("nurse", code="INQUORATE")
    deliver(NOW)
    [(where, said)] = notify.asked
    assert where == "/v2/notifications/email"
    assert said["personalisation"]["subject"] == "Throughline: 1 item needs you, 1 urgent"
    assert (said["reference"], message.fresh().provider_id) == (message.fresh().message_id, "notify-1")
    assert notify_calls("sending").status_code == 204
    assert message.fresh().state == "sent"
    assert notify_calls("permanent-failure", token="guessed").status_code == 403
    assert message.fresh().state == "sent"
    assert notify_calls("permanent-failure").status_code == 204
    assert (message.fresh().state, message.fresh().server_said) == ("bounced", "permanent-failure")


@pytest.mark.parametrize(
    ("answer", "state"), [(400, "failed"), (403, "queued"), (429, "queued"), (500, "queued"), (0, "unknown")]
)
def test_a_refusal_of_this_mail_is_for_good_anything_else_is_for_now(scene, notify, answer, state):
    notify.answer = answer
    [message] = scene.told("nurse", code="INQUORATE")
    deliver(NOW)
    assert message.fresh().state == state


def test_an_urgent_message_goes_as_a_text_too_to_whoever_asked_for_it_and_an_ordinary_one_never(scene, notify):
    with at_noon(OPENED):
        HowToReach(professional=scene.nurse, mobile="+447700900123").save()
    [urgent] = scene.told("nurse", code="INQUORATE")
    scene.told("nurse")
    deliver(NOW)
    assert sorted(where for where, _ in notify.asked) == ["/v2/notifications/email", "/v2/notifications/sms"]
    [text] = Notification.objects.filter(channel="text")
    assert (text.copy_of, text.state) == (urgent, "sent")
    [said] = [said for where, said in notify.asked if where.endswith("sms")]
    assert said["personalisation"]["body"] == (
        "Throughline: 1 urgent item. Case CP-0417. Sign in: http://127.0.0.1:8000/alerts/"
    )
    deliver(NOW)
    assert len(notify.asked) == 2


def test_without_the_package_it_says_what_to_do(monkeypatch):
    def nothing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(govuk_notify, "import_module", nothing)
    with pytest.raises(ModuleNotFoundError, match="pip install notifications-python-client"):
        govuk_notify.client()
