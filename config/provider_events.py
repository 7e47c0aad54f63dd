"""Where mail providers call us: anymail's own addresses for most, and one of ours for GOV.UK Notify."""

import hmac
import json
import logging
from typing import Any

from anymail.signals import EventType, tracking
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config import clock
from notifications.govuk_notify import event_of
from notifications.provider_events import ProviderEvent, Said, heard

log = logging.getLogger(__name__)
ENDS = {
    EventType.DELIVERED: Said.ARRIVED,
    EventType.BOUNCED: Said.CAME_BACK,
    EventType.REJECTED: Said.CAME_BACK,
    EventType.FAILED: Said.CAME_BACK,
}


def listen() -> None:
    """From now on anymail hands over what a provider has said and it has checked."""
    tracking.connect(on_event, dispatch_uid="what a mail provider says")


def on_event(sender: Any, event: Any, esp_name: str, **_: Any) -> None:
    said = ENDS.get(event.event_type)
    if said is None:  # opened, clicked, still on its way: nothing we want to know
        return
    words = " ".join(str(event.mta_response or event.description or event.reject_reason or said.value).split())
    ours = str((event.metadata or {}).get("throughline", ""))
    found = heard(
        ProviderEvent(said, provider_id=str(event.message_id or ""), message_id=ours, words=words), at=clock.now()
    )
    if not found:
        log.info("%s says %s of a mail that is not waiting for it", esp_name, said.value)


@csrf_exempt
@require_POST
def from_govuk_notify(request: HttpRequest) -> HttpResponse:
    """What became of a message; only with the token that was given to Notify."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    expected = settings.GOVUK_NOTIFY.get("callback_token", "")
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise PermissionDenied("This is where GOV.UK Notify calls.")
    try:
        said = json.loads(request.body)
    except ValueError:
        return HttpResponseBadRequest()
    event = event_of(said) if isinstance(said, dict) else None
    if event is not None:
        heard(event, at=clock.now())
    return HttpResponse(status=204)


def addresses() -> list[URLPattern | URLResolver]:
    """Anymail's only where a provider is set up: not every one of them signs its calls without our secret."""
    found: list[URLPattern | URLResolver] = [
        path("mail-events/govuk-notify/", from_govuk_notify, name="from-govuk-notify")
    ]
    if settings.MAIL_PROVIDER and settings.MAIL_PROVIDER != "govuk_notify":
        found.append(path("mail-events/", include("anymail.urls")))
    return found
