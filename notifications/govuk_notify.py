"""Mail and text messages by GOV.UK Notify. Its client is imported only where a key is set: nobody else needs it.

Notify sends what its template says: one for mail with ((subject)) and ((body)), one for texts with ((body)), and
nothing else in them. It keeps the content for seven days; there is nothing in it that would tell anything.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.handing_over import Answer, Fate, ProviderRefused, ProviderVanished
from notifications.provider_events import ProviderEvent, Said

# What Notify calls the ends of a message's way; anything else is on the way.
ENDS = {
    "delivered": Said.ARRIVED,
    "permanent-failure": Said.CAME_BACK,
    "temporary-failure": Said.CAME_BACK,
    "technical-failure": Said.CAME_BACK,
}
SECONDS_TO_ANSWER = 10


def client() -> Any:
    """Notify's own client. Raises ModuleNotFoundError, with what to do, where it is not installed."""
    try:
        package = import_module("notifications_python_client.notifications")
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError("GOV.UK Notify is set up: pip install notifications-python-client") from missing
    notify = settings.GOVUK_NOTIFY
    return package.NotificationsAPIClient(notify["key"], base_url=notify["url"], timeout=SECONDS_TO_ANSWER)


class EmailBackend(BaseEmailBackend):
    """Django's mail, handed to Notify. A calendar entry cannot go this way: the text of the mail says all it says."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            sent = _asked(
                "send_email_notification",
                email_address=message.to[0],
                template_id=settings.GOVUK_NOTIFY["email_template"],
                personalisation={"subject": message.subject, "body": message.body},
                reference=message.extra_headers.get("Message-ID", ""),
            )
            message.provider_id = sent["id"]  # type: ignore[attr-defined]
        return len(messages)


def send_text(number: str, words: str, *, reference: str) -> Answer:
    """Hands one text message to Notify and says what came of it."""
    try:
        sent = _asked(
            "send_sms_notification",
            phone_number=number,
            template_id=settings.GOVUK_NOTIFY["text_template"],
            personalisation={"body": words},
            reference=reference,
        )
    except ProviderRefused as refused:
        return refused.answer
    except ProviderVanished as vanished:
        return Answer(Fate.NOT_KNOWN, str(vanished))
    return Answer(Fate.ACCEPTED, "accepted", sent["id"])


def _asked(what: str, **said: Any) -> Any:
    """Notify's answer. Raises ProviderRefused for a refusal and ProviderVanished where none came."""
    notify = client()
    errors = import_module("notifications_python_client.errors")
    try:
        return getattr(notify, what)(**said)
    except errors.APIError as trouble:
        if trouble.response is None:
            raise ProviderVanished("GOV.UK Notify did not answer; not known whether it arrived") from trouble
        raise ProviderRefused(trouble.status_code, str(trouble.message)) from trouble


def event_of(said: dict[str, Any]) -> ProviderEvent | None:
    """What one of Notify's calls means to us; None when the message is still on its way."""
    end = ENDS.get(str(said.get("status")))
    if end is None:
        return None
    return ProviderEvent(end, provider_id=str(said.get("id") or ""), words=str(said["status"]))
